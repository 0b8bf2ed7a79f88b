"""A short rollout to torture: the embedded cluster in virtual time, with intervals of a few seconds."""

import asyncio
from typing import Any, Final

from app.settings import Settings
from app.simulation.cluster import Cluster, Pace
from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.mesh.traffic import Stream
from app.simulation.safety import breaches
from app.simulation.world import World

NAME: Final = "shop"
SETTLE: Final = 2.0
SPEC: Final[dict[str, Any]] = {
    "image": "shop:v1",
    "imageListenPort": 8088,
    "replicas": 2,
    "prometheusQuery": 'rate(istio_requests_total{destination_workload="shop-secondary",response_code="500"}[10s]) > 0',
    "trafficShiftUpdateInterval": 5,
    "deploymentReadyWaitTime": 1,
    "drainSeconds": 3,
    "progressDeadlineSeconds": 30,
}
IMAGES: Final = ("v1", "v2", "v3", "never-ready", "crashing")
SETTINGS: Final[dict[str, Any]] = {"settle_seconds": SETTLE, "check_interval_seconds": 2.0}


class Theatre:
    """A CanaryApp that serves v1, and what is done to it."""

    def __init__(self) -> None:
        """Waits until v1 serves."""
        images = ImageCatalog(
            PodBehaviour(seconds_to_ready=1.0),
            v3=PodBehaviour(seconds_to_ready=1.0, answers={"/hello": 500}),
            crashing=PodBehaviour(seconds_to_ready=1.0, ready_for=12.0, down_for=600.0),
            **{"never-ready": PodBehaviour(seconds_to_ready=None)},
        )
        pace = Pace(tick=0.5, reaction=0.5, stop_delay=2.0, lag=0.5, scrape=2.0)
        self.world = World(settings=Settings(log_level="error", **SETTINGS), pace=pace, images=images)
        self.cluster.add_traffic(Stream(NAME, rate=4.0))
        self.cluster.apply(
            {
                "apiVersion": "canary.atze.io/v1",
                "kind": "CanaryApp",
                "metadata": {"name": NAME},
                "spec": dict(SPEC),
            }
        )
        self.advance(10)

    @property
    def cluster(self) -> Cluster:
        """The embedded cluster."""
        return self.world.cluster

    @property
    def status(self) -> dict[str, Any]:
        """Of the CanaryApp."""
        return self.cluster.status(NAME)

    def advance(self, seconds: float) -> None:
        """Lets time pass."""
        asyncio.run(self.cluster.advance(self.cluster.now + seconds))

    def until(self, phase: str, stage: str = "", limit: float = 300.0) -> None:
        """Lets time pass until the status names that phase and stage."""

        def reached(_: Cluster) -> bool:
            return self.status.get("phase") == phase and stage in {"", self.status.get("stage")}

        assert asyncio.run(self.cluster.run_until(reached, limit)), f"{phase} is not reached: {self.status}"

    def rests(self) -> bool:
        """Whether nothing is going on any more."""
        conditions = {condition["type"]: condition["status"] for condition in self.status.get("conditions", [])}
        seen = self.status.get("observedGeneration") == self.cluster.app(NAME)["metadata"]["generation"]
        return seen and conditions.get("Reconciling") == "False"

    def until_rest(self, limit: float) -> bool:
        """Lets time pass until nothing is going on; says whether that was within `limit` seconds."""
        return asyncio.run(self.cluster.run_until(lambda _: self.rests(), limit))

    def breaches(self) -> list[str]:
        """Every safety rule that was broken so far, in sentences."""
        return [str(breach) for breach in breaches(self.cluster.history.syncs, self.cluster.history.writes, SETTLE)]
