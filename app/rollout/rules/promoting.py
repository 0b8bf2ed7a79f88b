"""Promoting: the primary takes the candidate's template while the secondary keeps its share of the traffic."""

from typing import Final

from app.resource.status import Phase, Stage
from app.rollout.reasons import Reason
from app.rollout.rules import given_up, shifting
from app.rollout.rules.initializing import pods
from app.rollout.situation import Move, Outcome, Rule, Situation, advance, hold


def primary_overdue(s: Situation) -> Outcome | None:
    """The primary does not come up with the candidate: its template goes back first."""
    if not s.overdue:
        return None
    return given_up.failed(
        s,
        Reason.PROMOTION_DEADLINE_EXCEEDED,
        f"The primary is not available with {s.committed.candidate_image} after "
        f"{s.settings.progress_deadline_seconds} s: {pods(s)}.",
    )


def waiting_for_primary(s: Situation) -> Outcome | None:
    """The primary is on its way."""
    if s.clock.in_place:
        return None
    return hold(
        Reason.WAITING_FOR_PRIMARY,
        f"The primary takes {s.committed.candidate_image}: {pods(s)}.",
        look_at=s.deadline,
        unblocked_by="an available primary",
    )


def settling(s: Situation) -> Outcome | None:
    """The proxies learn of the primary's new pods before these get all traffic (rule R1)."""
    until = s.standing_until(s.observation.timings.settle)
    if until is None or s.now >= until:
        return None
    return hold(
        Reason.SETTLING,
        f"The primary is whole; the proxies get {s.observation.timings.settle:g} s to learn of its pods.",
        look_at=until,
    )


def primary_updated(s: Situation) -> Outcome | None:
    """The candidate is the stable revision from here on; all traffic goes to the primary."""
    changes = {
        "stable_revision": s.committed.candidate_revision,
        "stable_image": s.committed.candidate_image,
    }
    return advance(
        Reason.PRIMARY_UPDATED,
        f"The primary runs {s.committed.candidate_image} ({pods(s)}) and gets all traffic.",
        Move(Phase.DRAINING, Stage.WITHDRAWING, changes),
    )


RULES: Final[tuple[Rule, ...]] = (
    given_up.unwanted,
    shifting.check_failed,
    shifting.secondary_lost,
    shifting.secondary_unavailable,
    primary_overdue,
    waiting_for_primary,
    settling,
    primary_updated,
)
