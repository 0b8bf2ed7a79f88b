"""Metacontroller by itself, with a hook that says what a test wants, on a clock that a test drives."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from app.simulation.kubernetes.objects import CANARY_APP, Key, Object
from app.simulation.kubernetes.store import ObjectStore, Write
from app.simulation.metacontroller.controller import WHO, Metacontroller, Sync
from app.simulation.metacontroller.faults import Faults
from app.simulation.metacontroller.hook import HookAnswer, HookUnreachableError
from tests.simulation.kubernetes.manifests import START, Clock, app

SHOP = Key(CANARY_APP, "default", "shop")
QUIET = 250.0
"""Seconds; less than the period after which every parent is looked at."""
MOST = 50
"""Syncs without time passing, after which a test gives up."""


class Bench:
    """One CanaryApp `shop`, which Metacontroller has not looked at yet.

    Attributes:
        clock: where the test sets the time.
        store: the objects.
        faults: that can be armed.
        syncs: the calls of the hook.
        writes: what was written, by anybody.
        status: what the hook answers with.
        children: what the hook answers with.
        resync: what the hook answers with, in seconds.
        answer: the whole answer, where a test wants another than that; None means that the hook is out of reach.
        restless: whether the status differs each time.
    """

    def __init__(self) -> None:
        """An empty answer, to begin with."""
        self.clock = Clock()
        self.store = ObjectStore(self.clock)
        self.faults = Faults()
        self.syncs: list[Sync] = []
        self.writes: list[Write] = []
        self.status: dict[str, Any] = {}
        self.children: list[Object] = []
        self.resync: float = 0.0
        self.answer: HookAnswer | str | None = ""
        self.restless = False
        self.store.watchers.append(self.writes.append)
        self.metacontroller = Metacontroller(self.store, self._hook, faults=self.faults)
        self.metacontroller.on_sync(self.syncs.append)
        self.parent = self.store.create(app(), "person")

    async def _hook(self, path: str, body: bytes) -> HookAnswer:
        assert path == "/sync"
        assert json.loads(body)["parent"]["kind"] == "CanaryApp"
        if self.answer is None:
            raise HookUnreachableError("connection refused")
        if isinstance(self.answer, HookAnswer):
            return self.answer
        status = {"calls": len(self.syncs)} if self.restless else self.status
        desired = {"status": status, "children": self.children, "resyncAfterSeconds": self.resync}
        return HookAnswer(200, json.dumps(desired).encode())

    def refuse(self, status: int, headers: Mapping[str, str] | None = None) -> None:
        """The hook answers with another HTTP status from now on."""
        self.answer = HookAnswer(status, b"no", headers or {})

    def work(self, seconds: float = 0.0) -> int:
        """Lets time pass, then does what is due; says how often the hook was called."""
        self.clock.now += seconds
        before = len(self.syncs)

        async def all_of_it() -> None:
            for _ in range(MOST):
                if not await self.metacontroller.work(self.clock.now):
                    return
            raise AssertionError(f"The hook was called {MOST} times without time passing.")

        asyncio.run(all_of_it())
        return len(self.syncs) - before

    def settle(self) -> None:
        """Does what is due, and forgets what happened so far."""
        self.work()
        self.syncs.clear()
        self.writes.clear()

    def request(self, index: int = -1) -> Object:
        """What the hook was sent."""
        sent: Object = json.loads(self.syncs[index].request)
        return sent

    def seen(self, group: str, index: int = -1) -> list[str]:
        """The names of the children of a kind that the hook was shown."""
        return list(self.request(index)["children"][group])

    def get(self, key: Key) -> Object:
        """An object that is there."""
        found = self.store.get(key)
        assert found
        return found

    def written(self) -> list[tuple[str, str, str]]:
        """Verb, kind and name of what Metacontroller wrote."""
        return [(write.verb, write.key.kind.kind, write.key.name) for write in self.writes if write.who == WHO]

    def at(self) -> list[float]:
        """The seconds since the start at which the hook was called."""
        return [sync.at - START for sync in self.syncs]
