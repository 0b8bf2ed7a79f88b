"""Whatever happens, in whatever order: no safety rule is broken, and the rollout comes to rest."""

from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.safety.storm.machine import HAPPENINGS, PLACES, AnythingMayHappen
from tests.safety.storm.story import VISITED

BUDGET: Final = settings(
    max_examples=24,
    stateful_step_count=35,
    deadline=None,
    derandomize=True,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)
"""About 30 s of one core: the more steps a story has, the less its way back to rest counts."""

ALMOST: Final = 2
"""Kinds of events that the budget may miss: hypothesis leaves some out of each story, by a chance that is fixed."""


def test_anything_may_happen() -> None:
    """No safety rule is broken; the budget leads to every phase and stage, through nearly everything."""
    run_state_machine_as_test(AnythingMayHappen, settings=BUDGET)
    assert [place for place in PLACES if not VISITED.places[place]] == []
    unseen = [name for name in HAPPENINGS if not VISITED.happenings[name]]
    assert len(unseen) <= ALMOST, f"The budget does not lead to {', '.join(unseen)}."
