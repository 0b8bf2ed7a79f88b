"""A Deployment controller by itself, on a clock that a test drives."""

from collections.abc import Iterator
from typing import Any

from app.simulation.kubernetes.deployments import DeploymentController
from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.kubernetes.objects import DEPLOYMENT, Key, Object
from app.simulation.kubernetes.store import ObjectStore
from tests.simulation.kubernetes.manifests import START, Clock, deployment

PRIMARY = Key(DEPLOYMENT, "default", "shop-primary")
TICK = 0.5
REACTION = 0.5
STOP_DELAY = 5.0


class Yard:
    """A store, a catalog of images and a Deployment controller; pods are ready after a second."""

    def __init__(self, **tags: PodBehaviour) -> None:
        """`tags` are the behaviours of images that differ."""
        self.clock = Clock()
        self.store = ObjectStore(self.clock)
        self.images = ImageCatalog(PodBehaviour(seconds_to_ready=1.0), **tags)
        self.controller = DeploymentController(self.store, self.images, REACTION, STOP_DELAY)

    def apply(self, **fields: Any) -> None:
        """Creates the Deployment `shop-primary`, or changes it."""
        wanted = deployment(**fields)
        if self.store.get(PRIMARY) is None:
            self.store.create(wanted, "person")
        else:
            self.store.update(wanted, "person")

    def run(self, seconds: float) -> Iterator[float]:
        """Ticks, and yields the seconds since the start after each."""
        for _ in range(round(seconds / TICK)):
            self.clock.now += TICK
            self.controller.tick(self.clock.now)
            yield self.clock.now - START

    def after(self, seconds: float) -> "Yard":
        """The same, so many seconds later."""
        for _ in self.run(seconds):
            pass
        return self

    @property
    def object(self) -> Object:
        """The Deployment."""
        found = self.store.get(PRIMARY)
        assert found
        return found

    @property
    def status(self) -> Object:
        """Its status; empty before the first one."""
        return self.object.get("status") or {}

    def numbers(self) -> tuple[int, int, int, int, int]:
        """Replicas, updated, ready, available, unavailable, as the status says."""
        names = ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas")
        replicas, updated, ready, available, unavailable = (int(self.status.get(name, 0)) for name in names)
        return replicas, updated, ready, available, unavailable

    def condition(self, kind: str) -> tuple[str, str]:
        """Status and reason of a condition."""
        return next((one["status"], one["reason"]) for one in self.status["conditions"] if one["type"] == kind)

    def tags(self) -> list[str]:
        """The tags of the pods that are wanted."""
        return sorted(pod.image.rpartition(":")[2] for pod in self.controller.pods())
