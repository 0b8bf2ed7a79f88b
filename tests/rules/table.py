"""A table of situations: one row is a situation named by a sentence, and everything that is decided on it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest

from app.resource.status import Action, Phase, Stage, Status
from app.rollout.decision import decide
from app.rollout.observation import Observation
from app.rollout.reasons import Reason
from tests.rules.scene import NOW

_TOLD_APART: Final = {"phase", "stage", "clock", "decision", "conditions"}
"""Fields that a row states in another way, or that other tests look at."""


@dataclass(frozen=True)
class Row:
    """One situation and its decision.

    Attributes:
        name: a sentence.
        scene: what is observed.
        action: what is done.
        reason: for machines.
        message: for people, exactly.
        to: phase and stage of the move, None to stay.
        changes: every other field of the status that changes, by its name in Python.
        look_in: seconds until the next look, None to wait for an event; a new status is confirmed after 5 s at most.
        unblocked_by: what would end the waiting.
    """

    name: str
    scene: Observation
    action: Action
    reason: Reason
    message: str
    to: tuple[Phase, Stage] | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    look_in: float | None = None
    unblocked_by: str = ""


def rows(table: tuple[Row, ...]) -> pytest.MarkDecorator:
    """The rows as parameters, named by their sentences."""
    return pytest.mark.parametrize("row", table, ids=lambda row: row.name)


def check_row(row: Row) -> None:
    """Decides on a row's scene and compares everything."""
    decision = decide(row.scene, (), NOW)
    outcome, record, committed = decision.outcome, decision.status.decision, row.scene.committed
    assert record is not None
    assert (outcome.action, outcome.reason) == (row.action, row.reason)
    assert outcome.message == row.message
    assert outcome.unblocked_by == row.unblocked_by
    moved = (outcome.move.phase, outcome.move.stage) if outcome.move else None
    assert moved == row.to
    assert (decision.status.phase, decision.status.stage) == (row.to or (committed.phase, committed.stage))
    assert changed(committed, decision.status) == expected_changes(row)
    assert record.next_look == (None if row.look_in is None else NOW + timedelta(seconds=row.look_in))
    assert decision.resync_after == min(5.0, row.look_in or 5.0), "a new status is looked at again after 5 s"


def changed(before: Status, after: Status) -> dict[str, Any]:
    """The fields that differ."""
    return {
        name: getattr(after, name)
        for name in Status.model_fields
        if name not in _TOLD_APART and getattr(after, name) != getattr(before, name)
    }


def expected_changes(row: Row) -> dict[str, Any]:
    """The row's changes, and the time of a new phase."""
    new_phase = row.to is not None and row.to[0] is not row.scene.committed.phase
    return row.changes | ({"phase_since": NOW} if new_phase else {})
