"""The embedded cluster: all parts, on one clock that the caller drives.

Virtual time for tests, real time for the demo: `advance` runs everything that is due up to a moment, tick by tick, and
is deterministic. Nothing here reads the wall clock or starts a thread.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from app.simulation.kubernetes.deployments import DeploymentController
from app.simulation.kubernetes.images import ImageCatalog
from app.simulation.kubernetes.objects import CANARY_APP, Key, Kind, Object, key_of
from app.simulation.kubernetes.store import ObjectStore, Write
from app.simulation.mesh.metrics import Metrics, SeriesSink
from app.simulation.mesh.routing import RouteTable
from app.simulation.mesh.traffic import Lost, Stream, Traffic
from app.simulation.metacontroller.controller import Metacontroller, Sync
from app.simulation.metacontroller.faults import Faults
from app.simulation.metacontroller.hook import HookCall

PERSON: Final = "person"
_MOST_SYNCS: Final = 200
"""In one tick; more than that is a hot loop."""


@dataclass(frozen=True)
class Pace:
    """How fast the cluster is, in seconds.

    Attributes:
        tick: how finely time is cut.
        reaction: from a change of a Deployment to its first pod.
        stop_delay: a deleted pod still answers for so long.
        lag: from a change to the proxies that follow it.
        scrape: between two scrapes of Prometheus.
    """

    tick: float = 0.25
    reaction: float = 0.25
    stop_delay: float = 5.0
    lag: float = 1.0
    scrape: float = 5.0


class HotLoopError(Exception):
    """The hook is called again and again without time passing."""


@dataclass
class History:
    """What happened."""

    writes: list[Write] = field(default_factory=list)
    syncs: list[Sync] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    def writes_since(self, moment: float, who: str) -> list[Write]:
        """The writes of somebody at or after a moment."""
        return [write for write in self.writes if write.at >= moment and write.who == who]


class Cluster:
    """An API server, a Deployment controller, Metacontroller, proxies, users and a scraper."""

    def __init__(
        self,
        hook: HookCall,
        series: SeriesSink,
        *,
        start: float,
        pace: Pace | None = None,
        images: ImageCatalog | None = None,
    ) -> None:
        """`start` is the moment at which the cluster begins, in unix seconds; `series` is where scrapes go."""
        self.now = start
        self.pace = pace or Pace()
        self.images = images or ImageCatalog()
        self.faults = Faults()
        self.history = History()
        self.store = ObjectStore(lambda: self.now)
        self.store.watchers.append(self.history.writes.append)
        routes = RouteTable(self.store)
        self._metrics = Metrics(series)
        self._deployments = DeploymentController(self.store, self.images, self.pace.reaction, self.pace.stop_delay)
        self.traffic = Traffic(routes, self.images, self._metrics, lag=self.pace.lag, stop_delay=self.pace.stop_delay)
        self.traffic.on_lost(self.history.lost.append)
        self.metacontroller = Metacontroller(self.store, hook, faults=self.faults)
        self.metacontroller.on_sync(self.history.syncs.append)
        self._scraped = start

    async def advance(self, until: float) -> None:
        """Runs everything that is due up to `until`.

        Raises:
            HotLoopError: the hook is called without end while no time passes.
        """
        while self.now + self.pace.tick <= until + 1e-9:
            self.now += self.pace.tick
            await self._tick()

    async def run_until(self, reached: Callable[["Cluster"], bool], limit: float) -> bool:
        """Advances until `reached` says so, for at most `limit` seconds; says whether it did."""
        end = self.now + limit
        while self.now < end:
            if reached(self):
                return True
            await self.advance(self.now + self.pace.tick)
        return reached(self)

    async def _tick(self) -> None:
        self._deployments.tick(self.now)
        self.traffic.send(self.now, self.pace.tick, self._deployments.pods(leaving=True))
        if self.now - self._scraped >= self.pace.scrape - 1e-9:
            self._scraped = self.now
            self._metrics.scrape(self.now, self._deployments.running(self.now))
        for _ in range(_MOST_SYNCS):
            if not await self.metacontroller.work(self.now):
                return
        raise HotLoopError(f"The hook was called {_MOST_SYNCS} times without time passing.")

    def add_traffic(self, stream: Stream) -> None:
        """Users from now on."""
        self.traffic.add(stream)

    def apply(self, manifest: Object) -> Object:
        """What `kubectl apply` does with a whole object: creates it, or replaces what it says."""
        made = copy.deepcopy(manifest)
        made["metadata"].setdefault("namespace", "default")
        current = self.store.get(key_of(made))
        if current is None:
            return self.store.create(made, PERSON)
        current["spec"] = made.get("spec")
        for part in ("labels", "annotations"):
            if part in made["metadata"]:
                current["metadata"][part] = made["metadata"][part]
        return self.store.update(current, PERSON)

    def app(self, name: str, namespace: str = "default") -> Object:
        """A CanaryApp; an empty object where there is none."""
        return self.store.get(Key(CANARY_APP, namespace, name)) or {}

    def status(self, name: str, namespace: str = "default") -> dict[str, Any]:
        """The status of a CanaryApp."""
        return dict(self.app(name, namespace).get("status") or {})

    def patch(self, name: str, *, namespace: str = "default", **fields: Any) -> None:
        """What `kubectl patch --type=merge` does to a CanaryApp's spec: None removes, objects merge (RFC 7386)."""
        app = self.app(name, namespace)
        app["spec"] = _merge_patch(app["spec"], fields)
        self.store.update(app, PERSON)

    def annotate(self, name: str, annotation: str, value: str, namespace: str = "default") -> None:
        """What `kubectl annotate --overwrite` does to a CanaryApp."""
        app = self.app(name, namespace)
        app["metadata"]["annotations"] = {**(app["metadata"].get("annotations") or {}), annotation: value}
        self.store.update(app, PERSON)

    def child(self, kind: Kind, name: str, namespace: str = "default") -> Object | None:
        """A child, or None."""
        return self.store.get(Key(kind, namespace, name))

    def edit(self, kind: Kind, name: str, change: Callable[[Object], None], namespace: str = "default") -> None:
        """What `kubectl edit` does to an object."""
        obj = self.store.get(Key(kind, namespace, name))
        if obj is not None:
            change(obj)
            self.store.update(obj, PERSON)

    def delete(self, kind: Kind, name: str, namespace: str = "default") -> None:
        """What `kubectl delete` does."""
        self.store.delete(Key(kind, namespace, name), PERSON)

    def lose_nodes(self, workload: str, seconds: float) -> None:
        """The nodes under a Deployment's pods are lost for a while; `math.inf` for good."""
        self._deployments.lose_nodes(workload, self.now + seconds, self.now)

    def set_status(self, name: str, status: Object | None, namespace: str = "default") -> None:
        """Overwrites a CanaryApp's status, as a restored backup does."""
        self.store.update_status({**self.app(name, namespace), "status": status or {}}, PERSON)


def _merge_patch(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    made = dict(target) if isinstance(target, dict) else {}
    for field_name, value in patch.items():
        if value is None:
            made.pop(field_name, None)
        else:
            made[field_name] = _merge_patch(made.get(field_name), value)
    return made
