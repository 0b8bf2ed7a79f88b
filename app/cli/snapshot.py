"""What the demo shows of a moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.simulation.kubernetes.objects import DEPLOYMENT
from app.simulation.scenarios import Stage


@dataclass(frozen=True)
class Workload:
    """A Deployment in a few words; `image` is "" where there is none."""

    image: str
    ready: int
    wanted: int
    weight: int


@dataclass(frozen=True)
class Snapshot:
    """A moment.

    Attributes:
        seconds: since the beginning.
        phase: with the stage.
        primary: the primary.
        secondary: the secondary.
        check: what the check saw when it last looked.
        message: the decision.
        follows: what comes next.
        served: requests that were answered.
        lost: requests that nobody answered.
    """

    seconds: float
    phase: str
    primary: Workload
    secondary: Workload
    check: str
    message: str
    follows: str
    served: int
    lost: int


def take(stage: Stage, started: float) -> Snapshot:
    """A snapshot of the cluster now; `started` is its beginning in unix seconds."""
    status = stage.status()
    decision = status.get("decision", {})
    checks = status.get("checks", [])
    shift = int(status.get("weight", 0))
    return Snapshot(
        seconds=stage.cluster.now - started,
        phase=_phase(status),
        primary=_workload(stage, "primary", 100 - shift),
        secondary=_workload(stage, "secondary", shift),
        check=f"{checks[0]['verdict']}: {checks[0]['message']}" if checks else "-",
        message=str(decision.get("message", "")),
        follows=_follows(decision),
        served=sum(stage.cluster.traffic.answered.values()),
        lost=len(stage.cluster.history.lost),
    )


def _phase(status: Mapping[str, Any]) -> str:
    phase, place = str(status.get("phase", "-")), str(status.get("stage", ""))
    return phase if place in {"", "Settled", "Stepping"} else f"{phase} · {place}"


def _workload(stage: Stage, role: str, weight: int) -> Workload:
    deployment = stage.cluster.child(DEPLOYMENT, f"{stage.name}-{role}")
    if deployment is None:
        return Workload("", 0, 0, weight)
    image = str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
    ready = int(deployment.get("status", {}).get("readyReplicas", 0))
    return Workload(image.rpartition(":")[2], ready, int(deployment["spec"]["replicas"]), weight)


def _follows(decision: Mapping[str, Any]) -> str:
    parts = []
    if decision.get("nextLook"):
        parts.append(f"looks again at {str(decision['nextLook'])[11:23]}")
    if decision.get("unblockedBy"):
        parts.append(f"waits for {decision['unblockedBy']}")
    return "; ".join(parts) or "-"
