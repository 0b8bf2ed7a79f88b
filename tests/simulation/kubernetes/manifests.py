"""Small objects for the tests of the embedded cluster, as a person or a hook would write them."""

from typing import Any

from app.simulation.kubernetes.objects import Object
from app.simulation.kubernetes.store import ObjectStore

START = 1_767_225_600.0
"""2026-01-01T00:00:00Z."""


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        """It begins at START."""
        self.now = START

    def __call__(self) -> float:
        """Unix seconds."""
        return self.now


def store_at_start() -> ObjectStore:
    """An empty store, at START for ever."""
    return ObjectStore(lambda: START)


def app(name: str = "shop", **spec: Any) -> Object:
    """A CanaryApp."""
    return {
        "apiVersion": "canary.atze.io/v1",
        "kind": "CanaryApp",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"image": "shop:v1", **spec},
    }


def deployment(name: str = "shop-primary", tag: str = "v1", replicas: int = 2, **spec: Any) -> Object:
    """A Deployment of pods with the labels `app` and `service`."""
    labels = {"app": "shop", "service": name.rpartition("-")[2]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "default", "labels": {"app": "shop"}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {"containers": [{"name": "shop", "image": f"shop:{tag}", "ports": [{"containerPort": 8080}]}]},
            },
            **spec,
        },
    }


def service(name: str = "shop", **selector: str) -> Object:
    """A Service; it selects by `app` and by whatever else is given."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"selector": {"app": "shop", **selector}, "ports": [{"name": "http", "port": 80}]},
    }


def revision(name: str = "shop-1") -> Object:
    """A ControllerRevision."""
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {"name": name, "namespace": "default"},
        "data": {"image": "shop:v1"},
        "revision": 1,
    }


def destination_rule(host: str = "shop") -> Object:
    """The subsets primary and secondary."""
    subsets = [{"name": role, "labels": {"app": "shop", "service": role}} for role in ("primary", "secondary")]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "shop", "namespace": "default"},
        "spec": {"host": host, "subsets": subsets},
    }


def gateway() -> Object:
    """A Gateway with one server."""
    server = {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "shop", "namespace": "default"},
        "spec": {"selector": {"istio": "ingressgateway"}, "servers": [server]},
    }


def virtual_service(
    weights: dict[str, int], name: str = "shop", *, gateways: tuple[str, ...] = ("shop",), host: str = "*"
) -> Object:
    """A VirtualService to the Service `shop` with weights by subset."""
    route = [
        {"destination": {"host": "shop", "subset": subset}, "weight": weight} for subset, weight in weights.items()
    ]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"hosts": [host], "gateways": list(gateways), "http": [{"route": route}]},
    }


def owned_by(obj: Object, *owners: Object, controller: bool = True) -> Object:
    """The object with references to its owners."""
    references = [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": controller,
        }
        for owner in owners
    ]
    return {**obj, "metadata": {**obj["metadata"], "ownerReferences": references}}


def changed(obj: Object, **fields: Any) -> Object:
    """The object with other fields in its spec."""
    return {**obj, "spec": {**obj["spec"], **fields}}


def with_metadata(obj: Object, **fields: Any) -> Object:
    """The object with other fields in its metadata."""
    return {**obj, "metadata": {**obj["metadata"], **fields}}
