"""What the children are made to look like, for each stage: a table of committed facts, no decision (rule R3)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.resource.status import Stage, Status
from app.rollout.route import Scope


@dataclass(frozen=True)
class Posture:
    """The children in four facts.

    Attributes:
        primary: name of the revision that the primary runs.
        secondary: name of the revision that the secondary runs, "" for no secondary.
        weight: percent of the traffic for the secondary.
        scope: whose pods the Service selects.
    """

    primary: str
    secondary: str
    weight: int
    scope: Scope


_POSTURES: Final[dict[Stage, Callable[[Status], Posture]]] = {
    Stage.SETTLED: lambda s: Posture(s.stable_revision, "", 0, Scope.PRIMARY),
    Stage.LAUNCHING: lambda s: Posture(s.stable_revision, s.candidate_revision, 0, Scope.PRIMARY),
    Stage.CONNECTING: lambda s: Posture(s.stable_revision, s.candidate_revision, 0, Scope.BOTH),
    Stage.STEPPING: lambda s: Posture(s.stable_revision, s.candidate_revision, s.weight, Scope.BOTH),
    Stage.UPDATING: lambda s: Posture(s.candidate_revision, s.candidate_revision, s.weight, Scope.BOTH),
    Stage.RESTORING: lambda s: Posture(s.stable_revision, s.candidate_revision, s.weight, Scope.BOTH),
    Stage.WITHDRAWING: lambda s: Posture(s.stable_revision, s.candidate_revision, 0, Scope.BOTH),
    Stage.DISCONNECTING: lambda s: Posture(s.stable_revision, s.candidate_revision, 0, Scope.PRIMARY),
    Stage.REMOVING: lambda s: Posture(s.stable_revision, "", 0, Scope.PRIMARY),
}


def posture_of(committed: Status) -> Posture:
    """The posture that a committed status asks for."""
    return _POSTURES[committed.stage](committed)
