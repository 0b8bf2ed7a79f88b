"""Requests in Metacontroller's wire form, from a few facts."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from app.prometheus.origins import AllowedOrigins
from app.resource import names
from app.resource.spec import Spec
from app.rollout.observation import Observation, observe
from app.rollout.revision import Revision, revision_of
from app.rollout.timings import Timings
from app.wire import SyncRequest

Json = dict[str, Any]

APP: Final = "shop"
NOW: Final = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ORIGINS: Final = AllowedOrigins.parse(("http://prometheus.istio-system.svc:9090",))
GROUPS: Final = (
    "Service.v1",
    "ControllerRevision.apps/v1",
    "Deployment.apps/v1",
    "DestinationRule.networking.istio.io/v1",
    "Gateway.networking.istio.io/v1",
    "VirtualService.networking.istio.io/v1",
)


def spec(tag: str = "v1", **fields: Any) -> Json:
    """A small spec of an image with this tag."""
    return {"image": f"shop:{tag}", "imageListenPort": 8080, **fields}


def revision(tag: str) -> Revision:
    """The revision of that spec."""
    return revision_of(APP, Spec.model_validate(spec(tag)))


ONE: Final = revision("v1")
TWO: Final = revision("v2")
THREE: Final = revision("v3")


def labelled(asked: Revision, role: str) -> Json:
    """A pod template as it stands in a Deployment."""
    labels = {**asked.template["metadata"]["labels"], "service": role, "canary.atze.io/revision": asked.name}
    return {"metadata": {"labels": labels}, "spec": asked.template["spec"]}


def deployment(
    role: str,
    runs: Revision,
    *,
    replicas: int = 1,
    ready: int | None = None,
    template: Json | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Json:
    """An observed Deployment, whole where nothing else is said."""
    ready = replicas if ready is None else ready
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"{APP}-{role}", "generation": 1, "annotations": dict(annotations or {})},
        "spec": {"replicas": replicas, "template": labelled(runs, role) if template is None else template},
        "status": {
            "observedGeneration": 1,
            "replicas": replicas,
            "updatedReplicas": replicas,
            "readyReplicas": ready,
            "availableReplicas": ready,
        },
    }


def primary(runs: Revision, *, accepted: Json | None = None, **facts: Any) -> Json:
    """The primary, with the settings that were accepted last."""
    written = json.dumps({"imageListenPort": 8080} if accepted is None else accepted)
    return deployment("primary", runs, annotations={names.ANNOTATION_ACCEPTED: written}, **facts)


def secondary(runs: Revision, **facts: Any) -> Json:
    """The secondary."""
    return deployment("secondary", runs, **facts)


def controller_revision(kept: Revision, *, number: int = 1, standing: str = "Stable") -> Json:
    """A ControllerRevision."""
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {"name": f"{APP}-{kept.name}", "annotations": {"canary.atze.io/standing": standing}},
        "revision": number,
        "data": {"image": kept.image, "template": kept.template},
    }


def service(*, primary_alone: bool = True, accepted: Json | None = None) -> Json:
    """The Service, perhaps with the settings that were accepted last."""
    selector = {"app": APP} | ({"service": "primary"} if primary_alone else {})
    annotations = {} if accepted is None else {names.ANNOTATION_ACCEPTED: json.dumps(accepted)}
    metadata = {"name": APP, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": selector}}


def destination_rule() -> Json:
    """The DestinationRule."""
    subsets = [{"name": role, "labels": {"app": APP, "service": role}} for role in ("primary", "secondary")]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": APP},
        "spec": {"host": APP, "subsets": subsets},
    }


def destination(subset: str | None, weight: int | None, host: str = APP) -> Json:
    """One destination of a route."""
    target = {"host": host} | ({"subset": subset} if subset else {})
    return {"destination": target} | ({} if weight is None else {"weight": weight})


def virtual_service(weight: int, name: str = APP) -> Json:
    """A VirtualService that gives the secondary `weight` percent."""
    route = [destination("primary", 100 - weight), destination("secondary", weight)]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": name},
        "spec": {"http": [{"route": route}]},
    }


def routes(weight: int) -> list[Json]:
    """Both VirtualServices."""
    return [virtual_service(weight), virtual_service(weight, f"{APP}.mesh")]


def wire(
    children: Iterable[Json] = (),
    *,
    asked: Any = None,
    status: Any = None,
    annotations: Mapping[str, str] | None = None,
) -> Json:
    """A request as JSON; `asked` is the spec, `v1` where nothing is said."""
    groups: dict[str, Json] = {group: {} for group in GROUPS}
    for child in children:
        groups[f"{child['kind']}.{child['apiVersion']}"][child["metadata"]["name"]] = child
    metadata: Json = {"name": APP, "namespace": "default", "generation": 7}
    if annotations is not None:
        metadata["annotations"] = dict(annotations)
    parent = {"apiVersion": "canary.atze.io/v1", "kind": "CanaryApp", "metadata": metadata}
    return {"parent": parent | {"spec": spec() if asked is None else asked, "status": status}, "children": groups}


def parsed(request: Json) -> SyncRequest:
    """The request as the hook reads it."""
    return SyncRequest.model_validate(request)


def observed(children: Iterable[Json] = (), **facts: Any) -> Observation:
    """What is observed of such a request."""
    return observe(parsed(wire(children, **facts)), ORIGINS, Timings(), NOW)
