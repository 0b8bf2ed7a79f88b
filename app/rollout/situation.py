"""What the rules of a phase look at, and what they answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.resource.spec import Spec
from app.resource.status import REASON_LOST, Action, CheckRecord, Clock, Phase, Stage, Status
from app.rollout.children import Children
from app.rollout.observation import Observation
from app.rollout.reasons import Reason
from app.rollout.revision import Revision


@dataclass(frozen=True)
class Situation:
    """Everything a rule may look at.

    Attributes:
        observation: the request, parsed.
        settings: the spec in force.
        clock: how long the children have agreed with the committed stage, up to date.
        check: what the check saw when it last looked, this sync included; None where it never did or there is none.
        now: the moment of this sync.
    """

    observation: Observation
    settings: Spec
    clock: Clock
    check: CheckRecord | None
    now: datetime

    @property
    def committed(self) -> Status:
        """The committed status."""
        return self.observation.committed

    @property
    def wanted(self) -> Revision | None:
        """The revision that the spec asks for, None where the spec is refused."""
        return self.observation.wanted

    @property
    def children(self) -> Children:
        """What stands."""
        return self.observation.children

    @property
    def retry_requested(self) -> bool:
        """Whether a person asks for another try of what failed."""
        return self.observation.retry not in {"", self.committed.retry_handled}

    @property
    def since(self) -> datetime:
        """Since when the children have agreed, or disagreed, with the stage."""
        return self.clock.since or self.now

    def standing_until(self, seconds: float) -> datetime | None:
        """When the children will have agreed with the stage for `seconds`; None while they do not."""
        return self.since + timedelta(seconds=seconds) if self.clock.in_place else None

    @property
    def deadline(self) -> datetime:
        """When a stage that is out of place will have waited for as long as `progressDeadlineSeconds` allows."""
        return self.since + timedelta(seconds=self.settings.progress_deadline_seconds - self.clock.lost_seconds)

    @property
    def failure(self) -> str:
        """Why the failed revision failed, as a sentence."""
        return self.committed.failure_message or REASON_LOST

    @property
    def overdue(self) -> bool:
        """Whether the stage has waited too long."""
        return not self.clock.in_place and self.now >= self.deadline


@dataclass(frozen=True)
class Move:
    """A change of the committed state: where to, and the fields of the status that change with it."""

    phase: Phase
    stage: Stage
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What a rule decides.

    Attributes:
        action: one of the four things that a decision can do.
        reason: for machines.
        message: for people, with the numbers.
        move: the change of the committed state; None to stay.
        look_at: when to look again without an event; None to wait for one.
        unblocked_by: what would end the waiting, "" where nothing waits.
    """

    action: Action
    reason: Reason
    message: str
    move: Move | None = None
    look_at: datetime | None = None
    unblocked_by: str = ""


Rule = Callable[[Situation], Outcome | None]
"""A rule answers with an outcome where it sees what it is named for, and with None where it does not."""


def hold(reason: Reason, message: str, *, look_at: datetime | None = None, unblocked_by: str = "") -> Outcome:
    """Stay where we are."""
    return Outcome(Action.HOLD, reason, message, look_at=look_at, unblocked_by=unblocked_by)


def hold_back(reason: Reason, message: str, move: Move) -> Outcome:
    """Go back a little, and on from there."""
    return Outcome(Action.HOLD, reason, message, move)


def advance(reason: Reason, message: str, move: Move) -> Outcome:
    """Go on."""
    return Outcome(Action.ADVANCE, reason, message, move)
