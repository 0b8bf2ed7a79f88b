"""What Metacontroller is told, and whether everybody agrees on it."""

from typing import Any
from urllib.parse import urlsplit

from app.main import create_app
from app.resource import names
from app.settings import Settings
from app.simulation.kubernetes.objects import Kind
from app.simulation.metacontroller.controller import CHILD_KINDS, COMPOSITE_CONTROLLER
from tests.packaging.manifests import Object, one


def _resource(kind: Kind) -> tuple[str, str]:
    """API version and plural; no kind of ours has an irregular one."""
    return kind.api_version, f"{kind.kind.lower()}s"


def _children(spec: Object) -> list[tuple[str, str]]:
    return [(child["apiVersion"], child["resource"]) for child in spec["childResources"]]


def test_canaryapps_are_watched(composite: Object, installed: list[Object]) -> None:
    """The parent is the resource that the CRD defines, and changes of its status lead to a sync."""
    crd = one(installed, "CustomResourceDefinition")["spec"]
    version = crd["versions"][0]["name"]
    assert composite["parentResource"] == {
        "apiVersion": f"{crd['group']}/{version}",
        "resource": crd["names"]["plural"],
    }
    assert composite["generateSelector"] is True


def test_the_children_are_those_that_the_hook_asks_for(composite: Object) -> None:
    """The hook refuses requests in which a kind is missing, so none is."""
    kinds = {Kind(api_version=group.partition(".")[2], kind=group.partition(".")[0]) for group in names.CHILD_GROUPS}
    assert sorted(_children(composite)) == sorted(_resource(kind) for kind in kinds)


def test_every_child_is_updated_in_place(composite: Object) -> None:
    """No change of a child deletes it first."""
    assert {str(child["updateStrategy"]) for child in composite["childResources"]} == {str({"method": "InPlace"})}


def test_the_embedded_cluster_runs_the_same_controller(composite: Object) -> None:
    """What is tried in the simulation is what is installed."""
    simulated: dict[str, Any] = COMPOSITE_CONTROLLER["spec"]
    webhook = {key: value for key, value in composite["hooks"]["sync"]["webhook"].items() if key != "timeout"}
    assert {**composite, "hooks": {"sync": {"webhook": webhook}}} == simulated
    assert _children(composite) == [_resource(kind) for kind in CHILD_KINDS]


def test_only_the_sync_hook_is_called(composite: Object) -> None:
    """No finalizer holds up the deletion of a CanaryApp, and no other objects are read for it."""
    assert composite["hooks"].keys() == {"sync"}


def test_the_webhook_is_a_route_of_the_hook_behind_its_service(composite: Object, installed: list[Object]) -> None:
    """Metacontroller reaches the hook."""
    url = urlsplit(composite["hooks"]["sync"]["webhook"]["url"])
    service = one(installed, "Service")
    name, namespace = service["metadata"]["name"], service["metadata"]["namespace"]
    assert (url.scheme, url.hostname) == ("http", f"{name}.{namespace}.svc")
    assert (url.port or 80) in [port["port"] for port in service["spec"]["ports"]]
    assert url.path in create_app(Settings()).openapi()["paths"]


def test_the_webhook_waits_longer_than_prometheus_may_take(composite: Object) -> None:
    """A Prometheus that does not answer is told as such, and is no failed sync."""
    timeout = composite["hooks"]["sync"]["webhook"]["timeout"]
    assert timeout.endswith("s")
    assert float(timeout.removesuffix("s")) >= 2 * Settings.model_fields["query_deadline_seconds"].default
