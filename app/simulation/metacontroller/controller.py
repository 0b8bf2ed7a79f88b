"""Metacontroller's CompositeController loop, as of v4.17.2 (pkg/controller/composite/controller.go).

One sync: claim the children, call the hook, delete what it left out, apply the rest kind by kind, write the status. A
failed call changes nothing; a child that cannot be applied stops neither the other children nor the status.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from app.resource import names
from app.simulation.kubernetes.errors import AlreadyExistsError, ApiError, ConflictError, NotFoundError
from app.simulation.kubernetes.objects import (
    CANARY_APP,
    CONTROLLER_REVISION,
    DEPLOYMENT,
    DESTINATION_RULE,
    GATEWAY,
    SERVICE,
    VIRTUAL_SERVICE,
    Key,
    Kind,
    Object,
    key_of,
    kind_of,
)
from app.simulation.kubernetes.store import ObjectStore, Write
from app.simulation.metacontroller.apply import apply_update, with_last_applied
from app.simulation.metacontroller.faults import Faults
from app.simulation.metacontroller.hook import Desired, HookCall, HookFailedError, HookUnreachableError, read_desired
from app.simulation.metacontroller.queue import Backoff, WorkQueue

WHO: Final = "metacontroller"
CHILD_KINDS: Final = (SERVICE, CONTROLLER_REVISION, DEPLOYMENT, DESTINATION_RULE, GATEWAY, VIRTUAL_SERVICE)
_SELECTOR_LABEL: Final = "controller-uid"


@dataclass(frozen=True)
class Sync:
    """One call of the hook.

    Attributes:
        at: unix seconds.
        parent: namespace and name.
        request: the JSON that was sent.
        status: HTTP status, 0 where the hook was not reached.
        response: the JSON that came back, as bytes.
        error: what failed, "" where nothing did.
    """

    at: float
    parent: str
    request: bytes
    status: int
    response: bytes
    error: str


class Metacontroller:
    """Runs one CompositeController over CanaryApps."""

    def __init__(self, store: ObjectStore, hook: HookCall, *, faults: Faults, backoff: Backoff | None = None) -> None:
        """Watches the store from here on."""
        self._store = store
        self._hook = hook
        self._faults = faults
        self._queue = WorkQueue(backoff or Backoff())
        self._observer: Callable[[Sync], None] = lambda _: None
        self._now = 0.0
        store.watchers.append(self._on_write)

    def on_sync(self, observer: Callable[[Sync], None]) -> None:
        """Tells the observer of every sync."""
        self._observer = observer

    def restart(self, now: float) -> None:
        """Forgets timers and failures, and looks at every parent, as a new process does."""
        self._queue = WorkQueue(self._queue._backoff)  # noqa: SLF001 - the same settings
        for parent in self._store.list(CANARY_APP):
            self._queue.add(key_of(parent), now)

    def next_due(self) -> float | None:
        """When there is work."""
        return self._queue.next_due()

    async def work(self, now: float) -> bool:
        """Does one sync that is due; says whether there was one."""
        self._now = now
        key = self._queue.take(now)
        if key is None:
            return False
        if self._faults.take_sync():
            return True
        try:
            await self._sync(key, now)
        except HookFailedError as failure:
            if failure.retry_after is None:
                self._queue.add_failed(key, now)
            else:
                self._queue.add(key, now + failure.retry_after)
        except ApiError:
            self._queue.add_failed(key, now)
        else:
            self._queue.forget(key)
        return True

    def _on_write(self, write: Write) -> None:
        at = max(self._now, write.at)
        if write.key.kind == CANARY_APP:
            if write.after is not None:
                self._queue.add(write.key, at)
            return
        for owner in ((write.after or write.before) or {})["metadata"].get("ownerReferences", []):
            parent = Key(CANARY_APP, write.key.namespace, owner["name"])
            if owner["kind"] == CANARY_APP.kind and self._store.get(parent) is not None:
                self._queue.add(parent, at)

    async def _sync(self, key: Key, now: float) -> None:
        parent = self._take_stale_parent(key) or self._store.get(key)
        if parent is None:
            return
        observed = self._claim(parent)
        request = _request(parent, observed)
        desired = await self._call(key, request, now)
        if desired.resync_after > 0:
            self._queue.add(key, now + desired.resync_after)
        errors = self._manage(parent, observed, desired.children)
        self._write_status(parent, desired.status)
        if errors:
            raise errors[0]

    async def _call(self, key: Key, request: bytes, now: float) -> Desired:
        parent = f"{key.namespace}/{key.name}"
        try:
            answer = await self._hook("/sync", request)
        except HookUnreachableError as problem:
            self._observer(Sync(now, parent, request, 0, b"", str(problem)))
            raise HookFailedError(str(problem)) from problem
        try:
            desired = read_desired(answer)
        except HookFailedError as failure:
            self._observer(Sync(now, parent, request, answer.status, answer.body, str(failure)))
            raise
        self._observer(Sync(now, parent, request, answer.status, answer.body, ""))
        return desired

    def _claim(self, parent: Object) -> list[Object]:
        """The children by owner reference; what no longer has the selector's label is released, orphans are adopted."""
        if self._faults.stale_children is not None:
            stale, self._faults.stale_children = self._faults.stale_children, None
            return stale
        uid, claimed = parent["metadata"]["uid"], []
        for kind in CHILD_KINDS:
            for child in self._store.list(kind, parent["metadata"]["namespace"]):
                metadata = child["metadata"]
                owners = metadata.get("ownerReferences", [])
                controller = next((owner["uid"] for owner in owners if owner.get("controller")), None)
                selected = (metadata.get("labels") or {}).get(_SELECTOR_LABEL) == uid
                if controller == uid and not selected:
                    metadata["ownerReferences"] = [owner for owner in owners if owner["uid"] != uid]
                    self._store.update(child, WHO)
                elif controller is None and selected:
                    metadata["ownerReferences"] = [*owners, _owner(parent)]
                    claimed.append(self._store.update(child, WHO))
                elif controller == uid:
                    claimed.append(child)
        return claimed

    def _manage(self, parent: Object, observed: list[Object], children: list[Object]) -> list[ApiError]:
        wanted = {key_of(child): _labelled(child, parent) for child in children}
        there = {key_of(child): child for child in observed}
        errors: list[ApiError] = []
        for key in sorted(set(there) - set(wanted), key=_order):
            self._attempt(partial(self._delete, key, there[key]), errors)
        for key in sorted(wanted, key=_order):
            self._attempt(partial(self._apply, parent, there.get(key), wanted[key]), errors)
        return errors

    @staticmethod
    def _attempt(step: Callable[[], None], errors: list[ApiError]) -> None:
        try:
            step()
        except ApiError as error:
            errors.append(error)

    def _delete(self, key: Key, child: Object) -> None:
        try:
            self._store.delete(key, WHO, uid=child["metadata"]["uid"])
        except NotFoundError:
            return

    def _apply(self, parent: Object, observed: Object | None, desired: Object) -> None:
        if observed is None:
            made = with_last_applied(desired, desired)
            made["metadata"] = {**made["metadata"], "ownerReferences": [_owner(parent)]}
            self._refuse(made)
            try:
                self._store.create(made, WHO)
            except AlreadyExistsError:
                return
            return
        changed = apply_update(observed, desired)
        if changed == observed:
            return
        self._refuse(changed)
        try:
            self._store.update(changed, WHO)
        except (ConflictError, NotFoundError):
            return

    def _refuse(self, child: Object) -> None:
        if sentence := self._faults.refuse(child):
            raise ApiError(sentence)

    def _write_status(self, parent: Object, status: dict[str, Any]) -> None:
        status = {**status, "observedGeneration": parent["metadata"]["generation"]}
        current = self._store.get(key_of(parent))
        if current is None or current.get("status") == status or self._faults.take_status_write():
            return
        if current["metadata"]["uid"] == parent["metadata"]["uid"]:
            self._store.update_status({**current, "status": status}, WHO)

    def _take_stale_parent(self, key: Key) -> Object | None:
        stale = self._faults.stale_parent
        if stale is None or key_of(stale) != key:
            return None
        self._faults.stale_parent = None
        return stale


def _request(parent: Object, observed: list[Object]) -> bytes:
    children: dict[str, dict[str, Object]] = {kind.group_key: {} for kind in CHILD_KINDS}
    for child in observed:
        children[kind_of(child).group_key][child["metadata"]["name"]] = child
    return json.dumps(
        {
            "controller": COMPOSITE_CONTROLLER,
            "parent": parent,
            "children": children,
            "related": {},
            "finalizing": False,
        }
    ).encode()


def _labelled(child: Object, parent: Object) -> Object:
    """A desired child with the generated selector's label, in the parent's namespace."""
    metadata = dict(child["metadata"])
    metadata["labels"] = {_SELECTOR_LABEL: parent["metadata"]["uid"], **(metadata.get("labels") or {})}
    metadata.setdefault("namespace", parent["metadata"]["namespace"])
    return {**child, "metadata": metadata}


def _owner(parent: Object) -> Object:
    return {
        "apiVersion": parent["apiVersion"],
        "kind": parent["kind"],
        "name": parent["metadata"]["name"],
        "uid": parent["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _order(key: Key) -> tuple[tuple[str, str, str], str]:
    return key.kind.sort_key, key.name


def _plural(kind: Kind) -> str:
    return kind.kind.lower() + "s"


COMPOSITE_CONTROLLER: Final[dict[str, Any]] = {
    "apiVersion": "metacontroller.k8s.io/v1alpha1",
    "kind": "CompositeController",
    "metadata": {"name": "canaryapp-operator"},
    "spec": {
        "generateSelector": True,
        "parentResource": {"apiVersion": names.API_VERSION, "resource": names.PLURAL},
        "childResources": [
            {"apiVersion": kind.api_version, "resource": _plural(kind), "updateStrategy": {"method": "InPlace"}}
            for kind in CHILD_KINDS
        ],
        "hooks": {"sync": {"webhook": {"url": "http://canaryapp-operator.canaryapp-system.svc/sync"}}},
    },
}
