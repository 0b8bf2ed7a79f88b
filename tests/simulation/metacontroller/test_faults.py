"""Faults can be played, and each goes off as often as it was armed."""

import pytest

from app.simulation.kubernetes.objects import SERVICE, Key
from app.simulation.metacontroller.faults import ChildVerb, Refusal, Stop
from tests.simulation.kubernetes.manifests import app, changed, service, with_metadata
from tests.simulation.metacontroller.bench import QUIET, SHOP, Bench

OURS = Key(SERVICE, "default", "shop")


def test_a_stale_parent_is_served_once() -> None:
    """The hook sees the old parent in one sync and the new one in the next; the generation is the old one's."""
    bench = Bench()
    bench.settle()
    old = bench.get(SHOP)
    bench.store.update(changed(old, image="shop:v2"), "person")
    bench.faults.stale_parent, bench.status = old, {"phase": "Stable"}
    bench.work()
    assert [bench.request(index)["parent"]["spec"]["image"] for index in (0, 1)] == ["shop:v1", "shop:v2"]
    assert [
        write.after["status"]["observedGeneration"] for write in bench.writes if write.after and write.verb == "status"
    ] == [1, 2]
    assert bench.faults.stale_parent is None


def test_a_cache_that_lagged_catches_up() -> None:
    """Even if the sync with the old parent wrote nothing, the new one is seen at once after it."""
    bench = Bench()
    bench.settle()
    old = bench.get(SHOP)
    bench.store.update(with_metadata(old, labels={"team": "a"}), "person")
    bench.faults.stale_parent = old
    assert bench.work() == 2
    assert [bench.request(index)["parent"]["metadata"].get("labels") for index in (0, 1)] == [None, {"team": "a"}]


def test_a_stale_parent_is_for_its_own_sync() -> None:
    """Another parent's sync does not get it."""
    bench = Bench()
    bench.settle()
    bench.faults.stale_parent = bench.get(SHOP)
    bench.store.create(app("other"), "person")
    bench.work()
    assert {bench.request(index)["parent"]["metadata"]["name"] for index in range(len(bench.syncs))} == {"other"}
    assert bench.faults.stale_parent


def test_stale_children_are_served_once() -> None:
    """The hook is shown the old children in one sync, none in this case, and the real ones in the next."""
    bench = Bench()
    bench.children = [service()]
    bench.settle()
    bench.faults.stale_children = []
    bench.resync = 5
    bench.metacontroller.restart(bench.clock.now)
    bench.work()
    bench.work(5)
    assert [bench.seen("Service.v1", index) for index in (0, 1)] == [[], ["shop"]]
    assert bench.written() == []


def test_lost_status_writes_are_lost_silently() -> None:
    """So many writes of a status that differs vanish; a status that does not differ uses none of them up."""
    bench = Bench()
    bench.status = {"phase": "A"}
    bench.settle()
    bench.faults.lose_status_writes = 1
    bench.metacontroller.restart(bench.clock.now)
    bench.work()
    assert bench.faults.lose_status_writes == 1
    bench.status = {"phase": "B"}
    bench.metacontroller.restart(bench.clock.now)
    assert bench.work() == 1
    assert bench.get(SHOP)["status"]["phase"] == "A"
    bench.metacontroller.restart(bench.clock.now)
    bench.work()
    assert bench.get(SHOP)["status"]["phase"] == "B"


def test_a_swallowed_sync_does_not_happen() -> None:
    """Nobody calls the hook, and nobody notices."""
    bench = Bench()
    bench.settle()
    bench.faults.swallow_syncs = 1
    bench.store.update(changed(bench.get(SHOP), image="shop:v2"), "person")
    assert bench.work() == 0
    assert bench.work(QUIET) == 0
    bench.store.update(changed(bench.get(SHOP), image="shop:v3"), "person")
    assert bench.work()


def test_a_refused_child_is_refused_until_that_is_lifted() -> None:
    """Creates and updates alike; what needs no write is not refused."""
    bench = Bench()
    bench.children = [service()]
    bench.settle()
    bench.faults.refuse = lambda _: "refused"
    bench.metacontroller.restart(bench.clock.now)
    bench.work()
    assert bench.work(QUIET) == 0
    bench.children = [service(team="a")]
    bench.metacontroller.restart(bench.clock.now)
    assert bench.work() == 1
    assert bench.work(1) == 1
    assert bench.get(OURS)["spec"]["selector"] == {"app": "shop"}


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_creates_updates_and_deletes_are_refused_separately(verb: ChildVerb) -> None:
    """An admission rule names its operations; one that was used up lets the next try pass, after the backoff."""
    bench = Bench()
    bench.children = [] if verb == "create" else [service()]
    bench.settle()
    bench.children = {"create": [service()], "update": [service(team="a")], "delete": []}[verb]
    others = frozenset[ChildVerb]({"create", "update", "delete"}) - {verb}
    bench.faults.refusals = [Refusal("Service", "shop", others), Refusal("Service", "shop", frozenset({verb}), times=1)]
    bench.metacontroller.wake(bench.clock.now)
    bench.work()
    assert bench.written() == []
    bench.work(1)
    assert bench.written() == [(verb, "Service", "shop")]


def test_a_refusal_is_for_its_kind_and_name() -> None:
    """Others pass, and so does the status."""
    bench = Bench()
    bench.faults.refusals = [Refusal("Deployment"), Refusal("", "other")]
    bench.children = [service()]
    bench.status = {"phase": "A"}
    bench.work()
    assert [verb for verb, _, _ in bench.written()] == ["create", "status"]


def test_a_refused_status_is_tried_again() -> None:
    """The API server's error fails the sync, and the backoff brings the next (controller.go, updateParentStatus)."""
    bench = Bench()
    bench.settle()
    bench.status = {"phase": "A"}
    bench.faults.refusals = [Refusal("CanaryApp", verbs=frozenset({"status"}), times=1)]
    bench.metacontroller.wake(bench.clock.now)
    assert bench.work() == 1
    assert bench.written() == []
    bench.work(1)
    assert bench.written() == [("status", "CanaryApp", "shop")]


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_stop_between_two_writes_leaves_the_rest_undone(writes: int) -> None:
    """Children come first, the status last; the next process does what is missing, after the pause."""
    bench = Bench()
    bench.settle()
    bench.children, bench.status = [service(), with_metadata(service(), name="other")], {"phase": "A"}
    bench.faults.stop = Stop(writes, seconds=5.0)
    bench.metacontroller.wake(bench.clock.now)
    bench.work()
    whole = [("create", "Service", "other"), ("create", "Service", "shop"), ("status", "CanaryApp", "shop")]
    assert bench.written() == whole[:writes]
    assert bench.work(4) == 0
    bench.work(1)
    assert bench.written() == whole


def test_a_repeated_sync_has_no_cause() -> None:
    """The hook is asked again although nothing happened."""
    bench = Bench()
    bench.settle()
    bench.faults.repeat_syncs = 2
    bench.metacontroller.wake(bench.clock.now)
    assert bench.work() == 3
    assert bench.written() == []


def test_a_late_sync_happens_later() -> None:
    """All workers are busy; what was asked for comes when one is free."""
    bench = Bench()
    bench.settle()
    bench.faults.delay_syncs, bench.faults.delay_seconds = 1, 3.0
    bench.store.update(changed(bench.get(SHOP), image="shop:v2"), "person")
    assert [bench.work() > 0, bench.work(2) > 0, bench.work(1) > 0] == [False, False, True]
