"""Failed: the stable revision serves; the failed one is not tried again until the spec names another, or on request."""

from typing import Final

from app.resource.status import Phase, Stage
from app.rollout.reasons import Reason
from app.rollout.rules import stable
from app.rollout.situation import Move, Outcome, Rule, Situation, advance, hold


def back_to_stable(s: Situation) -> Outcome | None:
    """The spec asks for what serves."""
    if s.wanted is None or s.wanted.name != s.committed.stable_revision:
        return None
    return advance(
        Reason.BACK_TO_STABLE,
        f"The spec is back at revision {s.wanted.name} ({s.wanted.image}), which serves.",
        Move(Phase.STABLE, Stage.SETTLED, {"retry_handled": s.observation.retry}),
    )


def still_the_failed_revision(s: Situation) -> Outcome | None:
    """Rule R6."""
    if s.wanted is None or s.wanted.name != s.committed.failed_revision or s.retry_requested:
        return None
    return hold(
        Reason.FAILED_REVISION,
        f"Revision {s.wanted.name} ({s.wanted.image}) failed and is not tried again: {s.failure}",
        unblocked_by="a spec that names another revision, or a new value of the annotation canary.atze.io/retry",
    )


def retry(s: Situation) -> Outcome | None:
    """A person asks for another try."""
    if s.wanted is None or s.wanted.name != s.committed.failed_revision:
        return None
    return advance(
        Reason.RETRY_REQUESTED, f"Another try, as requested. {stable.started(s.wanted)}", stable.start(s, s.wanted)
    )


RULES: Final[tuple[Rule, ...]] = (
    stable.stray_secondary,
    stable.spec_refused,
    back_to_stable,
    still_the_failed_revision,
    stable.paused,
    retry,
    stable.revision_changed,
)
