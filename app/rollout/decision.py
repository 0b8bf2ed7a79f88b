"""The decision: a pure function of what is observed, what was measured, and the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.analysis.measurement import Measurement
from app.resource.status import CheckRecord, Clock, DecisionRecord, Phase, Stage, Status, cut
from app.rollout.checking import last_check, next_check
from app.rollout.conditions import conditions_of
from app.rollout.fit import tick
from app.rollout.observation import Observation
from app.rollout.reasons import Reason
from app.rollout.rules import RULES
from app.rollout.situation import Outcome, Situation, hold
from app.rollout.transitions import check_move

_WITH_WEIGHT: Final = frozenset({Stage.STEPPING, Stage.UPDATING, Stage.RESTORING})
_SHORTEST_RESYNC: Final = 0.05
"""Seconds; a replica whose clock is behind must not ask to be called again at once, over and over."""
_CONFIRMATION: Final = 5.0
"""Seconds after which a changed status is looked at again, in case its write was lost and no event follows."""


class UndecidedError(Exception):
    """No rule of a phase answered; the last rule of each phase must."""


@dataclass(frozen=True)
class Decision:
    """What was decided.

    Attributes:
        outcome: the rule's answer.
        status: the next status, whole. Committed once Metacontroller has written it; children follow then (rule R3).
        resync_after: seconds until the next look without an event, 0 for never.
    """

    outcome: Outcome
    status: Status
    resync_after: float


def decide(observation: Observation, measurements: Sequence[Measurement], now: datetime) -> Decision:
    """Decides on one sync.

    Args:
        observation: the request, parsed.
        measurements: the answers to `queries_due(observation, now)`, in that order.
        now: the moment of this sync.

    Raises:
        IllegalTransitionError: a rule asked for a move that the tables do not have.
        UndecidedError: no rule answered.
    """
    clock = tick(observation, now)
    check = last_check(observation, measurements, now)
    outcome = _outcome(observation, clock, check, now)
    moved = _following(observation, outcome, clock, now)
    checks = moved.checks if outcome.move and "checks" in outcome.move.changes else (check,) if check else ()
    look_at = _look_at(observation, outcome, check, now)
    record = DecisionRecord(
        action=outcome.action,
        reason=outcome.reason,
        message=cut(_prefix(observation) + outcome.message),
        unblocked_by=outcome.unblocked_by,
        next_look=look_at,
    )
    dated = _dated(record, observation, now)
    conditions = conditions_of(observation, moved, outcome, now)
    status = _with(moved, {"checks": checks, "decision": dated, "conditions": conditions})
    return Decision(outcome, status, _resync_after(look_at, now, changed=status is not observation.committed))


def _dated(record: DecisionRecord, observation: Observation, now: datetime) -> DecisionRecord:
    """The record, with the moment of the committed one where both say the same."""
    before = observation.committed.decision
    if before is not None and before.model_copy(update={"since": None}) == record:
        return before
    return record.model_copy(update={"since": now})


def _outcome(observation: Observation, clock: Clock, check: CheckRecord | None, now: datetime) -> Outcome:
    if observation.settings is None:
        return hold(Reason.INVALID_SPEC, "Nothing runs yet: the spec is refused.", unblocked_by="a valid spec")
    situation = Situation(observation, observation.settings, clock, check, now)
    for rule in RULES[observation.committed.phase]:
        if outcome := rule(situation):
            return outcome
    raise UndecidedError(f"No rule of {observation.committed.phase} answered.")


def _following(observation: Observation, outcome: Outcome, clock: Clock, now: datetime) -> Status:
    committed, move = observation.committed, outcome.move
    changes: dict[str, Any] = {"clock": clock, "steps": _planned(observation)}
    if committed.phase is Phase.SHIFTING and committed.traffic_since is None and observation.route.highest > 0:
        changes["traffic_since"] = now
    if move is not None:
        check_move((committed.phase, committed.stage), (move.phase, move.stage))
        changes |= {"phase": move.phase, "stage": move.stage, "clock": Clock(since=now), **move.changes}
        if move.phase is not committed.phase:
            changes["phase_since"] = now
        weight = changes.get("weight", committed.weight) if move.stage in _WITH_WEIGHT else 0
        changes |= {"weight": weight, "traffic_shift": weight}
        if weight != committed.weight:
            changes["last_traffic_shift"] = now
    return _with(committed, changes)


def _with(status: Status, changes: Mapping[str, Any]) -> Status:
    """The status with the changes; the very same one where they change nothing."""
    same = all(getattr(status, field) == value for field, value in changes.items())
    return status if same else status.model_copy(update=changes)


def _planned(observation: Observation) -> int:
    return len(observation.settings.strategy.steps) if observation.settings else 0


def _look_at(observation: Observation, outcome: Outcome, check: CheckRecord | None, now: datetime) -> datetime | None:
    """The next look; none after a move, since the change of the status brings the next sync by itself."""
    if outcome.move is not None:
        return None
    moments = [outcome.look_at, next_check(observation, check, now)]
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def _resync_after(look_at: datetime | None, now: datetime, *, changed: bool) -> float:
    """Seconds to the next look; a changed status is looked at again soon, in case its write is lost (rule R8)."""
    waits = [max(_SHORTEST_RESYNC, (look_at - now).total_seconds())] if look_at else []
    return min([*waits, *([_CONFIRMATION] if changed else [])], default=0.0)


def _prefix(observation: Observation) -> str:
    return "What was committed is lost and was recovered from the children. " if observation.recovered else ""
