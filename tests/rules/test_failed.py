"""Failed: the stable revision serves, and the failed one is not tried again."""

from typing import Any, Final

from app.resource.status import Action, Ending, Phase, Stage
from app.rollout.observation import Observation
from app.rollout.reasons import Reason
from tests.rules.scene import REFUSED, V1, V2, V3, pods, scene
from tests.rules.table import Row, check_row, rows

LAUNCHING: Final = (Phase.STARTING, Stage.LAUNCHING)
NOT_AGAIN: Final = "Revision two (shop:v2) failed and is not tried again: The query returned 3 samples."
WAY_OUT: Final = "a spec that names another revision, or a new value of the annotation canary.atze.io/retry"
STRAY: Final = "A secondary stands although no rollout is running; it is drained and removed."
STARTED_TWO: Final = {"candidate_revision": "two", "candidate_image": "shop:v2", "test_running": True}
UNTRIED: Final = {"failed_revision": "", "failure_reason": "", "failure_message": ""}
"""A revision that is tried again does not count as failed meanwhile."""
STARTED_THREE: Final = {"candidate_revision": "three", "candidate_image": "shop:v3", "test_running": True}


def failed(**facts: Any) -> Observation:
    """Revision two has failed, and the spec still asks for it where nothing else is said."""
    return scene(phase=Phase.FAILED, failed=V2, **{"wanted": V2, "in_place_for": 60, **facts})


ROWS: Final = (
    Row(
        "a secondary that no rollout knows of goes the safe way",
        failed(secondary=pods(V2)),
        Action.ROLL_BACK,
        Reason.STRAY_SECONDARY,
        STRAY,
        to=(Phase.ROLLING_BACK, Stage.WITHDRAWING),
        changes={"candidate_revision": "two", "candidate_image": "shop:v2", "ending": Ending.INTERRUPTED},
    ),
    Row(
        "a stray secondary goes first, whatever the spec asks for",
        failed(wanted=REFUSED, secondary=pods(V2)),
        Action.ROLL_BACK,
        Reason.STRAY_SECONDARY,
        STRAY,
        to=(Phase.ROLLING_BACK, Stage.WITHDRAWING),
        changes={"candidate_revision": "two", "candidate_image": "shop:v2", "ending": Ending.INTERRUPTED},
    ),
    Row(
        "a stray secondary goes first, even where the spec is back at the stable revision",
        failed(wanted=V1, secondary=pods(V2)),
        Action.ROLL_BACK,
        Reason.STRAY_SECONDARY,
        STRAY,
        to=(Phase.ROLLING_BACK, Stage.WITHDRAWING),
        changes={"candidate_revision": "two", "candidate_image": "shop:v2", "ending": Ending.INTERRUPTED},
    ),
    Row(
        "the stable revision keeps serving where the spec is refused",
        failed(wanted=REFUSED),
        Action.HOLD,
        Reason.INVALID_SPEC,
        "Revision one (shop:v1) keeps serving: the spec is refused.",
        unblocked_by="a valid spec",
    ),
    Row(
        "a spec that goes back to what serves ends the failure",
        failed(wanted=V1, retry="asked", spec={"paused": True}),
        Action.ADVANCE,
        Reason.BACK_TO_STABLE,
        "The spec is back at revision one (shop:v1), which serves.",
        to=(Phase.STABLE, Stage.SETTLED),
        changes={"retry_handled": "asked"},
    ),
    Row(
        "the failed revision is not tried again by itself",
        failed(),
        Action.HOLD,
        Reason.FAILED_REVISION,
        NOT_AGAIN,
        unblocked_by=WAY_OUT,
    ),
    Row(
        "a failure is one even where its reason was lost",
        failed(why_failed=""),
        Action.HOLD,
        Reason.FAILED_REVISION,
        "Revision two (shop:v2) failed and is not tried again: The reason was lost with the status.",
        unblocked_by=WAY_OUT,
    ),
    Row(
        "a retry that was handled is handled once",
        failed(retry="first", retry_handled="first"),
        Action.HOLD,
        Reason.FAILED_REVISION,
        NOT_AGAIN,
        unblocked_by=WAY_OUT,
    ),
    Row(
        "taking the retry annotation away asks for nothing",
        failed(retry="", retry_handled="first"),
        Action.HOLD,
        Reason.FAILED_REVISION,
        NOT_AGAIN,
        unblocked_by=WAY_OUT,
    ),
    Row(
        "a pause has nothing to hold where nothing would start",
        failed(spec={"paused": True}),
        Action.HOLD,
        Reason.FAILED_REVISION,
        NOT_AGAIN,
        unblocked_by=WAY_OUT,
    ),
    Row(
        "a paused app waits with the retry that was asked for",
        failed(retry="second", retry_handled="first", spec={"paused": True}),
        Action.HOLD,
        Reason.PAUSED,
        "Revision two (shop:v2) waits: spec.paused is set.",
        unblocked_by="spec.paused: false",
    ),
    Row(
        "a new value of the annotation asks for another try",
        failed(retry="second", retry_handled="first"),
        Action.ADVANCE,
        Reason.RETRY_REQUESTED,
        "Another try, as requested. Revision two (shop:v2) comes up in the secondary.",
        to=LAUNCHING,
        changes=STARTED_TWO | UNTRIED | {"retry_handled": "second"},
    ),
    Row(
        "another revision in the spec starts a rollout",
        failed(wanted=V3),
        Action.ADVANCE,
        Reason.ROLLOUT_STARTED,
        "Revision three (shop:v3) comes up in the secondary.",
        to=LAUNCHING,
        changes=STARTED_THREE,
    ),
    Row(
        "another revision starts even where the primary is broken",
        failed(wanted=V3, primary=pods(V1, ready=0), in_place_for=None, out_of_place_for=900),
        Action.ADVANCE,
        Reason.ROLLOUT_STARTED,
        "Revision three (shop:v3) comes up in the secondary.",
        to=LAUNCHING,
        changes=STARTED_THREE,
    ),
)


@rows(ROWS)
def test_failed(row: Row) -> None:
    """In each situation the decision is the one of the table, to the letter."""
    check_row(row)
