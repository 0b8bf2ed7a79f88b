"""Scenarios: what a person does to a CanaryApp, what goes wrong meanwhile, and how it must end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.simulation.cluster import Cluster
from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.kubernetes.objects import CANARY_APP, DEPLOYMENT, Object
from app.simulation.prometheus.api import Fault, FaultKind

Status = Mapping[str, Any]


@dataclass
class Stage:
    """What a scenario plays on.

    Attributes:
        cluster: the embedded cluster.
        name: of the CanaryApp.
        repository: of its image, without the tag.
        prometheus_fault: what is wrong with Prometheus.
    """

    cluster: Cluster
    name: str
    repository: str
    prometheus_fault: Fault | None = None

    def image(self, tag: str) -> str:
        """The image with a tag."""
        return f"{self.repository}:{tag}"

    def set_image(self, tag: str) -> None:
        """`kubectl patch` of the image."""
        self.cluster.patch(self.name, image=self.image(tag))

    def status(self) -> Status:
        """The CanaryApp's status."""
        return self.cluster.status(self.name)


@dataclass(frozen=True)
class Cue:
    """Something that happens once, as soon as the status says so."""

    when: Callable[[Status], bool]
    then: Callable[[Stage], None]
    says: str


@dataclass(frozen=True)
class Act:
    """One change, and what follows until it has ended.

    Attributes:
        says: what is done.
        begin: does it.
        ended: whether it is over.
        cues: what happens under way.
    """

    says: str
    begin: Callable[[Stage], None]
    ended: Callable[[Status], bool]
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """How it must have ended: a sentence, and whether it is true."""

    sentence: str
    holds: Callable[[Stage], bool]


@dataclass(frozen=True)
class Scenario:
    """A story for an app that serves `v1`.

    Attributes:
        about: one line.
        acts: in their order.
        expectations: at the end.
    """

    about: str
    acts: tuple[Act, ...]
    expectations: tuple[Expectation, ...] = field(default_factory=tuple)


def demo_images() -> ImageCatalog:
    """v3 answers 500 on /nothello, which the others do not know; further tags misbehave as they are called."""
    good = PodBehaviour(seconds_to_ready=0.8, answers={"/hello": 200})
    return ImageCatalog(
        good,
        v3=PodBehaviour(seconds_to_ready=0.8, answers={"/hello": 200, "/nothello": 500}),
        **{
            "never-ready": PodBehaviour(seconds_to_ready=None),
            "crashing": PodBehaviour(seconds_to_ready=0.8, ready_for=6.0, down_for=600.0),
        },
    )


def at_rest(status: Status) -> bool:
    """Whether nothing is going on: stable and ready, or failed."""
    conditions = {one["type"]: one["status"] for one in status.get("conditions", [])}
    return status.get("phase") in {"Stable", "Failed"} and conditions.get("Reconciling") == "False"


def serves(stage: Stage, tag: str) -> bool:
    """Whether the primary runs that tag, alone and with all traffic."""
    primary = stage.cluster.child(DEPLOYMENT, f"{stage.name}-primary")
    secondary = stage.cluster.child(DEPLOYMENT, f"{stage.name}-secondary")
    images = [one["image"] for one in primary["spec"]["template"]["spec"]["containers"]] if primary else []
    return images[:1] == [stage.image(tag)] and secondary is None and stage.status().get("weight") == 0


def weights(stage: Stage) -> list[int]:
    """The weights that the VirtualService gave the secondary, without repetition."""
    seen = [0]
    for write in stage.cluster.history.writes:
        if write.key.kind.kind == "VirtualService" and write.key.name == stage.name and write.after:
            weight = write.after["spec"]["http"][0]["route"][1]["weight"]
            if weight != seen[-1]:
                seen.append(weight)
    return seen


def _over(tag: str) -> Callable[[Status], bool]:
    return lambda status: at_rest(status) and str(status.get("decision", {}).get("message", "")).find(f":{tag})") >= 0


def _change(tag: str, *cues: Cue) -> Act:
    return Act(f"The image is changed to {tag}.", lambda stage: stage.set_image(tag), _over(tag), cues)


def _failed(stage: Stage, tag: str) -> bool:
    status = stage.status()
    return status.get("phase") == "Failed" and status.get("lastFailedTag") == stage.image(tag)


def _promoted(tag: str) -> Expectation:
    return Expectation(f"{tag} is promoted", lambda stage: serves(stage, tag))


def _rolled_back(tag: str, to: str, reason: str) -> tuple[Expectation, ...]:
    return (
        Expectation(f"{tag} is rolled back, {to} serves", lambda stage: serves(stage, to)),
        Expectation(f"{tag} is remembered as failed", lambda stage: _failed(stage, tag)),
        Expectation(f"the reason is {reason}", lambda stage: stage.status().get("failureReason") == reason),
    )


_NO_LOSS: Final = Expectation("no request is lost", lambda stage: not _lost_in_rollouts(stage))


def _lost_in_rollouts(stage: Stage) -> int:
    """Requests lost after the app first served."""
    served = next((write.at for write in stage.cluster.history.writes if _is_stable(write.after)), 0.0)
    return sum(lost.at >= served for lost in stage.cluster.history.lost)


def _is_stable(obj: Object | None) -> bool:
    return bool(obj and obj["kind"] == CANARY_APP.kind and obj.get("status", {}).get("phase") == "Stable")


def _prometheus(fault: Fault | None) -> Callable[[Stage], None]:
    def play(stage: Stage) -> None:
        stage.prometheus_fault = fault

    return play


def _at_step(step: int) -> Callable[[Status], bool]:
    return lambda status: status.get("phase") == "Shifting" and status.get("step") == step


SCENARIOS: Final[dict[str, Scenario]] = {
    "release": Scenario(
        "v2 is promoted; v3 answers 500 on /nothello and is rolled back",
        (_change("v2"), _change("v3")),
        (
            Expectation(
                "v2 was promoted over 10, 20, 30, 40, 50 %",
                lambda stage: weights(stage)[:7] == [0, 10, 20, 30, 40, 50, 0],
            ),
            *_rolled_back("v3", "v2", "CheckFailed"),
            _NO_LOSS,
        ),
    ),
    "never-ready": Scenario(
        "the pods of the new version never get ready",
        (_change("never-ready"),),
        (*_rolled_back("never-ready", "v1", "ProgressDeadlineExceeded"), _NO_LOSS),
    ),
    "crashing": Scenario(
        "the pods of the new version crash under traffic",
        (_change("crashing"),),
        _rolled_back("crashing", "v1", "SecondaryUnavailable"),
    ),
    "prometheus-down": Scenario(
        "Prometheus goes down in the second step",
        (_change("v2", Cue(_at_step(2), _prometheus(Fault(FaultKind.DOWN)), "Prometheus goes down.")),),
        (*_rolled_back("v2", "v1", "PrometheusUnavailable"), _NO_LOSS),
    ),
    "prometheus-blip": Scenario(
        "Prometheus goes down in the second step, and comes back in time",
        (
            _change(
                "v2",
                Cue(_at_step(2), _prometheus(Fault(FaultKind.HTML)), "Prometheus goes down."),
                Cue(
                    lambda status: any(check["verdict"] == "Unavailable" for check in status.get("checks", [])),
                    _prometheus(None),
                    "Prometheus comes back.",
                ),
            ),
        ),
        (_promoted("v2"), _NO_LOSS),
    ),
    "second-change": Scenario(
        "v4 comes while v2 is being tried: v2 is given up, v4 goes through all steps",
        (
            Act(
                "The image is changed to v2.",
                lambda stage: stage.set_image("v2"),
                _over("v4"),
                (Cue(_at_step(2), lambda stage: stage.set_image("v4"), "The image is changed to v4."),),
            ),
        ),
        (_promoted("v4"), _NO_LOSS),
    ),
    "cancel": Scenario(
        "the image goes back to v1 while v2 is being tried",
        (
            Act(
                "The image is changed to v2.",
                lambda stage: stage.set_image("v2"),
                _over("v1"),
                (Cue(_at_step(2), lambda stage: stage.set_image("v1"), "The image is changed back to v1."),),
            ),
        ),
        (Expectation("v1 serves as before", lambda stage: serves(stage, "v1")), _NO_LOSS),
    ),
}
"""By name."""


def custom(tag: str) -> Scenario:
    """One change to a tag of the user's choice, without expectations but that it comes to rest."""
    return Scenario(f"the image is changed to {tag}", (_change(tag),))
