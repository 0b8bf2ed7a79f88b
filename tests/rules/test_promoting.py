"""Promoting: the primary takes the candidate's template while the secondary keeps its share."""

from typing import Any, Final

from app.resource.status import Action, Ending, Phase, Stage, Verdict
from app.rollout.observation import Observation
from app.rollout.reasons import Reason
from tests.rules.giving_up import CANCELLED_MESSAGE, REFUSED_MESSAGE, RESTORING, SUPERSEDED_MESSAGE, remembered
from tests.rules.scene import NOW, QUERY, REFUSED, V1, V2, V3, pods, scene, seen
from tests.rules.table import Row, check_row, rows

CHECKED: Final = {"prometheusQuery": QUERY}
PRIMARY_DUE: Final = "an available primary"
FAILS: Final = "At 50 % the candidate fails its check: 7 samples."
UNREADY: Final = (
    "No pod of the secondary is ready while it should get 50 % of the traffic: 1 of 1 pods updated, 0 available."
)
LATE: Final = "The primary is not available with shop:v2 after 600 s: 1 of 3 pods updated, 3 available."


def promoting(**facts: Any) -> Observation:
    """All steps have passed; the secondary has 50 %."""
    return scene(phase=Phase.PROMOTING, **{"step": 5, "weight": 50, "traffic_for": 200, **facts})


ROWS: Final = (
    Row(
        "a spec that is refused gives the candidate up; the primary is restored before it gets all traffic",
        promoting(wanted=REFUSED),
        Action.ROLL_BACK,
        Reason.INVALID_SPEC,
        REFUSED_MESSAGE,
        to=RESTORING,
        changes={"ending": Ending.CANCELLED},
    ),
    Row(
        "a spec that goes back to the stable revision cancels a promotion that was about to end",
        promoting(wanted=V1, in_place_for=60),
        Action.ROLL_BACK,
        Reason.CANCELLED,
        CANCELLED_MESSAGE,
        to=RESTORING,
        changes={"ending": Ending.CANCELLED},
    ),
    Row(
        "a newer spec supersedes, and a check that failed at the same time is not held against the candidate",
        promoting(wanted=V3, spec=CHECKED, check=seen(Verdict.FAILED)),
        Action.ROLL_BACK,
        Reason.SUPERSEDED,
        SUPERSEDED_MESSAGE,
        to=RESTORING,
        changes={"ending": Ending.SUPERSEDED},
    ),
    Row(
        "a failed check ends a promotion",
        promoting(secondary=None, spec=CHECKED, check=seen(Verdict.FAILED, "7 samples.")),
        Action.ROLL_BACK,
        Reason.CHECK_FAILED,
        FAILS,
        to=RESTORING,
        changes=remembered("CheckFailed", FAILS),
    ),
    Row(
        "a failed check counts even where no pod of the secondary is ready",
        promoting(secondary=pods(V2, ready=0), in_place_for=60, spec=CHECKED, check=seen(Verdict.FAILED, "7 samples.")),
        Action.ROLL_BACK,
        Reason.CHECK_FAILED,
        FAILS,
        to=RESTORING,
        changes=remembered("CheckFailed", FAILS),
    ),
    Row(
        "a secondary that was deleted is not the candidate's fault",
        promoting(secondary=None, primary=pods(V2, ready=0), out_of_place_for=900),
        Action.ROLL_BACK,
        Reason.SECONDARY_LOST,
        "The secondary is gone while it should get 50 % of the traffic.",
        to=RESTORING,
        changes={"ending": Ending.INTERRUPTED},
    ),
    Row(
        "a secondary without a ready pod ends a promotion, late or not",
        promoting(secondary=pods(V2, ready=0), primary=pods(V2, ready=0), out_of_place_for=900),
        Action.ROLL_BACK,
        Reason.SECONDARY_UNAVAILABLE,
        UNREADY,
        to=RESTORING,
        changes=remembered("SecondaryUnavailable", UNREADY),
    ),
    Row(
        "a primary that misses its deadline has its template put back first; traffic stays where healthy pods are",
        promoting(primary=pods(V2, replicas=3, updated=1), out_of_place_for=600),
        Action.ROLL_BACK,
        Reason.PROMOTION_DEADLINE_EXCEEDED,
        LATE,
        to=RESTORING,
        changes=remembered("PromotionDeadlineExceeded", LATE),
    ),
    Row(
        "the primary is waited for",
        promoting(primary=pods(V2, replicas=3, updated=2, surplus=True)),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary takes shop:v2: 2 of 3 pods updated, 3 available.",
        look_in=590,
        unblocked_by=PRIMARY_DUE,
    ),
    Row(
        "the check goes on while the primary is waited for",
        promoting(primary=pods(V1), spec=CHECKED, check=seen(Verdict.PASSED, seconds_ago=9)),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary takes shop:v2: 1 of 1 pods updated, 1 available.",
        look_in=1,
        unblocked_by=PRIMARY_DUE,
    ),
    Row(
        "a pause does not stop a promotion half way",
        promoting(primary=None, spec={"paused": True}),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary takes shop:v2: its Deployment is not there yet.",
        look_in=590,
        unblocked_by=PRIMARY_DUE,
    ),
    Row(
        "a silent Prometheus does not stop a candidate that has passed all steps",
        promoting(in_place_for=4, spec=CHECKED, check=seen(Verdict.UNAVAILABLE, unavailable_for=300)),
        Action.HOLD,
        Reason.SETTLING,
        "The primary is whole; the proxies get 5 s to learn of its pods.",
        look_in=1,
    ),
    Row(
        "the proxies get a few seconds to learn of the primary's new pods",
        promoting(in_place_for=1),
        Action.HOLD,
        Reason.SETTLING,
        "The primary is whole; the proxies get 5 s to learn of its pods.",
        look_in=4,
    ),
    Row(
        "a primary that is whole with the candidate gets all traffic, and the candidate is the stable revision",
        promoting(in_place_for=5),
        Action.ADVANCE,
        Reason.PRIMARY_UPDATED,
        "The primary runs shop:v2 (1 of 1 pods updated, 1 available) and gets all traffic.",
        to=(Phase.DRAINING, Stage.WITHDRAWING),
        changes={
            "stable_revision": "two",
            "stable_image": "shop:v2",
            "weight": 0,
            "traffic_shift": 0,
            "last_traffic_shift": NOW,
        },
    ),
)


@rows(ROWS)
def test_promoting(row: Row) -> None:
    """In each situation the decision is the one of the table, to the letter."""
    check_row(row)
