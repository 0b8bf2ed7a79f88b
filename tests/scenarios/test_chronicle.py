"""What is told of a story afterwards."""

import asyncio

from app.simulation.play.chronicle import End, rollouts, weights
from app.simulation.play.script import Expectation, Scenario
from app.simulation.scenarios import custom
from tests.scenarios.virtual import at_the_beginning, at_the_end, opened

IMAGE = "atzedevries/go-status-code-server"


def test_before_anything_happened_there_is_nothing_to_tell() -> None:
    """The first version is no rollout."""
    stage = at_the_beginning().stage
    assert rollouts(stage) == ()
    assert weights(stage) == [0]


def test_a_superseded_and_a_promoted_rollout_are_told_apart() -> None:
    """Each has its image, the weights that it got, how it ended and why."""
    first, second = rollouts(at_the_end("second-change").stage)
    assert (first.image, first.weights, first.end) == (f"{IMAGE}:v2", (10, 20), End.SUPERSEDED)
    assert "the spec asks for" in first.why
    assert (second.image, second.weights, second.end) == (f"{IMAGE}:v4", (10, 20, 30, 40, 50), End.PROMOTED)
    assert first.began < first.ended <= second.began < second.ended


def test_a_rollout_that_is_still_going_on_is_told_as_open() -> None:
    """Nothing is said of how it ends."""

    async def play() -> tuple[End, ...]:
        played = await opened()
        played.stage.set_image("v2")
        await played.world.cluster.run_until(lambda _: played.stage.status()["weight"] > 0, 60.0)
        return tuple(rollout.end for rollout in rollouts(played.stage))

    assert asyncio.run(play()) == (End.OPEN,)


def test_a_scenario_that_may_not_lose_requests_says_so() -> None:
    """Unless a scenario names why requests may get lost, it expects that none is."""
    ends = (Expectation("it ends", lambda _: True),)
    assert [one.sentence for one in Scenario("a", (), ends).expectations] == ["it ends", "no request is lost"]
    assert [one.sentence for one in Scenario("a", (), ends, loses="all").expectations] == ["it ends"]
    assert custom("v7").expectations == ()
