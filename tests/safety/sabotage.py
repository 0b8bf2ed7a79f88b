"""Ways to break the hook on purpose, and short stories in which that shows."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app import sync
from app.desired import children, deployment
from app.resource.status import Phase, Stage
from app.rollout import conditions, decision, fit
from app.rollout.observation import Observation
from app.rollout.posture import Posture, posture_of
from app.rollout.reasons import Reason
from app.rollout.route import Scope
from app.rollout.rules import RULES, leaving
from app.rollout.situation import Outcome, Rule, Situation, hold
from app.simulation.kubernetes.objects import DESTINATION_RULE
from tests.safety.stage import NAME, Theatre

Patch = pytest.MonkeyPatch
Sabotage = Callable[[Patch], None]


def without(phase: Phase, *rules: Rule) -> Sabotage:
    """The phase forgets some of its rules."""
    return lambda patch: patch.setitem(RULES, phase, tuple(rule for rule in RULES[phase] if rule not in rules))


def unguarded(patch: Patch) -> None:
    """The builders follow the status, whatever they see."""
    patch.setattr(children, "_guarded_weight", lambda _observation, posture, _route: posture.weight)
    patch.setattr(children, "_guarded_scope", lambda _observation, posture: posture.scope)


def all_of(*sabotages: Sabotage) -> Sabotage:
    """Several things at once."""

    def apply(patch: Patch) -> None:
        for sabotage in sabotages:
            sabotage(patch)

    return apply


def postures(change: Callable[[Stage, Posture], Posture]) -> Sabotage:
    """The table of postures is wrong."""
    return lambda patch: patch.setattr(
        children, "posture_of", lambda committed: change(committed.stage, posture_of(committed))
    )


def short_list(patch: Patch) -> None:
    """The response forgets the Service as soon as there is a secondary."""
    whole = children.desired_children

    def desired_children(seen: Observation) -> list[Any]:
        return [one for one in whole(seen) if one["kind"] != "Service" or seen.children.secondary is None]

    patch.setattr(sync, "desired_children", desired_children)


def fractions(patch: Patch) -> None:
    """Replicas are written as 2.0."""
    whole = deployment.primary_deployment

    def primary_deployment(*facts: Any) -> dict[str, Any]:
        made = whole(*facts)
        return {**made, "spec": {**made["spec"], "replicas": float(made["spec"]["replicas"])}}

    patch.setattr(children, "primary_deployment", primary_deployment)


def endless(patch: Patch) -> None:
    """A candidate whose pods never get ready is waited for, whatever the deadline says."""

    def waiting(s: Situation) -> Outcome:
        return hold(Reason.WAITING_FOR_SECONDARY, "Patience.", look_at=s.now + timedelta(seconds=5))

    patch.setitem(RULES, Phase.STARTING, (waiting,))


def aimless(patch: Patch) -> None:
    """A rollout waits without a next look and without saying for what."""
    patch.setitem(RULES, Phase.STARTING, (lambda _: hold(Reason.WAITING_FOR_SECONDARY, "Hm."),))


def restless(patch: Patch) -> None:
    """Every answer at rest is another one."""
    count = itertools.count()
    patch.setitem(
        RULES, Phase.STABLE, (lambda _: hold(Reason.UP_TO_DATE, f"All is well, for the {next(count)}th time."),)
    )


def silent(patch: Patch) -> None:
    """A decision says nothing."""
    patch.setitem(RULES, Phase.STARTING, (lambda _: hold(Reason.SETTLING, "hm"),))


def widening(patch: Patch) -> None:
    """The Service follows the status, whatever is ready."""
    patch.setattr(
        children,
        "_guarded_scope",
        lambda observation, posture: Scope.BOTH if observation.route.highest > 0 else posture.scope,
    )


def way_without_subsets(patch: Patch) -> None:
    """The subsets do not matter."""
    patch.setattr(fit, "way_stands", lambda seen: seen.children.scope is Scope.BOTH)


def always_in_place(patch: Patch) -> None:
    """A step's clock runs whatever the children look like."""
    patch.setitem(vars(fit)["_FITS"], Stage.STEPPING, lambda _: True)


def without_revisions(patch: Patch) -> None:
    """The response forgets the ControllerRevisions."""
    patch.setattr(children, "controller_revisions", lambda *_: [])


def never_stalled(patch: Patch) -> None:
    """A refused spec is not told."""
    patch.setattr(conditions, "_stalled", lambda *_: None)


def rendered_anew(patch: Patch) -> None:
    """The template of the primary is another one in each stage."""
    whole = deployment.primary_deployment

    def primary_deployment(*facts: Any) -> dict[str, Any]:
        made = whole(*facts)
        template = made["spec"]["template"]
        metadata = {**template["metadata"], "annotations": {"stage": facts[0].committed.stage}}
        return {**made, "spec": {**made["spec"], "template": {**template, "metadata": metadata}}}

    patch.setattr(children, "primary_deployment", primary_deployment)


def forgetful(patch: Patch) -> None:
    """The end of a rollback forgets what failed."""
    patch.setitem(vars(leaving)["_OVER"], "failed_revision", "")


def vague(patch: Patch) -> None:
    """A step says nothing of its weight."""
    patch.setitem(RULES, Phase.SHIFTING, (lambda s: hold(Reason.STEP_RUNNING, "It runs.", look_at=s.deadline),))


def mute(patch: Patch) -> None:
    """A wait does not say for what."""
    patch.setitem(
        RULES, Phase.STARTING, (lambda s: hold(Reason.WAITING_FOR_SECONDARY, "Some 3 pods.", look_at=s.deadline),)
    )


def unasked(patch: Patch) -> None:
    """The next look is announced, and not asked for."""
    patch.setattr(decision, "_resync_after", lambda *_, **__: 0.0)


def release(tag: str, seconds: float = 120.0) -> Callable[[Theatre], None]:
    """The image is changed."""

    def play(theatre: Theatre) -> None:
        theatre.cluster.patch(NAME, image=f"shop:{tag}")
        theatre.advance(seconds)

    return play


def second_change(theatre: Theatre) -> None:
    """v4 comes while v2 is tried."""
    theatre.cluster.patch(NAME, image="shop:v2")
    theatre.until("Shifting")
    release("v4")(theatre)


def refused_routes(theatre: Theatre) -> None:
    """The routes of a promotion are refused at its end."""
    theatre.cluster.patch(NAME, image="shop:v2")
    theatre.until("Promoting")
    theatre.cluster.faults.refuse = lambda obj: "no" if obj["kind"] == "VirtualService" else None
    theatre.advance(60)


def asked_twice(theatre: Theatre) -> None:
    """Metacontroller asks about an app at rest again and again, and its status writes get lost."""
    theatre.cluster.faults.lose_status_writes = 9
    for _ in range(3):
        theatre.cluster.metacontroller.restart(theatre.cluster.now)
        theatre.advance(2)


def subsets_lost(theatre: Theatre) -> None:
    """The DestinationRule is deleted right before the first step."""
    theatre.release("v2")
    theatre.until("Starting", "Connecting")
    theatre.advance(1.5)
    theatre.cluster.delete(DESTINATION_RULE, NAME)
    theatre.advance(30)


def template_change(theatre: Theatre) -> None:
    """The template changes while v2 is tried; the image stays."""
    theatre.release("v2")
    theatre.until("Shifting")
    theatre.cluster.patch(NAME, template={"metadata": {"labels": {"team": "a"}}})
    theatre.advance(60)


def refused_spec(theatre: Theatre) -> None:
    """The port is changed to one that there is not."""
    theatre.cluster.patch(NAME, imageListenPort=0)
    theatre.advance(5)


def routes_refused_from_the_start(theatre: Theatre) -> None:
    """The first step's routes are refused."""
    theatre.cluster.faults.refuse = lambda obj: "no" if obj["kind"] == "VirtualService" else None
    theatre.release("v2")
    theatre.advance(30)
