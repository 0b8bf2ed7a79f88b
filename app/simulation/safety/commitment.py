"""R3: nothing goes ahead of what is committed, and no clock runs before what it times is in place."""

from collections.abc import Callable, Iterator
from typing import Final

from app.simulation.safety.past import Past
from app.simulation.safety.seen import Seen, leads, revision, seconds, selects_both, share, whole
from app.simulation.safety.traffic import ROUNDING

_INTERVAL: Final = 30
"""Seconds; the default of `trafficShiftUpdateInterval`."""
_WEIGHTED: Final = {"Stepping", "Updating", "Restoring"}
_NARROW: Final = {"Settled", "Launching", "Disconnecting", "Removing"}
_WITH_CANDIDATE: Final = {"Launching", "Connecting", "Withdrawing", "Disconnecting", *_WEIGHTED}


def committed_before_acted_on(seen: Seen, past: Past) -> Iterator[str]:
    """R3."""
    if not seen.committed.get("stableRevision"):
        return
    if not seen.recovered:
        yield from _children(seen)
    yield from _clock(seen, past)
    yield from _step(seen, past)


def _children(seen: Seen) -> Iterator[str]:
    phase, stage = seen.place
    committed = seen.committed["weight"] if stage in _WEIGHTED else 0
    for name, wanted in seen.desired.get("VirtualService", {}).items():
        if share(wanted) not in {committed, share(seen.observed("VirtualService").get(name))}:
            yield f"{name} gets {share(wanted)} %, {committed} % are committed."
    expected = seen.committed["candidateRevision" if phase == "Promoting" else "stableRevision"]
    nothing_serves_yet = phase == "Initializing" and seen.observed_deployment("primary") is None
    if revision(seen.desired_deployment("primary")) not in ({expected, ""} if nothing_serves_yet else {expected}):
        yield f"The primary is to run {revision(seen.desired_deployment('primary'))}, {expected} is committed."
    secondary = seen.desired_deployment("secondary")
    candidate = seen.committed["candidateRevision"]
    if stage in _WITH_CANDIDATE and seen.keeps(candidate) and revision(secondary) != candidate:
        yield f"The secondary is to run {revision(secondary)}, {candidate} is committed."
    if secondary is not None and stage == "Settled" and seen.observed_deployment("secondary") is None:
        yield "A secondary is made although no rollout is committed."
    if stage in _NARROW and selects_both(seen.desired_service) and not seen.routed:
        yield f"The Service is to select both versions in stage {stage}."


def _clock(seen: Seen, past: Past) -> Iterator[str]:
    """A clock that runs says the truth, and one that begins to run begins now."""
    before, after = seen.committed.get("clock") or {}, seen.following["clock"]
    if seen.place != (seen.following["phase"], seen.following["stage"]) or not after["inPlace"]:
        return
    if not _FITS[seen.place[1]](seen):
        yield f"The clock of stage {seen.place[1]} runs although the children do not match it."
    began = seconds(after["since"])
    if not before.get("inPlace") and began < seen.at - past.apart - ROUNDING:
        yield f"The clock of stage {seen.place[1]} begins {seen.at - began:.2f} s before the children matched."


def _step(seen: Seen, past: Past) -> Iterator[str]:
    """A step is over when its children have matched for as long as it says."""
    before, after = seen.committed, seen.following
    goes_on = after["decision"]["action"] in {"Advance", "Promote"} and after["phase"] in {"Shifting", "Promoting"}
    if before.get("phase") != "Shifting" or not goes_on:
        return
    steps = (seen.setting("strategy", {}) or {}).get("steps") or []
    planned = steps[before["step"] - 1].get("durationSeconds") if before["step"] <= len(steps) else None
    length = planned or seen.setting("trafficShiftUpdateInterval", _INTERVAL)
    ran = seen.at - seconds(before["clock"]["since"]) if before["clock"]["inPlace"] else 0.0
    if ran < length - past.apart - ROUNDING:
        yield f"Step {before['step']} is over after {ran:.2f} s in place, not {length} s."


def _routes_give(seen: Seen, weight: int) -> bool:
    standing = seen.observed("VirtualService")
    return all(name in standing and share(standing[name]) == weight for name in seen.desired["VirtualService"])


def _connected(seen: Seen) -> bool:
    return _candidate_stands(seen) and seen.connected


def _candidate_stands(seen: Seen) -> bool:
    return whole(seen.observed_deployment("secondary"), seen.committed["candidateRevision"])


def _stable_stands(seen: Seen) -> bool:
    return whole(seen.observed_deployment("primary"), seen.committed["stableRevision"])


def _alone(seen: Seen) -> bool:
    return seen.service is not None and not leads(seen.service) and _routes_give(seen, 0)


_FITS: Final[dict[str, Callable[[Seen], bool]]] = {
    "Settled": _stable_stands,
    "Launching": _candidate_stands,
    "Connecting": _connected,
    "Stepping": lambda seen: _connected(seen) and _routes_give(seen, seen.committed["weight"]),
    "Updating": lambda seen: whole(seen.observed_deployment("primary"), seen.committed["candidateRevision"]),
    "Restoring": _stable_stands,
    "Withdrawing": lambda seen: _routes_give(seen, 0),
    "Disconnecting": _alone,
    "Removing": lambda seen: seen.observed_deployment("secondary") is None,
}
"""What the observed children look like in each stage."""
