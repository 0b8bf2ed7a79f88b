"""R8, R9 and R10: a rollout goes on, rests quietly, and says why."""

import json
import re
from collections.abc import Iterator
from typing import Final

from app.simulation.safety.past import Past
from app.simulation.safety.seen import Seen, seconds

_DEADLINE: Final = 600
"""Seconds; the default of `progressDeadlineSeconds`."""
_SLACK: Final = 10.0
"""Seconds by which a deadline may be missed: the clocks of two replicas differ."""
_SHORTEST_RESYNC: Final = 0.05
"""Seconds; a hook that asks for less is called in a loop."""
_MOST_STATUS: Final = 32_768
"""Bytes of a status (rule R10: bounded in size)."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_CLOCKS_AGREE: Final = 60.0
"""Seconds; a time further ahead than that is taken for wrong, and is put right by whoever reads it."""
_LONGEST: Final = 1024
"""Characters of a sentence in a status."""
_ROUNDING: Final = 0.01
"""Seconds; times in a status have milliseconds."""
_BLOCKED: Final = {
    "CheckInconclusive",
    "FailedRevision",
    "FirstRevisionFailed",
    "InvalidSpec",
    "Paused",
    "PrimaryDeadlineExceeded",
    "PrometheusUnavailable",
    "WaitingForCheck",
    "WaitingForPrimary",
    "WaitingForRemoval",
    "WaitingForRoute",
    "WaitingForSecondary",
    "WaitingForService",
}
"""Reasons to hold that something must end."""
_WITH_NUMBERS: Final = {
    "CheckFailed",
    "Draining",
    "Drained",
    "FirstStep",
    "NextStep",
    "PrimaryDeadlineExceeded",
    "ProgressDeadlineExceeded",
    "PromotionDeadlineExceeded",
    "RestoreDeadlineExceeded",
    "RouteDeadlineExceeded",
    "Settling",
    "StepRunning",
    "WayLost",
    "WithdrawalDeadlineExceeded",
}
"""Reasons that rest on a number: a weight, a time, a count."""
_AT_REST: Final = ("Stable", "Failed")
_WITH_DEADLINE: Final = ("Starting", "Shifting", "Promoting")


def nothing_wedges(seen: Seen, past: Past) -> Iterator[str]:
    """R8: what is not at rest looks again or names the event that it waits for, and no try outlasts its deadline."""
    before, after = seen.committed, seen.following
    wait = seen.response.get("resyncAfterSeconds", 0)
    if 0 < wait < _SHORTEST_RESYNC:
        yield f"The hook asks to be called again after {wait} s."
    if any(before.get(field) != after[field] for field in ("phase", "stage", "step")):
        return
    if after["phase"] not in _AT_REST and not wait and not after["decision"].get("unblockedBy"):
        yield f"Phase {after['phase']} waits for nothing."
    clock = after["clock"]
    waited = seen.at - seconds(clock["since"]) + clock["lostSeconds"]
    deadline = seen.setting("progressDeadlineSeconds", _DEADLINE)
    if after["phase"] in _WITH_DEADLINE and not clock["inPlace"] and waited > deadline + _SLACK + past.apart:
        yield f"Stage {after['stage']} has waited for {waited:.0f} s, its deadline is {deadline} s."


def quiet_when_nothing_happens(seen: Seen, past: Past) -> Iterator[str]:
    """R9: at rest, what was seen before is answered as before; and whole numbers are written whole.

    Metacontroller takes 30.0 for another value than the 30 that the API server gives back, and writes again.
    """
    previous = past.previous
    if previous is not None and _judged(seen, previous, past) and previous.request == seen.request:
        for part in ("status", "children"):
            if _timeless(previous.response[part]) != _timeless(seen.response[part]):
                yield f"Nothing happened, and the {part} differ from those of the sync before."
    for number in _numbers_with_a_fraction({part: seen.response[part] for part in ("status", "children")}):
        if float(number).is_integer():
            yield f"The response has {number} where a whole number is meant."


def _numbers_with_a_fraction(part: object) -> list[str]:
    """As they are written in JSON."""
    found: list[str] = []
    json.loads(json.dumps(part), parse_float=found.append)
    return found


def _timeless(part: object) -> str:
    """A part of a response without its moments: as long as a status is not written, what begins now begins anew."""
    return _MOMENT.sub("", json.dumps(part))


def _judged(seen: Seen, previous: Seen, past: Past) -> bool:
    """Whether both are at rest, and no time in the status is taken for wrong: that is put right, whoever reads it."""
    committed = seen.committed
    times = [committed.get("phaseSince"), *((committed.get(part) or {}).get("since") for part in ("clock", "decision"))]
    ahead = any(seconds(time) > seen.at + _CLOCKS_AGREE for time in times if time)
    settled = previous.at_rest and seen.at_rest and not seen.recovered
    return settled and not ahead and past.apart <= _CLOCKS_AGREE


def every_decision_explains_itself(seen: Seen, past: Past) -> Iterator[str]:
    """R10: a reason, a sentence, its numbers, the query, the next look, what would end the waiting; bounded in size."""
    following, decision = seen.following, seen.following["decision"]
    reason, message = decision["reason"], decision["message"]
    if not re.fullmatch(r"([A-Z][a-z]+)+", reason):
        yield f"The reason {reason!r} is not CamelCase."
    if not re.fullmatch(r"[A-Z].*[.…]", message, re.DOTALL):
        yield f"The message {message!r} is no sentence."
    if reason in _WITH_NUMBERS and not re.search(r"\d", message):
        yield f"The message {message!r} of {reason} has no number."
    if reason in _BLOCKED and decision["action"] == "Hold" and not decision["unblockedBy"]:
        yield f"{reason} does not say what would end it."
    yield from _checks(seen)
    yield from _next_look(seen, past)
    size = len(json.dumps(following))
    longest = max(len(text) for text in (message, decision["unblockedBy"], following["failureMessage"]))
    if size > _MOST_STATUS or longest > _LONGEST:
        yield f"The status has {size} bytes, and its longest sentence {longest} characters."


def _checks(seen: Seen) -> Iterator[str]:
    for check in seen.following["checks"]:
        if not check["query"] or not check["message"]:
            yield f"The check {check['name']} does not say what was asked, or what came of it."
    if seen.following["decision"]["reason"] == "CheckFailed" and not seen.following["checks"]:
        yield "A check has failed, and the status does not have it."


def _next_look(seen: Seen, past: Past) -> Iterator[str]:
    look = seen.following["decision"].get("nextLook")
    wait = seen.response.get("resyncAfterSeconds", 0)
    if look is None:
        return
    if not wait:
        yield f"The next look is to be at {look}, and nothing brings it."
    elif wait > max(_SHORTEST_RESYNC, seconds(look) - seen.at) + past.apart + _ROUNDING:
        yield f"The next look is to be at {look}, and the hook asks for it in {wait} s."
