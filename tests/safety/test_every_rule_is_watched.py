"""A rule whose breach nobody notices is not proven: here each one is broken on purpose."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app import sync
from app.desired import children, deployment
from app.resource.status import Phase, Stage
from app.rollout.observation import Observation
from app.rollout.posture import Posture, posture_of
from app.rollout.reasons import Reason
from app.rollout.rules import RULES, failed, given_up, leaving, promoting, starting
from app.rollout.situation import Outcome, Rule, Situation, hold
from app.simulation.safety import INVARIANTS
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


ROWS: dict[str, tuple[str, Sabotage, Callable[[Theatre], None]]] = {
    "traffic-before-the-secondary-is-ready": (
        "R1",
        all_of(without(Phase.STARTING, starting.waiting, starting.settling), unguarded),
        release("never-ready"),
    ),
    "traffic-before-the-proxies-know-the-secondary": ("R1", without(Phase.STARTING, starting.settling), release("v2")),
    "all-traffic-before-the-promoted-primary-is-whole": (
        "R1",
        all_of(without(Phase.PROMOTING, promoting.waiting_for_primary, promoting.settling), unguarded),
        release("v2"),
    ),
    "the-secondary-dropped-without-a-drain": (
        "R2",
        all_of(
            without(Phase.DRAINING, leaving.draining, leaving.traffic_returned),
            lambda patch: patch.setattr(children, "_may_go", lambda _: True),
        ),
        release("v2"),
    ),
    "the-service-narrowed-under-traffic": (
        "R2",
        all_of(without(Phase.DRAINING, leaving.waiting_for_withdrawal), unguarded),
        refused_routes,
    ),
    "a-weight-that-is-not-committed": (
        "R3",
        postures(lambda _, posture: replace(posture, weight=posture.weight and posture.weight + 5)),
        release("v2"),
    ),
    "a-child-left-out": ("R4", short_list, release("v2")),
    "the-primary-updated-too-early": (
        "R5",
        postures(
            lambda stage, posture: replace(posture, primary=posture.secondary) if stage is Stage.STEPPING else posture
        ),
        release("v2"),
    ),
    "a-failed-revision-tried-again": ("R6", without(Phase.FAILED, failed.still_the_failed_revision), release("v3")),
    "an-untested-image-promoted": (
        "R7",
        all_of(without(Phase.SHIFTING, given_up.unwanted), without(Phase.PROMOTING, given_up.unwanted)),
        second_change,
    ),
    "a-deadline-missed": ("R8", endless, release("never-ready")),
    "a-wait-for-nothing": ("R8", aimless, release("never-ready")),
    "another-answer-to-the-same-question": ("R9", restless, asked_twice),
    "a-whole-number-with-a-fraction": ("R9", fractions, release("v2")),
    "a-decision-without-a-sentence": ("R10", silent, release("v2")),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_broken_rule_is_noticed(row: tuple[str, Sabotage, Callable[[Theatre], None]], monkeypatch: Patch) -> None:
    """Code that breaks a safety rule is caught by that rule's invariant."""
    rule, sabotage, play = row
    theatre = Theatre()
    sabotage(monkeypatch)
    play(theatre)
    assert rule in {breach.split()[0] for breach in theatre.breaches()}


def test_every_invariant_is_broken_by_a_row() -> None:
    """No invariant goes without a proof that it notices."""
    assert {rule for rule, _, _ in ROWS.values()} == set(INVARIANTS)


@pytest.mark.parametrize("play", [release("v2"), release("v3"), release("never-ready"), second_change])
def test_the_code_as_it_is_breaks_no_rule(play: Callable[[Theatre], Any]) -> None:
    """Promotion, rollback, a candidate that never gets ready, a second change: no rule is broken."""
    theatre = Theatre()
    play(theatre)
    assert theatre.rests()
    assert theatre.breaches() == []
