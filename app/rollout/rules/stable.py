"""Stable: the primary serves the stable revision; a spec that asks for another one starts a rollout."""

from typing import Any, Final

from app.resource.status import Action, Ending, Phase, Stage
from app.rollout.reasons import Reason
from app.rollout.revision import Revision
from app.rollout.rules import initializing
from app.rollout.situation import Move, Outcome, Rule, Situation, advance, hold


def stray_secondary(s: Situation) -> Outcome | None:
    """A secondary stands that no rollout knows of: it goes the safe way, as after a rollback (rule R2)."""
    if s.children.secondary is None:
        return None
    known = s.observation.revisions.get(s.children.secondary.revision)
    changes = {
        "ending": Ending.INTERRUPTED,
        "candidate_revision": known.name if known else s.committed.stable_revision,
        "candidate_image": known.image if known else s.committed.stable_image,
    }
    return Outcome(
        Action.ROLL_BACK,
        Reason.STRAY_SECONDARY,
        "A secondary stands although no rollout is running; it is drained and removed.",
        Move(Phase.ROLLING_BACK, Stage.WITHDRAWING, changes),
    )


def spec_refused(s: Situation) -> Outcome | None:
    """The stable revision keeps serving."""
    if s.wanted:
        return None
    return hold(
        Reason.INVALID_SPEC,
        f"Revision {s.committed.stable_revision} ({s.committed.stable_image}) keeps serving: the spec is refused.",
        unblocked_by="a valid spec",
    )


def primary_incomplete(s: Situation) -> Outcome | None:
    """The spec asks for what the primary runs, but not all of its pods are there."""
    if s.wanted is None or s.wanted.name != s.committed.stable_revision or s.clock.in_place:
        return None
    return initializing.primary_overdue(s) or initializing.waiting_for_primary(s)


def up_to_date(s: Situation) -> Outcome | None:
    """Nothing to do."""
    if s.wanted is None or s.wanted.name != s.committed.stable_revision:
        return None
    return hold(Reason.UP_TO_DATE, f"Revision {s.wanted.name} ({s.wanted.image}) serves all traffic, as the spec asks.")


def paused(s: Situation) -> Outcome | None:
    """A rollout would start, but a person asked to wait."""
    if s.wanted is None or not s.settings.paused:
        return None
    return hold(
        Reason.PAUSED,
        f"Revision {s.wanted.name} ({s.wanted.image}) waits: spec.paused is set.",
        unblocked_by="spec.paused: false",
    )


def revision_changed(s: Situation) -> Outcome | None:
    """A rollout starts."""
    return None if s.wanted is None else advance(Reason.ROLLOUT_STARTED, started(s.wanted), start(s, s.wanted))


def started(wanted: Revision) -> str:
    """The sentence of a start."""
    return f"Revision {wanted.name} ({wanted.image}) comes up in the secondary."


def start(s: Situation, wanted: Revision) -> Move:
    """The move that starts a rollout of the revision that the spec asks for."""
    changes: dict[str, Any] = {
        "candidate_revision": wanted.name,
        "candidate_image": wanted.image,
        "ending": None,
        "test_running": True,
        "step": 0,
        "traffic_since": None,
        "checks": (),
        "retry_handled": s.observation.retry,
    }
    if wanted.name == s.committed.failed_revision:
        # A person asked for it, or the spec named another revision in between: it counts as untried (rule R6).
        changes |= {"failed_revision": "", "failure_reason": "", "failure_message": ""}
    return Move(Phase.STARTING, Stage.LAUNCHING, changes)


RULES: Final[tuple[Rule, ...]] = (
    stray_secondary,
    spec_refused,
    primary_incomplete,
    up_to_date,
    paused,
    revision_changed,
)
