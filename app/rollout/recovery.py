"""Recovering a lost status from the children that stand (rule R4).

Nothing that serves is taken away: with a secondary standing the recovered state is a rollback, which first brings the
traffic to a primary that is whole, and the rollout then starts anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.resource.base import MAX_IMAGE
from app.resource.status import REASON_LOST, Clock, Ending, Phase, Stage, Status
from app.rollout.children import Children
from app.rollout.revision import Revision
from app.rollout.route import read_route
from app.rollout.standing import Standing
from app.rollout.workload import Workload


@dataclass(frozen=True)
class Remains:
    """What a lost status is recovered from.

    Attributes:
        children: what stands.
        revisions: every revision whose template is known.
        wanted: the revision that the spec asks for, None where it is refused.
        status: what is left of the status.
        retry: a person's retry request; whether it was handled is lost, so it counts as handled (rule R6).
    """

    children: Children
    revisions: Mapping[str, Revision]
    wanted: Revision | None
    status: object
    retry: str


def recover(remains: Remains, now: datetime) -> Status:
    """A committed state that fits the children, as of `now`."""
    children, revisions, wanted, lost = remains.children, remains.revisions, remains.wanted, remains.status
    stable = _stable(children, revisions, wanted)
    failed_image = str(lost.get("lastFailedTag", "")) if isinstance(lost, Mapping) else ""
    failed = _failed(children, revisions, wanted, failed_image)
    start = Status(
        last_failed_tag=failed.image if failed else failed_image[:MAX_IMAGE],
        retry_handled=remains.retry,
        failed_revision=failed.name if failed else "",
        failure_reason="Recovered" if failed else "",
        failure_message=REASON_LOST if failed else "",
        phase_since=now,
        clock=Clock(since=now),
    )
    if stable is None:
        return start
    known = start.model_copy(update={"stable_revision": stable.name, "stable_image": stable.image})
    if children.secondary is not None:
        return known.model_copy(update=_rollback(children, children.secondary, revisions, stable))
    if failed and wanted and failed.name == wanted.name and failed.name != stable.name:
        return known.model_copy(update={"phase": Phase.FAILED})
    return known.model_copy(update={"phase": Phase.STABLE})


def _stable(children: Children, revisions: Mapping[str, Revision], wanted: Revision | None) -> Revision | None:
    serving = revisions.get(children.primary.revision) if children.primary else None
    if serving and children.secondary is None:
        # Nothing else stands: what the primary runs is what users get.
        return serving
    marked = _marked(children, revisions, Standing.STABLE) or serving
    if marked is None and wanted and children.primary and children.primary.image == wanted.image:
        # Nothing says which revision the primary runs, but it is the image that the spec asks for.
        return wanted
    return marked


def _failed(
    children: Children, revisions: Mapping[str, Revision], wanted: Revision | None, image: str
) -> Revision | None:
    marked = _marked(children, revisions, Standing.FAILED)
    return marked or (wanted if wanted and wanted.image == image else None)


def _marked(children: Children, revisions: Mapping[str, Revision], standing: Standing) -> Revision | None:
    """The newest revision with that standing on its ControllerRevision."""
    found = {
        name: kept.number for name, kept in children.kept.items() if kept.standing == standing and name in revisions
    }
    return revisions[max(found, key=lambda name: found[name])] if found else None


def _rollback(
    children: Children, secondary: Workload, revisions: Mapping[str, Revision], stable: Revision
) -> dict[str, Any]:
    weight = read_route(children.virtual_services, ()).highest
    candidate = revisions.get(secondary.revision, stable)
    whole = children.primary is not None and children.primary.complete(stable)
    restoring = weight > 0 and not whole
    return {
        "phase": Phase.ROLLING_BACK,
        "stage": Stage.RESTORING if restoring else Stage.WITHDRAWING,
        "ending": Ending.INTERRUPTED,
        "weight": weight if restoring else 0,
        "traffic_shift": weight if restoring else 0,
        "candidate_revision": candidate.name,
        "candidate_image": candidate.image,
        "test_running": True,
    }
