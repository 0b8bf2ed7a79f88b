"""A rule whose breach nobody notices is not proven: here each one is broken on purpose."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.desired import children
from app.resource.spec import Spec
from app.resource.status import Phase, Stage
from app.rollout.route import Scope
from app.rollout.rules import failed, given_up, leaving, promoting, shifting, starting
from app.simulation.safety import INVARIANTS
from tests.safety import sabotage
from tests.safety.sabotage import (
    Patch,
    Sabotage,
    all_of,
    asked_twice,
    postures,
    refused_routes,
    release,
    second_change,
    unguarded,
    without,
)
from tests.safety.stage import Theatre

ROWS: dict[str, tuple[str, Sabotage, Callable[[Theatre], None]]] = {
    "the-service-widened-on-the-way-out": (
        "R1 .*The Service is widened .* the stage is Withdrawing",
        sabotage.widening,
        release("never-ready"),
    ),
    "traffic-before-the-proxies-know-the-subsets": (
        "R1 .*the way to the secondary has stood",
        sabotage.way_without_subsets,
        sabotage.subsets_lost,
    ),
    "all-traffic-to-a-primary-in-the-middle-of-its-update": (
        "R1 .*the primary is not whole",
        all_of(
            postures(lambda stage, posture: replace(posture, weight=0) if stage is Stage.UPDATING else posture),
            unguarded,
        ),
        release("v2"),
    ),
    "a-drain-cut-short": (
        "R2 .*after its last traffic, not 3 s",
        without(Phase.DRAINING, leaving.draining),
        release("v2"),
    ),
    "a-clock-that-runs-too-early": (
        "R3 .*runs although",
        sabotage.always_in_place,
        sabotage.routes_refused_from_the_start,
    ),
    "a-step-cut-short": (
        "R3 .*is over after",
        lambda patch: patch.setattr(Spec, "step_seconds", lambda *_: 1),
        release("v2"),
    ),
    "a-secondary-of-another-revision": (
        "R3 .*The secondary is to run",
        postures(lambda _, posture: replace(posture, secondary=posture.secondary and posture.primary)),
        release("v2"),
    ),
    "a-service-that-is-wide-too-early": (
        "R3 .*is to select both versions in stage Launching",
        postures(lambda stage, posture: replace(posture, scope=Scope.BOTH) if stage is Stage.LAUNCHING else posture),
        release("v2"),
    ),
    "a-revision-forgotten": ("R4 .*ControllerRevision", sabotage.without_revisions, release("v2")),
    "a-refusal-that-is-not-told": ("R4 .*taken for a valid spec", sabotage.never_stalled, sabotage.refused_spec),
    "a-template-rendered-anew": ("R5 .*The template of revision", sabotage.rendered_anew, release("v2")),
    "a-failure-forgotten": ("R6 .*is forgotten", sabotage.forgetful, release("v3")),
    "another-template-promoted": (
        "R7 .*goes on while the spec asks",
        all_of(without(Phase.SHIFTING, given_up.unwanted), without(Phase.PROMOTING, given_up.unwanted)),
        sabotage.template_change,
    ),
    "a-promotion-before-the-last-step": (
        "R7 .*the plan goes up to 50 %",
        lambda patch: patch.setattr(shifting, "_following_step", lambda _: None),
        release("v2"),
    ),
    "a-step-passed-without-its-check": (
        "R7 .*although its check is Failed",
        without(Phase.SHIFTING, shifting.check_failed, shifting.check_undecided),
        release("v3"),
    ),
    "a-sentence-without-its-number": ("R10 .*has no number", sabotage.vague, release("v2")),
    "a-wait-that-does-not-say-for-what": ("R10 .*does not say what would end it", sabotage.mute, release("v2")),
    "a-look-that-nothing-brings": ("R10 .*nothing brings it", sabotage.unasked, release("v2")),
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
    "a-child-left-out": ("R4", sabotage.short_list, release("v2")),
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
    "a-deadline-missed": ("R8", sabotage.endless, release("never-ready")),
    "a-wait-for-nothing": ("R8", sabotage.aimless, release("never-ready")),
    "another-answer-to-the-same-question": ("R9", sabotage.restless, asked_twice),
    "a-whole-number-with-a-fraction": ("R9", sabotage.fractions, release("v2")),
    "a-decision-without-a-sentence": ("R10", sabotage.silent, release("v2")),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_broken_rule_is_noticed(row: tuple[str, Sabotage, Callable[[Theatre], None]], monkeypatch: Patch) -> None:
    """Code that breaks a safety rule is caught by that rule's invariant."""
    sentence, breaks, play = row
    theatre = Theatre()
    breaks(monkeypatch)
    play(theatre)
    assert [breach for breach in theatre.breaches() if re.match(rf"{sentence}(?!\d)", breach)]


def test_every_invariant_is_broken_by_a_row() -> None:
    """No invariant goes without a proof that it notices."""
    assert {sentence.split()[0] for sentence, _, _ in ROWS.values()} == set(INVARIANTS)


@pytest.mark.parametrize("play", [release("v2"), release("v3"), release("never-ready"), second_change])
def test_the_code_as_it_is_breaks_no_rule(play: Callable[[Theatre], Any]) -> None:
    """Promotion, rollback, a candidate that never gets ready, a second change: no rule is broken."""
    theatre = Theatre()
    play(theatre)
    assert theatre.rests()
    assert theatre.breaches() == []
