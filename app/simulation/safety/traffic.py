"""R1, R2 and R3: where traffic goes, and that nothing goes ahead of what is committed."""

from collections.abc import Iterator
from typing import Final

from app.simulation.safety.past import Past
from app.simulation.safety.seen import Seen, revision, selects_both, share, whole

_DRAIN: Final = 30
"""Seconds; the default of `drainSeconds`."""
_ROUNDING: Final = 0.01
"""Seconds; times in a status have milliseconds."""


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
    if before == 0 and (stood := seen.at - past.widened_at) < past.settle - past.apart - _ROUNDING:
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
    quiet, drain = seen.at - past.last_traffic, seen.spec.get("drainSeconds", _DRAIN)
    if quiet < drain - past.apart - _ROUNDING:
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
