"""The state machine: a rollout, and everything that the team, people, machines and the network do to it."""

from typing import Final

from hypothesis import strategies as st
from hypothesis.stateful import rule

from app.resource.status import Stage
from app.rollout.transitions import STAGES
from tests.safety.storm.machines import Machines
from tests.safety.storm.network import Network
from tests.safety.storm.people import People
from tests.safety.storm.story import happenings
from tests.safety.storm.team import Team


class AnythingMayHappen(Team, People, Machines, Network):
    """All of it, in any order."""

    @rule(seconds=st.sampled_from([1, 5, 10, 30]))
    def time_passes(self, seconds: float) -> None:
        """Nothing happens for a while."""
        self.theatre.advance(seconds)

    @rule(tag=st.sampled_from(["v2", "v3", "never-ready"]), stage=st.sampled_from(list(Stage)))
    def a_rollout_gets_to(self, tag: str, stage: Stage) -> None:
        """A version is released, and the next thing happens in a certain stage of its rollout."""
        self.theatre.release(tag)
        self.theatre.wait_for(stage)

    @rule(stage=st.sampled_from(list(Stage)))
    def the_rollout_gets_to(self, stage: Stage) -> None:
        """The next thing happens in a certain stage."""
        self.theatre.wait_for(stage)


HAPPENINGS: Final = happenings(Team, People, Machines, Network)
"""The names of everything that may happen."""
PLACES: Final = [(phase, stage) for phase, stages in STAGES.items() for stage in stages]
"""Everywhere a rollout can be."""
