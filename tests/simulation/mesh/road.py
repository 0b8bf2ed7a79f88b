"""A data plane by itself: pods and routes as a test wants them, and a sink that keeps the samples."""

from collections.abc import Mapping

from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.kubernetes.objects import Object
from app.simulation.kubernetes.pods import Pod
from app.simulation.kubernetes.store import ObjectStore
from app.simulation.mesh.metrics import REQUESTS, Metrics
from app.simulation.mesh.routing import RouteTable
from app.simulation.mesh.traffic import Lost, Traffic
from tests.simulation.kubernetes.manifests import START, Clock

LAG = 1.0
STOP_DELAY = 5.0


class Sink:
    """Keeps every sample."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.samples: list[tuple[dict[str, str], float, float]] = []

    def append(self, labels: Mapping[str, str], value: float, at: float) -> None:
        """Keeps one."""
        self.samples.append((dict(labels), value, at))

    def named(self, name: str, **labels: str) -> list[tuple[dict[str, str], float]]:
        """The samples of a metric that have these labels."""
        return [
            (found, value)
            for found, value, _ in self.samples
            if found["__name__"] == name and labels.items() <= found.items()
        ]

    def requests(self, **labels: str) -> float:
        """The sum of the request counters that have these labels."""
        return sum(value for _, value in self.named(REQUESTS, **labels))


def pod(role: str, number: int = 1, *, tag: str = "v1", ready: float = START - 100) -> Pod:
    """A pod of the app `shop` that got ready at that moment."""
    return Pod(
        name=f"shop-{role}-{number}",
        namespace="default",
        workload=f"shop-{role}",
        template="t",
        labels={"app": "shop", "service": role},
        image=f"shop:{tag}",
        created=ready,
        ready_since=ready,
        turns=[(ready, True)],
    )


class Road:
    """Objects, pods and traffic; the clock begins long after the objects were written.

    Attributes:
        clock: where the test sets the time.
        store: the objects.
        pods: that there are.
        sink: where scrapes go.
        metrics: the proxies' counters.
        traffic: the users.
        lost: what nobody answered.
    """

    def __init__(self, *objects: Object, **tags: PodBehaviour) -> None:
        """`tags` are behaviours of images."""
        self.clock = Clock()
        self.clock.now = START - 50
        self.store = ObjectStore(self.clock)
        self.routes = RouteTable(self.store)
        for obj in objects:
            self.store.create(obj, "person")
        self.clock.now = START
        self.pods: list[Pod] = []
        self.sink = Sink()
        self.metrics = Metrics(self.sink)
        self.traffic = Traffic(self.routes, ImageCatalog(**tags), self.metrics, lag=LAG, stop_delay=STOP_DELAY)
        self.lost: list[Lost] = []
        self.traffic.on_lost(self.lost.append)

    def send(self, seconds: float) -> None:
        """The requests of the next seconds, all at once at their end."""
        self.clock.now += seconds
        self.traffic.send(self.clock.now, seconds, self.pods)

    def by_workload(self) -> dict[str, int]:
        """Requests that were answered so far, by workload."""
        sums: dict[str, int] = {}
        for (_, workload, _code), number in self.traffic.answered.items():
            sums[workload] = sums.get(workload, 0) + number
        return sums
