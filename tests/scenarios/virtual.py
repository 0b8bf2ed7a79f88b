"""Playing a scenario in virtual time: everything in this process, no waiting."""

import asyncio
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from app.cli.demo import PACE, SHORT_SETTINGS, shortened
from app.settings import Settings
from app.simulation.cluster import Pace
from app.simulation.play.director import play
from app.simulation.play.script import Act
from app.simulation.play.stage import Stage
from app.simulation.scenarios import SCENARIOS, demo_images, opening
from app.simulation.world import World

EXAMPLE = Path(__file__).parents[2] / "examples" / "canaryapp.yaml"


def example() -> dict[str, Any]:
    """The sample manifest, as users apply it."""
    return cast("dict[str, Any]", yaml.safe_load(EXAMPLE.read_text("utf-8")))


def quick_example() -> dict[str, Any]:
    """The sample manifest with the demo's intervals, and steps of half their length."""
    manifest = shortened(example())
    manifest["spec"]["trafficShiftUpdateInterval"] = 1
    return manifest


@dataclass(frozen=True, eq=False)
class Tempo:
    """How fast everything goes: the manifest's intervals, the operator's, the cluster's, and the users'."""

    manifest: dict[str, Any]
    settings: Settings
    pace: Pace
    rate: float


QUICK = Tempo(
    manifest=quick_example(),
    settings=Settings.model_validate(
        {name.removeprefix("CANARYAPP_").lower(): value for name, value in SHORT_SETTINGS.items()}
        | {"log_level": "error"}
    ),
    pace=replace(PACE, tick=0.1),
    rate=20.0,
)
"""Nearly the demo's."""
REAL = Tempo(manifest=example(), settings=Settings(log_level="error"), pace=Pace(tick=0.5), rate=10.0)
"""What the manifest and the operator say by themselves."""


@dataclass
class Played:
    """A world with a stage in it, and what was said."""

    world: World
    stage: Stage
    said: list[str] = field(default_factory=list)
    ended_at: float = 0.0

    async def advance(self) -> None:
        """One tick."""
        await self.world.cluster.advance(self.world.cluster.now + self.world.cluster.pace.tick)

    async def play(self, *acts: Act, limit: float = 600.0) -> None:
        """Plays acts; each may take `limit` seconds of virtual time."""
        await play(self.stage, acts, advance=self.advance, say=self.said.append, limit=limit)


def set_stage(tempo: Tempo = QUICK) -> Played:
    """An empty cluster."""
    world = World(settings=tempo.settings, pace=tempo.pace, images=demo_images())
    return Played(world, Stage.of(tempo.manifest, world.cluster, world))


async def opened(tempo: Tempo = QUICK) -> Played:
    """A cluster that serves the first version, with users."""
    played = set_stage(tempo)
    await played.play(opening(tempo.manifest, tempo.rate))
    return played


@cache
def at_the_beginning() -> Played:
    """A cluster that serves the first version; it is shared, and not to be changed."""
    return asyncio.run(opened())


@cache
def at_the_end(name: str, tempo: Tempo = QUICK) -> Played:
    """A scenario that was played to its end, and ten more seconds; it is shared, and not to be changed."""

    async def play_and_rest() -> Played:
        played = await opened(tempo)
        await played.play(*SCENARIOS[name].acts)
        played.ended_at = played.world.cluster.now
        await played.world.cluster.advance(played.ended_at + 10.0)
        return played

    return asyncio.run(play_and_rest())
