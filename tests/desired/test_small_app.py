"""The whole answer for a small app: every object, to the letter."""

from typing import Any, Final

from app.desired.children import desired_children
from app.rollout.observation import Observation
from tests.observation.requests import (
    ONE,
    TWO,
    controller_revision,
    destination_rule,
    observed,
    primary,
    routes,
    secondary,
    service,
    spec,
)

Json = dict[str, Any]

SINCE: Final = "2026-01-01T11:00:00.000Z"
LABELS: Final = {"app": "shop", "owner": "canaryop"}
ACCEPTED: Final = {"canary.atze.io/accepted-settings": '{"imageListenPort":8080}'}
CONTAINER: Final = {"name": "shop", "image": "shop:v1", "ports": [{"name": "http", "containerPort": 8080}]}
ROLLING: Final = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}}


def status(**fields: Any) -> Json:
    """A committed status."""
    return {
        "phase": "Stable",
        "stage": "Settled",
        "stableRevision": ONE.name,
        "stableImage": "shop:v1",
        "phaseSince": SINCE,
        "clock": {"inPlace": True, "since": SINCE},
    } | fields


def settled() -> Observation:
    """Revision one serves."""
    return observed(
        (primary(ONE), controller_revision(ONE), service(), destination_rule(), *routes(0)), status=status()
    )


def shifting() -> Observation:
    """Revision two gets 20 %."""
    step = {"phase": "Shifting", "stage": "Stepping", "step": 2, "weight": 20}
    candidate = {"candidateRevision": TWO.name, "candidateImage": "shop:v2"}
    children = (
        primary(ONE),
        secondary(TWO),
        controller_revision(ONE),
        controller_revision(TWO, number=2, standing="Candidate"),
        service(primary_alone=False),
        destination_rule(),
        *routes(20),
    )
    return observed(children, status=status(**step, **candidate), asked=spec("v2"))


def route(weight: int) -> Json:
    """The one route of a VirtualService."""
    return {
        "route": [
            {
                "destination": {"host": "shop", "subset": "primary", "port": {"number": 8080}},
                "weight": 100 - weight,
            },
            {"destination": {"host": "shop", "subset": "secondary", "port": {"number": 8080}}, "weight": weight},
        ]
    }


def deployment(role: str, revision_name: str, image: str, annotations: Json | None) -> Json:
    """The Deployment of a role."""
    selector = LABELS | {"service": role}
    metadata: Json = {"name": f"shop-{role}", "namespace": "default", "labels": selector}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata | ({"annotations": annotations} if annotations else {}),
        "spec": {
            "replicas": 1,
            "minReadySeconds": 20,
            "progressDeadlineSeconds": 600,
            "strategy": ROLLING,
            "selector": {"matchLabels": selector},
            "template": {
                "metadata": {"labels": selector | {"canary.atze.io/revision": revision_name}},
                "spec": {"containers": [CONTAINER | {"image": image}]},
            },
        },
    }


def kept(name: str, image: str, number: int, standing: str) -> Json:
    """The ControllerRevision of a revision."""
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {
            "name": f"shop-{name}",
            "namespace": "default",
            "labels": LABELS | {"canary.atze.io/revision": name},
            "annotations": {"canary.atze.io/standing": standing},
        },
        "revision": number,
        "data": {
            "image": image,
            "template": {"metadata": {"labels": LABELS}, "spec": {"containers": [CONTAINER | {"image": image}]}},
        },
    }


def istio(kind: str, name: str, content: Json) -> Json:
    """An object of Istio."""
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "default", "labels": LABELS},
        "spec": content,
    }


def service_of(selector: Json) -> Json:
    """The Service."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "shop", "namespace": "default", "labels": LABELS, "annotations": ACCEPTED},
        "spec": {"selector": selector, "ports": [{"name": "http", "port": 8080, "targetPort": "http"}]},
    }


PRIMARY: Final = deployment("primary", "lzwqz2p9dj", "shop:v1", ACCEPTED)
DESTINATION_RULE: Final = istio(
    "DestinationRule",
    "shop",
    {
        "host": "shop",
        "subsets": [
            {"name": "primary", "labels": {"app": "shop", "service": "primary"}},
            {"name": "secondary", "labels": {"app": "shop", "service": "secondary"}},
        ],
    },
)
GATEWAY: Final = istio(
    "Gateway",
    "shop",
    {
        "selector": {"istio": "ingressgateway"},
        "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}],
    },
)


def virtual_services(weight: int) -> list[Json]:
    """Both VirtualServices."""
    return [
        istio("VirtualService", "shop", {"hosts": ["*"], "gateways": ["shop"], "http": [route(weight)]}),
        istio("VirtualService", "shop.mesh", {"hosts": ["shop"], "gateways": ["mesh"], "http": [route(weight)]}),
    ]


def test_the_children_of_a_settled_app() -> None:
    """A settled app has these objects, with nothing in them that is not said here."""
    assert desired_children(settled()) == [
        service_of({"app": "shop", "service": "primary"}),
        kept("lzwqz2p9dj", "shop:v1", 1, "Stable"),
        PRIMARY,
        DESTINATION_RULE,
        GATEWAY,
        *virtual_services(0),
    ]


def test_the_children_of_a_rollout() -> None:
    """A rollout adds a secondary and its revision, widens the Service, sets the weights; the primary stays as it is."""
    assert desired_children(shifting()) == [
        service_of({"app": "shop"}),
        kept("lzwqz2p9dj", "shop:v1", 1, "Stable"),
        kept(TWO.name, "shop:v2", 2, "Candidate"),
        PRIMARY,
        deployment("secondary", TWO.name, "shop:v2", None),
        DESTINATION_RULE,
        GATEWAY,
        *virtual_services(20),
    ]


def test_an_app_that_begins_has_no_deployment_yet() -> None:
    """What runs is committed before it runs (rule R3): first the way in, then the primary."""
    assert desired_children(observed()) == [
        service_of({"app": "shop", "service": "primary"}),
        kept("lzwqz2p9dj", "shop:v1", 1, "Waiting"),
        DESTINATION_RULE,
        GATEWAY,
        *virtual_services(0),
    ]


def test_an_app_that_never_had_a_valid_spec_has_no_children() -> None:
    """Nothing is made of a spec that is refused."""
    assert desired_children(observed(asked=spec(replicas=-1))) == []
