"""Starting: the secondary comes up without traffic, then the Service is widened so that every proxy knows its pods."""

from typing import Final

from app.resource.status import Phase, Stage
from app.rollout.fit import secondary_whole
from app.rollout.reasons import Reason
from app.rollout.rules import given_up
from app.rollout.situation import Move, Outcome, Rule, Situation, advance, hold


def overdue(s: Situation) -> Outcome | None:
    """The secondary, or the way to it, does not come up in time."""
    if not s.overdue:
        return None
    waited = f"after {s.settings.progress_deadline_seconds} s"
    if secondary_whole(s.observation):
        message = f"The Service and the subsets do not show both versions {waited}."
        return given_up.interrupted(s, Reason.ROUTE_DEADLINE_EXCEEDED, message)
    return given_up.failed(s, Reason.PROGRESS_DEADLINE_EXCEEDED, f"The secondary is not available {waited}: {pods(s)}.")


def waiting(s: Situation) -> Outcome | None:
    """The secondary, or the way to it, is not there yet."""
    if s.clock.in_place:
        return None
    if s.committed.stage is Stage.LAUNCHING:
        return hold(
            Reason.WAITING_FOR_SECONDARY,
            f"The secondary comes up with {s.committed.candidate_image}: {pods(s)}.",
            look_at=s.deadline,
            unblocked_by="an available secondary",
        )
    return hold(
        Reason.WAITING_FOR_SERVICE,
        f"The Service is widened to both versions; the secondary has {pods(s)}.",
        look_at=s.deadline,
        unblocked_by="the Service's selector and the subsets, observed",
    )


def paused(s: Situation) -> Outcome | None:
    """A person asked to wait before the first step; meanwhile the Service selects the primary alone."""
    if not s.settings.paused:
        return None
    if s.committed.stage is Stage.CONNECTING:
        message = "The rollout is paused before its first step; the Service goes back to the primary."
        return advance(Reason.PAUSED, message, Move(Phase.STARTING, Stage.LAUNCHING))
    return hold(
        Reason.PAUSED,
        "The secondary is ready; the rollout is paused before its first step.",
        unblocked_by="spec.paused: false",
    )


def secondary_ready(s: Situation) -> Outcome | None:
    """The Service is widened."""
    if s.committed.stage is not Stage.LAUNCHING:
        return None
    return advance(
        Reason.SECONDARY_READY,
        f"The secondary is ready ({pods(s)}); the Service is widened to both versions.",
        Move(Phase.STARTING, Stage.CONNECTING),
    )


def settling(s: Situation) -> Outcome | None:
    """The way to the secondary must have stood for a few seconds, so that the proxies know it (rule R1)."""
    until = s.standing_until(s.observation.timings.settle)
    if until is None or s.now >= until:
        return None
    return hold(
        Reason.SETTLING,
        f"The proxies get {s.observation.timings.settle:g} s to learn of the secondary.",
        look_at=until,
    )


def first_step(s: Situation) -> Outcome | None:
    """The first traffic."""
    weight = s.settings.strategy.steps[0].weight
    return advance(
        Reason.FIRST_STEP,
        f"Step 1 of {len(s.settings.strategy.steps)}: the secondary gets {weight} % of the traffic.",
        Move(Phase.SHIFTING, Stage.STEPPING, {"step": 1, "weight": weight}),
    )


def pods(s: Situation) -> str:
    """The secondary's pods in a few words."""
    return s.children.secondary.describe() if s.children.secondary else "no Deployment yet"


RULES: Final[tuple[Rule, ...]] = (
    given_up.unwanted,
    overdue,
    waiting,
    paused,
    secondary_ready,
    settling,
    first_step,
)
