"""Scenarios: what a person does to a CanaryApp, what goes wrong meanwhile, and how it must end."""

from typing import Final

from app.resource import names
from app.resource.status import Phase
from app.rollout.reasons import Reason
from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.kubernetes.objects import (
    CONTROLLER_REVISION,
    DEPLOYMENT,
    DESTINATION_RULE,
    GATEWAY,
    SERVICE,
    VIRTUAL_SERVICE,
    Object,
)
from app.simulation.mesh.routing import Caller
from app.simulation.mesh.traffic import Stream
from app.simulation.play import deeds
from app.simulation.play.chronicle import End
from app.simulation.play.moments import at_rest, at_step, for_reason, hook_missed, in_phase, prometheus_missed
from app.simulation.play.outcomes import (
    WHOLE_PLAN,
    ended,
    first_promoted,
    foreign_label_stays,
    held_at,
    now_serves,
    primary_has,
    promoted,
    revisions_kept,
    rolled_back,
    untouched,
    weights_were,
)
from app.simulation.play.script import Act, Cue, Expectation, Scenario
from app.simulation.play.stage import Stage, repository_of
from app.simulation.prometheus.faults import Fault, FaultKind

FIRST: Final = "v1"
"""The version that every scenario starts from."""

_GOOD: Final = PodBehaviour(seconds_to_ready=0.8, answers={"/hello": 200})
_BROKEN: Final = PodBehaviour(seconds_to_ready=0.8, answers={"/hello": 200, "/nothello": 500})
_NEVER_READY: Final = PodBehaviour(seconds_to_ready=None)
_CRASHING: Final = PodBehaviour(seconds_to_ready=0.8, answers={"/hello": 200}, ready_for=6.0, down_for=600.0)
KNOWN_TAGS: Final = {"v3": _BROKEN, "never-ready": _NEVER_READY, "crashing": _CRASHING}

_MORE: Final = 3
_OWN_STEPS: Final = [{"weight": 25, "durationSeconds": 1}, {"weight": 100}]
_OWN_TRAFFIC: Final = {"hosts": ["shop.example.com"], "gateways": ["istio-ingress/public", "mesh"]}
_CURRENCY: Final = {"name": "CURRENCY", "value": "EUR"}


def demo_images() -> ImageCatalog:
    """v3 answers 500 on /nothello, which the others do not know; further tags misbehave as they are called."""
    return ImageCatalog(_GOOD, **KNOWN_TAGS)


def for_scenario(manifest: Object) -> Object:
    """The manifest with what every scenario takes for granted: the first version, and canaryop's plan."""
    spec = {name: value for name, value in manifest["spec"].items() if name != "strategy"}
    return {**manifest, "spec": {**spec, "image": f"{repository_of(spec['image'])}:{FIRST}"}}


def opening(manifest: Object, rate: float) -> Act:
    """The app is applied and, once it serves, gets `rate` requests per second."""

    def arrive(stage: Stage) -> None:
        callers, paths = {Caller.GATEWAY: 0.7, Caller.MESH: 0.3}, {"/hello": 0.6, "/nothello": 0.4}
        stage.cluster.add_traffic(Stream(stage.name, stage.namespace, rate, paths, callers))

    users = f"Users arrive: {rate:g} requests per second, through the gateway and from inside the mesh."
    says = f"The manifest is applied: {manifest['spec']['image']}."
    return Act(says, lambda stage: deeds.apply(stage, manifest), (Cue(at_rest, arrive, users, delay=0.5),))


def custom(version: str) -> Scenario:
    """One change to a version of the user's choice: it must come to rest, and that is all."""
    return Scenario(f"the image is changed to {version}", (deeds.change(version),), (), loses="that is up to the image")


def _set_in_template(stage: Stage) -> None:
    stage.patch(template={"spec": {"containers": [{"name": stage.name, "env": [_CURRENCY]}]}})


def _promote_badly(stage: Stage) -> None:
    stage.images.set("v2", _NEVER_READY, role="primary")
    stage.set_image("v2")


def _try_again(stage: Stage) -> None:
    stage.images.set("v3", _GOOD)
    stage.annotate(names.ANNOTATION_RETRY, "1")


def _change_refused(stage: Stage) -> None:
    deeds.refuse_routes(stage)
    stage.set_image("v2")


SCENARIOS: Final[dict[str, Scenario]] = {
    "release": Scenario(
        "v2 is promoted; v3 answers 500 on /nothello and is rolled back",
        (deeds.change("v2"), deeds.change("v3")),
        (first_promoted("v2"), *rolled_back("v3", "v2", Reason.CHECK_FAILED)),
    ),
    "never-ready": Scenario(
        "the pods of the new version never get ready",
        (deeds.change("never-ready"),),
        (*rolled_back("never-ready", FIRST, Reason.PROGRESS_DEADLINE_EXCEEDED), weights_were(0)),
    ),
    "crashing": Scenario(
        "the pods of the new version crash under traffic",
        (deeds.change("v2", Cue(at_step(2), deeds.behave("v2", _NEVER_READY), "The pods of v2 crash.")),),
        (*rolled_back("v2", FIRST, Reason.SECONDARY_UNAVAILABLE), weights_were(0, 10, 20, 0)),
        loses="the secondary's share, until it is observed that its pods are gone",
    ),
    "stuck-promotion": Scenario(
        "v2 is good in the secondary, but does not get ready in the primary, which is put back",
        (Act("The image is changed to v2, which will not get ready in the primary.", _promote_badly),),
        (*rolled_back("v2", FIRST, Reason.PROMOTION_DEADLINE_EXCEEDED), weights_were(*WHOLE_PLAN)),
    ),
    "prometheus-down": Scenario(
        "Prometheus goes down in the second step",
        (deeds.change("v2", Cue(at_step(2), deeds.break_prometheus(Fault(FaultKind.DOWN)), "Prometheus goes down.")),),
        rolled_back("v2", FIRST, Reason.PROMETHEUS_UNAVAILABLE),
    ),
    "prometheus-blip": Scenario(
        "Prometheus goes down in the second step, and comes back in time",
        (
            deeds.change(
                "v2",
                Cue(at_step(2), deeds.break_prometheus(Fault(FaultKind.HTML)), "Prometheus goes down."),
                Cue(prometheus_missed, deeds.break_prometheus(None), "Prometheus comes back."),
            ),
        ),
        (promoted("v2"),),
    ),
    "prometheus-ignored": Scenario(
        "Prometheus goes down for good, but failWhenPrometheusFails is false",
        (
            Act(
                "The image is changed to v2, and failWhenPrometheusFails to false.",
                lambda stage: stage.patch(image=stage.image("v2"), failWhenPrometheusFails=False),
                (Cue(at_step(2), deeds.break_prometheus(Fault(FaultKind.DOWN)), "Prometheus goes down."),),
            ),
        ),
        (promoted("v2"),),
    ),
    "second-change": Scenario(
        "v4 comes while v2 is being tried: v2 is given up, v4 goes through all steps",
        (deeds.change("v2", deeds.change_at(at_step(2), "v4")),),
        (promoted("v4"), ended(End.SUPERSEDED, End.PROMOTED)),
    ),
    "late-change": Scenario(
        "v4 comes while v2 is being promoted: v1 is put back, v4 goes through all steps",
        (deeds.change("v2", deeds.change_at(in_phase(Phase.PROMOTING), "v4")),),
        (promoted("v4"), ended(End.SUPERSEDED, End.PROMOTED)),
    ),
    "cancel": Scenario(
        "the image goes back to v1 while v2 is being tried",
        (deeds.change("v2", deeds.change_at(at_step(2), FIRST)),),
        (untouched(FIRST), weights_were(0, 10, 20, 0), ended(End.CANCELLED)),
    ),
    "paused": Scenario(
        "the rollout is paused in the second step, and goes on later",
        (
            deeds.change(
                "v2",
                Cue(at_step(2), deeds.patch(paused=True), "The rollout is paused."),
                Cue(for_reason(Reason.PAUSED), deeds.patch(paused=None), "The rollout goes on.", delay=3.0),
            ),
        ),
        (promoted("v2"), held_at(20)),
    ),
    "not-retried": Scenario(
        "v3 failed, and is not tried again when something else is changed",
        (deeds.change("v3"), Act(f"The replicas are changed to {_MORE}.", deeds.patch(replicas=_MORE))),
        (
            *rolled_back("v3", FIRST, Reason.CHECK_FAILED),
            ended(End.FAILED),
            primary_has(
                f"the primary has {_MORE} pods",
                lambda primary, _: bool(primary["status"]["availableReplicas"] == _MORE),
            ),
        ),
    ),
    "retry": Scenario(
        "v3 failed; what it needs is repaired, and it is tried again on request",
        (deeds.change("v3"), Act("What v3 needs is repaired, and another try is asked for.", _try_again)),
        (promoted("v3"), ended(End.FAILED, End.PROMOTED)),
    ),
    "template": Scenario(
        "an environment variable is added, which rolls out like an image",
        (Act("The template gets the environment variable CURRENCY.", _set_in_template),),
        (promoted(FIRST), primary_has("the primary has the variable", lambda _, own: _CURRENCY in own.get("env", ()))),
    ),
    "own-plan": Scenario(
        "the team has steps of its own, the last one with all traffic",
        (
            Act("The steps become 25 % for 1 s and 100 %.", deeds.patch(strategy={"steps": _OWN_STEPS})),
            deeds.change("v2"),
        ),
        (weights_were(0, 25, 100, 0), ended(End.PROMOTED), now_serves("v2")),
    ),
    "own-gateway": Scenario(
        "the team names hosts and an existing gateway, and calls inside the mesh",
        (
            Act("The traffic comes by an existing gateway and the mesh.", deeds.patch(traffic=_OWN_TRAFFIC)),
            deeds.change("v2"),
        ),
        (promoted("v2"), Expectation("the app has no Gateway of its own", lambda stage: stage.child(GATEWAY) is None)),
    ),
    "history": Scenario(
        "one retired revision is kept",
        (
            Act("revisionHistoryLimit is set to 1.", deeds.patch(revisionHistoryLimit=1)),
            deeds.change("v2"),
            deeds.change("v4"),
        ),
        (promoted("v4"), revisions_kept("v2", "v4")),
    ),
    "refused-spec": Scenario(
        "in the second step the spec gets a value that is refused, and is repaired later",
        (
            deeds.change(
                "v2",
                Cue(at_step(2), deeds.patch(revisionHistoryLimit=-1), "revisionHistoryLimit is set to -1."),
                Cue(at_rest, deeds.patch(revisionHistoryLimit=None), "revisionHistoryLimit is removed."),
            ),
        ),
        (promoted("v2"), ended(End.CANCELLED, End.PROMOTED)),
    ),
    "refused-route": Scenario(
        "Istio's webhook refuses the VirtualServices for a while",
        (
            Act(
                "The image is changed to v2, while VirtualServices are refused.",
                _change_refused,
                (
                    Cue(
                        for_reason(Reason.WAITING_FOR_ROUTE),
                        deeds.accept_routes,
                        "VirtualServices are accepted again.",
                        delay=3.0,
                    ),
                ),
            ),
        ),
        (promoted("v2"), ended(End.PROMOTED)),
    ),
    "edited-children": Scenario(
        "in the second step somebody edits weights, Deployments and labels by hand",
        (deeds.change("v2", Cue(at_step(2), deeds.edit_children, "Weights, pods, image and labels are edited.")),),
        (promoted("v2"), Expectation("the label of somebody else stays", foreign_label_stays)),
    ),
    "deleted-children": Scenario(
        "somebody deletes the whole way in the second step, and the secondary in the fourth",
        (
            deeds.change(
                "v2",
                Cue(
                    at_step(2),
                    deeds.delete(GATEWAY, VIRTUAL_SERVICE, SERVICE, DESTINATION_RULE),
                    "The Gateway, its route, the Service and the subsets are deleted.",
                ),
                Cue(at_step(4), deeds.delete(DEPLOYMENT, suffix="-secondary"), "The secondary is deleted."),
            ),
        ),
        (promoted("v2"), ended(End.INTERRUPTED, End.PROMOTED)),
        loses="there is no way, and then no secondary, until it is observed and made again",
    ),
    "lost-memory": Scenario(
        "the revisions are deleted in the second step, the status in the fourth",
        (
            deeds.change(
                "v2",
                Cue(at_step(2), lambda stage: stage.delete_all(CONTROLLER_REVISION), "The revisions are deleted."),
                Cue(at_step(4), lambda stage: stage.wipe_status(), "The status is wiped."),
            ),
        ),
        (promoted("v2"),),
    ),
    "hook-down": Scenario(
        "the hook is out of reach for a while",
        (
            deeds.change(
                "v2",
                Cue(at_step(2), deeds.stop_hook, "The hook goes down."),
                Cue(hook_missed, deeds.start_hook, "The hook comes back.", delay=3.0),
            ),
        ),
        (promoted("v2"), weights_were(*WHOLE_PLAN)),
    ),
}
"""By name."""
