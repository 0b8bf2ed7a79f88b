"""Snapshots for the views."""

from dataclasses import replace
from typing import Any

from app.cli.snapshot import Line, Snapshot, Workload

_SHIFTING = Snapshot(
    seconds=5.25,
    moves=(),
    now=Line("Shifting", 20, "Step 2 of 5 at 20 % for 2 s."),
    reason="StepRunning",
    stage="Shifting, step 2 of 5",
    primary=Workload("v1", 2, 2, 80),
    secondary=Workload("v2", 1, 1, 20),
    check="Passed: The query returned nothing.",
    follows="looks again in 0.4 s",
    answered=258,
    lost=0,
)


def shifting(**fields: Any) -> Snapshot:
    """A moment in the second step, with some fields changed."""
    return replace(_SHIFTING, **fields)
