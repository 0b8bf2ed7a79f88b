"""Starting: the secondary comes up without traffic, then every proxy learns of it."""

from typing import Any, Final

from app.resource.status import Action, Ending, Phase, Stage
from app.rollout.observation import Observation
from app.rollout.reasons import Reason
from app.rollout.route import Scope
from app.rollout.timings import Timings
from tests.rules.giving_up import CANCELLED_MESSAGE, REFUSED_MESSAGE, SUPERSEDED_MESSAGE, WITHDRAWING, remembered
from tests.rules.scene import NOW, REFUSED, V1, V2, V3, pods, scene
from tests.rules.table import Row, check_row, rows

STEPPING: Final = (Phase.SHIFTING, Stage.STEPPING)
SECONDARY_DUE: Final = "an available secondary"
WAY_DUE: Final = "the Service's selector and the subsets, observed"
UNPAUSED: Final = "spec.paused: false"
LATE: Final = "The secondary is not available after 600 s: 1 of 1 pods updated, 0 available (FailedCreate)."


def launching(**facts: Any) -> Observation:
    """The secondary comes up."""
    return scene(phase=Phase.STARTING, stage=Stage.LAUNCHING, **facts)


def connecting(**facts: Any) -> Observation:
    """The Service is widened."""
    return scene(phase=Phase.STARTING, stage=Stage.CONNECTING, **facts)


ROWS: Final = (
    Row(
        "a spec that is refused gives the candidate up",
        launching(wanted=REFUSED),
        Action.ROLL_BACK,
        Reason.INVALID_SPEC,
        REFUSED_MESSAGE,
        to=WITHDRAWING,
        changes={"ending": Ending.CANCELLED},
    ),
    Row(
        "a spec that goes back to the stable revision cancels, however ready the secondary is",
        connecting(wanted=V1, in_place_for=60),
        Action.ROLL_BACK,
        Reason.CANCELLED,
        CANCELLED_MESSAGE,
        to=WITHDRAWING,
        changes={"ending": Ending.CANCELLED},
    ),
    Row(
        "a newer spec supersedes a candidate that is overdue, which is then not remembered as failed",
        launching(wanted=V3, secondary=pods(V2, ready=0), out_of_place_for=900),
        Action.ROLL_BACK,
        Reason.SUPERSEDED,
        SUPERSEDED_MESSAGE,
        to=WITHDRAWING,
        changes={"ending": Ending.SUPERSEDED},
    ),
    Row(
        "a newer spec supersedes a paused candidate",
        launching(wanted=V3, spec={"paused": True}),
        Action.ROLL_BACK,
        Reason.SUPERSEDED,
        SUPERSEDED_MESSAGE,
        to=WITHDRAWING,
        changes={"ending": Ending.SUPERSEDED},
    ),
    Row(
        "a secondary that is not available in time has failed, with what its Deployment says",
        launching(secondary=pods(V2, ready=0, trouble="FailedCreate"), out_of_place_for=600),
        Action.ROLL_BACK,
        Reason.PROGRESS_DEADLINE_EXCEEDED,
        LATE,
        to=WITHDRAWING,
        changes=remembered("ProgressDeadlineExceeded", LATE),
    ),
    Row(
        "a pause does not hold a secondary that is not available in time",
        launching(spec={"paused": True}, secondary=pods(V2, ready=0, trouble="FailedCreate"), out_of_place_for=600),
        Action.ROLL_BACK,
        Reason.PROGRESS_DEADLINE_EXCEEDED,
        LATE,
        to=WITHDRAWING,
        changes=remembered("ProgressDeadlineExceeded", LATE),
    ),
    Row(
        "a failure takes note of a retry that was asked for meanwhile",
        launching(secondary=pods(V2, ready=0, trouble="FailedCreate"), out_of_place_for=600, retry="second"),
        Action.ROLL_BACK,
        Reason.PROGRESS_DEADLINE_EXCEEDED,
        LATE,
        to=WITHDRAWING,
        changes=remembered("ProgressDeadlineExceeded", LATE) | {"retry_handled": "second"},
    ),
    Row(
        "a Service that cannot be widened in time is not the candidate's fault",
        connecting(scope=Scope.PRIMARY, out_of_place_for=600),
        Action.ROLL_BACK,
        Reason.ROUTE_DEADLINE_EXCEEDED,
        "The Service and the subsets do not show both versions after 600 s.",
        to=WITHDRAWING,
        changes={"ending": Ending.INTERRUPTED},
    ),
    Row(
        "the secondary is waited for",
        launching(secondary=None, out_of_place_for=1),
        Action.HOLD,
        Reason.WAITING_FOR_SECONDARY,
        "The secondary comes up with shop:v2: no Deployment yet.",
        look_in=599,
        unblocked_by=SECONDARY_DUE,
    ),
    Row(
        "a secondary that comes up is waited for, paused or not",
        launching(spec={"paused": True}, secondary=pods(V2, replicas=2, ready=2, available=1)),
        Action.HOLD,
        Reason.WAITING_FOR_SECONDARY,
        "The secondary comes up with shop:v2: 2 of 2 pods updated, 1 available.",
        look_in=590,
        unblocked_by=SECONDARY_DUE,
    ),
    Row(
        "the Service is waited for",
        connecting(scope=Scope.PRIMARY),
        Action.HOLD,
        Reason.WAITING_FOR_SERVICE,
        "The Service is widened to both versions; the secondary has 1 of 1 pods updated, 1 available.",
        look_in=590,
        unblocked_by=WAY_DUE,
    ),
    Row(
        "a secondary that breaks while the Service is widened is waited for",
        connecting(secondary=pods(V2, ready=0), in_place_for=4),
        Action.HOLD,
        Reason.WAITING_FOR_SERVICE,
        "The Service is widened to both versions; the secondary has 1 of 1 pods updated, 0 available.",
        look_in=600,
        unblocked_by=WAY_DUE,
    ),
    Row(
        "a pause holds the rollout before its first step, without a deadline",
        launching(spec={"paused": True}, in_place_for=9000),
        Action.HOLD,
        Reason.PAUSED,
        "The secondary is ready; the rollout is paused before its first step.",
        unblocked_by=UNPAUSED,
    ),
    Row(
        "a pause narrows a Service that was widened already",
        connecting(spec={"paused": True}, in_place_for=1),
        Action.ADVANCE,
        Reason.PAUSED,
        "The rollout is paused before its first step; the Service goes back to the primary.",
        to=(Phase.STARTING, Stage.LAUNCHING),
    ),
    Row(
        "a ready secondary is made known to the proxies before it gets traffic",
        launching(),
        Action.ADVANCE,
        Reason.SECONDARY_READY,
        "The secondary is ready (1 of 1 pods updated, 1 available); the Service is widened to both versions.",
        to=(Phase.STARTING, Stage.CONNECTING),
    ),
    Row(
        "the proxies get a few seconds to learn of the secondary",
        connecting(in_place_for=3),
        Action.HOLD,
        Reason.SETTLING,
        "The proxies get 5 s to learn of the secondary.",
        look_in=2,
    ),
    Row(
        "the operator says how long the proxies get",
        connecting(in_place_for=3, timings=Timings(settle=7.5)),
        Action.HOLD,
        Reason.SETTLING,
        "The proxies get 7.5 s to learn of the secondary.",
        look_in=4.5,
    ),
    Row(
        "the first step gives the secondary its first traffic",
        connecting(in_place_for=5),
        Action.ADVANCE,
        Reason.FIRST_STEP,
        "Step 1 of 5: the secondary gets 10 % of the traffic.",
        to=STEPPING,
        changes={"step": 1, "weight": 10, "traffic_shift": 10, "last_traffic_shift": NOW},
    ),
    Row(
        "the first step is the one of the spec as it is now",
        connecting(spec={"strategy": {"steps": [{"weight": 3}, {"weight": 97}]}}, in_place_for=5),
        Action.ADVANCE,
        Reason.FIRST_STEP,
        "Step 1 of 2: the secondary gets 3 % of the traffic.",
        to=STEPPING,
        changes={"step": 1, "weight": 3, "traffic_shift": 3, "last_traffic_shift": NOW},
    ),
)


@rows(ROWS)
def test_starting(row: Row) -> None:
    """In each situation the decision is the one of the table, to the letter."""
    check_row(row)
