"""Reading the committed state from the status that came with a request: whole, or not at all.

A status may be gone, cut in half, edited, or written by another version. What is not whole is recovered from the
children (`rollout/recovery.py`); nothing is guessed here.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError

from app.resource.status import CheckRecord, Phase, Stage, Status
from app.rollout.transitions import STAGES

MAX_SKEW: Final = timedelta(seconds=60)
"""How far ahead another replica's clock may be. A later time would hold a rollout until then (rule R8)."""

_WITH_CANDIDATE: Final = frozenset(
    {Phase.STARTING, Phase.SHIFTING, Phase.PROMOTING, Phase.DRAINING, Phase.ROLLING_BACK}
)
_WITH_WEIGHT: Final = frozenset({Stage.STEPPING, Stage.UPDATING, Stage.RESTORING})


def read_committed(status: Any, now: datetime) -> Status | None:
    """The committed state, with times no later than `now`; None where the status is not whole."""
    try:
        read = Status.model_validate(status)
    except ValidationError:
        return None
    if "phase" not in read.model_fields_set or any(_flaws(read)):
        return None
    return _clamp(read, now)


def moment(committed: Status, now: datetime) -> datetime:
    """The moment of a sync: what the clock says, but no earlier than what is committed.

    Where the clocks of two replicas differ, one may have decided what is not due yet by the other's. Taken back by this
    one and decided again by that one, the status would change with every sync, and every change brings the next sync.
    """
    known = (committed.clock.since, committed.decision.since if committed.decision else None)
    return max([now, *(when for when in known if when is not None)])


def _flaws(status: Status) -> Iterator[bool]:
    yield status.stage not in STAGES[status.phase]
    yield status.phase is not Phase.INITIALIZING and not status.stable_revision
    yield status.phase in _WITH_CANDIDATE and not status.candidate_revision
    yield (status.stage in _WITH_WEIGHT) != (status.weight > 0)
    yield status.stage is Stage.STEPPING and status.step == 0
    yield status.phase is Phase.ROLLING_BACK and status.ending is None
    yield status.phase is Phase.FAILED and not status.failed_revision
    yield status.phase_since is None or status.clock.since is None


def _clamp(status: Status, now: datetime) -> Status:
    moments = [status.phase_since, status.traffic_since, status.clock.since]
    moments += [moment for check in status.checks for moment in (check.measured_at, check.unavailable_since)]
    moments.append(status.decision.since if status.decision else None)
    if not any(_is_ahead(moment, now) for moment in moments):
        return status
    return status.model_copy(
        update={
            "phase_since": _no_later(status.phase_since, now),
            "traffic_since": _no_later(status.traffic_since, now),
            "clock": status.clock.model_copy(update={"since": _no_later(status.clock.since, now)}),
            "checks": tuple(_clamp_check(check, now) for check in status.checks),
            "decision": status.decision
            and status.decision.model_copy(update={"since": _no_later(status.decision.since, now)}),
        }
    )


def _clamp_check(check: CheckRecord, now: datetime) -> CheckRecord:
    return check.model_copy(
        update={
            "measured_at": _no_later(check.measured_at, now),
            "unavailable_since": _no_later(check.unavailable_since, now),
        }
    )


def _no_later(moment: datetime | None, now: datetime) -> datetime | None:
    return now if _is_ahead(moment, now) else moment


def _is_ahead(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment > now + MAX_SKEW
