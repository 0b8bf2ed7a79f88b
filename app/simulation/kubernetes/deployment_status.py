"""The status of a Deployment (Kubernetes, pkg/controller/deployment/{sync,progress}.go)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.simulation.kubernetes.objects import Object, timestamp
from app.simulation.kubernetes.rolling import Limits


class Reason(StrEnum):
    """Why the condition Progressing is what it is."""

    CREATED = "NewReplicaSetCreated"
    UPDATED = "ReplicaSetUpdated"
    AVAILABLE = "NewReplicaSetAvailable"
    EXCEEDED = "ProgressDeadlineExceeded"


@dataclass(frozen=True)
class Counts:
    """Pods of all replica sets, of the newest one, ready ones, available ones; those that are stopping not counted."""

    replicas: int = 0
    updated: int = 0
    ready: int = 0
    available: int = 0

    def complete(self, limits: Limits) -> bool:
        """Whether all pods are of the newest template and available, and as many as are asked for."""
        return self.replicas == self.updated == self.available == limits.replicas

    def beyond(self, before: "Counts") -> bool:
        """Whether this is progress: more new pods, fewer old ones, more that are ready or available."""
        return (
            self.updated > before.updated
            or self.replicas - self.updated < before.replicas - before.updated
            or self.ready > before.ready
            or self.available > before.available
        )


@dataclass
class Condition:
    """A condition; times in unix seconds."""

    holds: bool
    reason: str
    updated: float
    turned: float

    def set(self, *, holds: bool, reason: str, now: float) -> None:
        """Says something new; nothing where it says so already. The time of the turn is kept where it does not turn."""
        if (holds, reason) != (self.holds, self.reason):
            self.turned = self.turned if holds == self.holds else now
            self.holds, self.reason, self.updated = holds, reason, now

    def as_json(self, kind: str) -> dict[str, Any]:
        """The condition as Kubernetes writes it."""
        return {
            "type": kind,
            "status": "True" if self.holds else "False",
            "reason": str(self.reason),
            "lastUpdateTime": timestamp(self.updated),
            "lastTransitionTime": timestamp(self.turned),
        }


class RolloutStatus:
    """What is said of a Deployment."""

    def __init__(self, now: float) -> None:
        """Nothing is known yet."""
        self._counts = Counts()
        self._available = Condition(holds=False, reason="MinimumReplicasUnavailable", updated=now, turned=now)
        self._progressing = Condition(holds=True, reason=Reason.CREATED, updated=now, turned=now)

    def created(self, now: float) -> None:
        """There is a new replica set: its deadline begins."""
        self._progressing.set(holds=True, reason=Reason.CREATED, now=now)

    def estimate(self, counts: Counts, limits: Limits, deadline: float, now: float) -> None:
        """Progress, completion, or a missed deadline.

        Once complete, a Deployment does not miss its deadline before its next replica set: pods that crash later are
        not counted as a rollout that hangs. A missed deadline stands until there is progress.
        """
        progressing = self._progressing
        if progressing.reason == Reason.AVAILABLE and counts.replicas == counts.updated:
            return
        if counts.complete(limits):
            progressing.set(holds=True, reason=Reason.AVAILABLE, now=now)
        elif counts.beyond(self._counts):
            progressing.set(holds=True, reason=Reason.UPDATED, now=now)
            progressing.updated = now
        elif progressing.reason != Reason.AVAILABLE and now - progressing.updated > deadline:
            progressing.set(holds=False, reason=Reason.EXCEEDED, now=now)

    def report(self, counts: Counts, limits: Limits, *, wanted: int, generation: int, now: float) -> Object:
        """The status to write; numbers that are 0 are left out. `wanted` is how many pods there shall be in all."""
        self._counts = counts
        enough = counts.available >= limits.floor
        reason = "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable"
        self._available.set(holds=enough, reason=reason, now=now)
        numbers = {
            "observedGeneration": generation,
            "replicas": counts.replicas,
            "updatedReplicas": counts.updated,
            "readyReplicas": counts.ready,
            "availableReplicas": counts.available,
            "unavailableReplicas": max(0, wanted - counts.available),
        }
        return {
            **{name: number for name, number in numbers.items() if number},
            "conditions": [self._available.as_json("Available"), self._progressing.as_json("Progressing")],
        }
