"""What the demo shows of a moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.resource.status import Action
from app.simulation.play.stage import Stage


@dataclass(frozen=True)
class Workload:
    """A Deployment in a few words; `tag` is "" where there is none."""

    tag: str
    ready: int
    wanted: int
    weight: int


@dataclass(frozen=True)
class Line:
    """A decision in a line of its own: the phase and weight that it leads to, and why."""

    phase: str
    weight: int
    message: str


@dataclass(frozen=True)
class Snapshot:
    """A moment.

    Attributes:
        seconds: since the beginning.
        moves: what was decided since the last snapshot, other than to hold.
        now: where it stands; None before the first decision.
        reason: of the last decision.
        stage: phase and stage, with the step.
        primary: the primary.
        secondary: the secondary.
        check: what the check saw when it last looked.
        follows: what comes next.
        answered: requests.
        lost: requests that nobody answered.
    """

    seconds: float
    moves: tuple[Line, ...]
    now: Line | None
    reason: str
    stage: str
    primary: Workload
    secondary: Workload
    check: str
    follows: str
    answered: int
    lost: int


class Camera:
    """Takes snapshots of a stage."""

    def __init__(self, stage: Stage) -> None:
        """Time and moves count from here."""
        self._stage = stage
        self._began = stage.cluster.now
        self._seen = len(stage.cluster.history.writes)

    def take(self) -> Snapshot:
        """The stage as it is now."""
        stage, status = self._stage, self._stage.status()
        decision = status.get("decision") or {}
        weight = int(status.get("weight", 0))
        return Snapshot(
            seconds=stage.cluster.now - self._began,
            moves=tuple(self._moves()),
            now=_line(status) if decision else None,
            reason=str(decision.get("reason", "")),
            stage=_where(status),
            primary=_workload(stage, "primary", 100 - weight),
            secondary=_workload(stage, "secondary", weight),
            check=_check(status),
            follows=_follows(decision, stage.cluster.now),
            answered=sum(stage.cluster.traffic.answered.values()),
            lost=len(stage.cluster.history.lost),
        )

    def _moves(self) -> Iterator[Line]:
        writes = self._stage.cluster.history.writes
        for write in writes[self._seen :]:
            status = (write.after or {}).get("status") or {}
            if write.key == self._stage.key and write.verb == "status" and _moved(status):
                yield _line(status)
        self._seen = len(writes)


def _moved(status: Mapping[str, Any]) -> bool:
    return bool((status.get("decision") or {}).get("action", Action.HOLD) != Action.HOLD)


def _line(status: Mapping[str, Any]) -> Line:
    return Line(str(status["phase"]), int(status["weight"]), str(status["decision"]["message"]))


def _where(status: Mapping[str, Any]) -> str:
    phase, place = str(status.get("phase", "-")), str(status.get("stage", ""))
    if place == "Stepping":
        return f"{phase}, step {status['step']} of {status['steps']}"
    return phase if place in {"", "Settled"} else f"{phase}, {place.lower()}"


def _workload(stage: Stage, role: str, weight: int) -> Workload:
    deployment = stage.deployment(role)
    if deployment is None:
        return Workload("", 0, 0, weight)
    image = str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
    ready = int(deployment.get("status", {}).get("readyReplicas", 0))
    return Workload(image.rpartition(":")[2], ready, int(deployment["spec"]["replicas"]), weight)


def _check(status: Mapping[str, Any]) -> str:
    return "; ".join(f"{check['verdict']}: {check['message']}" for check in status.get("checks", ())) or "-"


def _follows(decision: Mapping[str, Any], now: float) -> str:
    parts = []
    if decision.get("nextLook"):
        seconds = datetime.fromisoformat(decision["nextLook"]).timestamp() - now
        parts.append(f"looks again in {max(0.0, seconds):.1f} s")
    if decision.get("unblockedBy"):
        parts.append(f"waits for {decision['unblockedBy']}")
    return "; ".join(parts) or "-"
