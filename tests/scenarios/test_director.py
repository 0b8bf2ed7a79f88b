"""Playing acts: cues come one after the other, an act ends when all is at rest, and one that never does is named."""

import asyncio

import pytest

from app.resource.status import Phase
from app.simulation.play import deeds
from app.simulation.play.director import StuckError
from app.simulation.play.moments import at_rest, at_step, hook_missed, in_phase
from app.simulation.play.script import Act, Cue
from app.simulation.play.stage import Stage
from tests.scenarios.virtual import QUICK, opened, set_stage


def test_nothing_is_at_rest_before_the_app_is_there() -> None:
    """A cluster without the app is not taken for a settled one."""
    assert not at_rest(set_stage().stage)


def test_an_act_that_changes_nothing_ends_at_once() -> None:
    """Changing the image to what serves already does not wait for a sync that never comes."""

    async def seconds() -> float:
        played = await opened()
        before = played.world.cluster.now
        await played.play(deeds.change("v1"))
        return played.world.cluster.now - before

    assert asyncio.run(seconds()) == pytest.approx(QUICK.pace.tick)


def test_an_act_does_not_end_before_its_change_is_seen() -> None:
    """As long as the hook has not seen the change, the app is not at rest, whatever its status says."""

    async def phases() -> tuple[bool, bool]:
        played = await opened()
        played.stage.set_image("v2")
        before = at_rest(played.stage)
        played.stage.outages.hook_down = True
        await played.advance()
        return before, at_rest(played.stage)

    assert asyncio.run(phases()) == (False, False)


def test_a_cue_waits_for_its_moment_and_then_for_its_delay() -> None:
    """What is delayed happens so many seconds after its moment, even if the moment is over by then."""
    moments: list[float] = []

    def note(stage: Stage) -> None:
        moments.append(stage.cluster.now)

    async def play() -> None:
        played = await opened()
        cues = (Cue(at_step(1), note, "One."), Cue(at_step(2), note, "Two."), Cue(at_step(2), note, "Three.", delay=5))
        await played.play(deeds.change("v2", *cues))
        assert played.said[-4:] == ["The image is changed to v2.", "One.", "Two.", "Three."]

    asyncio.run(play())
    assert 5.0 <= moments[2] - moments[1] <= 5.0 + 3 * QUICK.pace.tick


def test_an_act_does_not_end_before_its_last_cue() -> None:
    """A moment that never comes is no success: the act is named, with what the hook said last."""

    async def play() -> None:
        played = await opened()
        await played.play(deeds.change("v2", Cue(in_phase(Phase.FAILED), deeds.stop_hook, "Never.")), limit=60.0)

    with pytest.raises(StuckError) as stuck:
        asyncio.run(play())
    assert str(stuck.value).startswith("«The image is changed to v2.» has not come to an end within 60 s: Revision x")
    assert str(stuck.value).endswith(":v2) serves all traffic, as the spec asks.")


def test_a_hook_that_never_answers_is_named() -> None:
    """An app that no hook ever saw is stuck, and the message says that nothing was decided."""

    async def play() -> bool:
        played = set_stage()
        played.stage.outages.hook_down = True
        act = Act("It is applied.", lambda stage: deeds.apply(stage, QUICK.manifest))
        with pytest.raises(StuckError, match=r"has not come to an end within 5 s: the hook has not decided anything$"):
            await played.play(act, limit=5.0)
        return hook_missed(played.stage)

    assert asyncio.run(play())
