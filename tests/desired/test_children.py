"""All children of a committed status, and the guards that hold whatever the status says."""

from dataclasses import replace
from typing import Any, Final

import pytest

from app.desired.children import desired_children
from app.resource.status import Ending, Phase, Stage
from app.rollout.observation import Observation, UnrecoverableError
from app.rollout.route import Scope
from tests.rules.scene import APP, V1, V2, V3, pods, scene

Json = dict[str, Any]

BOTH: Final = {"app": APP}
ALONE: Final = {"app": APP, "service": "primary"}


def of_kind(children: list[Json], kind: str) -> dict[str, Json]:
    """The children of a kind by name."""
    return {child["metadata"]["name"]: child for child in children if child["kind"] == kind}


def runs(deployment: Json) -> str:
    """The revision that a Deployment runs."""
    return str(deployment["spec"]["template"]["metadata"]["labels"]["canary.atze.io/revision"])


def posture(observation: Observation) -> tuple[dict[str, str], dict[str, int], Json]:
    """The revisions of the Deployments, the weights of the VirtualServices, the selector of the Service."""
    children = desired_children(observation)
    deployments = {name: runs(each) for name, each in of_kind(children, "Deployment").items()}
    weights = {
        name: each["spec"]["http"][0]["route"][1]["weight"]
        for name, each in of_kind(children, "VirtualService").items()
    }
    return deployments, weights, of_kind(children, "Service")[APP]["spec"]["selector"]


def weights(share: int) -> dict[str, int]:
    """Both VirtualServices alike."""
    return {APP: share, f"{APP}.mesh": share}


ONE: Final = {"shop-primary": "one"}
TRYING: Final = {"shop-primary": "one", "shop-secondary": "two"}
UPDATED: Final = {"shop-primary": "two", "shop-secondary": "two"}


def rolling_back(stage: Stage, **facts: Any) -> Observation:
    """A candidate that failed."""
    return scene(phase=Phase.ROLLING_BACK, stage=stage, ending=Ending.FAILED, failed=V2, **facts)


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        pytest.param(scene(phase=Phase.INITIALIZING, stable=None), ({}, weights(0), ALONE), id="an app that begins"),
        pytest.param(scene(phase=Phase.INITIALIZING), (ONE, weights(0), ALONE), id="the first revision"),
        pytest.param(scene(phase=Phase.STABLE), (ONE, weights(0), ALONE), id="at rest"),
        pytest.param(scene(phase=Phase.STABLE, wanted=V2), (ONE, weights(0), ALONE), id="asked, but not committed"),
        pytest.param(scene(phase=Phase.STARTING), (TRYING, weights(0), ALONE), id="launching"),
        pytest.param(scene(phase=Phase.STARTING, stage=Stage.CONNECTING), (TRYING, weights(0), BOTH), id="connecting"),
        pytest.param(
            scene(phase=Phase.SHIFTING, step=3, weight=30), (TRYING, weights(30), BOTH), id="stepping, in place"
        ),
        pytest.param(
            scene(phase=Phase.SHIFTING, step=3, weight=30, route=20), (TRYING, weights(30), BOTH), id="stepping, up"
        ),
        pytest.param(
            scene(phase=Phase.SHIFTING, step=3, weight=30, wanted=V3), (TRYING, weights(30), BOTH), id="superseded"
        ),
        pytest.param(scene(phase=Phase.PROMOTING, step=5, weight=50), (UPDATED, weights(50), BOTH), id="updating"),
        pytest.param(rolling_back(Stage.RESTORING, weight=50), (TRYING, weights(50), BOTH), id="restoring"),
        pytest.param(rolling_back(Stage.WITHDRAWING), (TRYING, weights(0), BOTH), id="withdrawing"),
        pytest.param(rolling_back(Stage.WITHDRAWING, route=50), (TRYING, weights(0), BOTH), id="withdrawing, down"),
        pytest.param(rolling_back(Stage.DISCONNECTING), (TRYING, weights(0), ALONE), id="disconnecting"),
        pytest.param(rolling_back(Stage.REMOVING, secondary=pods(V2)), (ONE, weights(0), ALONE), id="removing"),
        pytest.param(rolling_back(Stage.REMOVING), (ONE, weights(0), ALONE), id="removed"),
        pytest.param(
            scene(phase=Phase.DRAINING, stage=Stage.WITHDRAWING, stable=V2, route=50),
            (UPDATED, weights(0), BOTH),
            id="promoted: a whole primary takes all traffic",
        ),
        pytest.param(
            scene(phase=Phase.DRAINING, stage=Stage.DISCONNECTING, stable=V2),
            (UPDATED, weights(0), ALONE),
            id="promoted: disconnecting",
        ),
        pytest.param(scene(phase=Phase.FAILED, failed=V2, wanted=V2), (ONE, weights(0), ALONE), id="failed"),
    ],
)
def test_the_children_follow_the_committed_stage(
    observation: Observation, expected: tuple[dict[str, str], dict[str, int], Json]
) -> None:
    """Deployments, weights and selector are those of the committed status; this sync's decision waits (rule R3)."""
    assert posture(observation) == expected


@pytest.mark.parametrize(
    ("observation", "expected"),
    [
        pytest.param(
            scene(phase=Phase.SHIFTING, step=3, weight=30, route=20, secondary=pods(ready=0)),
            weights(20),
            id="a secondary that broke does not get more",
        ),
        pytest.param(
            scene(phase=Phase.SHIFTING, step=1, weight=10, route=0, secondary=None),
            weights(0),
            id="a secondary that is gone gets nothing",
        ),
        pytest.param(
            scene(phase=Phase.SHIFTING, step=1, weight=10, route=0, secondary=pods(V2, image="shop:edited")),
            weights(0),
            id="a secondary that was edited by hand gets nothing",
        ),
        pytest.param(
            scene(phase=Phase.SHIFTING, step=3, weight=30, route={APP: 20}, secondary=pods(ready=0)),
            {APP: 20, f"{APP}.mesh": 0},
            id="each route by itself, a missing one begins at nothing",
        ),
        pytest.param(
            scene(phase=Phase.SHIFTING, step=3, weight=30, route=90, secondary=pods(ready=0)),
            weights(30),
            id="what somebody raised by hand falls nonetheless",
        ),
        pytest.param(
            scene(phase=Phase.DRAINING, stage=Stage.WITHDRAWING, stable=V2, route=50, primary=pods(V2, ready=0)),
            weights(50),
            id="a promoted primary that broke does not get more",
        ),
        pytest.param(
            scene(phase=Phase.PROMOTING, step=5, weight=50, route=80, primary=pods(V2, ready=0)),
            weights(80),
            id="what somebody raised by hand stays while the primary is updated",
        ),
        pytest.param(
            scene(phase=Phase.PROMOTING, step=5, weight=50, route=80, primary=pods(V2)),
            weights(50),
            id="and falls when the primary is whole",
        ),
        pytest.param(
            scene(phase=Phase.PROMOTING, step=5, weight=50, route=20, secondary=pods(ready=0)),
            weights(20),
            id="a secondary that broke in a promotion does not get more",
        ),
        pytest.param(
            rolling_back(Stage.RESTORING, weight=50, route=80, primary=pods(V1, ready=0)),
            weights(80),
            id="what somebody raised by hand stays while the primary is put back",
        ),
        pytest.param(
            rolling_back(Stage.RESTORING, weight=50, route=20, primary=pods(V1, ready=0), secondary=pods(ready=0)),
            weights(20),
            id="a secondary that broke on the way back does not get more",
        ),
        pytest.param(
            scene(phase=Phase.DRAINING, stage=Stage.DISCONNECTING, stable=V2, route=50, primary=pods(V2, ready=0)),
            weights(0),
            id="a promoted primary past its deadline takes the traffic as it is",
        ),
        pytest.param(
            rolling_back(Stage.WITHDRAWING, route=50, primary=pods(V1, ready=0)),
            weights(0),
            id="on the way back the primary gets all traffic at once",
        ),
        pytest.param(
            rolling_back(Stage.REMOVING, secondary=pods(V2), route={APP: 30, f"{APP}.mesh": 0}),
            {APP: 30, f"{APP}.mesh": 0},
            id="traffic that somebody gave a drained secondary stays until it can be drained again",
        ),
        pytest.param(
            rolling_back(Stage.REMOVING, route=30), weights(0), id="traffic for a secondary that is gone ends at once"
        ),
        pytest.param(scene(phase=Phase.STABLE, route=30), weights(0), id="traffic at rest ends at once"),
        pytest.param(
            scene(phase=Phase.PROMOTING, step=5, weight=50, route=10),
            weights(10),
            id="what somebody lowered by hand stays low while the primary is updated",
        ),
        pytest.param(
            scene(phase=Phase.PROMOTING, step=5, weight=50, route=90, primary=pods(V2, ready=0)),
            weights(90),
            id="what somebody raised by hand stays until the updated primary is whole",
        ),
        pytest.param(
            scene(phase=Phase.PROMOTING, step=5, weight=50, route=90),
            weights(50),
            id="an updated primary that is whole gets its share",
        ),
        pytest.param(
            rolling_back(Stage.RESTORING, weight=50, route=90, primary=pods(V1, ready=0)),
            weights(90),
            id="what somebody raised by hand stays until the restored primary is whole",
        ),
        pytest.param(
            scene(phase=Phase.PROMOTING, step=5, weight=50, route={APP: 50}),
            weights(50),
            id="a route that is gone in a promotion is made again",
        ),
        pytest.param(
            scene(phase=Phase.PROMOTING, step=5, weight=50, route={APP: 50}, secondary=pods(ready=0)),
            {APP: 50, f"{APP}.mesh": 0},
            id="a route that is made again gives nothing to a secondary that broke",
        ),
    ],
)
def test_a_weight_does_not_rise_toward_what_is_not_whole(observation: Observation, expected: dict[str, int]) -> None:
    """Whatever broke since the decision is seen before the weight moves (rule R1)."""
    assert posture(observation)[1] == expected


@pytest.mark.parametrize(
    "observation",
    [
        pytest.param(scene(phase=Phase.STABLE, route=1), id="at rest"),
        pytest.param(rolling_back(Stage.DISCONNECTING, route=20), id="disconnecting"),
        pytest.param(rolling_back(Stage.REMOVING, secondary=pods(V2), route=20), id="removing"),
        pytest.param(scene(phase=Phase.STARTING, route={"forgotten": 5}), id="a route that is on its way out"),
    ],
)
def test_the_service_is_not_narrowed_while_a_route_sends_traffic(observation: Observation) -> None:
    """Make before break (rule R2): the pods stay selected until no observed route names them."""
    assert posture(observation)[2] == BOTH


@pytest.mark.parametrize(
    "observation",
    [
        pytest.param(rolling_back(Stage.WITHDRAWING, scope=Scope.PRIMARY), id="given up before the first step"),
        pytest.param(rolling_back(Stage.WITHDRAWING, scope=None), id="given up, and the Service is gone"),
        pytest.param(
            scene(phase=Phase.STARTING, stage=Stage.CONNECTING, scope=Scope.PRIMARY, secondary=pods(ready=0)),
            id="a secondary that broke before it was connected",
        ),
    ],
)
def test_the_service_is_not_widened_to_what_is_not_ready_or_leaves(observation: Observation) -> None:
    """Callers without a proxy know the selector alone, and would meet what no rollout shows to anybody (rule R1)."""
    assert posture(observation)[2] == ALONE


@pytest.mark.parametrize(
    ("observation", "runs_then"),
    [
        pytest.param(scene(phase=Phase.STABLE, secondary=pods(V2)), "two", id="at rest: a stray one"),
        pytest.param(
            rolling_back(Stage.REMOVING, secondary=pods(V2), route=20), "two", id="removing: a route sends traffic"
        ),
        pytest.param(
            rolling_back(Stage.REMOVING, secondary=pods(V2), scope=Scope.BOTH),
            "two",
            id="removing: a Service selects it",
        ),
        pytest.param(
            rolling_back(Stage.REMOVING, secondary=pods(V2), scope=None), "two", id="removing: no Service is observed"
        ),
        pytest.param(
            scene(phase=Phase.STABLE, secondary=pods(V2), known=(V1,)), "one", id="one that nobody can describe"
        ),
        pytest.param(
            rolling_back(Stage.WITHDRAWING, secondary=pods(V2), known=(V1,)),
            "one",
            id="a candidate whose template is lost",
        ),
    ],
)
def test_a_secondary_that_stands_is_not_dropped(observation: Observation, runs_then: str) -> None:
    """It goes after it was drained and not before (rule R2); what nobody can describe runs the stable revision."""
    assert posture(observation)[0]["shop-secondary"] == runs_then


def test_a_secondary_that_cannot_be_described_is_not_made() -> None:
    """Without a template, and with nothing standing, there is nothing to keep."""
    observation = scene(phase=Phase.STARTING, secondary=None, known=(V1,))
    assert posture(observation)[0] == ONE


@pytest.mark.parametrize(
    ("observation", "lost"),
    [
        (scene(phase=Phase.STABLE, known=(V2,)), "one"),
        (scene(phase=Phase.PROMOTING, step=5, weight=50, known=(V1,)), "two"),
    ],
    ids=["at rest", "in a promotion"],
)
def test_a_primary_whose_template_is_lost_is_not_guessed(observation: Observation, lost: str) -> None:
    """No answer at all is better than one that leaves the primary out (rule R4)."""
    with pytest.raises(UnrecoverableError, match=f"^The template of revision '{lost}' of default/shop is lost"):
        desired_children(observation)


def test_without_settings_there_are_no_children() -> None:
    """An app that never had a valid spec."""
    assert desired_children(replace(scene(phase=Phase.INITIALIZING, stable=None), settings=None)) == []


@pytest.mark.parametrize(
    ("traffic", "kinds"),
    [
        ({}, ["Service", "ControllerRevision", "Deployment", "DestinationRule", "Gateway", *["VirtualService"] * 2]),
        (
            {"gateways": ["infra/public"]},
            ["Service", "ControllerRevision", "Deployment", "DestinationRule", *["VirtualService"] * 2],
        ),
        ({"gateways": ["mesh"]}, ["Service", "ControllerRevision", "Deployment", "DestinationRule", "VirtualService"]),
    ],
    ids=["its own gateway", "another gateway", "the mesh alone"],
)
def test_the_list_is_whole_and_in_order(traffic: Json, kinds: list[str]) -> None:
    """The same kinds in the same order at every sync."""
    children = desired_children(scene(phase=Phase.STABLE, spec={"traffic": traffic}))
    assert [child["kind"] for child in children] == kinds


def test_a_primary_that_nobody_can_describe_is_never_left_out() -> None:
    """Without a revision to return, an answer would delete what serves: there is none (rule R4)."""
    nameless = scene(phase=Phase.INITIALIZING, stable=None, primary=pods(replace(V3, name="")))
    with pytest.raises(UnrecoverableError) as raised:
        desired_children(nameless)
    assert str(raised.value) == (
        "The revision that the primary of default/shop runs cannot be told: its template has no label "
        "canary.atze.io/revision, and its image is not the one that the spec asks for."
    )


def test_a_first_primary_gets_no_traffic_from_a_secondary_before_it_is_whole() -> None:
    """Where everything but a secondary with traffic is lost, it keeps the traffic until a primary serves (rule R1)."""
    lost = scene(phase=Phase.INITIALIZING, primary=None, secondary=pods(V2), route=100, known=(V1, V2))
    assert posture(lost)[1] == weights(100)
    found = scene(phase=Phase.INITIALIZING, primary=pods(V1), secondary=pods(V2), route=100, known=(V1, V2))
    assert posture(found)[1] == weights(0)
