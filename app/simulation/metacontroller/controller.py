"""Metacontroller's CompositeController loop, as of v4.17.2 (pkg/controller/composite/controller.go).

One sync: claim the children, call the hook, delete what it left out, apply the rest kind by kind, write the status. A
failed call changes nothing; a child that cannot be applied stops neither the other children nor the status.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.simulation.kubernetes.errors import ApiError
from app.simulation.kubernetes.objects import (
    CANARY_APP,
    Key,
    Object,
    controller_of,
    copied,
    is_going,
    key_of,
    kind_of,
    labels_of,
)
from app.simulation.kubernetes.store import ObjectStore, Write
from app.simulation.metacontroller.children import ChildManager, wanted_children
from app.simulation.metacontroller.claim import claim
from app.simulation.metacontroller.faults import Faults, StoppedError
from app.simulation.metacontroller.hook import Desired, HookCall, HookFailedError, HookUnreachableError, read_desired
from app.simulation.metacontroller.kinds import CHILD_KINDS, COMPOSITE_CONTROLLER, SELECTOR_LABEL, WHO
from app.simulation.metacontroller.queue import Backoff, WorkQueue

__all__ = ["CHILD_KINDS", "COMPOSITE_CONTROLLER", "WHO", "Metacontroller", "Sync"]


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
        self._children = ChildManager(store, faults)
        self._backoff = backoff or Backoff()
        self._queue = WorkQueue(self._backoff)
        self._observer: Callable[[Sync], None] = lambda _: None
        self._resynced: float | None = None
        self._silent_until = -math.inf
        store.watchers.append(self._on_write)

    def on_sync(self, observer: Callable[[Sync], None]) -> None:
        """Tells the observer of every sync."""
        self._observer = observer

    def restart(self, now: float) -> None:
        """Forgets timers and failures, and looks at every parent, as a process does that starts at `now`."""
        self._queue = WorkQueue(self._backoff)
        self.wake(now)

    def wake(self, at: float) -> None:
        """Looks at every parent at `at`, without any cause, as when the caches are listed anew."""
        for parent in self._store.list(CANARY_APP):
            self._queue.add_after(key_of(parent), at)

    async def work(self, now: float) -> bool:
        """Does one sync that is due; says whether there was one."""
        if now < self._silent_until:
            return False
        self._resync(now)
        key = self._queue.take(now)
        if key is None:
            return False
        if self._faults.take_sync():
            return True
        if late := self._faults.take_delay():
            self._queue.add_after(key, now + late)
            return True
        try:
            await self._work_on(key, now)
        except StoppedError:
            self._stop(now)
        return True

    async def _work_on(self, key: Key, now: float) -> None:
        try:
            await self._sync(key, now)
        except HookFailedError as failure:
            if failure.retry_after is None:
                self._queue.add_failed(key, now)
            else:
                self._queue.add_after(key, now + failure.retry_after)
        except ApiError:
            self._queue.add_failed(key, now)
        else:
            self._queue.forget(key)
        if self._faults.take_repeat():
            self._queue.add(key)

    def _stop(self, now: float) -> None:
        """The process has ended; another one begins, and knows nothing of it."""
        seconds = self._faults.stop.seconds if self._faults.stop else 0.0
        self._faults.stop = None
        self._silent_until = now + seconds
        self.restart(self._silent_until)

    def _resync(self, now: float) -> None:
        """Every parent is looked at once a period (`resyncPeriodSeconds`), whatever happens."""
        if self._resynced is None:
            self._resynced = now
        if now - self._resynced >= COMPOSITE_CONTROLLER["spec"]["resyncPeriodSeconds"]:
            self._resynced = now
            for parent in self._store.list(CANARY_APP):
                self._queue.add(key_of(parent))

    def _on_write(self, write: Write) -> None:
        """A change of a parent, of what it controls, or of an orphan that its selector matches, asks for a sync."""
        if write.key.kind == CANARY_APP:
            self._queue.add(write.key)
            return
        obj = write.after or write.before or {}
        controller = controller_of(obj)
        for parent in self._store.list(CANARY_APP, write.key.namespace):
            uid = parent["metadata"]["uid"]
            adopts = write.after is not None and labels_of(obj).get(SELECTOR_LABEL) == uid
            if controller["uid"] == uid if controller else adopts:
                self._queue.add(key_of(parent))

    async def _sync(self, key: Key, now: float) -> None:
        parent = self._take_stale_parent(key) or self._store.get(key)
        if parent is None:
            return
        observed = self._take_stale_children(key)
        if observed is None:
            observed = claim(self._store, parent)
        desired = await self._call(key, _request(parent, observed), now)
        if desired.resync_after > 0:
            self._queue.add_after(key, now + desired.resync_after)
        wanted = wanted_children(parent, desired.children)
        errors = [] if is_going(parent) else self._children.manage(parent, observed, wanted)
        if self._write_status(parent, desired.status) and errors:
            raise errors[0]

    async def _call(self, key: Key, request: bytes, now: float) -> Desired:
        parent = f"{key.namespace}/{key.name}"
        try:
            answer = await self._hook("/sync", request)
        except HookUnreachableError as problem:
            self._observer(Sync(now, parent, request, 0, b"", str(problem)))
            raise HookFailedError(str(problem)) from problem
        try:
            desired = read_desired(answer, now)
        except HookFailedError as failure:
            self._observer(Sync(now, parent, request, answer.status, answer.body, str(failure)))
            raise
        self._observer(Sync(now, parent, request, answer.status, answer.body, ""))
        return desired

    def _write_status(self, parent: Object, status: dict[str, Any]) -> bool:
        """Replaces the status as a whole, whoever wrote it meanwhile; says whether the parent is still there.

        Nothing is written where nothing differs. The generation is that of the parent which the hook saw.
        """
        written = {**copied(status), "observedGeneration": parent["metadata"]["generation"]}
        current = self._store.get(key_of(parent))
        if current is None or current["metadata"]["uid"] != parent["metadata"]["uid"]:
            return False
        if current.get("status") == written:
            return True
        self._faults.before_write("status", current)
        if not self._faults.take_status_write():
            self._store.update_status({**current, "status": written}, WHO)
        return True

    def _take_stale_parent(self, key: Key) -> Object | None:
        stale = self._faults.stale_parent
        if stale is None or key_of(stale) != key:
            return None
        self._faults.stale_parent = None
        self._queue.add(key)  # The cache catches up, which is an event.
        return stale

    def _take_stale_children(self, key: Key) -> list[Object] | None:
        stale, self._faults.stale_children = self._faults.stale_children, None
        if stale is not None:
            self._queue.add(key)
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
