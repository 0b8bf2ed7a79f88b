"""An object store with the manners of the API server (Kubernetes API conventions and concepts).

Names and uids, generation and resourceVersion, optimistic concurrency, the status subresource, validation, admission,
finalizers, owner references with background garbage collection, watches. Time is what the caller says it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from app.simulation.kubernetes.defaults import add_defaults, keep_allocated
from app.simulation.kubernetes.errors import AlreadyExistsError, ConflictError, NotFoundError
from app.simulation.kubernetes.objects import (
    CONTROLLER_REVISION,
    DEPLOYMENT,
    SERVICE,
    Key,
    Kind,
    Object,
    annotations_of,
    copied,
    is_going,
    key_of,
    owners_of,
    timestamp,
)
from app.simulation.kubernetes.validation import check, check_change, require

Verb = Literal["create", "update", "status", "delete"]

GARBAGE_COLLECTOR: Final = "garbage-collector"
_SYSTEM_FIELDS: Final = ("uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp")
_WITHOUT_GENERATION: Final = (SERVICE, CONTROLLER_REVISION)


@dataclass(frozen=True)
class Write:
    """One write that succeeded.

    Attributes:
        at: unix seconds.
        who: the writer.
        verb: what was done.
        key: to what.
        before: the object before, None for a create.
        after: the object after, None for a delete.
    """

    at: float
    who: str
    verb: Verb
    key: Key
    before: Object | None
    after: Object | None


Admission = Callable[[Verb, Object], None]
"""Raises an AdmissionError to refuse a create or an update."""
Watcher = Callable[[Write], None]


class ObjectStore:
    """The objects of the cluster. What is given out are copies; what is taken in is copied."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` says what time it is, in unix seconds."""
        self._clock = clock
        self._objects: dict[Key, Object] = {}
        self._version = 0
        self.admission: list[Admission] = []
        self.watchers: list[Watcher] = []

    def get(self, key: Key) -> Object | None:
        """The object, or None."""
        return copied(self._objects.get(key))

    def list(self, kind: Kind, namespace: str | None = None) -> list[Object]:
        """The objects of a kind, in the order of their names."""
        keys = (key for key in self._objects if key.kind == kind and namespace in {None, key.namespace})
        return [copied(self._objects[key]) for key in sorted(keys)]

    def create(self, obj: Object, who: str) -> Object:
        """Stores a new object. What an owner that is gone would own is deleted at once.

        Raises:
            InvalidError: it breaks a rule of its kind.
            AdmissionError: an admission rule refuses it.
            AlreadyExistsError: there is one of that name.
        """
        made, key, number = copied(obj), key_of(obj), self._next_version()
        made["metadata"] = {
            **(made.get("metadata") or {}),
            "namespace": key.namespace,
            "uid": f"00000000-0000-4000-8000-{number:012d}",
            "creationTimestamp": timestamp(self._clock()),
        }
        if key.kind not in _WITHOUT_GENERATION:
            made["metadata"]["generation"] = 1
        made.pop("status", None)
        require(key, made)
        add_defaults(made, number)
        check(key, made)
        self._admit("create", made)
        if key in self._objects:
            raise AlreadyExistsError(f"{key} already exists.")
        return self._put(key, None, made, who, "create")

    def update(self, obj: Object, who: str) -> Object:
        """Stores a changed object; its status stays as it is. Nothing is written where nothing changes.

        An object that is being deleted goes when its last finalizer does.

        Raises:
            NotFoundError: there is no such object.
            ConflictError: the object has another resourceVersion by now.
            InvalidError: it breaks a rule of its kind, or a field changes that must not.
            AdmissionError: an admission rule refuses it.
        """
        key, made = key_of(obj), copied(obj)
        before = self._current(key, made)
        made["metadata"]["namespace"] = key.namespace
        for field in _SYSTEM_FIELDS:
            made["metadata"].pop(field, None)
            if field in before["metadata"]:
                made["metadata"][field] = before["metadata"][field]
        made.pop("status", None)
        if "status" in before:
            made["status"] = copied(before["status"])
        require(key, made)
        keep_allocated(made, before)
        add_defaults(made, int(before["metadata"]["resourceVersion"]))
        check(key, made)
        check_change(key, before, made)
        self._admit("update", made)
        if made == before:
            return made
        if _is_new_generation(key.kind, before, made):
            made["metadata"]["generation"] += 1
        if is_going(made) and not made["metadata"].get("finalizers"):
            self._remove(key, who)
            return made
        return self._put(key, before, made, who, "update")

    def update_status(self, obj: Object, who: str) -> Object:
        """Stores the object's status and nothing else of it, but for a Deployment's annotations.

        Raises:
            NotFoundError: there is no such object.
            ConflictError: the object has another resourceVersion by now.
        """
        key = key_of(obj)
        before = self._current(key, obj)
        made = {**copied(before), "status": copied(obj.get("status") or {})}
        if key.kind == DEPLOYMENT and annotations_of(obj):
            # The Deployment controller writes its revision so (Kubernetes, pkg/registry/apps/deployment/strategy.go).
            made["metadata"]["annotations"] = copied(annotations_of(obj))
        return made if made == before else self._put(key, before, made, who, "status")

    def delete(self, key: Key, who: str, uid: str | None = None) -> None:
        """Deletes an object and, in the background, what it alone owns; with finalizers, it is only marked.

        Raises:
            NotFoundError: there is no such object.
            ConflictError: it has another uid.
        """
        before = self._objects.get(key)
        if before is None:
            raise NotFoundError(f"{key} is not found.")
        if uid not in {None, before["metadata"]["uid"]}:
            raise ConflictError(f"{key} has the uid {before['metadata']['uid']}, not {uid}.")
        if not before["metadata"].get("finalizers"):
            self._remove(key, who)
        elif not is_going(before):
            made = copied(before)
            made["metadata"]["deletionTimestamp"] = timestamp(self._clock())
            if "generation" in made["metadata"]:
                made["metadata"]["generation"] += 1
            self._put(key, before, made, who, "update")

    def _remove(self, key: Key, who: str) -> None:
        before = self._objects.pop(key)
        self._next_version()
        self._tell(Write(self._clock(), who, "delete", key, before, None))
        for other in list(self._objects):
            self._collect(other)

    def _collect(self, key: Key) -> None:
        """An object whose owners are all gone goes too; of several owners, those that are gone are forgotten."""
        obj = self._objects.get(key)
        if obj is None or not owners_of(obj):
            return
        there = {other["metadata"]["uid"] for other in self._objects.values()}
        alive = [owner for owner in owners_of(obj) if owner["uid"] in there]
        if len(alive) == len(owners_of(obj)):
            return
        if not alive:
            self.delete(key, GARBAGE_COLLECTOR)
            return
        made = copied(obj)
        made["metadata"]["ownerReferences"] = copied(alive)
        self._put(key, obj, made, GARBAGE_COLLECTOR, "update")

    def _current(self, key: Key, obj: Object) -> Object:
        before = self._objects.get(key)
        if before is None:
            raise NotFoundError(f"{key} is not found.")
        read = obj["metadata"].get("resourceVersion")
        if read not in {None, before["metadata"]["resourceVersion"]}:
            raise ConflictError(f"{key} was changed: it was read at {read}.")
        return before

    def _admit(self, verb: Verb, obj: Object) -> None:
        for rule in self.admission:
            rule(verb, obj)

    def _put(self, key: Key, before: Object | None, made: Object, who: str, verb: Verb) -> Object:
        made["metadata"]["resourceVersion"] = str(self._next_version())
        self._objects[key] = made
        given = copied(made)
        self._tell(Write(self._clock(), who, verb, key, before, copied(made)))
        self._collect(key)
        return given

    def _next_version(self) -> int:
        self._version += 1
        return self._version

    def _tell(self, write: Write) -> None:
        for watcher in list(self.watchers):
            watcher(write)


def _is_new_generation(kind: Kind, before: Object, made: Object) -> bool:
    """Whatever is no metadata counts; of a Deployment, its annotations do, too, since its replica sets inherit them."""
    if kind in _WITHOUT_GENERATION:
        return False
    if kind == DEPLOYMENT and annotations_of(before) != annotations_of(made):
        return True
    return _without_metadata(made) != _without_metadata(before)


def _without_metadata(obj: Object) -> Object:
    return {key: value for key, value in obj.items() if key not in ("metadata", "status")}
