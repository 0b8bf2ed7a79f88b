"""Faults can be played, and each goes off as often as it was armed."""

from app.simulation.kubernetes.objects import SERVICE, Key
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
