"""What an owner leaves behind is collected."""

from app.simulation.kubernetes.objects import key_of
from app.simulation.kubernetes.store import GARBAGE_COLLECTOR, Write
from tests.simulation.kubernetes.manifests import app, changed, deployment, owned_by, service, store_at_start


def test_children_go_with_their_parent() -> None:
    """Deleting a parent deletes what it owns, and what that owns; what others own stays."""
    store, heard = store_at_start(), list[Write]()
    parent, other = store.create(app(), "person"), store.create(app("other"), "person")
    child = store.create(owned_by(deployment(), parent), "metacontroller")
    store.create(owned_by(service("grandchild"), child), "metacontroller")
    kept = store.create(owned_by(service("kept"), other), "metacontroller")
    store.watchers.append(heard.append)
    store.delete(key_of(parent), "person")
    assert [(write.key.name, write.who) for write in heard] == [
        ("shop", "person"),
        ("shop-primary", GARBAGE_COLLECTOR),
        ("grandchild", GARBAGE_COLLECTOR),
    ]
    assert store.get(key_of(kept)) == kept


def test_one_owner_is_enough() -> None:
    """Of two owners, one that goes is forgotten; the last one takes the object along."""
    store = store_at_start()
    first, second = store.create(app("a"), "person"), store.create(app("b"), "person")
    child = store.create(owned_by(service(), first, second, controller=False), "person")
    store.delete(key_of(first), "person")
    left = store.get(key_of(child))
    assert left
    assert [owner["name"] for owner in left["metadata"]["ownerReferences"]] == ["b"]
    store.delete(key_of(second), "person")
    assert store.get(key_of(child)) is None


def test_a_child_of_a_parent_that_is_gone_does_not_stay() -> None:
    """Who creates a child for a deleted parent creates it in vain, even if there is a new parent of that name."""
    store = store_at_start()
    old = store.create(app(), "person")
    store.delete(key_of(old), "person")
    store.create(app(), "person")
    made = store.create(owned_by(service(), old), "late")
    assert made["metadata"]["uid"]
    assert store.get(key_of(made)) is None


def test_an_object_that_is_given_to_a_parent_that_is_gone_goes() -> None:
    """An update that makes a deleted parent the only owner deletes the object."""
    store = store_at_start()
    old = store.create(app(), "person")
    store.delete(key_of(old), "person")
    made = store.create(service(), "person")
    store.update(owned_by(made, old), "late")
    assert store.get(key_of(made)) is None


def test_an_object_without_owners_stays() -> None:
    """Nothing is collected that never had an owner."""
    store = store_at_start()
    made = store.create(service(), "person")
    parent = store.create(app(), "person")
    store.delete(key_of(parent), "person")
    assert store.update(changed(made, selector={"app": "other"}), "person")
    assert store.get(key_of(made))
