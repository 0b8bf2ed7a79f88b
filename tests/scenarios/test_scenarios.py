"""Every scenario, closed loop: the real hook in front of the embedded cluster, in virtual time."""

import pytest

from app.simulation.metacontroller.controller import WHO
from app.simulation.safety import breaches
from app.simulation.scenarios import SCENARIOS
from tests.scenarios.virtual import QUICK, REAL, Tempo, at_the_beginning, at_the_end

IN_REAL_TIME = ("release",)


@pytest.mark.parametrize(
    ("name", "tempo"),
    [
        *(pytest.param(name, QUICK, id=f"{name}, quick") for name in SCENARIOS),
        *(pytest.param(name, REAL, id=f"{name}, real time") for name in IN_REAL_TIME),
    ],
)
def test_a_scenario_ends_as_it_must(name: str, tempo: Tempo) -> None:
    """It ends as it says, no safety rule is broken on the way, the hook never fails, and then nothing is written."""
    played = at_the_end(name, tempo)
    history = played.world.cluster.history
    assert [one.sentence for one in SCENARIOS[name].expectations if not one.holds(played.stage)] == []
    assert breaches(history.syncs, history.writes, tempo.settings.settle_seconds) == []
    assert {sync.status for sync in history.syncs} == ({200, 0} if name == "hook-down" else {200})
    assert history.writes_since(played.ended_at + tempo.pace.tick, WHO) == []


@pytest.mark.parametrize("name", SCENARIOS)
def test_an_expectation_can_fail(name: str) -> None:
    """No scenario is content with an app to which nothing has happened."""
    assert not all(expectation.holds(at_the_beginning().stage) for expectation in SCENARIOS[name].ends)


def test_a_scenario_says_why_it_may_lose_requests() -> None:
    """Only where a secondary that has traffic breaks, or the way itself is taken away, requests may get lost."""
    assert [name for name, scenario in SCENARIOS.items() if scenario.loses] == ["crashing", "deleted-children"]
