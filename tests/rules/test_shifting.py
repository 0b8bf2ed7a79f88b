"""Shifting: the weight rises step by step, checked during each step and at its end."""

from typing import Any, Final

from app.resource.status import Action, Ending, Phase, Stage, Verdict
from app.rollout.observation import Observation
from app.rollout.reasons import Reason
from app.rollout.route import Scope
from app.rollout.timings import Timings
from tests.rules.giving_up import (
    CANCELLED_MESSAGE,
    NO_TRAFFIC,
    REFUSED_MESSAGE,
    SUPERSEDED_MESSAGE,
    WITHDRAWING,
    remembered,
)
from tests.rules.scene import APP, NOW, QUERY, REFUSED, V1, V2, V3, pods, scene, seen
from tests.rules.table import Row, check_row, rows

STEPPING: Final = (Phase.SHIFTING, Stage.STEPPING)
CHECKED: Final = {"prometheusQuery": QUERY}
CARRYING_ON: Final = CHECKED | {"failWhenPrometheusFails": False}
PATIENT: Final = {"prometheusQuery": "max_over_time(sum(errors)[10m:1m]) > 1"}
"""A query that cannot be shortened is asked once the candidate has had traffic for as long as it looks back."""

ROUTE_DUE: Final = "a route of 20 % and an available secondary, observed"
ANSWER_DUE: Final = "an answer from Prometheus"
NUMBERS_DUE: Final = "an answer with numbers, or without any sample"
FAILS: Final = "At 20 % the candidate fails its check: 7 samples."
LONG: Final = f"At 20 % the candidate fails its check: {'7' * 1024}"
UNREADY: Final = (
    "No pod of the secondary is ready while it should get 20 % of the traffic: 2 of 2 pods updated, 0 available."
)
LATE: Final = "The secondary is not wholly available after 600 s: 2 of 2 pods updated, 1 available."
SILENT: Final = "No answer from Prometheus for 30 s: connection refused"
BROKEN_OFF: Final = (
    "Step 2 of 5 at 20 % is broken off: the Service or the subsets no longer lead to both versions. "
    "The primary takes all traffic, and the steps begin again."
)
UNAVAILABLE: Final = (
    "No pod of the secondary is ready while it should get 20 % of the traffic: 1 of 1 pods updated, 0 available."
)
UNCHECKED: Final = "No check 600 s after the end of the step: the query looks back too far."
UNDECIDED: Final = "No verdict 600 s after the end of the step: 4 samples, all of them NaN."
THIRD: Final = {"step": 3, "weight": 30, "traffic_shift": 30, "last_traffic_shift": NOW}


def shifting(**facts: Any) -> Observation:
    """The second of five steps: 20 %, for 30 s."""
    return scene(phase=Phase.SHIFTING, **{"step": 2, "weight": 20, "traffic_for": 60, **facts})


def steps(*weights: int) -> dict[str, Any]:
    """A plan."""
    return {"strategy": {"steps": [{"weight": weight} for weight in weights]}}


ROWS: Final = (
    Row(
        "a spec that is refused gives the candidate up",
        shifting(wanted=REFUSED),
        Action.ROLL_BACK,
        Reason.INVALID_SPEC,
        REFUSED_MESSAGE,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | {"ending": Ending.CANCELLED},
    ),
    Row(
        "a spec that goes back to the stable revision cancels",
        shifting(wanted=V1, in_place_for=10, spec={"paused": True}),
        Action.ROLL_BACK,
        Reason.CANCELLED,
        CANCELLED_MESSAGE,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | {"ending": Ending.CANCELLED},
    ),
    Row(
        "a newer spec supersedes, and a check that failed at the same time is not held against the candidate",
        shifting(wanted=V3, in_place_for=10, spec=CHECKED, check=seen(Verdict.FAILED)),
        Action.ROLL_BACK,
        Reason.SUPERSEDED,
        SUPERSEDED_MESSAGE,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | {"ending": Ending.SUPERSEDED},
    ),
    Row(
        "a failed check ends the rollout at once, in the middle of a step",
        shifting(in_place_for=10, spec=CHECKED, check=seen(Verdict.FAILED, "7 samples.")),
        Action.ROLL_BACK,
        Reason.CHECK_FAILED,
        FAILS,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("CheckFailed", FAILS),
    ),
    Row(
        "what a failed candidate is remembered with is bounded, however long the sentence",
        shifting(in_place_for=10, spec=CHECKED, check=seen(Verdict.FAILED, "7" * 1024)),
        Action.ROLL_BACK,
        Reason.CHECK_FAILED,
        LONG,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("CheckFailed", f"{LONG[:1023]}…"),
    ),
    Row(
        "a failed check counts even where the secondary is gone",
        shifting(secondary=None, spec=CHECKED, check=seen(Verdict.FAILED, "7 samples.")),
        Action.ROLL_BACK,
        Reason.CHECK_FAILED,
        FAILS,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("CheckFailed", FAILS),
    ),
    Row(
        "a failed check counts even where no pod is ready, and a pause does not hold it",
        shifting(
            secondary=pods(V2, ready=0), spec=CHECKED | {"paused": True}, check=seen(Verdict.FAILED, "7 samples.")
        ),
        Action.ROLL_BACK,
        Reason.CHECK_FAILED,
        FAILS,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("CheckFailed", FAILS),
    ),
    Row(
        "a secondary that was deleted is not the candidate's fault",
        shifting(secondary=None, out_of_place_for=900),
        Action.ROLL_BACK,
        Reason.SECONDARY_LOST,
        "The secondary is gone while it should get 20 % of the traffic.",
        to=WITHDRAWING,
        changes=NO_TRAFFIC | {"ending": Ending.INTERRUPTED},
    ),
    Row(
        "a secondary without a ready pod ends the rollout at once",
        shifting(secondary=pods(V2, replicas=2, ready=0), in_place_for=10),
        Action.ROLL_BACK,
        Reason.SECONDARY_UNAVAILABLE,
        UNREADY,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("SecondaryUnavailable", UNREADY),
    ),
    Row(
        "a secondary without a ready pod is not called late",
        shifting(secondary=pods(V2, replicas=2, ready=0), out_of_place_for=900),
        Action.ROLL_BACK,
        Reason.SECONDARY_UNAVAILABLE,
        UNREADY,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("SecondaryUnavailable", UNREADY),
    ),
    Row(
        "a secondary that stays short of pods has failed",
        shifting(secondary=pods(V2, replicas=2, ready=1), out_of_place_for=600),
        Action.ROLL_BACK,
        Reason.PROGRESS_DEADLINE_EXCEEDED,
        LATE,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("ProgressDeadlineExceeded", LATE),
    ),
    Row(
        "a route that never gets into place is not the candidate's fault",
        shifting(route=10, out_of_place_for=200, lost_seconds=400),
        Action.ROLL_BACK,
        Reason.ROUTE_DEADLINE_EXCEEDED,
        "The weight of 20 % is not observed after 600 s; the observed weight is 10 %.",
        to=WITHDRAWING,
        changes=NO_TRAFFIC | {"ending": Ending.INTERRUPTED},
    ),
    Row(
        "a step that is overdue is told before a Prometheus that is silent",
        shifting(
            secondary=pods(V2, replicas=2, ready=1),
            out_of_place_for=600,
            spec=CHECKED,
            check=seen(Verdict.UNAVAILABLE, unavailable_for=60),
        ),
        Action.ROLL_BACK,
        Reason.PROGRESS_DEADLINE_EXCEEDED,
        LATE,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("ProgressDeadlineExceeded", LATE),
    ),
    Row(
        "a Prometheus that stays silent ends the rollout where the team wants that, in the middle of a step",
        shifting(
            in_place_for=10,
            spec=CHECKED,
            check=seen(Verdict.UNAVAILABLE, "connection refused", unavailable_for=30),
        ),
        Action.ROLL_BACK,
        Reason.PROMETHEUS_UNAVAILABLE,
        SILENT,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("PrometheusUnavailable", SILENT),
    ),
    Row(
        "a Prometheus that stays silent ends a rollout that waits for its route, too",
        shifting(route=10, spec=CHECKED, check=seen(Verdict.UNAVAILABLE, "connection refused", unavailable_for=31)),
        Action.ROLL_BACK,
        Reason.PROMETHEUS_UNAVAILABLE,
        SILENT,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("PrometheusUnavailable", SILENT),
    ),
    Row(
        "the route is waited for, and the step's time does not run",
        shifting(route=10, traffic_for=60),
        Action.HOLD,
        Reason.WAITING_FOR_ROUTE,
        "Step 2 of 5 at 20 %; the observed weight is 10 %; the secondary has 1 of 1 pods updated, 1 available.",
        look_in=590,
        unblocked_by=ROUTE_DUE,
    ),
    Row(
        "routes that differ are waited for, even where the step would be over",
        shifting(route={APP: 20, f"{APP}.mesh": 10}, in_place_for=60),
        Action.HOLD,
        Reason.WAITING_FOR_ROUTE,
        "Step 2 of 5 at 20 %; the observed routes do not agree; the secondary has 1 of 1 pods updated, 1 available.",
        look_in=600,
        unblocked_by=ROUTE_DUE,
    ),
    Row(
        "a Service that was narrowed by hand sends all traffic back, and the steps begin again",
        shifting(scope=Scope.PRIMARY, spec={"paused": True}),
        Action.HOLD,
        Reason.WAY_LOST,
        BROKEN_OFF,
        to=(Phase.STARTING, Stage.CONNECTING),
        changes=NO_TRAFFIC | {"step": 0},
    ),
    Row(
        "a DestinationRule that was deleted does so, too, however long the step has been out of place",
        shifting(subsets=False, out_of_place_for=600),
        Action.HOLD,
        Reason.WAY_LOST,
        BROKEN_OFF,
        to=(Phase.STARTING, Stage.CONNECTING),
        changes=NO_TRAFFIC | {"step": 0},
    ),
    Row(
        "a secondary without a ready pod is given up before anybody looks at the Service",
        shifting(scope=Scope.PRIMARY, secondary=pods(V2, ready=0)),
        Action.ROLL_BACK,
        Reason.SECONDARY_UNAVAILABLE,
        UNAVAILABLE,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("SecondaryUnavailable", UNAVAILABLE),
    ),
    Row(
        "the first observed traffic is remembered as the start of what the check may look at",
        shifting(step=1, weight=10, traffic_for=None),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 1 of 5 at 10 % for 30 s.",
        changes={"traffic_since": NOW},
        look_in=30,
    ),
    Row(
        "one percent is traffic",
        shifting(step=1, weight=1, traffic_for=None, spec=steps(1, 50)),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 1 of 2 at 1 % for 30 s.",
        changes={"traffic_since": NOW},
        look_in=30,
    ),
    Row(
        "without an observed route there is no traffic yet",
        shifting(step=1, weight=10, traffic_for=None, route=0),
        Action.HOLD,
        Reason.WAITING_FOR_ROUTE,
        "Step 1 of 5 at 10 %; the observed weight is 0 %; the secondary has 1 of 1 pods updated, 1 available.",
        look_in=590,
        unblocked_by="a route of 10 % and an available secondary, observed",
    ),
    Row(
        "a step runs for its time",
        shifting(in_place_for=10),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 2 of 5 at 20 % for 30 s.",
        look_in=20,
    ),
    Row(
        "a step runs for its own time where the plan gives it one, paused or not",
        shifting(
            in_place_for=10,
            spec={"paused": True, "strategy": {"steps": [{"weight": 10}, {"weight": 20, "durationSeconds": 300}]}},
        ),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 2 of 2 at 20 % for 300 s.",
        look_in=290,
    ),
    Row(
        "a step that is in place is not overdue, however long it was not before",
        shifting(in_place_for=10, lost_seconds=9000),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 2 of 5 at 20 % for 30 s.",
        look_in=20,
    ),
    Row(
        "during a step the check is asked every 10 s",
        shifting(in_place_for=10, spec=CHECKED, check=seen(Verdict.PASSED, seconds_ago=4)),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 2 of 5 at 20 % for 30 s.",
        look_in=6,
    ),
    Row(
        "the operator says how often the check is asked",
        shifting(
            in_place_for=10,
            spec=CHECKED,
            check=seen(Verdict.PASSED, seconds_ago=4),
            timings=Timings(check_interval=15),
        ),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 2 of 5 at 20 % for 30 s.",
        look_in=11,
    ),
    Row(
        "the check is asked at the end of the step, however short a time ago it was asked",
        shifting(in_place_for=28, spec=CHECKED, check=seen(Verdict.PASSED, seconds_ago=1)),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 2 of 5 at 20 % for 30 s.",
        look_in=2,
    ),
    Row(
        "an inconclusive check in the middle of a step decides nothing",
        shifting(in_place_for=10, spec=CHECKED, check=seen(Verdict.INCONCLUSIVE)),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 2 of 5 at 20 % for 30 s.",
        look_in=5,
    ),
    Row(
        "a Prometheus that has just become silent decides nothing in the middle of a step",
        shifting(in_place_for=10, spec=CHECKED, check=seen(Verdict.UNAVAILABLE, unavailable_for=27)),
        Action.HOLD,
        Reason.STEP_RUNNING,
        "Step 2 of 5 at 20 % for 30 s.",
        look_in=5,
    ),
    Row(
        "a step does not end before a check has seen all of it",
        shifting(in_place_for=40, spec=PATIENT, traffic_for=60),
        Action.HOLD,
        Reason.WAITING_FOR_CHECK,
        "Step 2 of 5 at 20 % is over; the query looks back further than this candidate has had traffic.",
        look_in=540,
        unblocked_by="enough time under traffic for the query's subquery",
    ),
    Row(
        "a query that can be asked only after the deadline is not waited for",
        shifting(in_place_for=40, spec=PATIENT | {"progressDeadlineSeconds": 60}, traffic_for=60),
        Action.HOLD,
        Reason.WAITING_FOR_CHECK,
        "Step 2 of 5 at 20 % is over; the query looks back further than this candidate has had traffic.",
        look_in=50,
        unblocked_by="enough time under traffic for the query's subquery",
    ),
    Row(
        "a check that passed before the end of the step is not its last one",
        shifting(in_place_for=40, spec=PATIENT, traffic_for=60, check=seen(Verdict.PASSED, seconds_ago=11)),
        Action.HOLD,
        Reason.WAITING_FOR_CHECK,
        "Step 2 of 5 at 20 % is over; the query looks back further than this candidate has had traffic.",
        look_in=540,
        unblocked_by="enough time under traffic for the query's subquery",
    ),
    Row(
        "a check that is still to come past its deadline gives the candidate up",
        shifting(in_place_for=630, spec=PATIENT, traffic_for=60),
        Action.ROLL_BACK,
        Reason.CHECK_INCONCLUSIVE,
        UNCHECKED,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("CheckInconclusive", UNCHECKED),
    ),
    Row(
        "a Prometheus that is silent at the end of a step is waited for, paused or not",
        shifting(
            in_place_for=40,
            spec=CHECKED | {"paused": True},
            check=seen(Verdict.UNAVAILABLE, "connection refused", unavailable_for=20),
        ),
        Action.HOLD,
        Reason.PROMETHEUS_UNAVAILABLE,
        "Step 2 of 5 at 20 % is over, but: connection refused",
        look_in=5,
        unblocked_by=ANSWER_DUE,
    ),
    Row(
        "an inconclusive check at the end of a step is asked again",
        shifting(in_place_for=40, spec=CHECKED, check=seen(Verdict.INCONCLUSIVE, "4 samples, all of them NaN.")),
        Action.HOLD,
        Reason.CHECK_INCONCLUSIVE,
        "Step 2 of 5 at 20 % is over, but: 4 samples, all of them NaN.",
        look_in=5,
        unblocked_by=NUMBERS_DUE,
    ),
    Row(
        "the last look before the deadline comes at the deadline",
        shifting(in_place_for=628, spec=CHECKED, check=seen(Verdict.INCONCLUSIVE, "4 samples, all of them NaN.")),
        Action.HOLD,
        Reason.CHECK_INCONCLUSIVE,
        "Step 2 of 5 at 20 % is over, but: 4 samples, all of them NaN.",
        look_in=2,
        unblocked_by=NUMBERS_DUE,
    ),
    Row(
        "a check that stays inconclusive fails the candidate",
        shifting(in_place_for=630, spec=CHECKED, check=seen(Verdict.INCONCLUSIVE, "4 samples, all of them NaN.")),
        Action.ROLL_BACK,
        Reason.CHECK_INCONCLUSIVE,
        UNDECIDED,
        to=WITHDRAWING,
        changes=NO_TRAFFIC | remembered("CheckInconclusive", UNDECIDED),
    ),
    Row(
        "a pause holds the rollout before its next step, and the check goes on",
        shifting(in_place_for=300, spec=CHECKED | {"paused": True}, check=seen(Verdict.PASSED, seconds_ago=3)),
        Action.HOLD,
        Reason.PAUSED,
        "Step 2 of 5 at 20 % has passed; the rollout is paused before the next step.",
        look_in=7,
        unblocked_by="spec.paused: false",
    ),
    Row(
        "a pause holds the promotion as well, without a deadline",
        shifting(step=5, weight=50, in_place_for=9000, spec={"paused": True}),
        Action.HOLD,
        Reason.PAUSED,
        "Step 5 of 5 at 50 % has passed; the rollout is paused before the next step.",
        unblocked_by="spec.paused: false",
    ),
    Row(
        "the next step follows when the time is up",
        shifting(in_place_for=30),
        Action.ADVANCE,
        Reason.NEXT_STEP,
        "Step 2 of 5 at 20 % passed; step 3: 30 %.",
        to=STEPPING,
        changes=THIRD,
    ),
    Row(
        "the next step follows a check that passed at the end of the step",
        shifting(in_place_for=30, spec=CHECKED, check=seen(Verdict.PASSED, seconds_ago=0)),
        Action.ADVANCE,
        Reason.NEXT_STEP,
        "Step 2 of 5 at 20 % passed; step 3: 30 %.",
        to=STEPPING,
        changes=THIRD,
    ),
    Row(
        "a Prometheus that stays silent is passed over where the team wants that, and the decision says so",
        shifting(in_place_for=40, spec=CARRYING_ON, check=seen(Verdict.UNAVAILABLE, unavailable_for=30)),
        Action.ADVANCE,
        Reason.NEXT_STEP,
        "Step 2 of 5 at 20 % passed without an answer from Prometheus, which failWhenPrometheusFails: false allows; "
        "step 3: 30 %.",
        to=STEPPING,
        changes=THIRD,
    ),
    Row(
        "steps of the same weight follow each other",
        shifting(step=1, weight=20, in_place_for=30, spec=steps(20, 20, 40)),
        Action.ADVANCE,
        Reason.NEXT_STEP,
        "Step 1 of 3 at 20 % passed; step 2: 20 %.",
        to=STEPPING,
        changes={"step": 2},
    ),
    Row(
        "a plan that was changed under way goes on with the first step that has more weight",
        shifting(in_place_for=30, spec=steps(5, 15, 20, 80)),
        Action.ADVANCE,
        Reason.NEXT_STEP,
        "Step 2 of 4 at 20 % passed; step 4: 80 %.",
        to=STEPPING,
        changes={"step": 4, "weight": 80, "traffic_shift": 80, "last_traffic_shift": NOW},
    ),
    Row(
        "two steps of the same weight are two steps",
        shifting(step=3, weight=30, in_place_for=30, spec=steps(10, 20, 30, 30)),
        Action.ADVANCE,
        Reason.NEXT_STEP,
        "Step 3 of 4 at 30 % passed; step 4: 30 %.",
        to=STEPPING,
        changes={"step": 4},
    ),
    Row(
        "a plan that was shortened to a single step goes on with it where that is more",
        shifting(in_place_for=30, spec=steps(80)),
        Action.ADVANCE,
        Reason.NEXT_STEP,
        "Step 2 of 2 at 20 % passed; step 1: 80 %.",
        to=STEPPING,
        changes={"step": 1, "weight": 80, "traffic_shift": 80, "last_traffic_shift": NOW},
    ),
    Row(
        "a plan that was changed to less than there is ends with this step",
        shifting(in_place_for=30, spec=steps(5, 15)),
        Action.PROMOTE,
        Reason.ALL_STEPS_PASSED,
        "Step 2 of 2 at 20 % passed, the last one; the primary takes revision two (shop:v2).",
        to=(Phase.PROMOTING, Stage.UPDATING),
    ),
    Row(
        "after the last step the candidate is promoted, and keeps its share meanwhile",
        shifting(step=5, weight=50, in_place_for=30),
        Action.PROMOTE,
        Reason.ALL_STEPS_PASSED,
        "Step 5 of 5 at 50 % passed, the last one; the primary takes revision two (shop:v2).",
        to=(Phase.PROMOTING, Stage.UPDATING),
    ),
    Row(
        "a promotion without an answer from Prometheus says so",
        shifting(
            step=5,
            weight=50,
            in_place_for=40,
            spec=CARRYING_ON,
            check=seen(Verdict.UNAVAILABLE, unavailable_for=30),
        ),
        Action.PROMOTE,
        Reason.ALL_STEPS_PASSED,
        "Step 5 of 5 at 50 % passed without an answer from Prometheus, which failWhenPrometheusFails: false allows, "
        "the last one; the primary takes revision two (shop:v2).",
        to=(Phase.PROMOTING, Stage.UPDATING),
    ),
)


@rows(ROWS)
def test_shifting(row: Row) -> None:
    """In each situation the decision is the one of the table, to the letter."""
    check_row(row)
