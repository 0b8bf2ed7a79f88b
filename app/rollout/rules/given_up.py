"""Ways to give up a candidate, shared by the phases that have one."""

from app.resource.status import Action, Ending, Phase, Stage, cut
from app.rollout.reasons import Reason
from app.rollout.situation import Move, Outcome, Situation


def unwanted(s: Situation) -> Outcome | None:
    """The spec no longer asks for the candidate (rule R7)."""
    candidate = f"{s.committed.candidate_revision} ({s.committed.candidate_image})"
    if s.wanted is None:
        return _leave(
            s, Ending.CANCELLED, Reason.INVALID_SPEC, f"Revision {candidate} is given up: the spec is refused."
        )
    if s.wanted.name == s.committed.candidate_revision:
        return None
    if s.wanted.name == s.committed.stable_revision:
        return _leave(
            s,
            Ending.CANCELLED,
            Reason.CANCELLED,
            f"Revision {candidate} is given up: the spec is back at the stable revision {s.wanted.name}.",
        )
    return _leave(
        s,
        Ending.SUPERSEDED,
        Reason.SUPERSEDED,
        f"Revision {candidate} is given up: the spec asks for {s.wanted.name} ({s.wanted.image}).",
    )


def failed(s: Situation, reason: Reason, message: str) -> Outcome:
    """The candidate failed; it is remembered."""
    return _leave(s, Ending.FAILED, reason, message)


def interrupted(s: Situation, reason: Reason, message: str) -> Outcome:
    """The rollout was disturbed from outside; the candidate will be tried again."""
    return _leave(s, Ending.INTERRUPTED, reason, message)


def _leave(s: Situation, ending: Ending, reason: Reason, message: str) -> Outcome:
    changes: dict[str, object] = {"ending": ending}
    if ending is Ending.FAILED:
        changes |= {
            "failed_revision": s.committed.candidate_revision,
            "last_failed_tag": s.committed.candidate_image,
            "failure_reason": reason.value,
            "failure_message": cut(message),
            "retry_handled": s.observation.retry,
        }
    # A primary that was being updated is made whole again before it gets all traffic (rule R1); one that runs the
    # stable revision gets it at once.
    stage = Stage.RESTORING if s.committed.phase is Phase.PROMOTING else Stage.WITHDRAWING
    return Outcome(Action.ROLL_BACK, reason, message, Move(Phase.ROLLING_BACK, stage, changes))
