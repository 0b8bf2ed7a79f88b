"""R1 and R2: where traffic goes, and what is taken away."""

from collections.abc import Iterator
from typing import Final

from app.simulation.kubernetes.objects import Object
from app.simulation.safety.past import DRAIN, Past
from app.simulation.safety.seen import Seen, leads, revision, selects_both, share, whole

ROUNDING: Final = 0.01
"""Seconds; times in a status have milliseconds."""
_WIDE: Final = {"Connecting", "Stepping", "Updating", "Restoring"}
"""Stages that may widen the Service."""


def only_what_is_ready_gets_more_traffic(seen: Seen, past: Past) -> Iterator[str]:
    """R1. A route that is missing has no traffic that could rise, but still wants whole Deployments."""
    for name, wanted in seen.desired.get("VirtualService", {}).items():
        standing = seen.observed("VirtualService").get(name)
        before, after = share(standing), share(wanted)
        found: list[str] = []
        if after > before:
            found = [*_toward_secondary(seen, past, missing=standing is None)]
        elif after < before:
            found = [*_toward_primary(seen)]
        for why in found:
            yield f"{name} goes from {before} to {after} % while {why}."
    service = seen.service
    if selects_both(seen.desired_service) and not selects_both(service) and not seen.routed:
        for why in _widened(seen):
            yield f"The Service is widened to both versions while {why}."


def _toward_secondary(seen: Seen, past: Past, *, missing: bool) -> Iterator[str]:
    if not whole(seen.observed_deployment("secondary"), seen.committed["candidateRevision"]):
        yield "the secondary is not whole"
    if not selects_both(seen.service):
        yield "the Service does not select the secondary"
    if not missing and (stood := past.way_stood(seen.at)) < past.settle - past.apart - ROUNDING:
        yield f"the way to the secondary has stood for {stood:.2f} s"


def _toward_primary(seen: Seen) -> Iterator[str]:
    """A primary that takes a revision must be whole; one that runs the stable revision waits for nothing."""
    phase, stage = seen.place
    primary, secondary = seen.observed_deployment("primary"), seen.observed_deployment("secondary")
    wanted = seen.committed["candidateRevision" if phase == "Promoting" else "stableRevision"]
    # Past its deadline a promoted primary takes the traffic as it is (rule R8): the stage is another one then.
    if stage in {"Updating", "Restoring"} or (phase, stage) == ("Draining", "Withdrawing"):
        if not whole(primary, wanted):
            yield f"the primary is not whole with {wanted}"
    elif phase == "RollingBack" and primary and _serves(secondary) and revision(primary) != wanted:
        yield "the primary does not run the stable revision"


def _serves(deployment: Object | None) -> bool:
    return deployment is not None and (deployment.get("status") or {}).get("readyReplicas", 0) > 0


def _widened(seen: Seen) -> Iterator[str]:
    stage = seen.place[1]
    if stage not in _WIDE:
        yield f"the stage is {stage}: callers without a proxy would meet the candidate"
    if stage in _WIDE and not whole(seen.observed_deployment("secondary"), seen.committed["candidateRevision"]):
        yield "the secondary is not whole"


def make_before_break(seen: Seen, past: Past) -> Iterator[str]:
    """R2."""
    service = seen.service
    if selects_both(service) and not selects_both(seen.desired_service) and seen.routed:
        yield f"The Service forgets the secondary while a route gives it {seen.routed} %."
    if seen.observed_deployment("secondary") is None or seen.desired_deployment("secondary") is not None:
        return
    if seen.routed:
        yield f"The secondary is dropped while a route gives it {seen.routed} %."
    if leads(service):
        yield "The secondary is dropped while the Service selects it."
    drain = min(past.drain, float(seen.setting("drainSeconds", DRAIN)))
    quiet = past.quiet(seen.at)
    if quiet < drain - past.apart - ROUNDING:
        yield f"The secondary is dropped {quiet:.2f} s after its last traffic, not {drain:g} s."
