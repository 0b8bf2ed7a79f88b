"""Children become what the hook wants: deletes first, then kind by kind, in place."""

import asyncio
import json

import pytest

from app.resource.names import LAST_APPLIED
from app.simulation.kubernetes.objects import DEPLOYMENT, SERVICE, VIRTUAL_SERVICE, Key, Object, annotations_of, key_of
from app.simulation.metacontroller.claim import owner_reference
from app.simulation.metacontroller.kinds import SELECTOR_LABEL
from tests.simulation.kubernetes.manifests import (
    changed,
    deployment,
    destination_rule,
    gateway,
    revision,
    service,
    virtual_service,
    with_metadata,
)
from tests.simulation.metacontroller.bench import QUIET, Bench

OURS = Key(SERVICE, "default", "shop")
ROUTE = Key(VIRTUAL_SERVICE, "default", "shop")


def _edit(bench: Bench, key: Key, **spec: object) -> None:
    bench.store.update(changed(bench.get(key), **spec), "person")


def test_kinds_are_applied_in_a_fixed_order() -> None:
    """By group, version and kind: core, apps, networking.istio.io; by name within a kind."""
    bench = Bench()
    bench.children = [
        *(virtual_service({"primary": 100}), gateway(), destination_rule()),
        *(deployment(), revision("shop-2"), revision("shop-1"), service()),
    ]
    bench.work()
    assert bench.written() == [
        ("create", "Service", "shop"),
        ("create", "ControllerRevision", "shop-1"),
        ("create", "ControllerRevision", "shop-2"),
        ("create", "Deployment", "shop-primary"),
        ("create", "DestinationRule", "shop"),
        ("create", "Gateway", "shop"),
        ("create", "VirtualService", "shop"),
        ("status", "CanaryApp", "shop"),
    ]


def test_deletes_run_before_updates() -> None:
    """What is left out goes first, in the same order of kinds; so a route is changed after its Deployment is gone."""
    bench = Bench()
    bench.children = [
        *(service(), deployment(), deployment("shop-secondary"), revision()),
        virtual_service({"primary": 50, "secondary": 50}),
    ]
    bench.settle()
    bench.children = [service(team="a"), deployment(), virtual_service({"primary": 100}), gateway()]
    bench.metacontroller.restart(bench.clock.now)
    bench.work()
    assert bench.written() == [
        ("delete", "ControllerRevision", "shop-1"),
        ("delete", "Deployment", "shop-secondary"),
        ("update", "Service", "shop"),
        ("create", "Gateway", "shop"),
        ("update", "VirtualService", "shop"),
    ]


def test_a_new_child_gets_owner_label_and_memory() -> None:
    """The parent controls it, the generated selector finds it, and the annotation holds what was asked for."""
    bench = Bench()
    bench.children = [service()]
    bench.work()
    made = bench.get(OURS)
    assert made["metadata"]["ownerReferences"] == [owner_reference(bench.parent)]
    assert made["metadata"]["labels"] == {SELECTOR_LABEL: bench.parent["metadata"]["uid"]}
    remembered = json.loads(annotations_of(made)[LAST_APPLIED])
    assert remembered == with_metadata(service(), labels=made["metadata"]["labels"])


def test_settled_children_are_not_written() -> None:
    """The same answer again writes nothing, though the API server filled in defaults."""
    bench = Bench()
    bench.children = [
        service(),
        deployment(),
        revision(),
        gateway(),
        destination_rule(),
        virtual_service({"primary": 1}),
    ]
    bench.settle()
    bench.metacontroller.restart(bench.clock.now)
    assert bench.work() == 1
    assert bench.written() == []


def test_an_edit_by_hand_is_put_right() -> None:
    """What the hook says holds; what others added stays."""
    bench = Bench()
    bench.children = [virtual_service({"primary": 100}), service()]
    bench.settle()
    _edit(bench, ROUTE, http=[{"route": []}])
    _edit(bench, OURS, externalName="foreign", selector={"app": "wrong", "foreign": "label"})
    bench.work()
    assert bench.get(ROUTE)["spec"] == virtual_service({"primary": 100})["spec"]
    spec = bench.get(OURS)["spec"]
    assert (spec["externalName"], spec["selector"]) == ("foreign", {"app": "shop", "foreign": "label"})


def test_a_field_that_is_no_longer_asked_for_goes() -> None:
    """What the last answer said and this one does not is removed."""
    bench = Bench()
    bench.children = [service(role="primary")]
    bench.settle()
    bench.children = [service()]
    bench.metacontroller.restart(bench.clock.now)
    bench.work()
    assert bench.get(OURS)["spec"]["selector"] == {"app": "shop"}


def test_the_status_of_a_child_is_not_for_the_hook() -> None:
    """A status in a desired child is ignored."""
    bench = Bench()
    bench.children = [{**deployment(), "status": {"replicas": 9}}]
    bench.settle()
    key = key_of(deployment())
    bench.store.update_status({**bench.get(key), "status": {"replicas": 2}}, "controller")
    bench.work()
    assert bench.get(key)["status"] == {"replicas": 2}


def test_of_two_children_with_one_name_the_later_counts() -> None:
    """An answer that names a child twice is no error."""
    bench = Bench()
    bench.children = [service(), service(team="a")]
    bench.work()
    assert bench.get(OURS)["spec"]["selector"] == {"app": "shop", "team": "a"}


@pytest.mark.parametrize("answer", ["left out", "changed"])
def test_a_child_that_is_going_is_left_alone(answer: str) -> None:
    """It is still shown to the hook, marked; it is neither deleted again nor updated."""
    bench = Bench()
    bench.children = [service()]
    bench.settle()
    bench.store.update(with_metadata(bench.get(OURS), finalizers=["a/b"]), "person")
    bench.settle()
    bench.children = [service(team="a")] if answer == "changed" else []
    bench.store.delete(OURS, "person")
    assert bench.work() == 1
    assert bench.written() == []
    assert "deletionTimestamp" in bench.request()["children"]["Service.v1"]["shop"]["metadata"]


def _replaced(bench: Bench) -> Object:
    """The child as it was, before somebody replaced it by another of that name."""
    old = bench.get(OURS)
    bench.store.delete(OURS, "person")
    new = {key: value for key, value in old["metadata"].items() if key not in ("uid", "resourceVersion")}
    bench.store.create({**old, "metadata": new}, "person")
    return old


def test_what_changed_meanwhile_is_not_overwritten() -> None:
    """An update on top of an old read is dropped without an error; the change itself brings the next sync."""
    bench = Bench()
    bench.children = [service()]
    bench.settle()
    stale = [bench.get(OURS)]
    _edit(bench, OURS, selector={"app": "wrong"})
    bench.children, bench.faults.stale_children = [service(team="a")], stale
    bench.work()
    assert bench.get(OURS)["spec"]["selector"] == {"app": "shop", "team": "a"}
    assert bench.work(QUIET) == 0


@pytest.mark.parametrize("answer", ["left out", "changed"])
def test_a_child_that_is_gone_already_is_no_error(answer: str) -> None:
    """Neither its deletion nor its update fails."""
    bench = Bench()
    bench.children = [service()]
    bench.settle()
    bench.faults.stale_children = [bench.get(OURS)]
    bench.store.delete(OURS, "person")
    bench.children = [service(team="a")] if answer == "changed" else []
    bench.work()
    assert (bench.store.get(OURS) is not None) == (answer == "changed")
    assert bench.work(QUIET) == 0


def test_another_child_of_the_same_name_is_not_deleted() -> None:
    """A delete means the uid that was seen; the sync fails, and is tried again with what is there then."""
    bench = Bench()
    bench.children = [service()]
    bench.settle()
    old = _replaced(bench)
    bench.faults.stale_children = [old]
    bench.children = []
    assert asyncio.run(bench.metacontroller.work(bench.clock.now))
    assert bench.get(OURS)["metadata"]["uid"] != old["metadata"]["uid"]
    bench.work()
    assert bench.store.get(OURS) is None


def test_a_child_whose_memory_is_broken_is_an_error_of_its_own() -> None:
    """An annotation that cannot be read stops that child, and no other."""
    bench = Bench()
    bench.children = [service(), deployment()]
    bench.settle()
    bench.store.update(with_metadata(bench.get(OURS), annotations={LAST_APPLIED: "{"}), "person")
    bench.children = [service(team="a"), deployment(replicas=5)]
    bench.work()
    assert bench.written() == [("update", "Deployment", "shop-primary")]
    assert bench.get(Key(DEPLOYMENT, "default", "shop-primary"))["spec"]["replicas"] == 5
