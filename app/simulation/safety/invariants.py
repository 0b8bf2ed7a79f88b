"""The safety rules of the design as named invariants; each yields a sentence for everything that breaks it."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.simulation.kubernetes.objects import SERVICE, VIRTUAL_SERVICE, Key
from app.simulation.kubernetes.store import Write
from app.simulation.metacontroller.controller import Sync
from app.simulation.safety.seen import Seen, read, revision, selects_both, share, whole

_DRAIN: Final = 30
"""Seconds; the default of `drainSeconds`."""
_ROUNDING: Final = 0.01
"""Seconds; times in a status have milliseconds."""
_MOST_STATUS: Final = 32_768
"""Bytes of a status (rule R10: bounded in size)."""


@dataclass(frozen=True)
class Breach:
    """A rule that was broken: which, when (unix seconds), and what happened."""

    rule: str
    at: float
    sentence: str

    def __str__(self) -> str:
        """For people."""
        return f"{self.rule} at {self.at:.2f}: {self.sentence}"


@dataclass(frozen=True)
class Past:
    """What had happened before a sync.

    Attributes:
        writes: every write to the API server, in the order of time.
        settle: seconds that a way must have stood before traffic follows it; of the operator's settings.
    """

    writes: Sequence[Write]
    settle: float

    def widened_at(self) -> float:
        """When the Service last began to select both versions; infinity where it does not."""
        since = math.inf
        for write in self.writes:
            if write.key.kind == SERVICE:
                wide = selects_both(write.after)
                since = min(since, write.at) if wide else math.inf
        return since

    def last_traffic(self) -> float:
        """When the secondary last got traffic by a route or by the Service's selector; infinity while it does."""
        ways: dict[Key, bool] = {}
        last = -math.inf
        for write in self.writes:
            if write.key.kind in {SERVICE, VIRTUAL_SERVICE}:
                open_before = any(ways.values())
                ways[write.key] = selects_both(write.after) if write.key.kind == SERVICE else share(write.after) > 0
                last = write.at if open_before else last
        return math.inf if any(ways.values()) else last


Invariant = Callable[[Seen, Past], Iterator[str]]
"""Judges one sync."""


def only_what_is_ready_gets_more_traffic(seen: Seen, past: Past) -> Iterator[str]:
    """R1. Putting back what somebody edited or deleted is no rise, but still wants a secondary that is ready."""
    judge = {"Shifting": _toward_secondary, "Draining": _toward_promoted, "RollingBack": _toward_stable}
    for name, wanted in seen.desired.get("VirtualService", {}).items():
        before, after = share(seen.observed("VirtualService").get(name)), share(wanted)
        if before != after and seen.place[0] in judge:
            for why in judge[seen.place[0]](seen, past, before, after):
                yield f"{name} goes from {before} to {after} % while {why}."


def _toward_secondary(seen: Seen, past: Past, before: int, after: int) -> Iterator[str]:
    if after < before:
        return
    if not whole(seen.observed_deployment("secondary"), seen.committed["candidateRevision"]):
        yield "the secondary is not whole"
    if not selects_both(seen.observed("Service").get(seen.app)):
        yield "the Service does not select the secondary"
    if before == 0 and (stood := seen.at - past.widened_at()) < past.settle - _ROUNDING:
        yield f"the Service has been wide for {stood:.2f} s"


def _toward_promoted(seen: Seen, _: Past, before: int, after: int) -> Iterator[str]:
    waits = after < before and seen.place[1] == "Withdrawing"  # past its deadline it goes on as it is (rule R8)
    if waits and not whole(seen.observed_deployment("primary"), seen.committed["stableRevision"]):
        yield "the promoted primary is not whole"


def _toward_stable(seen: Seen, _: Past, before: int, after: int) -> Iterator[str]:
    primary, secondary = seen.observed_deployment("primary"), seen.observed_deployment("secondary")
    serves = secondary is not None and (secondary.get("status") or {}).get("readyReplicas", 0) > 0
    if after < before and primary and serves and revision(primary) != seen.committed["stableRevision"]:
        yield "the primary does not run the stable revision"


def make_before_break(seen: Seen, past: Past) -> Iterator[str]:
    """R2."""
    narrowed = selects_both(seen.observed("Service").get(seen.app)) and not selects_both(
        seen.desired.get("Service", {}).get(seen.app)
    )
    routed = max((share(service) for service in seen.observed("VirtualService").values()), default=0)
    if narrowed and routed:
        yield f"The Service forgets the secondary while a route gives it {routed} %."
    if seen.observed_deployment("secondary") is None or seen.desired_deployment("secondary") is not None:
        return
    if routed:
        yield f"The secondary is dropped while a route gives it {routed} %."
    if selects_both(seen.observed("Service").get(seen.app)):
        yield "The secondary is dropped while the Service selects it."
    quiet, drain = seen.at - past.last_traffic(), seen.spec.get("drainSeconds", _DRAIN)
    if quiet < drain - _ROUNDING:
        yield f"The secondary is dropped {quiet:.2f} s after its last traffic, not {drain} s."


def committed_before_acted_on(seen: Seen, _: Past) -> Iterator[str]:
    """R3."""
    if seen.recovered or not seen.committed.get("stableRevision"):
        return
    phase, stage = seen.place
    weighted = stage in {"Stepping", "Updating", "Restoring"}
    committed = seen.committed["weight"] if weighted else 0
    for name, wanted in seen.desired.get("VirtualService", {}).items():
        if share(wanted) not in {committed, share(seen.observed("VirtualService").get(name))}:
            yield f"{name} gets {share(wanted)} %, {committed} % are committed."
    expected = seen.committed["candidateRevision" if phase == "Promoting" else "stableRevision"]
    if revision(seen.desired_deployment("primary")) != expected:
        yield f"The primary is to run {revision(seen.desired_deployment('primary'))}, {expected} is committed."


def nothing_is_deleted_by_mistake(seen: Seen, _: Past) -> Iterator[str]:
    """R4."""
    kept = {seen.following.get("stableRevision"), seen.following.get("candidateRevision")}
    gateways = (seen.spec.get("traffic") or {}).get("gateways")
    for kind in ("Service", "Deployment", "DestinationRule", "Gateway", "VirtualService", "ControllerRevision"):
        for name in sorted(set(seen.observed(kind)) - set(seen.desired.get(kind, {}))):
            may_go = {
                "Deployment": name == f"{seen.app}-secondary",
                "Gateway": bool(gateways),
                "VirtualService": gateways == ["mesh"] and name == seen.app,
                "ControllerRevision": name.removeprefix(f"{seen.app}-") not in kept,
            }
            if not may_go.get(kind, False):
                yield f"{kind} {name} is left out, and so deleted."


def the_primary_changes_at_promotion_alone(seen: Seen, _: Past) -> Iterator[str]:
    """R5."""
    before, after = revision(seen.observed_deployment("primary")), revision(seen.desired_deployment("primary"))
    phase = seen.place[0]
    if before and after and before != after and phase not in {"Promoting", "RollingBack", "Initializing"}:
        yield f"The primary goes from {before} to {after} in phase {phase}."


def a_failed_revision_is_not_tried_again(seen: Seen, _: Past) -> Iterator[str]:
    """R6."""
    phase, candidate = seen.place[0], seen.following.get("candidateRevision")
    starts = seen.following["phase"] == "Starting" and phase != "Starting"
    named_another = phase == "Stable" or seen.committed.get("ending") in {"Superseded", "Cancelled"}
    asked = seen.retry not in {"", seen.committed.get("retryHandled")}
    if starts and candidate == seen.committed.get("failedRevision") and not named_another and not asked:
        yield f"Revision {candidate} failed and is started again."


def only_what_was_tested_is_promoted(seen: Seen, _: Past) -> Iterator[str]:
    """R7."""
    before, after = seen.committed, seen.following
    promotes = after["decision"]["action"] == "Promote"
    if promotes and (before["phase"], before["trafficShift"]) != ("Shifting", before["weight"]):
        yield f"A promotion starts in phase {before['phase']} at {before['trafficShift']} %."
    if promotes and seen.spec.get("image") != before["candidateImage"]:
        yield f"{before['candidateImage']} is promoted while the spec asks for {seen.spec.get('image')}."
    old, new = before.get("stableRevision"), after.get("stableRevision")
    tested = before.get("phase") == "Promoting" and new == before.get("candidateRevision")
    nothing_serves_yet = before.get("phase") == "Initializing"
    if old and new != old and not tested and not nothing_serves_yet and not seen.recovered:
        yield f"{new} becomes the stable revision in phase {before.get('phase')}."
    under_way = before.get("phase") in {"Starting", "Shifting", "Promoting"}
    if under_way and after["phase"] != "Starting" and after["candidateRevision"] != before["candidateRevision"]:
        yield f"The candidate turns from {before['candidateRevision']} into {after['candidateRevision']} under way."


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


def whole_numbers_are_written_whole(seen: Seen, _: Past) -> Iterator[str]:
    """R9: Metacontroller takes 30.0 for another value than the 30 that the API server gives back, and writes again."""
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


INVARIANTS: Final[dict[str, Invariant]] = {
    "R1": only_what_is_ready_gets_more_traffic,
    "R2": make_before_break,
    "R3": committed_before_acted_on,
    "R4": nothing_is_deleted_by_mistake,
    "R5": the_primary_changes_at_promotion_alone,
    "R6": a_failed_revision_is_not_tried_again,
    "R7": only_what_was_tested_is_promoted,
    "R9": whole_numbers_are_written_whole,
    "R10": every_decision_explains_itself,
}
"""By rule. R8 (nothing wedges) and the rest of R9 (no write at rest) are about spans of time, not about one sync."""


def breaches(syncs: Sequence[Sync], writes: Sequence[Write], settle: float = 5.0) -> list[Breach]:
    """Everything that broke a rule, in the order of time, for the history of one CanaryApp.

    Args:
        syncs: every call of the hook.
        writes: every write to the API server, in the order of time.
        settle: the operator's `CANARYAPP_SETTLE_SECONDS`.
    """
    found, position = [], 0
    for sync in syncs:
        while position < len(writes) and writes[position].at < sync.at:
            position += 1
        seen = read(sync)
        if seen is not None:
            past = Past(writes[:position], settle)
            found += [Breach(rule, sync.at, why) for rule, judge in INVARIANTS.items() for why in judge(seen, past)]
    return found
