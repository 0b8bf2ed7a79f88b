"""Making the children what the hook wants (Metacontroller, pkg/controller/common/manage_children.go)."""

from collections.abc import Callable, Mapping
from functools import partial

from app.simulation.kubernetes.errors import AlreadyExistsError, ApiError, ConflictError, InvalidError, NotFoundError
from app.simulation.kubernetes.objects import Key, Object, copied, is_going, key_of
from app.simulation.kubernetes.store import ObjectStore
from app.simulation.metacontroller.apply import apply_update, with_last_applied
from app.simulation.metacontroller.claim import owner_reference
from app.simulation.metacontroller.faults import Faults
from app.simulation.metacontroller.kinds import SELECTOR_LABEL, WHO


def wanted_children(parent: Object, children: list[Object]) -> dict[Key, Object]:
    """The desired children with the parent's namespace, where they name none, and the generated selector's label.

    Raises:
        InvalidError: a child's labels are none, or do not match the selector. Nothing is done then, for no child.
    """
    wanted: dict[Key, Object] = {}
    uid = parent["metadata"]["uid"]
    for child in children:
        metadata = dict(child.get("metadata") or {})
        labels = metadata.get("labels", {})
        if not isinstance(labels, dict) or not all(isinstance(value, str) for value in labels.values()):
            raise InvalidError(f"{key_of(child)} has labels that are none: {labels!r}.")
        if labels.get(SELECTOR_LABEL, uid) != uid:
            raise InvalidError(f"The labels of {key_of(child)} do not match the selector of its parent.")
        metadata["labels"] = {**labels, SELECTOR_LABEL: uid}
        metadata["namespace"] = metadata.get("namespace") or parent["metadata"]["namespace"]
        made = {**copied(child), "metadata": metadata}
        wanted[key_of(made)] = made
    return wanted


class ChildManager:
    """Deletes what is not wanted, then applies what is, kind by kind; one that fails does not stop the others."""

    def __init__(self, store: ObjectStore, faults: Faults) -> None:
        """`faults` says which writes are refused."""
        self._store = store
        self._faults = faults

    def manage(self, parent: Object, observed: list[Object], wanted: Mapping[Key, Object]) -> list[ApiError]:
        """Does it; returns what failed. What is being deleted already is left alone."""
        there = {key_of(child): child for child in observed}
        errors: list[ApiError] = []
        for key in sorted(set(there) - set(wanted), key=_order):
            self._attempt(partial(self._delete, key, there[key]), errors)
        for key in sorted(wanted, key=_order):
            step = self._update if key in there else self._create
            self._attempt(partial(step, parent, there.get(key, {}), wanted[key]), errors)
        return errors

    @staticmethod
    def _attempt(step: Callable[[], None], errors: list[ApiError]) -> None:
        try:
            step()
        except ApiError as error:
            errors.append(error)

    def _delete(self, key: Key, child: Object) -> None:
        if is_going(child):
            return
        self._faults.before_write("delete", child)
        try:
            self._store.delete(key, WHO, uid=child["metadata"]["uid"])
        except NotFoundError:
            return

    def _create(self, parent: Object, _: Object, desired: Object) -> None:
        made = with_last_applied(desired, desired)
        made["metadata"] = {**made["metadata"], "ownerReferences": [owner_reference(parent)]}
        self._faults.before_write("create", made)
        try:
            self._store.create(made, WHO)
        except AlreadyExistsError:
            return  # Somebody else's, or not in the cache yet: nobody is told.

    def _update(self, _: Object, observed: Object, desired: Object) -> None:
        changed = apply_update(observed, desired)
        if changed == observed or is_going(observed):
            return
        self._faults.before_write("update", changed)
        try:
            self._store.update(changed, WHO)
        except (ConflictError, NotFoundError):
            return  # What changed it brings the next sync.


def _order(key: Key) -> tuple[tuple[str, str, str], str]:
    """By kind, as Metacontroller does; by name within a kind, where Metacontroller has no order."""
    return key.kind.sort_key, key.name
