"""When something is due, seen from the status."""

import json
from typing import Final

from app.resource.status import ConditionStatus, Phase, Verdict
from app.rollout.reasons import Reason
from app.simulation.play.script import Moment
from app.simulation.play.stage import Stage

_OK: Final = 200
_NO_ANSWER: Final = 0


def at_rest(stage: Stage) -> bool:
    """Nothing is going on: Stable or Failed, the primary is whole, and the hook has seen the app as it is now."""
    status = stage.status()
    if status.get("phase") not in (Phase.STABLE, Phase.FAILED):
        return False
    conditions = {one["type"]: one["status"] for one in status.get("conditions", ())}
    return conditions.get("Reconciling") == ConditionStatus.FALSE and _primary_whole(stage) and _seen(stage)


def _primary_whole(stage: Stage) -> bool:
    primary = stage.deployment("primary") or {"spec": {}}
    return bool(primary.get("status", {}).get("availableReplicas", 0) == primary["spec"].get("replicas"))


def _seen(stage: Stage) -> bool:
    last = stage.cluster.history.syncs[-1]
    seen = json.loads(last.request)["parent"]["metadata"]["resourceVersion"]
    current = stage.cluster.app(stage.name, stage.namespace)["metadata"]["resourceVersion"]
    return last.status == _OK and bool(seen == current)


def hook_missed(stage: Stage) -> bool:
    """The hook was called and did not answer."""
    return stage.cluster.history.syncs[-1].status == _NO_ANSWER


def at_step(step: int) -> Moment:
    """A step of the plan, from 1, gets its traffic."""
    return lambda stage: (stage.status().get("phase"), stage.status().get("step")) == (Phase.SHIFTING, step)


def in_phase(phase: Phase) -> Moment:
    """The app is in a phase."""
    return lambda stage: stage.status().get("phase") == phase


def for_reason(reason: Reason) -> Moment:
    """The last decision has a reason."""
    return lambda stage: (stage.status().get("decision") or {}).get("reason") == reason


def prometheus_missed(stage: Stage) -> bool:
    """The check got no answer."""
    return any(check["verdict"] == Verdict.UNAVAILABLE for check in stage.status().get("checks", ()))
