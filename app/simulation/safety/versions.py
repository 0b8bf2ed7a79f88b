"""R4 to R7: which versions stand, run, are tried and are promoted."""

from collections.abc import Iterator

from app.simulation.safety.past import Past
from app.simulation.safety.seen import Seen, revision


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
