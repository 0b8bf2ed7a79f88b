"""Times as ticks before now, so that the same situation at another hour is the same state.

What no later decision reads is left out of a status: sentences, conditions, and when something was last shown.
`tests/exhaustive/test_model.py` holds that to be true.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from app.resource.base import format_time

TICK: Final = 5.0
"""Seconds."""
NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
"""The moment of every sync of the model."""

DEADLINE: Final = 3
"""Ticks; the longest interval of the model."""
SETTLE: Final = 2
"""Ticks; so long must a way have stood, and so long does a secondary drain."""
_STAGE: Final = 6
"""Ticks; a stage that has stood or waited for longer is the same: its deadline is over, and so is the slack of R8."""
_RECENT: Final = 2
"""Ticks; a check of longer ago is the same: it is due again, whatever clock a replica has."""
LOST: Final = 0
"""The number of a status that is gone."""
_UNREAD: Final = ("conditions", "observedGeneration", "lastTrafficShift", "successfulRelease")
_TIMES: Final = ("trafficSince",)

Json = dict[str, Any]


class Statuses:
    """All statuses that were ever seen, by number; 0 for none."""

    def __init__(self) -> None:
        """Knows none but the lost one."""
        self._numbers: dict[str, int] = {"null": LOST}
        self._aged: list[Json | None] = [None]
        self._later: dict[int, int] = {}
        self._written: dict[int, Json | None] = {}

    def number(self, status: Json | None) -> int:
        """The number of a status as the hook wrote it at `NOW`."""
        return self._number(None if status is None else _aged(status))

    def aged(self, number: int) -> Json | None:
        """The status with ticks before now in the place of times; not to be changed."""
        return self._aged[number]

    def written(self, number: int) -> Json | None:
        """The status as the next request at `NOW` shows it; not to be changed."""
        if number not in self._written:
            aged = self._aged[number]
            self._written[number] = None if aged is None else _with_times(aged, _write)
        return self._written[number]

    def later(self, number: int) -> int:
        """The number of the same status, one tick later."""
        if number not in self._later:
            aged = self._aged[number]
            self._later[number] = LOST if aged is None else self._number(_without_decided(_with_times(aged, _older)))
        return self._later[number]

    def further_back(self, number: int) -> Json | None:
        """The status as `written`, with every time that is as far back as the model tells apart still further back."""
        aged = self._aged[number]
        return aged and _with_times(aged, lambda age, longest: _write(age + 9 if age == longest else age, longest))

    def kept(self, number: int, *fields: str) -> int:
        """The number of what is left of a status of which only some fields are kept."""
        aged = self._aged[number] or {}
        return self._number({field: aged[field] for field in fields if field in aged})

    def _number(self, aged: Json | None) -> int:
        text = json.dumps(aged, sort_keys=True)
        if text not in self._numbers:
            self._numbers[text] = len(self._aged)
            self._aged.append(aged)
        return self._numbers[text]


def _older(age: int, longest: int) -> int:
    return min(age + 1, longest)


def _write(age: int, _: int) -> str:
    return format_time(NOW - age * timedelta(seconds=TICK))


def _age(moment: str, longest: int) -> int:
    return min(longest, round((NOW - datetime.fromisoformat(moment)).total_seconds() / TICK))


def read_part(status: Json) -> Json:
    """What decisions read of a status, with its times."""
    read = {field: value for field, value in status.items() if field not in _UNREAD}
    if "decision" in read:
        read["decision"] = {"action": "Hold", "reason": "Any", "message": "Any.", "since": read["decision"]["since"]}
    read["phaseSince"] = format_time(NOW)
    read["failureMessage"] = read["failureMessage"] and "It failed."
    unread = {"message": "It was asked.", "query": "up", "windowStart": format_time(NOW)}
    return {**read, "checks": [{**check, **unread} for check in read["checks"]]}


def _aged(status: Json) -> Json:
    read = read_part(status)
    read["clock"] = {**read["clock"], "lostSeconds": min(read["clock"]["lostSeconds"], DEADLINE * TICK)}
    return _without_decided(_with_times(read, _age))


def _without_decided(aged: Json) -> Json:
    """Without a decision of the past: only one that a replica made whose clock is ahead is read."""
    return {field: value for field, value in aged.items() if field != "decision" or value["since"] < 0}


def _with_times(status: Json, turn: Callable[[Any, int], Any]) -> Json:
    turned = {**status, **{field: turn(status[field], _RECENT) for field in _TIMES if field in status}}
    if "decision" in status:
        turned["decision"] = {**status["decision"], "since": turn(status["decision"]["since"], _RECENT)}
    if "clock" in status:
        turned["clock"] = {**status["clock"], "since": turn(status["clock"]["since"], _STAGE)}
    if "checks" in status:
        turned["checks"] = [_check(check, turn) for check in status["checks"]]
    return turned


def _check(check: Json, turn: Callable[[Any, int], Any]) -> Json:
    times = ("measuredAt", "unavailableSince")
    return {**check, **{field: turn(check[field], _RECENT) for field in times if field in check}}
