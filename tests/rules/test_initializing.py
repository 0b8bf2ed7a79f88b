"""Initializing: the first revision goes straight to the primary."""

from typing import Final

from app.resource.status import Action, Phase, Stage
from app.rollout.reasons import Reason
from tests.rules.scene import REFUSED, V1, V2, pods, scene
from tests.rules.table import Row, check_row, rows

HERE: Final = (Phase.INITIALIZING, Stage.SETTLED)

ROWS: Final = (
    Row(
        "nothing is made of a first spec that is refused",
        scene(phase=Phase.INITIALIZING, wanted=REFUSED, stable=None),
        Action.HOLD,
        Reason.INVALID_SPEC,
        "Nothing runs yet: the spec is refused.",
        unblocked_by="a valid spec",
    ),
    Row(
        "a spec that is refused while the first revision comes up stops nothing",
        scene(phase=Phase.INITIALIZING, wanted=REFUSED, primary=pods(V1, ready=0)),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary comes up with shop:v1: 1 of 1 pods updated, 0 available.",
        look_in=590,
        unblocked_by="an available primary",
    ),
    Row(
        "a revision that has failed does not become the first one",
        scene(phase=Phase.INITIALIZING, stable=None, wanted=V2, failed=V2),
        Action.HOLD,
        Reason.FIRST_REVISION_FAILED,
        "Revision two (shop:v2) failed before, and no other revision is known to serve.",
        unblocked_by="a spec that names another revision, or a retry",
    ),
    Row(
        "a revision that has failed becomes the first one on request",
        scene(phase=Phase.INITIALIZING, stable=None, wanted=V2, failed=V2, retry="again"),
        Action.ADVANCE,
        Reason.FIRST_REVISION,
        "Revision two (shop:v2) is the first one and goes straight to the primary.",
        to=HERE,
        changes={"stable_revision": "two", "stable_image": "shop:v2", "retry_handled": "again"},
    ),
    Row(
        "a revision that has failed and was asked for again comes up like any other",
        scene(phase=Phase.INITIALIZING, stable=V2, failed=V2, retry="again", retry_handled="again"),
        Action.ADVANCE,
        Reason.FIRST_REVISION_SERVES,
        "The primary runs revision two (shop:v2) and is available.",
        to=(Phase.STABLE, Stage.SETTLED),
    ),
    Row(
        "the first revision is committed before anything runs it",
        scene(phase=Phase.INITIALIZING, stable=None, wanted=V1, primary=None),
        Action.ADVANCE,
        Reason.FIRST_REVISION,
        "Revision one (shop:v1) is the first one and goes straight to the primary.",
        to=HERE,
        changes={"stable_revision": "one", "stable_image": "shop:v1"},
    ),
    Row(
        "a newer spec replaces the first revision, whole or not, as long as none has served",
        scene(phase=Phase.INITIALIZING, stable=V1, wanted=V2, in_place_for=1),
        Action.ADVANCE,
        Reason.FIRST_REVISION,
        "Revision two (shop:v2) is the first one and goes straight to the primary.",
        to=HERE,
        changes={"stable_revision": "two", "stable_image": "shop:v2"},
    ),
    Row(
        "a broken first revision does not block the next one",
        scene(phase=Phase.INITIALIZING, stable=V1, wanted=V2, primary=pods(V1, ready=0), out_of_place_for=900),
        Action.ADVANCE,
        Reason.FIRST_REVISION,
        "Revision two (shop:v2) is the first one and goes straight to the primary.",
        to=HERE,
        changes={"stable_revision": "two", "stable_image": "shop:v2"},
    ),
    Row(
        "the app is stable as soon as the primary is whole",
        scene(phase=Phase.INITIALIZING),
        Action.ADVANCE,
        Reason.FIRST_REVISION_SERVES,
        "The primary runs revision one (shop:v1) and is available.",
        to=(Phase.STABLE, Stage.SETTLED),
    ),
    Row(
        "a primary that is whole is welcome however late it comes",
        scene(phase=Phase.INITIALIZING, out_of_place_for=900),
        Action.ADVANCE,
        Reason.FIRST_REVISION_SERVES,
        "The primary runs revision one (shop:v1) and is available.",
        to=(Phase.STABLE, Stage.SETTLED),
    ),
    Row(
        "a primary that misses its deadline is reported with what its Deployment says",
        scene(
            phase=Phase.INITIALIZING,
            primary=pods(V1, replicas=3, ready=1, trouble="ProgressDeadlineExceeded"),
            out_of_place_for=600,
        ),
        Action.HOLD,
        Reason.PRIMARY_DEADLINE_EXCEEDED,
        "The primary is not available after 600 s: 3 of 3 pods updated, 1 available (ProgressDeadlineExceeded).",
        unblocked_by="an available primary, or another revision in the spec",
    ),
    Row(
        "the deadline counts the time that was lost before a short recovery",
        scene(
            phase=Phase.INITIALIZING,
            spec={"progressDeadlineSeconds": 100},
            primary=pods(V1, ready=0),
            out_of_place_for=30,
            lost_seconds=70,
        ),
        Action.HOLD,
        Reason.PRIMARY_DEADLINE_EXCEEDED,
        "The primary is not available after 100 s: 1 of 1 pods updated, 0 available.",
        unblocked_by="an available primary, or another revision in the spec",
    ),
    Row(
        "until the deadline the operator waits for a Deployment that is not there yet",
        scene(phase=Phase.INITIALIZING, primary=None, out_of_place_for=1),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary comes up with shop:v1: its Deployment is not there yet.",
        look_in=599,
        unblocked_by="an available primary",
    ),
    Row(
        "what the Deployment controller has not seen yet is not judged by its old numbers",
        scene(phase=Phase.INITIALIZING, primary=pods(V1, current=False)),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary comes up with shop:v1: the Deployment controller has not taken up the change yet.",
        look_in=590,
        unblocked_by="an available primary",
    ),
)


@rows(ROWS)
def test_initializing(row: Row) -> None:
    """In each situation the decision is the one of the table, to the letter."""
    check_row(row)
