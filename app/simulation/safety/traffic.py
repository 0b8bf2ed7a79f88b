"""R1, R2 and R3: where traffic goes, and that nothing goes ahead of what is committed."""

from collections.abc import Callable, Iterator
from typing import Final

from app.simulation.safety.past import Past
from app.simulation.safety.seen import Seen, revision, selects_both, share, whole

_DRAIN: Final = 30
"""Seconds; the default of `drainSeconds`."""
_ROUNDING: Final = 0.01
"""Seconds; times in a status have milliseconds."""


def only_what_is_ready_gets_more_traffic(seen: Seen, past: Past) -> Iterator[str]:
    """R1. Putting back what somebody edited or deleted is no rise, but still wants a secondary that is ready."""
    for name, wanted in seen.desired.get("VirtualService", {}).items():
        before, after = share(seen.observed("VirtualService").get(name)), share(wanted)
        judge = _toward_secondary if after > before else _TOWARD_PRIMARY.get(seen.place[0])
        for why in judge(seen, past, before) if judge and before != after else ():
            yield f"{name} goes from {before} to {after} % while {why}."


def _toward_secondary(seen: Seen, past: Past, before: int) -> Iterator[str]:
    if not whole(seen.observed_deployment("secondary"), seen.committed["candidateRevision"]):
        yield "the secondary is not whole"
    if not selects_both(seen.observed("Service").get(seen.app)):
        yield "the Service does not select the secondary"
    if before == 0 and (stood := seen.at - past.widened_at) < past.settle - _ROUNDING:
        yield f"the Service has been wide for {stood:.2f} s"


def _toward_updated(seen: Seen, _: Past, __: int) -> Iterator[str]:
    if not whole(seen.observed_deployment("primary"), seen.committed["candidateRevision"]):
        yield "the primary is not whole with the candidate"


def _toward_promoted(seen: Seen, _: Past, __: int) -> Iterator[str]:
    waits = seen.place[1] == "Withdrawing"  # past its deadline it goes on as it is (rule R8)
    if waits and not whole(seen.observed_deployment("primary"), seen.committed["stableRevision"]):
        yield "the promoted primary is not whole"


def _toward_stable(seen: Seen, _: Past, __: int) -> Iterator[str]:
    primary, secondary = seen.observed_deployment("primary"), seen.observed_deployment("secondary")
    serves = secondary is not None and (secondary.get("status") or {}).get("readyReplicas", 0) > 0
    if primary and serves and revision(primary) != seen.committed["stableRevision"]:
        yield "the primary does not run the stable revision"


_TOWARD_PRIMARY: Final[dict[str, Callable[[Seen, Past, int], Iterator[str]]]] = {
    "Promoting": _toward_updated,
    "Draining": _toward_promoted,
    "RollingBack": _toward_stable,
}
"""By phase; in the others the primary runs what it ran before, and may have its traffic back at once."""


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
    quiet, drain = seen.at - past.last_traffic, seen.spec.get("drainSeconds", _DRAIN)
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
    nothing_serves_yet = phase == "Initializing" and seen.observed_deployment("primary") is None
    if revision(seen.desired_deployment("primary")) not in ({expected, ""} if nothing_serves_yet else {expected}):
        yield f"The primary is to run {revision(seen.desired_deployment('primary'))}, {expected} is committed."
