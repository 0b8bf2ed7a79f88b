"""Whose children there are (Metacontroller, pkg/third_party/kubernetes/controller_ref_manager.go)."""

from app.simulation.kubernetes.errors import ConflictError, NotFoundError
from app.simulation.kubernetes.objects import (
    Object,
    controller_of,
    is_going,
    key_of,
    labels_of,
    owners_of,
)
from app.simulation.kubernetes.store import ObjectStore
from app.simulation.metacontroller.kinds import CHILD_KINDS, SELECTOR_LABEL, WHO


def claim(store: ObjectStore, parent: Object) -> list[Object]:
    """The children, as they were read.

    What the parent controls and its selector no longer matches is released; what the selector matches and nobody
    controls is adopted. A parent that is being deleted does neither.

    Raises:
        NotFoundError: there is something to adopt, and the parent is gone.
        ConflictError: there is something to adopt, and the parent is being deleted, or another by now.
    """
    children = [child for kind in CHILD_KINDS for child in store.list(kind, parent["metadata"]["namespace"])]
    return [child for child in children if _claim_one(store, parent, child)]


def owner_reference(parent: Object) -> Object:
    """The reference that makes a parent the controller of a child."""
    return {
        "apiVersion": parent["apiVersion"],
        "kind": parent["kind"],
        "name": parent["metadata"]["name"],
        "uid": parent["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _claim_one(store: ObjectStore, parent: Object, child: Object) -> bool:
    uid, controller = parent["metadata"]["uid"], controller_of(child)
    selected = labels_of(child).get(SELECTOR_LABEL) == uid
    if controller is not None and (controller["uid"] != uid or selected):
        return bool(controller["uid"] == uid)
    if is_going(parent):
        return False
    if controller is not None:
        _write_owners(store, child, [owner for owner in owners_of(child) if owner["uid"] != uid])
        return False
    if not selected or is_going(child):
        return False
    _may_adopt(store, parent)
    _write_owners(store, child, [*owners_of(child), owner_reference(parent)])
    return True


def _write_owners(store: ObjectStore, child: Object, owners: list[Object]) -> None:
    store.update({**child, "metadata": {**child["metadata"], "ownerReferences": owners}}, WHO)


def _may_adopt(store: ObjectStore, parent: Object) -> None:
    """The parent is read again, past the cache."""
    fresh = store.get(key_of(parent))
    if fresh is None:
        raise NotFoundError(f"{key_of(parent)} is gone and adopts nothing.")
    if fresh["metadata"]["uid"] != parent["metadata"]["uid"] or is_going(fresh):
        raise ConflictError(f"{key_of(parent)} is being deleted, or is another by now, and adopts nothing.")
