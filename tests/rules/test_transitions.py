"""The tables of legal moves."""

from collections.abc import Iterable
from itertools import product
from typing import Final

import pytest

from app.resource.status import Phase, Stage
from app.rollout.transitions import BACKWARDS, STAGES, TRANSITIONS, IllegalTransitionError, check_move

PLACES: Final = tuple(product(Phase, Stage))
REAL: Final = tuple((phase, stage) for phase in Phase for stage in STAGES[phase])


def accepted(before: tuple[Phase, Stage], after: tuple[Phase, Stage]) -> bool:
    """Whether the move is let pass."""
    try:
        check_move(before, after)
    except IllegalTransitionError:
        return False
    return True


def reached_from(start: Phase, ways: Iterable[tuple[Phase, Phase]]) -> set[Phase]:
    """The phases that can be reached, the start included."""
    found = {start}
    while new := {after for before, after in ways if before in found} - found:
        found |= new
    return found


def test_exactly_the_moves_of_the_tables_are_accepted() -> None:
    """Between phases what the table lists; within a phase onward or staying, and back by the two named ways."""
    within = {
        ((phase, before), (phase, after))
        for phase in Phase
        for before, after in product(STAGES[phase], repeat=2)
        if STAGES[phase].index(before) <= STAGES[phase].index(after) or (before, after) in BACKWARDS
    }
    between = {
        ((before, old), (after, new))
        for before, after in TRANSITIONS
        for old in STAGES[before]
        for new in STAGES[after]
    }
    assert {move for move in product(REAL, PLACES) if accepted(*move)} == within | between


def test_the_ways_back_within_a_phase_are_two() -> None:
    """Paused before the first step; a drained secondary that got traffic again."""
    assert BACKWARDS == ((Stage.CONNECTING, Stage.LAUNCHING), (Stage.REMOVING, Stage.DISCONNECTING))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            (Phase.STABLE, Stage.SETTLED),
            (Phase.STARTING, Stage.STEPPING),
            "Stepping is no stage of Starting.",
        ),
        (
            (Phase.STABLE, Stage.SETTLED),
            (Phase.SHIFTING, Stage.STEPPING),
            "There is no way from Stable to Shifting.",
        ),
        (
            (Phase.DRAINING, Stage.DISCONNECTING),
            (Phase.DRAINING, Stage.WITHDRAWING),
            "Draining does not go back from Disconnecting to Withdrawing.",
        ),
        (
            (Phase.PROMOTING, Stage.UPDATING),
            (Phase.STABLE, Stage.SETTLED),
            "There is no way from Promoting to Stable.",
        ),
    ],
    ids=["a stage of another phase", "a phase too far", "backwards", "a promotion that skips the draining"],
)
def test_an_illegal_move_is_named(before: tuple[Phase, Stage], after: tuple[Phase, Stage], message: str) -> None:
    """The error says what is wrong with the move."""
    with pytest.raises(IllegalTransitionError) as raised:
        check_move(before, after)
    assert str(raised.value) == message


def test_every_phase_is_reached_from_the_beginning() -> None:
    """No phase is there for nothing."""
    assert reached_from(Phase.INITIALIZING, TRANSITIONS) == set(Phase)


@pytest.mark.parametrize("phase", Phase, ids=str)
def test_every_phase_leads_back_to_stable(phase: Phase) -> None:
    """Nothing wedges: from everywhere there is a way to Stable (rule R8)."""
    assert Phase.STABLE in reached_from(phase, TRANSITIONS)
    assert any(before is phase for before, _ in TRANSITIONS)


def test_nothing_leads_back_to_the_beginning() -> None:
    """Once a revision has served, none goes straight to the primary again."""
    assert all(after is not Phase.INITIALIZING for _, after in TRANSITIONS)


def test_the_primary_is_updated_by_a_promotion_alone() -> None:
    """Promoting is reached from Shifting alone, after its last step (rule R5)."""
    assert [before for before, after in TRANSITIONS if after is Phase.PROMOTING] == [Phase.SHIFTING]


def test_every_phase_has_stages_and_every_stage_a_phase() -> None:
    """The table of stages is whole."""
    assert set(STAGES) == set(Phase)
    assert {stage for stages in STAGES.values() for stage in stages} == set(Stage)


def test_every_way_says_what_makes_it_go() -> None:
    """The diagram in the docs has a sentence for each arrow."""
    assert all(because and because[0].islower() and not because.endswith(".") for because in TRANSITIONS.values())
