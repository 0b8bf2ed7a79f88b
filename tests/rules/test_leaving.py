"""Draining and RollingBack: the traffic leaves the secondary, then the Service, then the secondary goes."""

from typing import Any, Final

from app.resource.status import Action, Ending, Phase, Stage, Verdict
from app.rollout.observation import Observation
from app.rollout.reasons import Reason
from app.rollout.route import Scope
from app.rollout.timings import Timings
from tests.rules.scene import APP, NOW, QUERY, REFUSED, V1, V2, V3, pods, scene, seen
from tests.rules.table import Row, check_row, rows

PRIMARY_DUE: Final = "a primary that is available with the stable revision, or a fix in the spec"
ROUTES_DUE: Final = "routes that give the secondary nothing, observed"
SERVICE_DUE: Final = "the Service's selector and routes without the secondary, observed"
NO_TRAFFIC: Final = {"weight": 0, "traffic_shift": 0, "last_traffic_shift": NOW}
WITHDRAWN_MESSAGE: Final = "No route sends the secondary anything; the Service goes back to the primary alone."
OVER: Final = {
    "candidate_revision": "",
    "candidate_image": "",
    "test_running": False,
    "step": 0,
    "traffic_since": None,
}
"""What is forgotten with a rollout that had a step and traffic."""


def rolling_back(stage: Stage, **facts: Any) -> Observation:
    """Revision two is given up; at 50 % while the primary is being restored."""
    defaults: dict[str, Any] = {"ending": Ending.FAILED, "failed": V2, "step": 5, "traffic_for": 200}
    return scene(
        phase=Phase.ROLLING_BACK,
        stage=stage,
        weight=50 if stage is Stage.RESTORING else 0,
        **(defaults | facts),
    )


def draining(stage: Stage, **facts: Any) -> Observation:
    """Revision two is promoted."""
    return scene(phase=Phase.DRAINING, stage=stage, **{"stable": V2, "step": 5, "traffic_for": 200, **facts})


RESTORING_ROWS: Final = (
    Row(
        "a primary that is whole with the stable revision again takes all traffic after a few seconds",
        rolling_back(Stage.RESTORING, in_place_for=5),
        Action.ADVANCE,
        Reason.PRIMARY_RESTORED,
        "The primary runs shop:v1 again (1 of 1 pods updated, 1 available).",
        to=(Phase.ROLLING_BACK, Stage.WITHDRAWING),
        changes=NO_TRAFFIC,
    ),
    Row(
        "a restored primary is told before a secondary that is gone",
        rolling_back(Stage.RESTORING, secondary=None, in_place_for=5),
        Action.ADVANCE,
        Reason.PRIMARY_RESTORED,
        "The primary runs shop:v1 again (1 of 1 pods updated, 1 available).",
        to=(Phase.ROLLING_BACK, Stage.WITHDRAWING),
        changes=NO_TRAFFIC,
    ),
    Row(
        "a restored primary gets the same few seconds as any other",
        rolling_back(Stage.RESTORING, in_place_for=4),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary goes back to shop:v1 before it gets all traffic: 1 of 1 pods updated, 1 available.",
        look_in=1,
        unblocked_by=PRIMARY_DUE,
    ),
    Row(
        "with no ready pod in the secondary there is nothing healthier to wait for",
        rolling_back(Stage.RESTORING, primary=pods(V1, replicas=3, ready=1), secondary=pods(V2, ready=0)),
        Action.ADVANCE,
        Reason.SECONDARY_UNAVAILABLE,
        "No pod of the secondary is ready, so the primary takes all traffic: 3 of 3 pods updated, 1 available.",
        to=(Phase.ROLLING_BACK, Stage.WITHDRAWING),
        changes=NO_TRAFFIC,
    ),
    Row(
        "a secondary that is gone is told before a primary that is overdue",
        rolling_back(Stage.RESTORING, primary=pods(V1, replicas=3, ready=1), secondary=None, out_of_place_for=900),
        Action.ADVANCE,
        Reason.SECONDARY_UNAVAILABLE,
        "No pod of the secondary is ready, so the primary takes all traffic: 3 of 3 pods updated, 1 available.",
        to=(Phase.ROLLING_BACK, Stage.WITHDRAWING),
        changes=NO_TRAFFIC,
    ),
    Row(
        "a primary whose template is not back yet gets nothing, even where no pod of the secondary is ready",
        rolling_back(Stage.RESTORING, primary=pods(V2), secondary=pods(V2, ready=0), out_of_place_for=900),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary goes back to shop:v1 before it gets all traffic: 1 of 1 pods updated, 1 available.",
        unblocked_by=PRIMARY_DUE,
    ),
    Row(
        "a primary that stays incomplete, but serves, ends the rollback at its deadline",
        rolling_back(Stage.RESTORING, primary=pods(V1, replicas=3, ready=1), out_of_place_for=600),
        Action.ADVANCE,
        Reason.RESTORE_DEADLINE_EXCEEDED,
        "The primary is not whole with shop:v1 after 600 s (3 of 3 pods updated, 1 available); "
        "it takes all traffic, so that the rollout can end.",
        to=(Phase.ROLLING_BACK, Stage.WITHDRAWING),
        changes=NO_TRAFFIC,
    ),
    Row(
        "a primary that does not serve keeps the traffic on healthy pods, whatever the time",
        rolling_back(Stage.RESTORING, primary=pods(V1, ready=0), out_of_place_for=9000),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary goes back to shop:v1 before it gets all traffic: 1 of 1 pods updated, 0 available.",
        unblocked_by=PRIMARY_DUE,
    ),
    Row(
        "a primary that does not serve does not block a fix",
        rolling_back(Stage.RESTORING, wanted=V3, primary=pods(V1, ready=0), out_of_place_for=600),
        Action.ADVANCE,
        Reason.RESTORE_DEADLINE_EXCEEDED,
        "The primary is not whole with shop:v1 after 600 s (1 of 1 pods updated, 0 available); "
        "it takes all traffic, so that the rollout can end.",
        to=(Phase.ROLLING_BACK, Stage.WITHDRAWING),
        changes=NO_TRAFFIC,
    ),
    Row(
        "a spec that is back at the stable revision is no fix for a primary that does not serve it",
        rolling_back(Stage.RESTORING, wanted=V1, primary=pods(V1, ready=0), out_of_place_for=600),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary goes back to shop:v1 before it gets all traffic: 1 of 1 pods updated, 0 available.",
        unblocked_by=PRIMARY_DUE,
    ),
    Row(
        "a spec that is refused is no fix for a primary that does not serve",
        rolling_back(Stage.RESTORING, wanted=REFUSED, primary=pods(V1, ready=0), out_of_place_for=600),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary goes back to shop:v1 before it gets all traffic: 1 of 1 pods updated, 0 available.",
        unblocked_by=PRIMARY_DUE,
    ),
    Row(
        "until its deadline the primary is waited for, and paused or not makes no difference",
        rolling_back(Stage.RESTORING, primary=None, spec={"paused": True}),
        Action.HOLD,
        Reason.WAITING_FOR_PRIMARY,
        "The primary goes back to shop:v1 before it gets all traffic: its Deployment is not there yet.",
        look_in=590,
        unblocked_by=PRIMARY_DUE,
    ),
)

WITHDRAWING_ROWS: Final = (
    Row(
        "a route that still gives the secondary traffic is waited for without end on the way back",
        rolling_back(Stage.WITHDRAWING, route=20, out_of_place_for=9000),
        Action.HOLD,
        Reason.WAITING_FOR_ROUTE,
        "All traffic goes to the primary (1 of 1 pods updated, 1 available); a route still gives the secondary 20 %.",
        unblocked_by=ROUTES_DUE,
    ),
    Row(
        "a route that is missing is waited for as well",
        rolling_back(Stage.WITHDRAWING, route={APP: 0}),
        Action.HOLD,
        Reason.WAITING_FOR_ROUTE,
        "All traffic goes to the primary; its routes are not in place.",
        unblocked_by=ROUTES_DUE,
    ),
    Row(
        "after a promotion the wait for the route has a deadline",
        draining(Stage.WITHDRAWING, route=50),
        Action.HOLD,
        Reason.WAITING_FOR_ROUTE,
        "All traffic goes to the primary (1 of 1 pods updated, 1 available); a route still gives the secondary 50 %.",
        look_in=590,
        unblocked_by=ROUTES_DUE,
    ),
    Row(
        "a primary that broke right after its promotion does not hold the rollout for ever",
        draining(Stage.WITHDRAWING, primary=pods(V2, replicas=2, ready=1), route=50, out_of_place_for=600),
        Action.ADVANCE,
        Reason.WITHDRAWAL_DEADLINE_EXCEEDED,
        "The secondary still has traffic after 600 s; the primary takes it as it is: 2 of 2 pods updated, 1 available.",
        to=(Phase.DRAINING, Stage.DISCONNECTING),
    ),
    Row(
        "the proxies get a few seconds to learn of the route",
        rolling_back(Stage.WITHDRAWING, in_place_for=3),
        Action.HOLD,
        Reason.SETTLING,
        "The proxies get 5 s to learn of the route.",
        look_in=2,
    ),
    Row(
        "the operator says how long the proxies get",
        draining(Stage.WITHDRAWING, in_place_for=3, timings=Timings(settle=30)),
        Action.HOLD,
        Reason.SETTLING,
        "The proxies get 30 s to learn of the route.",
        look_in=27,
    ),
    Row(
        "on the way back the Service forgets the secondary once nothing is sent there",
        rolling_back(Stage.WITHDRAWING, in_place_for=5),
        Action.ADVANCE,
        Reason.TRAFFIC_WITHDRAWN,
        WITHDRAWN_MESSAGE,
        to=(Phase.ROLLING_BACK, Stage.DISCONNECTING),
    ),
    Row(
        "after a promotion the Service forgets the secondary once nothing is sent there, and the check has ended",
        draining(
            Stage.WITHDRAWING,
            in_place_for=5,
            spec={"prometheusQuery": QUERY, "paused": True},
            check=seen(Verdict.FAILED),
        ),
        Action.ADVANCE,
        Reason.TRAFFIC_WITHDRAWN,
        WITHDRAWN_MESSAGE,
        to=(Phase.DRAINING, Stage.DISCONNECTING),
    ),
)

DISCONNECTING_ROWS: Final = (
    Row(
        "the Service is waited for",
        rolling_back(Stage.DISCONNECTING, scope=Scope.BOTH),
        Action.HOLD,
        Reason.WAITING_FOR_SERVICE,
        "The Service goes back to the primary alone.",
        unblocked_by=SERVICE_DUE,
    ),
    Row(
        "traffic that came back to the secondary by hand is waited for, and the drain time starts anew",
        draining(Stage.DISCONNECTING, route=10, in_place_for=29),
        Action.HOLD,
        Reason.WAITING_FOR_SERVICE,
        "The Service goes back to the primary alone.",
        unblocked_by=SERVICE_DUE,
    ),
    Row(
        "requests under way get time to end",
        draining(Stage.DISCONNECTING, in_place_for=29),
        Action.HOLD,
        Reason.DRAINING,
        "Requests under way get 30 s to end.",
        look_in=1,
    ),
    Row(
        "the spec says how long requests under way get",
        rolling_back(Stage.DISCONNECTING, in_place_for=29, spec={"drainSeconds": 40}),
        Action.HOLD,
        Reason.DRAINING,
        "Requests under way get 40 s to end.",
        look_in=11,
    ),
    Row(
        "on the way back the secondary goes once it is drained",
        rolling_back(Stage.DISCONNECTING, in_place_for=30),
        Action.ADVANCE,
        Reason.DRAINED,
        "The secondary has had no traffic for 30 s; it is removed.",
        to=(Phase.ROLLING_BACK, Stage.REMOVING),
    ),
    Row(
        "after a promotion the secondary goes once it is drained",
        draining(Stage.DISCONNECTING, in_place_for=0.5, spec={"drainSeconds": 0}),
        Action.ADVANCE,
        Reason.DRAINED,
        "The secondary has had no traffic for 0 s; it is removed.",
        to=(Phase.DRAINING, Stage.REMOVING),
    ),
)

REMOVING_ROWS: Final = (
    Row(
        "a drained secondary that gets traffic again before it is gone is drained once more",
        rolling_back(Stage.REMOVING, secondary=pods(V2), route={APP: 30, f"{APP}.mesh": 0}),
        Action.ADVANCE,
        Reason.TRAFFIC_RETURNED,
        "A route gives the secondary 30 % again, or the Service selects it; it is drained once more.",
        to=(Phase.ROLLING_BACK, Stage.DISCONNECTING),
    ),
    Row(
        "a drained secondary that the Service selects again before it is gone is drained once more",
        draining(Stage.REMOVING, secondary=pods(V2), scope=Scope.BOTH),
        Action.ADVANCE,
        Reason.TRAFFIC_RETURNED,
        "A route gives the secondary 0 % again, or the Service selects it; it is drained once more.",
        to=(Phase.DRAINING, Stage.DISCONNECTING),
    ),
    Row(
        "on the way back the end of the secondary is waited for",
        rolling_back(Stage.REMOVING, secondary=pods(V2)),
        Action.HOLD,
        Reason.WAITING_FOR_REMOVAL,
        "The secondary is being removed.",
        unblocked_by="its end, observed",
    ),
    Row(
        "after a promotion the end of the secondary is waited for",
        draining(Stage.REMOVING, secondary=pods(V2)),
        Action.HOLD,
        Reason.WAITING_FOR_REMOVAL,
        "The secondary is being removed.",
        unblocked_by="its end, observed",
    ),
    Row(
        "once the secondary is gone, traffic of a route that was edited by hand holds nothing",
        draining(Stage.REMOVING, route=30),
        Action.ADVANCE,
        Reason.PROMOTED,
        "Revision two (shop:v2) is promoted.",
        to=(Phase.STABLE, Stage.SETTLED),
        changes=OVER | {"successful_release": True},
    ),
    Row(
        "a promotion is a successful release",
        draining(Stage.REMOVING),
        Action.ADVANCE,
        Reason.PROMOTED,
        "Revision two (shop:v2) is promoted.",
        to=(Phase.STABLE, Stage.SETTLED),
        changes=OVER | {"successful_release": True},
    ),
    Row(
        "a promotion ends before the next revision starts",
        draining(Stage.REMOVING, wanted=V3, check=seen(Verdict.PASSED), spec={"prometheusQuery": QUERY}),
        Action.ADVANCE,
        Reason.PROMOTED,
        "Revision two (shop:v2) is promoted.",
        to=(Phase.STABLE, Stage.SETTLED),
        changes=OVER | {"successful_release": True, "checks": ()},
    ),
    Row(
        "a promotion ends where the spec is refused by now",
        draining(Stage.REMOVING, wanted=REFUSED),
        Action.ADVANCE,
        Reason.PROMOTED,
        "Revision two (shop:v2) is promoted.",
        to=(Phase.STABLE, Stage.SETTLED),
        changes=OVER | {"successful_release": True},
    ),
    Row(
        "a failed candidate is remembered with its reason",
        rolling_back(Stage.REMOVING),
        Action.ADVANCE,
        Reason.ROLLED_BACK,
        "Revision two (shop:v2) is rolled back: The query returned 3 samples.",
        to=(Phase.FAILED, Stage.SETTLED),
        changes=OVER | {"ending": None},
    ),
    Row(
        "a failed candidate is remembered even where its reason was lost",
        rolling_back(Stage.REMOVING, why_failed=""),
        Action.ADVANCE,
        Reason.ROLLED_BACK,
        "Revision two (shop:v2) is rolled back: The reason was lost with the status.",
        to=(Phase.FAILED, Stage.SETTLED),
        changes=OVER | {"ending": None},
    ),
    Row(
        "a release that fails after one that succeeded is not a successful one",
        rolling_back(Stage.REMOVING, successful_release=True),
        Action.ADVANCE,
        Reason.ROLLED_BACK,
        "Revision two (shop:v2) is rolled back: The query returned 3 samples.",
        to=(Phase.FAILED, Stage.SETTLED),
        changes=OVER | {"ending": None, "successful_release": False},
    ),
    Row(
        "a failed candidate is remembered even where the next revision waits",
        rolling_back(Stage.REMOVING, wanted=V3),
        Action.ADVANCE,
        Reason.ROLLED_BACK,
        "Revision two (shop:v2) is rolled back: The query returned 3 samples.",
        to=(Phase.FAILED, Stage.SETTLED),
        changes=OVER | {"ending": None},
    ),
    Row(
        "a rollback that nobody knows the reason of does not bring back what failed before",
        rolling_back(Stage.REMOVING, ending=Ending.INTERRUPTED),
        Action.ADVANCE,
        Reason.ROLLED_BACK,
        "Revision two (shop:v2) is rolled back: The query returned 3 samples.",
        to=(Phase.FAILED, Stage.SETTLED),
        changes=OVER | {"ending": None},
    ),
    Row(
        "an interrupted candidate starts anew at the first step",
        rolling_back(Stage.REMOVING, ending=Ending.INTERRUPTED, failed=None),
        Action.ADVANCE,
        Reason.ROLLOUT_STARTED,
        "Revision two (shop:v2) comes up in the secondary.",
        to=(Phase.STARTING, Stage.LAUNCHING),
        changes={"ending": None, "step": 0, "traffic_since": None},
    ),
    Row(
        "a superseded candidate makes room for the newest one, and what was asked for meanwhile is handled",
        rolling_back(
            Stage.REMOVING,
            ending=Ending.SUPERSEDED,
            failed=None,
            wanted=V3,
            retry="asked",
            spec={"prometheusQuery": QUERY},
            check=seen(Verdict.PASSED),
        ),
        Action.ADVANCE,
        Reason.ROLLOUT_STARTED,
        "Revision three (shop:v3) comes up in the secondary.",
        to=(Phase.STARTING, Stage.LAUNCHING),
        changes={
            "candidate_revision": "three",
            "candidate_image": "shop:v3",
            "ending": None,
            "step": 0,
            "traffic_since": None,
            "checks": (),
            "retry_handled": "asked",
        },
    ),
    Row(
        "a candidate can be superseded by what failed before it: the spec named another, so it is untried",
        rolling_back(Stage.REMOVING, ending=Ending.SUPERSEDED, failed=V3, wanted=V3),
        Action.ADVANCE,
        Reason.ROLLOUT_STARTED,
        "Revision three (shop:v3) comes up in the secondary.",
        to=(Phase.STARTING, Stage.LAUNCHING),
        changes={
            "candidate_revision": "three",
            "candidate_image": "shop:v3",
            "ending": None,
            "step": 0,
            "traffic_since": None,
            "failed_revision": "",
            "failure_reason": "",
            "failure_message": "",
        },
    ),
    Row(
        "a superseded candidate leaves a paused app stable",
        rolling_back(Stage.REMOVING, ending=Ending.SUPERSEDED, failed=None, wanted=V3, spec={"paused": True}),
        Action.ADVANCE,
        Reason.ROLLED_BACK,
        "Revision one (shop:v1) serves all traffic again.",
        to=(Phase.STABLE, Stage.SETTLED),
        changes=OVER | {"ending": None},
    ),
    Row(
        "a cancelled rollout leaves the stable revision serving",
        rolling_back(Stage.REMOVING, ending=Ending.CANCELLED, failed=None, wanted=V1),
        Action.ADVANCE,
        Reason.ROLLED_BACK,
        "Revision one (shop:v1) serves all traffic again.",
        to=(Phase.STABLE, Stage.SETTLED),
        changes=OVER | {"ending": None},
    ),
    Row(
        "a rollout that ended with a refused spec leaves the stable revision serving",
        rolling_back(Stage.REMOVING, ending=Ending.CANCELLED, failed=None, wanted=REFUSED),
        Action.ADVANCE,
        Reason.ROLLED_BACK,
        "Revision one (shop:v1) serves all traffic again.",
        to=(Phase.STABLE, Stage.SETTLED),
        changes=OVER | {"ending": None},
    ),
)

ROWS: Final = (*RESTORING_ROWS, *WITHDRAWING_ROWS, *DISCONNECTING_ROWS, *REMOVING_ROWS)


@rows(ROWS)
def test_leaving(row: Row) -> None:
    """In each situation the decision is the one of the table, to the letter."""
    check_row(row)
