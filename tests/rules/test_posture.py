"""What the children are made to look like in each stage."""

from typing import Final

import pytest

from app.resource.status import Phase, Stage, Status
from app.rollout.posture import Posture, posture_of
from app.rollout.route import Scope

POSTURES: Final = {
    Stage.SETTLED: Posture("old", "", 0, Scope.PRIMARY),
    Stage.LAUNCHING: Posture("old", "new", 0, Scope.PRIMARY),
    Stage.CONNECTING: Posture("old", "new", 0, Scope.BOTH),
    Stage.STEPPING: Posture("old", "new", 40, Scope.BOTH),
    Stage.UPDATING: Posture("new", "new", 40, Scope.BOTH),
    Stage.RESTORING: Posture("old", "new", 40, Scope.BOTH),
    Stage.WITHDRAWING: Posture("old", "new", 0, Scope.BOTH),
    Stage.DISCONNECTING: Posture("old", "new", 0, Scope.PRIMARY),
    Stage.REMOVING: Posture("old", "", 0, Scope.PRIMARY),
}
"""Revision of the primary, of the secondary, weight of the secondary, whose pods the Service selects."""


@pytest.mark.parametrize("stage", Stage, ids=str)
def test_each_stage_has_its_posture(stage: Stage) -> None:
    """The children follow from the committed status by this table, and by nothing else (rule R3)."""
    committed = Status(
        phase=Phase.STABLE, stage=stage, stable_revision="old", candidate_revision="new", weight=40, traffic_shift=99
    )
    assert posture_of(committed) == POSTURES[stage]


def test_the_primary_runs_the_candidate_during_a_promotion_alone() -> None:
    """The pod template of the primary changes at promotion and nowhere else (rule R5)."""
    assert [stage for stage, posture in POSTURES.items() if posture.primary == "new"] == [Stage.UPDATING]


def test_the_service_is_widened_wherever_the_secondary_has_traffic() -> None:
    """A weight never points at pods that the Service does not select (rule R1)."""
    assert all(posture.scope is Scope.BOTH for posture in POSTURES.values() if posture.weight)
    assert all(posture.secondary for posture in POSTURES.values() if posture.scope is Scope.BOTH)
