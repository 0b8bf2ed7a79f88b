"""How a story must have ended."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.resource.spec import DEFAULT_WEIGHTS
from app.resource.status import Phase
from app.rollout.reasons import Reason
from app.simulation.kubernetes.objects import CONTROLLER_REVISION, SERVICE, Object
from app.simulation.play.chronicle import End, rollouts, statuses, weights
from app.simulation.play.script import Expectation
from app.simulation.play.stage import Stage

WHOLE_PLAN: Final = (0, *DEFAULT_WEIGHTS, 0)
"""What the secondary gets in a rollout that is promoted."""
_PLAN: Final = ", ".join(map(str, DEFAULT_WEIGHTS))


def serves(stage: Stage, version: str) -> bool:
    """Whether the primary runs that version, alone and with all traffic."""
    primary = stage.deployment("primary")
    runs = primary is not None and container(primary, stage)["image"] == stage.image(version)
    return runs and stage.deployment("secondary") is None and weights(stage)[-1] == 0


def container(deployment: Object, stage: Stage) -> Mapping[str, Any]:
    """The app's own container."""
    containers = deployment["spec"]["template"]["spec"]["containers"]
    return next(one for one in containers if one["name"] == stage.name)


def untouched(version: str) -> Expectation:
    """The version that served before still does."""
    return Expectation(f"{version} serves as before", lambda stage: serves(stage, version))


def now_serves(version: str) -> Expectation:
    """The new version has replaced the old one."""
    return Expectation(f"{version} serves", lambda stage: serves(stage, version))


def revisions_kept(*versions: str) -> Expectation:
    """There are ControllerRevisions of these versions and no others, in this order."""

    def holds(stage: Stage) -> bool:
        found = sorted(stage.cluster.store.list(CONTROLLER_REVISION), key=lambda one: int(one["revision"]))
        return [one["data"]["image"] for one in found] == [stage.image(version) for version in versions]

    return Expectation(f"the revisions of {' and '.join(versions)} are kept", holds)


def promoted(version: str) -> Expectation:
    """The last rollout went through the whole plan, and what it brought serves."""

    def holds(stage: Stage) -> bool:
        last = [rollout.end for rollout in rollouts(stage)[-1:]]
        return serves(stage, version) and last == [End.PROMOTED] and went(stage)[-len(WHOLE_PLAN) :] == WHOLE_PLAN

    return Expectation(f"{version} is promoted over {_PLAN} %", holds)


def first_promoted(version: str) -> Expectation:
    """The first rollout went through the whole plan."""

    def holds(stage: Stage) -> bool:
        first = [(rollout.image, rollout.end) for rollout in rollouts(stage)[:1]]
        return first == [(stage.image(version), End.PROMOTED)] and went(stage)[: len(WHOLE_PLAN)] == WHOLE_PLAN

    return Expectation(f"{version} was promoted over {_PLAN} %", holds)


def went(stage: Stage) -> tuple[int, ...]:
    """The secondary's weights."""
    return tuple(weights(stage))


def rolled_back(version: str, to: str, reason: Reason) -> tuple[Expectation, ...]:
    """The version failed."""

    def remembered(stage: Stage) -> bool:
        status = stage.status()
        return (status.get("phase"), status.get("lastFailedTag")) == (Phase.FAILED, stage.image(version))

    return (
        Expectation(f"{version} is rolled back, {to} serves", lambda stage: serves(stage, to)),
        Expectation(f"{version} is remembered as failed", remembered),
        Expectation(f"the reason is {reason}", lambda stage: stage.status().get("failureReason") == reason),
    )


def weights_were(*wanted: int) -> Expectation:
    """The secondary got these weights and no others."""
    return Expectation(f"the secondary got {', '.join(map(str, wanted))} %", lambda stage: went(stage) == wanted)


def ended(*ends: End) -> Expectation:
    """There were so many rollouts, and this is how they ended."""
    return Expectation(
        f"the rollouts ended as {', '.join(ends)}",
        lambda stage: tuple(rollout.end for rollout in rollouts(stage)) == ends,
    )


def held_at(weight: int) -> Expectation:
    """A pause held the rollout at a weight."""

    def holds(stage: Stage) -> bool:
        paused = {status["weight"] for _, status in statuses(stage) if status["decision"]["reason"] == Reason.PAUSED}
        return paused == {weight}

    return Expectation(f"it stood at {weight} % while it was paused", holds)


def primary_has(sentence: str, look: Callable[[Object, Mapping[str, Any]], bool]) -> Expectation:
    """The primary, and the app's own container in it, look so."""

    def holds(stage: Stage) -> bool:
        primary = stage.deployment("primary")
        return primary is not None and look(primary, container(primary, stage))

    return Expectation(sentence, holds)


def foreign_label_stays(stage: Stage) -> bool:
    """Whether the Service still has the label that `edit_children` put on it."""
    service = stage.child(SERVICE)
    return service is not None and service["metadata"]["labels"].get("team") == "shop"
