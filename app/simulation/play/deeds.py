"""What a person does, and what goes wrong."""

from typing import Any

from app.simulation.kubernetes.images import PodBehaviour
from app.simulation.kubernetes.objects import (
    DEPLOYMENT,
    SERVICE,
    VIRTUAL_SERVICE,
    Kind,
    Object,
)
from app.simulation.play.script import Act, Cue, Deed, Moment
from app.simulation.play.stage import Stage
from app.simulation.prometheus.faults import Fault


def apply(stage: Stage, manifest: Object) -> None:
    """The manifest is applied."""
    stage.cluster.apply(manifest)


def change(version: str, *cues: Cue) -> Act:
    """The image is changed, as the beginning of an act."""
    return Act(f"The image is changed to {version}.", lambda stage: stage.set_image(version), cues)


def change_at(when: Moment, version: str) -> Cue:
    """The image is changed under way."""
    return Cue(when, lambda stage: stage.set_image(version), f"The image is changed to {version}.")


def patch(**fields: Any) -> Deed:
    """Fields of the spec are changed; None removes one."""
    return lambda stage: stage.patch(**fields)


def behave(version: str, behaviour: PodBehaviour, role: str = "") -> Deed:
    """The pods of a version behave in another way from now on, everywhere or in one role only."""
    return lambda stage: stage.images.set(version, behaviour, role)


def break_prometheus(fault: Fault | None) -> Deed:
    """Prometheus has a fault, or none any more."""

    def deed(stage: Stage) -> None:
        stage.outages.prometheus_fault = fault

    return deed


def stop_hook(stage: Stage) -> None:
    """The hook is out of reach."""
    stage.outages.hook_down = True


def start_hook(stage: Stage) -> None:
    """The hook can be reached again."""
    stage.outages.hook_down = False


def refuse_routes(stage: Stage) -> None:
    """Istio's webhook refuses VirtualServices."""
    stage.cluster.faults.refuse = lambda child: "refused" if child["kind"] == VIRTUAL_SERVICE.kind else None


def accept_routes(stage: Stage) -> None:
    """Istio's webhook lets everything pass."""
    stage.cluster.faults.refuse = lambda _: None


def edit_children(stage: Stage) -> None:
    """All weight to the secondary, more pods, another image in the primary, and a label of somebody else."""

    def turn(route: Object) -> None:
        for destination, weight in zip(route["spec"]["http"][0]["route"], (0, 100), strict=True):
            destination["weight"] = weight

    def swap(deployment: Object) -> None:
        deployment["spec"]["template"]["spec"]["containers"][0]["image"] = stage.image("v9")

    def scale(deployment: Object) -> None:
        deployment["spec"]["replicas"] = 3

    def label(service: Object) -> None:
        service["metadata"]["labels"]["team"] = "shop"

    stage.edit(VIRTUAL_SERVICE, turn)
    stage.edit(DEPLOYMENT, swap, "-primary")
    stage.edit(DEPLOYMENT, scale, "-secondary")
    stage.edit(SERVICE, label)


def delete(*kinds: Kind, suffix: str = "") -> Deed:
    """The children of these kinds that are named like the app, with a suffix, are deleted."""

    def deed(stage: Stage) -> None:
        for kind in kinds:
            stage.delete(kind, suffix)

    return deed
