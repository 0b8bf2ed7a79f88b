"""Stable: the primary serves; a spec that asks for another revision starts a rollout."""

from typing import Final

from app.resource.status import Action, Ending, Phase, Stage
from app.rollout.reasons import Reason
from tests.rules.scene import REFUSED, V1, V2, pods, scene
from tests.rules.table import Row, check_row, rows

LAUNCHING: Final = (Phase.STARTING, Stage.LAUNCHING)
WITHDRAWING: Final = (Phase.ROLLING_BACK, Stage.WITHDRAWING)
CANDIDATE: Final = {"candidate_revision": "two", "candidate_image": "shop:v2"}
STARTED: Final = CANDIDATE | {"test_running": True}
STRAY: Final = "A secondary stands although no rollout is running; it is drained and removed."
UNPAUSED: Final = "spec.paused: false"

ROWS: Final = (
    Row(
        "a secondary that no rollout knows of goes the safe way",
        scene(phase=Phase.STABLE, secondary=pods(V2)),
        Action.ROLL_BACK,
        Reason.STRAY_SECONDARY,
        STRAY,
        to=WITHDRAWING,
        changes=CANDIDATE | {"ending": Ending.INTERRUPTED},
    ),
    Row(
        "a stray secondary whose revision is unknown is drained under the name of the stable one",
        scene(phase=Phase.STABLE, secondary=pods(V2), known=(V1,)),
        Action.ROLL_BACK,
        Reason.STRAY_SECONDARY,
        STRAY,
        to=WITHDRAWING,
        changes={"candidate_revision": "one", "candidate_image": "shop:v1", "ending": Ending.INTERRUPTED},
    ),
    Row(
        "a stray secondary goes first even where the spec is refused",
        scene(phase=Phase.STABLE, wanted=REFUSED, secondary=pods(V2)),
        Action.ROLL_BACK,
        Reason.STRAY_SECONDARY,
        STRAY,
        to=WITHDRAWING,
        changes=CANDIDATE | {"ending": Ending.INTERRUPTED},
    ),
    Row(
        "a stray secondary goes first even where the primary is short of pods",
        scene(phase=Phase.STABLE, primary=pods(V1, ready=0), secondary=pods(V2)),
        Action.ROLL_BACK,
        Reason.STRAY_SECONDARY,
        STRAY,
        to=WITHDRAWING,
        changes=CANDIDATE | {"ending": Ending.INTERRUPTED},
    ),
    Row(
        "the stable revision keeps serving where the spec is refused",
        scene(phase=Phase.STABLE, wanted=REFUSED, in_place_for=60),
        Action.HOLD,
        Reason.INVALID_SPEC,
        "Revision one (shop:v1) keeps serving: the spec is refused.",
        unblocked_by="a valid spec",
    ),
    Row(
        "a spec that is refused is told of, paused or not",
        scene(phase=Phase.STABLE, wanted=REFUSED, spec={"paused": True}, in_place_for=60),
        Action.HOLD,
        Reason.INVALID_SPEC,
        "Revision one (shop:v1) keeps serving: the spec is refused.",
        unblocked_by="a valid spec",
    ),
    Row(
        "a primary short of pods is waited for",
        scene(phase=Phase.STABLE, primary=pods(V1, replicas=4, ready=3), in_place_for=60),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary comes up with shop:v1: 4 of 4 pods updated, 3 available.",
        look_in=600,
        unblocked_by="an available primary",
    ),
    Row(
        "a primary that is yet to be scaled is waited for",
        scene(phase=Phase.STABLE, primary=pods(V1, replicas=2), in_place_for=60, spec={"replicas": 4}),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary comes up with shop:v1: 2 of 2 pods updated, 2 available, 4 asked for.",
        look_in=600,
        unblocked_by="an available primary",
    ),
    Row(
        "a primary that stays short of pods is reported",
        scene(phase=Phase.STABLE, primary=pods(V1, replicas=4, ready=3), out_of_place_for=601),
        Action.HOLD,
        Reason.PRIMARY_DEADLINE_EXCEEDED,
        "The primary is not available after 600 s: 4 of 4 pods updated, 3 available.",
        unblocked_by="an available primary, or another revision in the spec",
    ),
    Row(
        "a settled app waits for an event",
        scene(phase=Phase.STABLE, in_place_for=60),
        Action.HOLD,
        Reason.UP_TO_DATE,
        "Revision one (shop:v1) serves all traffic, as the spec asks.",
    ),
    Row(
        "a settled app does not speak of a pause that holds nothing",
        scene(phase=Phase.STABLE, spec={"paused": True}, in_place_for=60),
        Action.HOLD,
        Reason.UP_TO_DATE,
        "Revision one (shop:v1) serves all traffic, as the spec asks.",
    ),
    Row(
        "a rollout that would start while paused waits without a secondary",
        scene(phase=Phase.STABLE, wanted=V2, spec={"paused": True}, in_place_for=60),
        Action.HOLD,
        Reason.PAUSED,
        "Revision two (shop:v2) waits: spec.paused is set.",
        unblocked_by=UNPAUSED,
    ),
    Row(
        "a spec that asks for another revision starts a rollout",
        scene(phase=Phase.STABLE, wanted=V2, in_place_for=60),
        Action.ADVANCE,
        Reason.ROLLOUT_STARTED,
        "Revision two (shop:v2) comes up in the secondary.",
        to=LAUNCHING,
        changes=STARTED,
    ),
    Row(
        "a broken primary does not block the fix",
        scene(phase=Phase.STABLE, wanted=V2, primary=pods(V1, ready=0), out_of_place_for=900),
        Action.ADVANCE,
        Reason.ROLLOUT_STARTED,
        "Revision two (shop:v2) comes up in the secondary.",
        to=LAUNCHING,
        changes=STARTED,
    ),
    Row(
        "a revision that failed is tried once more when the spec has named another one meanwhile",
        scene(phase=Phase.STABLE, wanted=V2, failed=V2, retry="old", retry_handled="older", in_place_for=60),
        Action.ADVANCE,
        Reason.ROLLOUT_STARTED,
        "Revision two (shop:v2) comes up in the secondary.",
        to=LAUNCHING,
        changes=STARTED | {"failed_revision": "", "failure_reason": "", "failure_message": "", "retry_handled": "old"},
    ),
)


@rows(ROWS)
def test_stable(row: Row) -> None:
    """In each situation the decision is the one of the table, to the letter."""
    check_row(row)
