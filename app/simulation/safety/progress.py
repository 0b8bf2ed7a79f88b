"""R8, R9 and R10: a rollout goes on, rests quietly, and says why."""

import json
import re
from collections.abc import Iterator, Mapping
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
    deadline = seen.spec.get("progressDeadlineSeconds", _DEADLINE)
    if after["phase"] in _WITH_DEADLINE and not clock["inPlace"] and waited > deadline + _SLACK + past.apart:
        yield f"Stage {after['stage']} has waited for {waited:.0f} s, its deadline is {deadline} s."


def quiet_when_nothing_happens(seen: Seen, past: Past) -> Iterator[str]:
    """R9: at rest, what was seen before is answered as before; and whole numbers are written whole.

    Metacontroller takes 30.0 for another value than the 30 that the API server gives back, and writes again.
    """
    previous = past.previous
    if previous is not None and seen.at_rest and previous.request == seen.request:
        for part in ("status", "children"):
            if previous.response[part] != seen.response[part]:
                yield f"Nothing happened, and the {part} differ from those of the sync before."
    for path, number in _floats(seen.response, ""):
        if number.is_integer() and not path.startswith(".resyncAfterSeconds"):
            yield f"The response has {number} at {path}."


def _floats(value: object, path: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, float):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _floats(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _floats(inner, f"{path}[{number}]")


def every_decision_explains_itself(seen: Seen, _: Past) -> Iterator[str]:
    """R10."""
    decision = seen.following["decision"]
    if not re.fullmatch(r"([A-Z][a-z]+)+", decision["reason"]):
        yield f"The reason {decision['reason']!r} is not CamelCase."
    if not decision["message"].endswith((".", "…")):
        yield f"The message {decision['message']!r} is no sentence."
    size = len(json.dumps(seen.following))
    if size > _MOST_STATUS:
        yield f"The status has {size} bytes."
