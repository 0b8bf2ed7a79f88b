"""A short rollout to torture: the embedded cluster in virtual time, with intervals of a few seconds."""

import asyncio
import math
from typing import Any, Final

from app.settings import Settings
from app.simulation.cluster import PERSON, Cluster, Pace
from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.kubernetes.objects import CANARY_APP
from app.simulation.mesh.traffic import Stream
from app.simulation.metacontroller.controller import WHO
from app.simulation.safety import breaches
from app.simulation.world import START, World

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
GOOD: Final = PodBehaviour(seconds_to_ready=1.0)


class Theatre:
    """A CanaryApp that serves v1, and what is done to it."""

    def __init__(self, replicas: int = 1) -> None:
        """Waits until v1 serves; there are so many replicas of the hook."""
        images = ImageCatalog(
            GOOD,
            v3=PodBehaviour(seconds_to_ready=1.0, answers={"/hello": 500}),
            crashing=PodBehaviour(seconds_to_ready=1.0, ready_for=12.0, down_for=600.0),
            **{"never-ready": PodBehaviour(seconds_to_ready=None)},
        )
        pace = Pace(tick=0.5, reaction=0.5, stop_delay=2.0, lag=0.5, scrape=2.0)
        self.world = World(
            settings=Settings(log_level="error", **SETTINGS), pace=pace, images=images, replicas=replicas
        )
        self._skews = {0.0}
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

    def release(self, tag: str) -> None:
        """The image is changed."""
        self.cluster.patch(NAME, image=f"shop:{tag}")

    def wait_for(self, stage: str, limit: float = 60.0) -> None:
        """Lets time pass until the status names that stage, or until the limit."""
        asyncio.run(self.cluster.run_until(lambda _: self.status.get("stage") == stage, limit))

    @property
    def elapsed(self) -> float:
        """Seconds since the beginning."""
        return self.cluster.now - START

    def statuses(self) -> list[dict[str, Any]]:
        """Every status that the hook had written."""
        return [
            write.after["status"]
            for write in self.cluster.history.writes
            if write.verb == "status" and write.who == WHO and write.key.kind == CANARY_APP and write.after
        ]

    def rests(self) -> bool:
        """Whether nothing is going on any more."""
        conditions = {condition["type"]: condition["status"] for condition in self.status.get("conditions", [])}
        seen = self.status.get("observedGeneration") == self.cluster.app(NAME)["metadata"]["generation"]
        return seen and conditions.get("Reconciling") == "False"

    def until_rest(self, limit: float) -> bool:
        """Lets time pass until nothing is going on; says whether that was within `limit` seconds."""
        return asyncio.run(self.cluster.run_until(lambda _: self.rests(), limit))

    def set_clocks(self, skews: list[float], turns: list[int]) -> None:
        """The clocks of the replicas are ahead by so much, and the next syncs go to these replicas in turn."""
        self.world.skews, self.world.turns = skews, turns
        self._skews.update(skews)

    def breaches(self) -> list[str]:
        """Every safety rule that was broken so far, in sentences."""
        history, apart = self.cluster.history, max(self._skews) - min(self._skews)
        return [str(breach) for breach in breaches(history.syncs, history.writes, SETTLE, apart)]

    def story(self, until: float = math.inf, lines: int = 50) -> str:
        """The last of what happened until a moment, for people: the hook's statuses, and what people wrote."""
        told = []
        for write in (one for one in self.cluster.history.writes if one.at <= until):
            when = f"{write.at - START:8.1f}"
            if write.who == PERSON:
                told.append(f"{when} a person: {write.verb} {write.key}")
            elif write.who == WHO and write.verb == "status" and write.after:
                status = write.after["status"]
                told.append(
                    f"{when} {status['phase']}/{status['stage']} {status['weight']} %: "
                    f"{status['decision']['reason']}: {status['decision']['message']}"
                )
        return "\n".join(told[-lines:])
