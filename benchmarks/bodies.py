"""Requests as Metacontroller sends them, recorded from the embedded cluster and grown to the size of real ones.

The embedded cluster gives children what an API server gives them: defaults, status, owner references, and
Metacontroller's annotation with the last applied answer. It has no managed fields; they are added here, one entry per
writer, with the fields that this writer sent, which is how they get their size in a real cluster (Kubernetes,
"Server-Side Apply"). Then the app gets variables until the request has the size that is wanted.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from app.resource.spec import Spec
from app.rollout.revision import revision_of
from app.simulation.world import World

SIZE: Final = 30_000
"""Bytes of a settled request."""

_VERSION: Final = re.compile(rb'"resourceVersion":"\d+"')
_WEIGHT: Final = 20
"""Percent, of the step in whose middle the rollout is recorded."""
_WRITTEN_AT: Final = "2026-01-01T00:00:00Z"
_OBSERVED_ONLY: Final = frozenset({"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp"})
_MERGE_KEYS: Final = ("name", "type", "containerPort", "port", "uid")


def settled(app: str = "shop") -> bytes:
    """A sync of an app that serves its first revision, with nothing to do: at least `SIZE` bytes."""
    return _renamed(_settled(), app)


def rolling(app: str = "shop", query: str | None = None) -> bytes:
    """A sync in the middle of a rollout, with a check that is due; `query` instead of one that names the app."""
    body = _renamed(_rolling(), app)
    return body if query is None else body.replace(_in_json(_query(app)), _in_json(query))


def _in_json(text: str) -> bytes:
    return json.dumps(text)[1:-1].encode()


def touched(body: bytes, number: int) -> bytes:
    """The same request with another resource version of the parent, as after any write to it; the size stays."""
    return _VERSION.sub(b'"resourceVersion":"%08d"' % number, body, count=1)


@cache
def _settled() -> bytes:
    """Grown by the number of environment variables in the app's template, which is what differs between real apps."""
    for variables in range(200):
        body = _body(asyncio.run(_play(variables, rollout=False)))
        if len(body) >= SIZE:
            return body
    raise AssertionError("the request does not grow")


@cache
def _rolling() -> bytes:
    return _body(asyncio.run(_play(10, rollout=True)))


async def _play(variables: int, *, rollout: bool) -> dict[str, Any]:
    """The last request before the cluster comes to rest; in a rollout, the last one in which Prometheus is asked."""
    world = World()
    world.cluster.apply(_manifest(variables))
    await world.cluster.advance(world.cluster.now + 120)
    if rollout:
        world.cluster.patch("shop", image="registry.example.com/team/shop:v2")
        await world.cluster.run_until(lambda cluster: cluster.status("shop").get("weight") == _WEIGHT, limit=300)
        await world.cluster.advance(world.cluster.now + 5)
    request: dict[str, Any] = json.loads(world.cluster.history.syncs[-1].request)
    return request


def _manifest(variables: int) -> dict[str, Any]:
    """An app with what a team usually writes: probes, resources, an identity, variables."""
    container = {
        "name": "shop",
        "env": [
            {"name": f"SETTING_{number:02}", "value": f"value-of-setting-{number:02}"} for number in range(variables)
        ],
        "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
        "readinessProbe": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5, "failureThreshold": 3},
        "livenessProbe": {"httpGet": {"path": "/livez", "port": "http"}, "periodSeconds": 10},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    return {
        "apiVersion": "canary.atze.io/v1",
        "kind": "CanaryApp",
        "metadata": {"name": "shop"},
        "spec": {
            "image": "registry.example.com/team/shop:v1",
            "imageListenPort": 8088,
            "replicas": 3,
            "prometheusQuery": _query("shop"),
            "traffic": {"hosts": ["shop.example.com"], "gateways": ["istio-ingress/public"]},
            "template": {
                "metadata": {"annotations": {"team": "shop", "sidecar.istio.io/proxyCPU": "100m"}},
                "spec": {"serviceAccountName": "shop", "containers": [container]},
            },
        },
    }


def _query(app: str) -> str:
    return f'sum(rate(istio_requests_total{{destination_workload="{app}-secondary"}}[1m])) > 100'


def _body(request: dict[str, Any]) -> bytes:
    """The request with managed fields, written as compactly as Metacontroller writes it."""
    children = [child for group in request["children"].values() for child in (group or {}).values()]
    for child in children:
        child["metadata"]["managedFields"] = [*_managed(child, "metacontroller"), *_status(child)]
    request["parent"]["metadata"]["managedFields"] = [
        *_managed(request["parent"], "kubectl-client-side-apply"),
        *_status(request["parent"]),
    ]
    return json.dumps(request, separators=(",", ":")).encode()


def _managed(written: dict[str, Any], manager: str) -> Iterator[dict[str, Any]]:
    fields = {name: part for name, part in written.items() if name not in {"apiVersion", "kind", "status"}}
    yield _entry(written, manager, _fields(fields), {})


def _status(written: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "status" in written:
        manager = "metacontroller" if written["kind"] == "CanaryApp" else "kube-controller-manager"
        yield _entry(written, manager, _fields({"status": written["status"]}), {"subresource": "status"})


def _entry(written: dict[str, Any], manager: str, fields: dict[str, Any], more: dict[str, str]) -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": "Update",
        "apiVersion": written["apiVersion"],
        "time": _WRITTEN_AT,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
        **more,
    }


def _fields(value: Any) -> dict[str, Any]:
    """The paths of an object, in the form of FieldsV1."""
    if isinstance(value, dict):
        return {f"f:{name}": _fields(inner) for name, inner in value.items() if name not in _OBSERVED_ONLY}
    if isinstance(value, list) and all(isinstance(entry, dict) and _key(entry) for entry in value):
        return {f"k:{json.dumps({_key(entry): entry[_key(entry)]})}": {".": {}, **_fields(entry)} for entry in value}
    return {}


def _key(entry: dict[str, Any]) -> str:
    return next((key for key in _MERGE_KEYS if key in entry), "")


def _renamed(body: bytes, app: str) -> bytes:
    """The request of another app, named by as many letters; its revisions are those of its own template."""
    if len(app) != len("shop"):
        raise ValueError(f"must have {len('shop')} letters, so that the size stays, got {app!r}")
    renamed = body.replace(b"shop", app.encode())
    for image in ("v1", "v2"):
        renamed = renamed.replace(_revision(body, "shop", image), _revision(renamed, app, image))
    return renamed


def _revision(body: bytes, app: str, version: str) -> bytes:
    spec = json.loads(body)["parent"]["spec"] | {"image": f"registry.example.com/team/{app}:{version}"}
    return revision_of(app, Spec.model_validate(spec)).name.encode()
