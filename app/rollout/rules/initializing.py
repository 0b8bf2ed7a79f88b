"""Initializing: the first revision goes straight to the primary; there is nothing yet that could be protected."""

from typing import Final

from app.resource.status import Phase, Stage
from app.rollout.reasons import Reason
from app.rollout.situation import Move, Outcome, Rule, Situation, advance, hold


def spec_refused_before_anything_runs(s: Situation) -> Outcome | None:
    """A first spec that is refused: nothing is made of it."""
    if s.wanted or s.committed.stable_revision:
        return None
    return hold(Reason.INVALID_SPEC, "Nothing runs yet: the spec is refused.", unblocked_by="a valid spec")


def first_revision_is_known_to_fail(s: Situation) -> Outcome | None:
    """The stable revision is lost with all children, and what the spec asks for has failed before (rule R6)."""
    if s.wanted is None or s.wanted.name == s.committed.stable_revision:
        return None
    if s.wanted.name != s.committed.failed_revision or s.retry_requested:
        return None
    return hold(
        Reason.FIRST_REVISION_FAILED,
        f"Revision {s.wanted.name} ({s.wanted.image}) failed before, and no other revision is known to serve.",
        unblocked_by="a spec that names another revision, or a retry",
    )


def revision_wanted(s: Situation) -> Outcome | None:
    """Whatever the newest spec asks for becomes the first revision, as long as none has served."""
    if s.wanted is None or s.wanted.name == s.committed.stable_revision:
        return None
    changes = {
        "stable_revision": s.wanted.name,
        "stable_image": s.wanted.image,
        "retry_handled": s.observation.retry,
    }
    return advance(
        Reason.FIRST_REVISION,
        f"Revision {s.wanted.name} ({s.wanted.image}) is the first one and goes straight to the primary.",
        Move(Phase.INITIALIZING, Stage.SETTLED, changes),
    )


def primary_serves(s: Situation) -> Outcome | None:
    """The primary is whole."""
    if not s.clock.in_place:
        return None
    return advance(
        Reason.FIRST_REVISION_SERVES,
        f"The primary runs revision {s.committed.stable_revision} ({s.committed.stable_image}) and is available.",
        Move(Phase.STABLE, Stage.SETTLED),
    )


def primary_overdue(s: Situation) -> Outcome | None:
    """The primary does not come up; only an event can change that."""
    if not s.overdue:
        return None
    return hold(
        Reason.PRIMARY_DEADLINE_EXCEEDED,
        f"The primary is not available after {s.settings.progress_deadline_seconds} s: {pods(s)}.",
        unblocked_by="an available primary, or another revision in the spec",
    )


def waiting_for_primary(s: Situation) -> Outcome | None:
    """The primary is on its way."""
    return hold(
        Reason.WAITING_FOR_PRIMARY,
        f"The primary comes up with {s.committed.stable_image}: {pods(s)}.",
        look_at=s.deadline,
        unblocked_by="an available primary",
    )


def pods(s: Situation) -> str:
    """The primary's pods in a few words."""
    primary, replicas = s.children.primary, s.settings.replicas
    if primary is None:
        return "its Deployment is not there yet"
    return primary.describe() + (f", {replicas} asked for" if primary.replicas != replicas else "")


RULES: Final[tuple[Rule, ...]] = (
    spec_refused_before_anything_runs,
    first_revision_is_known_to_fail,
    revision_wanted,
    primary_serves,
    primary_overdue,
    waiting_for_primary,
)
