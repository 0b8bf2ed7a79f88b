"""Whether the observed children match the committed stage, and for how long."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest

from app.resource.status import MAX_LOST, Clock, Ending, Phase, Stage
from app.rollout.fit import in_place, tick
from app.rollout.route import Scope
from app.rollout.workload import Workload
from tests.rules.scene import APP, NOW, V1, V2, V3, ago, pods, scene

Facts = dict[str, Any]

STAGES: Final[dict[str, Facts]] = {
    "settled": {"phase": Phase.STABLE},
    "launching": {"phase": Phase.STARTING, "stage": Stage.LAUNCHING},
    "connecting": {"phase": Phase.STARTING, "stage": Stage.CONNECTING},
    "stepping": {"phase": Phase.SHIFTING, "step": 2, "weight": 20},
    "updating": {"phase": Phase.PROMOTING, "step": 5, "weight": 50},
    "restoring": {"phase": Phase.ROLLING_BACK, "stage": Stage.RESTORING, "ending": Ending.FAILED, "weight": 50},
    "withdrawing": {"phase": Phase.ROLLING_BACK, "stage": Stage.WITHDRAWING, "ending": Ending.FAILED},
    "disconnecting": {"phase": Phase.DRAINING, "stage": Stage.DISCONNECTING, "stable": V2},
    "removing": {"phase": Phase.DRAINING, "stage": Stage.REMOVING, "stable": V2},
}
"""A scene of each stage in which all children are in place."""


def broken(role: str, runs: str) -> dict[str, Facts]:
    """All that can be wrong with a Deployment which must run a revision, one at a time."""
    right, wrong = (V1, V2) if runs == "one" else (V2, V1)
    return {
        f"the {role} is gone": {role: None},
        f"the {role} runs another revision": {role: pods(wrong)},
        f"the image of the {role} was edited": {role: pods(right, image="shop:edited")},
        f"the {role} has not been taken up": {role: pods(right, current=False)},
        f"the {role} is not wholly updated": {role: pods(right, replicas=3, updated=2)},
        f"the {role} is not wholly available": {role: pods(right, replicas=3, ready=3, available=2)},
        f"the {role} has old pods": {role: pods(right, surplus=True)},
        f"the revision of the {role} is unknown": {"known": (wrong, V3), role: pods(right)},
    }


WIDE: Final[dict[str, Facts]] = {
    "the Service selects the primary alone": {"scope": Scope.PRIMARY},
    "the Service selects something else": {"scope": Scope.OTHER},
    "the Service is gone": {"scope": None},
    "the subsets are not told apart": {"subsets": False},
}
NARROW: Final[dict[str, Facts]] = {
    "the Service selects both": {"scope": Scope.BOTH},
    "the Service selects something else": {"scope": Scope.OTHER},
    "the Service is gone": {"scope": None},
}


def routed(weight: int) -> dict[str, Facts]:
    """All that can be wrong with routes which must give the secondary `weight`, one at a time."""
    return {
        "the routes give less or more": {"route": weight + 1},
        "one route gives less or more": {"route": {APP: weight, f"{APP}.mesh": weight + 1}},
        "one route is gone": {"route": {APP: weight}},
        "the routes are gone": {"route": None},
    }


MATTERS: Final[dict[str, dict[str, Facts]]] = {
    "settled": broken("primary", "one"),
    "launching": broken("secondary", "two"),
    "connecting": broken("secondary", "two") | WIDE,
    "stepping": broken("secondary", "two") | WIDE | routed(20),
    "updating": broken("primary", "two"),
    "restoring": broken("primary", "one"),
    "withdrawing": routed(0),
    "disconnecting": NARROW | routed(0),
    "removing": {"the secondary still stands": {"secondary": pods(V2)}},
}
"""By stage, every single fact that puts it out of place."""

NO_MATTER: Final[dict[str, dict[str, Facts]]] = {
    "settled": WIDE | routed(0),
    "launching": broken("primary", "one") | WIDE | routed(0),
    "connecting": broken("primary", "one") | routed(0),
    "stepping": broken("primary", "one"),
    "updating": broken("secondary", "two") | WIDE | routed(50),
    "restoring": broken("secondary", "two") | WIDE | routed(50),
    "withdrawing": broken("primary", "one") | broken("secondary", "two") | WIDE,
    "disconnecting": broken("primary", "two") | broken("secondary", "two") | {"no subsets": {"subsets": False}},
    "removing": broken("primary", "two") | WIDE | routed(0),
}
"""By stage, facts that other rules look after."""


def cases(table: dict[str, dict[str, Facts]]) -> list[Any]:
    """One parameter for each stage and fact."""
    return [
        pytest.param(stage, facts, id=f"{stage}: {name}")
        for stage, found in table.items()
        for name, facts in found.items()
        # Which revisions are known is a fact about both Deployments.
        if not (table is NO_MATTER and "unknown" in name)
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_is_in_place_when_everything_it_needs_is_there(stage: str) -> None:
    """The children as they were asked for are in place."""
    assert in_place(scene(**STAGES[stage]))


@pytest.mark.parametrize(("stage", "facts"), cases(MATTERS))
def test_every_single_fact_that_disagrees_puts_a_stage_out_of_place(stage: str, facts: Facts) -> None:
    """Time does not run, and nothing follows, while one thing is missing."""
    assert not in_place(scene(**STAGES[stage] | facts))


@pytest.mark.parametrize(("stage", "facts"), cases(NO_MATTER))
def test_what_a_stage_does_not_need_does_not_hold_it(stage: str, facts: Facts) -> None:
    """A stage waits for what it has asked for, and for nothing else (rule R8)."""
    assert in_place(scene(**STAGES[stage] | facts))


def test_every_stage_is_in_the_tables() -> None:
    """No stage is left out."""
    assert {scene(**facts).committed.stage for facts in STAGES.values()} == set(Stage)
    assert set(MATTERS) == set(NO_MATTER) == set(STAGES)


WHOLE: Final = {"phase": Phase.STABLE}
SHORT: Final = {"phase": Phase.STABLE, "primary": pods(V1, ready=0)}


@pytest.mark.parametrize(
    ("facts", "clock"),
    [
        pytest.param(
            WHOLE | {"in_place_for": 40, "lost_seconds": 7},
            Clock(in_place=True, since=ago(40), lost_seconds=7),
            id="in place as before: the time goes on",
        ),
        pytest.param(
            SHORT | {"out_of_place_for": 40, "lost_seconds": 7},
            Clock(in_place=False, since=ago(40), lost_seconds=7),
            id="out of place as before: the time goes on",
        ),
        pytest.param(
            WHOLE | {"out_of_place_for": 40, "lost_seconds": 7},
            Clock(in_place=True, since=NOW, lost_seconds=47),
            id="into place: what was waited is lost",
        ),
        pytest.param(
            SHORT | {"in_place_for": 40, "lost_seconds": 7},
            Clock(in_place=False, since=NOW, lost_seconds=7),
            id="out of place: the time in place is not lost",
        ),
        pytest.param(
            WHOLE | {"out_of_place_for": -20, "lost_seconds": 7},
            Clock(in_place=True, since=NOW, lost_seconds=7),
            id="into place, by another replica's clock in the future: nothing is won",
        ),
    ],
)
def test_the_clock_tells_since_when_the_children_agree(facts: Facts, clock: Clock) -> None:
    """Time is counted from a change of what is observed, and syncs are not counted."""
    assert tick(scene(**facts), NOW) == clock


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("secondary", "fits"), [(pods(V2), True), (None, False)], ids=["in place", "not in place"])
def test_a_clock_that_has_no_time_starts_now(*, before: bool, secondary: Workload | None, fits: bool) -> None:
    """Nothing is counted of a time that nobody knows."""
    found = scene(phase=Phase.STARTING, secondary=secondary)
    timeless = found.committed.model_copy(update={"clock": Clock(in_place=before)})
    assert tick(replace(found, committed=timeless), NOW) == Clock(in_place=fits, since=NOW)


def test_lost_time_is_bounded() -> None:
    """A clock that stood for two thousand years is no reason to fail: it is far past every deadline anyway."""
    found = scene(phase=Phase.STABLE)
    ancient = Clock(in_place=False, since=datetime(1, 1, 1, tzinfo=UTC), lost_seconds=1.0)
    committed = found.committed.model_copy(update={"clock": ancient})
    assert tick(replace(found, committed=committed), NOW).lost_seconds == MAX_LOST
