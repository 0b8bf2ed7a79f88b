"""What happened, read from the history of the cluster: the rollouts, and the weights."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from app.resource import names
from app.resource.status import Phase
from app.simulation.kubernetes.objects import VIRTUAL_SERVICE, Key
from app.simulation.metacontroller.controller import WHO
from app.simulation.play.stage import Stage, Status


class End(StrEnum):
    """How a rollout ended."""

    PROMOTED = "Promoted"
    FAILED = "Failed"
    CANCELLED = "Cancelled"
    SUPERSEDED = "Superseded"
    INTERRUPTED = "Interrupted"
    OPEN = "Open"


@dataclass(frozen=True)
class Rollout:
    """One candidate's way.

    Attributes:
        image: of the candidate.
        began: unix seconds.
        ended: unix seconds, or when it was last heard of.
        weights: that the secondary was given, in their order.
        end: how it ended.
        why: the decision that ended it.
    """

    image: str
    began: float
    ended: float
    weights: tuple[int, ...] = ()
    end: End = End.OPEN
    why: str = ""


def statuses(stage: Stage) -> Iterator[tuple[float, Status]]:
    """Every status that was written, with its moment; a status that was wiped is left out."""
    for write in stage.cluster.history.writes:
        if write.key == stage.key and write.verb == "status" and write.after and "phase" in write.after["status"]:
            yield write.at, write.after["status"]


def rollouts(stage: Stage) -> tuple[Rollout, ...]:
    """The rollouts so far."""
    return tuple(_read(statuses(stage)))


def _read(told: Iterable[tuple[float, Status]]) -> Iterator[Rollout]:
    current: Rollout | None = None
    before = ""
    for at, status in told:
        phase = status["phase"]
        # A rollout whose way was taken away begins its steps again; it is the same one.
        if phase == Phase.STARTING and before not in {phase, Phase.SHIFTING}:
            if current:
                yield current
            current = Rollout(status["candidateImage"], at, at)
        if current:
            current = _follow(current, at, status)
        if current and phase in (Phase.STABLE, Phase.FAILED):
            yield current
            current = None
        before = phase
    if current:
        yield current


def _follow(rollout: Rollout, at: float, status: Status) -> Rollout:
    weight = status["weight"]
    weights = rollout.weights if weight in (0, *rollout.weights[-1:]) else (*rollout.weights, weight)
    rollout = replace(rollout, ended=at, weights=weights)
    if rollout.end is not End.OPEN or status["phase"] not in (Phase.ROLLING_BACK, Phase.DRAINING):
        return rollout
    end = End.PROMOTED if status["phase"] == Phase.DRAINING else End(status["ending"])
    return replace(rollout, end=end, why=status["decision"]["message"])


def weights(stage: Stage) -> list[int]:
    """The weights that the hook had the mesh's VirtualService give the secondary, without repetition."""
    route = Key(VIRTUAL_SERVICE, stage.namespace, names.mesh_route(stage.name))
    seen = [0]
    for write in stage.cluster.history.writes:
        if write.key == route and write.who == WHO and write.after:
            weight = write.after["spec"]["http"][0]["route"][1]["weight"]
            if weight != seen[-1]:
                seen.append(weight)
    return seen
