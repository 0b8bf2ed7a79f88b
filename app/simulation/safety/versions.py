"""R4 to R7: which versions stand, run, are tried and are promoted."""

from collections.abc import Iterator
from typing import Any, Final

from app.simulation.safety.past import Past
from app.simulation.safety.seen import Seen, revision, seconds, whole
from app.simulation.safety.traffic import ROUNDING

_KINDS: Final = ("Service", "Deployment", "DestinationRule", "Gateway", "VirtualService", "ControllerRevision")
_HISTORY: Final = 10
"""The default of `revisionHistoryLimit`."""
_HIGHEST_PORT: Final = 65_535
_CHANGES_PRIMARY: Final = {"Updating", "Restoring"}
"""Stages in which the primary takes another revision."""


def nothing_is_deleted_by_mistake(seen: Seen, _: Past) -> Iterator[str]:
    """R4. When the secondary may go, R2 says."""
    gateways = (seen.setting("traffic", {}) or {}).get("gateways")
    for kind in _KINDS:
        for name in sorted(set(seen.observed(kind)) - set(seen.desired.get(kind, {}))):
            may_go = {
                "Deployment": name == f"{seen.app}-secondary",
                "Gateway": bool(gateways),
                "VirtualService": gateways == ["mesh"] and name == seen.app,
                "ControllerRevision": name.removeprefix(f"{seen.app}-") not in _in_use(seen),
            }
            if not may_go.get(kind, False):
                yield f"{kind} {name} is left out, and so deleted."
    if seen.observed("Deployment").get(f"{seen.app}-primary") and not seen.desired_deployment("primary"):
        yield "The primary is left out, and so deleted."
    yield from _refused(seen)


def _in_use(seen: Seen) -> set[str]:
    """Revisions that a status, a Deployment or a later rollback needs; and the newest others, up to the limit."""
    named = ("stableRevision", "candidateRevision", "failedRevision")
    needed = {str(status.get(field) or "") for status in (seen.committed, seen.following) for field in named}
    needed |= {revision(deployment) for deployment in seen.observed("Deployment").values()}
    kept = {
        name.removeprefix(f"{seen.app}-"): int(one.get("revision", 0))
        for name, one in seen.observed("ControllerRevision").items()
    }
    others = sorted((name for name in kept if name not in needed), key=lambda name: kept[name], reverse=True)
    # The one that the spec asks for is needed, too, and has no name on the wire: one less may be kept of the others.
    limit = max(0, int(seen.setting("revisionHistoryLimit", _HISTORY)))
    return needed | set(others[: max(0, limit)] if limit else [])


def _refused(seen: Seen) -> Iterator[str]:
    """A spec that is refused is told, and the stable revision keeps serving."""
    image, port = seen.spec.get("image"), seen.spec.get("imageListenPort")
    plainly_wrong = (
        not isinstance(image, str) or not image or not isinstance(port, int) or not 0 < port <= _HIGHEST_PORT
    )
    if plainly_wrong and not seen.refused:
        yield f"The image {image!r} and the port {port!r} are taken for a valid spec."
    before, after = seen.place[0], seen.following["phase"]
    if seen.refused and before in {"Stable", "Failed"} and after not in {before, "RollingBack"}:
        yield f"The spec is refused, and phase {before} leads to {after}."


def the_primary_changes_at_promotion_alone(seen: Seen, past: Past) -> Iterator[str]:
    """R5: what the primary is to run changes in a promotion and on the way back from it; hand edits are undone."""
    phase, stage = seen.place
    asked = past.previous.desired_deployment("primary") if past.previous else None
    wanted = seen.desired_deployment("primary")
    if seen.recovered or phase == "Initializing" or wanted is None:
        return
    before, after = revision(seen.observed_deployment("primary")), revision(wanted)
    last = revision(asked) if asked else before
    if last and after not in {last, before} and stage not in _CHANGES_PRIMARY and past.follows(seen):
        yield f"The primary goes from {last} to {after} in phase {phase}, stage {stage}."
    if asked and last == after and _template(asked) != _template(wanted) and past.follows(seen):
        yield f"The template of revision {after} differs from what it was."


def _template(deployment: Any) -> Any:
    return deployment["spec"]["template"]


def a_failed_revision_is_not_tried_again(seen: Seen, past: Past) -> Iterator[str]:
    """R6."""
    before, after = seen.committed, seen.following
    failed = before.get("failedRevision")
    if not failed:
        return
    asked = seen.retry not in {"", before.get("retryHandled")}
    named_another = before.get("phase") == "Stable" or before.get("ending") in {"Superseded", "Cancelled"}
    barred = past.failed == (failed, seen.identity) or not named_another
    starts = after["phase"] == "Starting" and before.get("phase") not in {"Starting", "Shifting"}
    if starts and after["candidateRevision"] == failed and barred and not asked:
        yield f"Revision {failed} failed and is started again."
    if not after.get("failedRevision") and not starts and not seen.recovered:
        yield f"That revision {failed} failed is forgotten."
    first = before.get("phase") == "Initializing" and after.get("stableRevision") != before.get("stableRevision")
    if first and after.get("stableRevision") == failed and barred and not asked:
        yield f"Revision {failed} failed and becomes the first one."


def only_what_was_tested_is_promoted(seen: Seen, past: Past) -> Iterator[str]:
    """R7."""
    before, after = seen.committed, seen.following
    promotes = after["decision"]["action"] == "Promote"
    if promotes and (before["phase"], before["trafficShift"]) != ("Shifting", before["weight"]):
        yield f"A promotion starts in phase {before['phase']} at {before['trafficShift']} %."
    if promotes:
        yield from _not_the_last_step(seen)
    goes_on = after["decision"]["action"] in {"Advance", "Promote"} and after["phase"] in {"Shifting", "Promoting"}
    if goes_on and before["phase"] in {"Starting", "Shifting"}:
        yield from _untested(seen, past)
    old, new = before.get("stableRevision"), after.get("stableRevision")
    tested = before.get("phase") == "Promoting" and new == before.get("candidateRevision")
    if old and new != old and not tested and before.get("phase") != "Initializing" and not seen.recovered:
        yield f"{new} becomes the stable revision in phase {before.get('phase')}."
    under_way = before.get("phase") in {"Starting", "Shifting", "Promoting"}
    if under_way and after["phase"] != "Starting" and after["candidateRevision"] != before["candidateRevision"]:
        yield f"The candidate turns from {before['candidateRevision']} into {after['candidateRevision']} under way."
    if before.get("phase") == "RollingBack" and after["phase"] == "Starting":
        place = (after["stage"], after["step"], after["weight"], after["candidateImage"])
        if place != ("Launching", 0, 0, seen.spec.get("image")):
            yield f"The newest spec does not start at the first step, but at {place}."


def _not_the_last_step(seen: Seen) -> Iterator[str]:
    steps = (seen.setting("strategy", {}) or {}).get("steps") or [{"weight": weight} for weight in (10, 20, 30, 40, 50)]
    last = max(step["weight"] for step in steps)
    if seen.committed["weight"] < last:
        yield f"A promotion starts at {seen.committed['weight']} %, and the plan goes up to {last} %."


def _untested(seen: Seen, past: Past) -> Iterator[str]:
    before, after = seen.committed, seen.following
    candidate = before["candidateRevision"]
    if past.tried is not None and past.tried[0] == candidate and past.tried[1] != seen.identity:
        yield f"{candidate} goes on while the spec asks for {seen.spec.get('image')}, or another template or port."
    if not whole(seen.observed_deployment("secondary"), candidate):
        yield f"{candidate} goes on while its secondary is not whole."
    if before["phase"] != "Shifting" or not seen.setting("prometheusQuery", ""):
        return
    check = next(iter(after["checks"]), None)
    tolerated = seen.setting("failWhenPrometheusFails", None) is False
    verdict = check["verdict"] if check else "never asked"
    if verdict != "Passed" and not (verdict == "Unavailable" and tolerated):
        yield f"Step {before['step']} has passed although its check is {verdict}."
    elif check and seconds(check["measuredAt"]) < seen.at - past.apart - ROUNDING and verdict == "Passed":
        since = seconds(before["clock"]["since"])
        if seconds(check["measuredAt"]) <= since:
            yield f"Step {before['step']} has passed on a check from before it."
