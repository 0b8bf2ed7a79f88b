"""The legal moves of a rollout, as literal tables. The diagram in the docs is generated from them.

A decision that is not in these tables is a defect and ends in a 500 that touches nothing.
"""

from typing import Final

from app.resource.status import Phase, Stage

S, P = Stage, Phase

STAGES: Final[dict[Phase, tuple[Stage, ...]]] = {
    P.INITIALIZING: (S.SETTLED,),
    P.STABLE: (S.SETTLED,),
    P.STARTING: (S.LAUNCHING, S.CONNECTING),
    P.SHIFTING: (S.STEPPING,),
    P.PROMOTING: (S.UPDATING,),
    P.DRAINING: (S.WITHDRAWING, S.DISCONNECTING, S.REMOVING),
    P.ROLLING_BACK: (S.RESTORING, S.WITHDRAWING, S.DISCONNECTING, S.REMOVING),
    P.FAILED: (S.SETTLED,),
}
"""The stages of each phase, in their order."""

BACKWARDS: Final = ((S.CONNECTING, S.LAUNCHING), (S.REMOVING, S.DISCONNECTING))
"""The only ways back within a phase: paused before the first step; a drained secondary that got traffic again."""

TRANSITIONS: Final[dict[tuple[Phase, Phase], str]] = {
    (P.INITIALIZING, P.STABLE): "the first revision serves",
    (P.STABLE, P.STARTING): "the spec changes",
    (P.STABLE, P.ROLLING_BACK): "a stray secondary is found",
    (P.STARTING, P.SHIFTING): "the secondary is ready and the way to it stands",
    (P.STARTING, P.ROLLING_BACK): "a deadline, a change of the spec",
    (P.SHIFTING, P.PROMOTING): "the last step passed",
    (P.SHIFTING, P.ROLLING_BACK): "a failed check, a deadline, a change of the spec",
    (P.SHIFTING, P.STARTING): "the way to the secondary was taken away",
    (P.PROMOTING, P.DRAINING): "the primary serves the candidate's revision",
    (P.PROMOTING, P.ROLLING_BACK): "a failed check, a deadline, a change of the spec",
    (P.DRAINING, P.STABLE): "drained, the secondary is gone",
    (P.ROLLING_BACK, P.FAILED): "the candidate failed",
    (P.ROLLING_BACK, P.STARTING): "superseded: the newest spec from the first step",
    (P.ROLLING_BACK, P.STABLE): "cancelled",
    (P.FAILED, P.STARTING): "the spec changes, or a retry",
    (P.FAILED, P.STABLE): "the spec goes back to the stable revision",
    (P.FAILED, P.ROLLING_BACK): "a stray secondary is found",
}
"""From phase to phase, and what makes it go. Staying in a phase is always legal."""


class IllegalTransitionError(Exception):
    """A rule asked for a move that the tables do not have."""


def check_move(before: tuple[Phase, Stage], after: tuple[Phase, Stage]) -> None:
    """Lets legal moves pass.

    Raises:
        IllegalTransitionError: the stage does not belong to the phase, stages go backwards within a phase, or the
            phases are not connected.
    """
    (old_phase, old_stage), (phase, stage) = before, after
    if stage not in STAGES[phase]:
        raise IllegalTransitionError(f"{stage} is no stage of {phase}.")
    if phase is not old_phase and (old_phase, phase) not in TRANSITIONS:
        raise IllegalTransitionError(f"There is no way from {old_phase} to {phase}.")
    order = STAGES[phase]
    backwards = phase is old_phase and order.index(stage) < order.index(old_stage)
    if backwards and (old_stage, stage) not in BACKWARDS:
        raise IllegalTransitionError(f"{phase} does not go back from {old_stage} to {stage}.")
