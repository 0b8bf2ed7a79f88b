"""Conditions as kstatus reads them (sigs.k8s.io/cli-utils, pkg/kstatus): Ready, Reconciling, Stalled.

`kubectl wait`, Flux and Argo CD understand them. A condition keeps its transition time as long as its status stays.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.resource.status import Condition, ConditionStatus, Phase, Status, cut
from app.rollout.fit import primary_whole
from app.rollout.observation import Observation
from app.rollout.reasons import Reason
from app.rollout.situation import Outcome

_STUCK: Final = frozenset(
    {
        Reason.FAILED_REVISION,
        Reason.FIRST_REVISION_FAILED,
        Reason.PRIMARY_DEADLINE_EXCEEDED,
    }
)
"""Reasons to hold that only a person, or luck, ends."""


@dataclass(frozen=True)
class _Finding:
    status: ConditionStatus
    reason: str
    message: str


def conditions_of(
    observation: Observation, following: Status, outcome: Outcome, now: datetime
) -> tuple[Condition, ...]:
    """The conditions of the status that follows a decision.

    Args:
        observation: what was observed.
        following: the next status, without decision and conditions.
        outcome: what was decided.
        now: the moment of this sync, for conditions whose status changes.
    """
    stalled = _stalled(observation, following, outcome)
    ready = _ready(observation, following, outcome, stalled)
    resting = stalled is not None and following.phase in (Phase.STABLE, Phase.FAILED, Phase.INITIALIZING)
    moving = not resting and ready.status is not ConditionStatus.TRUE
    findings = {
        "Ready": ready,
        "Reconciling": _Finding(
            _truth(value=moving), ready.reason if moving else "Settled", ready.message if moving else outcome.message
        ),
        "Stalled": stalled or _Finding(ConditionStatus.FALSE, "Moving" if moving else "Settled", ""),
    }
    before = {condition.type: condition for condition in observation.committed.conditions}
    return tuple(
        _condition(kind, finding, before.get(kind), observation.generation, now) for kind, finding in findings.items()
    )


def _stalled(observation: Observation, following: Status, outcome: Outcome) -> _Finding | None:
    if observation.refusals:
        problems = "; ".join(str(refusal) for refusal in observation.refusals)
        return _Finding(ConditionStatus.TRUE, Reason.INVALID_SPEC, f"The spec is refused. {problems}")
    if outcome.reason in _STUCK:
        reason = following.failure_reason if outcome.reason is Reason.FAILED_REVISION else outcome.reason
        return _Finding(ConditionStatus.TRUE, reason or outcome.reason, outcome.message)
    return None


def _ready(observation: Observation, following: Status, outcome: Outcome, stalled: _Finding | None) -> _Finding:
    if stalled:
        return _Finding(ConditionStatus.FALSE, stalled.reason, stalled.message)
    stable = observation.revisions.get(following.stable_revision)
    primary = observation.children.primary
    serves = following.phase is Phase.STABLE and _asks_for(observation, following.stable_revision)
    if not serves or stable is None:
        return _Finding(ConditionStatus.UNKNOWN, outcome.reason, outcome.message)
    if not primary_whole(observation):
        pods = primary.describe() if primary else "its Deployment is gone"
        return _Finding(ConditionStatus.FALSE, "PrimaryUnavailable", f"The primary is not whole: {pods}.")
    return _Finding(
        ConditionStatus.TRUE, Reason.UP_TO_DATE, f"Revision {stable.name} ({stable.image}) serves all traffic."
    )


def _asks_for(observation: Observation, revision: str) -> bool:
    """By name: a template that was kept may have been rendered differently by an older operator."""
    return observation.wanted is not None and observation.wanted.name == revision


def _condition(kind: str, finding: _Finding, before: Condition | None, generation: int, now: datetime) -> Condition:
    same = before is not None and before.status is finding.status
    message = cut(finding.message)
    if (
        before is not None
        and same
        and (finding.reason, message, generation)
        == (
            before.reason,
            before.message,
            before.observed_generation,
        )
    ):
        return before
    return Condition(
        type=kind,
        status=finding.status,
        reason=finding.reason,
        message=message,
        last_transition_time=before.last_transition_time if same and before else now,
        observed_generation=generation,
    )


def _truth(*, value: bool) -> ConditionStatus:
    return ConditionStatus.TRUE if value else ConditionStatus.FALSE
