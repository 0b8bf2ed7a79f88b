"""An object store with the manners of the API server (Kubernetes API conventions and concepts).

Names and uids, generation and resourceVersion, optimistic concurrency, the status subresource, immutable fields,
admission, owner references with background garbage collection, watches. Time is what the caller says it is.
"""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from app.simulation.kubernetes.defaults import add_defaults
from app.simulation.kubernetes.errors import AlreadyExistsError, ConflictError, InvalidError, NotFoundError
from app.simulation.kubernetes.objects import (
    CONTROLLER_REVISION,
    DEPLOYMENT,
    SERVICE,
    Key,
    Kind,
    Object,
    key_of,
    timestamp,
)

Verb = Literal["create", "update", "status", "delete"]


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

_IMMUTABLE: Final[dict[Kind, tuple[tuple[str, ...], ...]]] = {
    CONTROLLER_REVISION: (("data",),),
    DEPLOYMENT: (("spec", "selector"),),
    SERVICE: (("spec", "clusterIP"),),
}
_SYSTEM_FIELDS: Final = ("uid", "creationTimestamp", "generation", "resourceVersion")


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
        found = self._objects.get(key)
        return copy.deepcopy(found)

    def list(self, kind: Kind, namespace: str | None = None) -> list[Object]:
        """The objects of a kind, in the order of their names."""
        keys = (key for key in self._objects if key.kind == kind and namespace in {None, key.namespace})
        return [copy.deepcopy(self._objects[key]) for key in sorted(keys)]

    def create(self, obj: Object, who: str) -> Object:
        """Stores a new object.

        Raises:
            AlreadyExistsError: there is one of that name.
            AdmissionError: an admission rule refuses it.
        """
        made = copy.deepcopy(obj)
        key = key_of(made)
        if key in self._objects:
            raise AlreadyExistsError(f"{key} already exists.")
        self._admit("create", made)
        number = self._next_version()
        made["metadata"] |= {
            "namespace": key.namespace,
            "uid": f"00000000-0000-4000-8000-{number:012d}",
            "creationTimestamp": timestamp(self._clock()),
            "generation": 1,
            "resourceVersion": str(number),
        }
        made.pop("status", None)
        add_defaults(made, number)
        self._objects[key] = made
        self._tell(Write(self._clock(), who, "create", key, None, copy.deepcopy(made)))
        return copy.deepcopy(made)

    def update(self, obj: Object, who: str) -> Object:
        """Stores a changed object; its status stays as it is. Nothing is written where nothing changes.

        Raises:
            NotFoundError: there is no such object.
            ConflictError: the object has another resourceVersion by now.
            InvalidError: a field changes that must not.
            AdmissionError: an admission rule refuses it.
        """
        key, made = key_of(obj), copy.deepcopy(obj)
        before = self._current(key, made)
        for field in _SYSTEM_FIELDS:
            made["metadata"][field] = before["metadata"][field]
        made.pop("status", None)
        if "status" in before:
            made["status"] = copy.deepcopy(before["status"])
        add_defaults(made, int(before["metadata"]["resourceVersion"]))
        self._check_immutable(key, before, made)
        if made == before:
            return copy.deepcopy(before)
        self._admit("update", made)
        if _without_metadata(made) != _without_metadata(before):
            made["metadata"]["generation"] += 1
        return self._put(key, before, made, who, "update")

    def update_status(self, obj: Object, who: str) -> Object:
        """Stores the object's status and nothing else of it.

        Raises:
            NotFoundError: there is no such object.
            ConflictError: the object has another resourceVersion by now.
        """
        key = key_of(obj)
        before = self._current(key, obj)
        made = {**copy.deepcopy(before), "status": copy.deepcopy(obj.get("status", {}))}
        if made == before:
            return copy.deepcopy(before)
        return self._put(key, before, made, who, "status")

    def delete(self, key: Key, who: str, uid: str | None = None) -> None:
        """Deletes an object and, in the background, what it owns.

        Raises:
            NotFoundError: there is no such object.
            ConflictError: it has another uid.
        """
        before = self._objects.get(key)
        if before is None:
            raise NotFoundError(f"{key} is not found.")
        if uid not in {None, before["metadata"]["uid"]}:
            raise ConflictError(f"{key} has the uid {before['metadata']['uid']}, not {uid}.")
        del self._objects[key]
        self._next_version()
        self._tell(Write(self._clock(), who, "delete", key, before, None))
        for owned in self._owned_by(before["metadata"]["uid"]):
            self.delete(owned, "garbage-collector")

    def _owned_by(self, uid: str) -> Iterator[Key]:
        return iter(
            [
                key
                for key, obj in self._objects.items()
                if any(owner["uid"] == uid for owner in obj["metadata"].get("ownerReferences", []))
            ]
        )

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

    def _check_immutable(self, key: Key, before: Object, after: Object) -> None:
        for path in _IMMUTABLE.get(key.kind, ()):
            if _at(before, path) != _at(after, path):
                raise InvalidError(f"{key}: {'.'.join(path)} is immutable.")

    def _put(self, key: Key, before: Object, made: Object, who: str, verb: Verb) -> Object:
        made["metadata"]["resourceVersion"] = str(self._next_version())
        self._objects[key] = made
        self._tell(Write(self._clock(), who, verb, key, before, copy.deepcopy(made)))
        return copy.deepcopy(made)

    def _next_version(self) -> int:
        self._version += 1
        return self._version

    def _tell(self, write: Write) -> None:
        for watcher in list(self.watchers):
            watcher(write)


def _without_metadata(obj: Object) -> Object:
    return {key: value for key, value in obj.items() if key not in ("metadata", "status")}


def _at(obj: Object, path: tuple[str, ...]) -> object:
    value: object = obj
    for field in path:
        value = value.get(field) if isinstance(value, dict) else None
    return value
