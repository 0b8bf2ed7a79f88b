"""Children are told by owner and label: adopted, released, or left alone."""

import pytest

from app.simulation.kubernetes.errors import ConflictError, NotFoundError
from app.simulation.kubernetes.objects import SERVICE, Key, Object, key_of, owners_of
from app.simulation.metacontroller.claim import claim, owner_reference
from app.simulation.metacontroller.kinds import SELECTOR_LABEL
from tests.simulation.kubernetes.manifests import app, deployment, owned_by, service, with_metadata
from tests.simulation.metacontroller.bench import SHOP, Bench

OURS = Key(SERVICE, "default", "shop")


def _labelled(obj: Object, parent: Object) -> Object:
    return with_metadata(obj, labels={SELECTOR_LABEL: parent["metadata"]["uid"]})


def test_an_orphan_with_the_label_is_adopted() -> None:
    """Its arrival asks for a sync; it gets the owner reference and is shown to the hook, as it was read."""
    bench = Bench()
    bench.settle()
    bench.children = [service()]
    bench.store.create(_labelled(service(), bench.parent), "person")
    assert bench.work()
    assert owners_of(bench.get(OURS)) == [owner_reference(bench.parent)]
    shown = bench.request(0)["children"]["Service.v1"]["shop"]
    assert "ownerReferences" not in shown["metadata"]


def test_an_adopted_child_is_applied_in_the_next_sync() -> None:
    """The sync that adopts it read an older version of it: its update is refused, and the adoption brings the next."""
    bench = Bench()
    bench.settle()
    bench.children = [service(team="a")]
    bench.store.create(_labelled(service(), bench.parent), "person")
    bench.work()
    assert bench.written() == [("update", "Service", "shop"), ("update", "Service", "shop")]
    assert bench.get(OURS)["spec"]["selector"] == {"app": "shop", "team": "a"}


def test_a_child_that_lost_the_label_is_released() -> None:
    """It stays, without the owner reference, and the hook is no longer shown it."""
    bench = Bench()
    bench.children = [service()]
    bench.work()
    bench.store.update(with_metadata(bench.get(OURS), labels={}), "person")
    bench.work()
    assert owners_of(bench.get(OURS)) == []
    assert bench.seen("Service.v1") == []


def test_a_name_that_is_taken_is_nobodys_error() -> None:
    """Where somebody else's object has the child's name, it is left alone, and nobody is told."""
    bench = Bench()
    foreign = bench.store.create(service(), "person")
    bench.children = [service(team="a")]
    bench.work()
    assert bench.get(OURS) == foreign
    assert bench.get(SHOP)["status"] == {"observedGeneration": 1}
    assert bench.work(60) == 0


def test_what_another_controls_is_left_alone() -> None:
    """A child of another controller is not ours, whatever its labels say, and its changes ask for no sync."""
    bench = Bench()
    other = bench.store.create(deployment(), "person")
    bench.settle()
    made = bench.store.create(_labelled(owned_by(service(), other), bench.parent), "person")
    assert bench.work() == 0
    bench.metacontroller.restart(bench.clock.now)
    bench.work()
    assert bench.seen("Service.v1") == []
    assert bench.get(OURS) == made


def test_a_child_whose_label_changes_hands_changes_its_parent() -> None:
    """The one releases it, the other adopts it; each is asked because of the other's write."""
    bench = Bench()
    other = bench.store.create(app("other"), "person")
    bench.settle()
    bench.store.create(_labelled(owned_by(service(), other), bench.parent), "person")
    bench.children = [service()]
    bench.work()
    assert [sync.parent for sync in bench.syncs][:2] == ["default/other", "default/shop"]
    assert owners_of(bench.get(OURS)) == [owner_reference(bench.parent)]


@pytest.mark.parametrize("event", ["change", "deletion"])
def test_what_nobody_claims_asks_for_no_sync(event: str) -> None:
    """A foreign object's change or deletion does not concern Metacontroller; nor does an orphan's deletion."""
    bench = Bench()
    made = bench.store.create(service("foreign"), "person")
    bench.settle()
    if event == "change":
        bench.store.update(with_metadata(made, labels={"team": "a"}), "person")
    else:
        bench.store.delete(key_of(made), "person")
    assert bench.work() == 0


def test_a_child_that_is_going_is_not_adopted() -> None:
    """An orphan on its way out is not taken in."""
    bench = Bench()
    bench.settle()
    made = bench.store.create(
        with_metadata(service(), finalizers=["a/b"], labels={SELECTOR_LABEL: bench.parent["metadata"]["uid"]}), "person"
    )
    bench.store.delete(key_of(made), "person")
    bench.work()
    assert owners_of(bench.get(OURS)) == []


def _going(bench: Bench) -> Object:
    bench.store.update(with_metadata(bench.get(SHOP), finalizers=["a/b"]), "person")
    bench.store.delete(SHOP, "person")
    return bench.get(SHOP)


def test_a_parent_that_is_going_neither_adopts_nor_releases() -> None:
    """Its children stay as they are, and the hook is still shown what it has."""
    bench = Bench()
    bench.children = [service()]
    bench.work()
    _going(bench)
    orphan = bench.store.create(_labelled(service("orphan"), bench.parent), "person")
    bench.store.create(owned_by(service("stripped"), bench.parent), "person")
    bench.settle()
    bench.metacontroller.restart(bench.clock.now)
    assert bench.work() == 1
    assert "deletionTimestamp" in bench.request()["parent"]["metadata"]
    assert owners_of(bench.get(key_of(orphan))) == []
    assert owners_of(bench.get(Key(SERVICE, "default", "stripped")))
    assert bench.seen("Service.v1") == ["shop"]


@pytest.mark.parametrize(
    ("fate", "error", "sentence"),
    [
        ("gone", NotFoundError, "CanaryApp default/shop is gone and adopts nothing."),
        (
            "another",
            ConflictError,
            "CanaryApp default/shop is being deleted, or is another by now, and adopts nothing.",
        ),
        ("going", ConflictError, "CanaryApp default/shop is being deleted, or is another by now, and adopts nothing."),
    ],
)
def test_a_stale_parent_adopts_nothing(fate: str, error: type[Exception], sentence: str) -> None:
    """Before it adopts, Metacontroller reads the parent past its cache."""
    bench = Bench()
    stale = bench.get(SHOP)
    if fate == "going":
        _going(bench)
    else:
        bench.store.delete(SHOP, "person")
    if fate == "another":
        bench.store.create(app(), "person")
    orphan = bench.store.create(_labelled(service(), stale), "person")
    with pytest.raises(error) as refused:
        claim(bench.store, stale)
    assert str(refused.value) == sentence
    assert bench.get(key_of(orphan)) == orphan
