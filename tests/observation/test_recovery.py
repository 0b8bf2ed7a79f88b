"""Recovering what was committed from the children that stand (rule R4)."""

from typing import Any, Final

import pytest

from app.resource.status import Clock, Ending, Phase, Stage, Status
from app.rollout.children import read_children
from app.rollout.posture import posture_of
from app.rollout.recovery import Remains, recover
from app.rollout.revision import Revision
from app.rollout.route import Scope
from tests.observation.requests import (
    NOW,
    ONE,
    THREE,
    TWO,
    controller_revision,
    parsed,
    primary,
    routes,
    secondary,
    wire,
)

Json = dict[str, Any]


def recovered(
    *children: Json,
    known: tuple[Revision, ...] = (ONE, TWO, THREE),
    wanted: Revision | None = TWO,
    status: object = None,
    retry: str = "",
) -> Status:
    """What is recovered from these children."""
    found = read_children(parsed(wire(children)))
    return recover(Remains(found, {one.name: one for one in known}, wanted, status, retry), NOW)


def unlabelled(deployment: Json) -> Json:
    """The Deployment without the label that names its revision."""
    del deployment["spec"]["template"]["metadata"]["labels"]["canary.atze.io/revision"]
    return deployment


def whole(**fields: Any) -> Status:
    """A recovered status."""
    return Status(phase_since=NOW, clock=Clock(since=NOW), **fields)


STABLE_ONE: Final = {"stable_revision": ONE.name, "stable_image": "shop:v1"}
STABLE_TWO: Final = {"stable_revision": TWO.name, "stable_image": "shop:v2"}
TRIED_TWO: Final = {"candidate_revision": TWO.name, "candidate_image": "shop:v2", "test_running": True}
FAILED_TWO: Final = {
    "failed_revision": TWO.name,
    "last_failed_tag": "shop:v2",
    "failure_reason": "Recovered",
    "failure_message": "The reason was lost with the status.",
}
BACK: Final = {"phase": Phase.ROLLING_BACK, "ending": Ending.INTERRUPTED}
WITHDRAWING: Final = BACK | {"stage": Stage.WITHDRAWING}

CASES: Final[dict[str, tuple[Status, dict[str, Any]]]] = {
    "nothing stands: an app that begins": (recovered(), {}),
    "a primary alone: what it runs is what users get": (
        recovered(primary(ONE)),
        STABLE_ONE | {"phase": Phase.STABLE},
    ),
    "a primary alone is believed before an old mark": (
        recovered(primary(TWO), controller_revision(ONE)),
        STABLE_TWO | {"phase": Phase.STABLE},
    ),
    "a primary of an unknown revision: the mark is believed": (
        recovered(primary(THREE), controller_revision(ONE), known=(ONE, TWO)),
        STABLE_ONE | {"phase": Phase.STABLE},
    ),
    "a ControllerRevision alone: the primary is brought back": (
        recovered(controller_revision(ONE)),
        STABLE_ONE | {"phase": Phase.STABLE},
    ),
    "a mark of another standing says nothing": (recovered(controller_revision(ONE, standing="Retired")), {}),
    "of two marks the newest counts": (
        recovered(controller_revision(ONE, number=2), controller_revision(TWO, number=7)),
        STABLE_TWO | {"phase": Phase.STABLE},
    ),
    "of two marks the newest counts, whatever the names": (
        recovered(controller_revision(ONE, number=7), controller_revision(TWO, number=2)),
        STABLE_ONE | {"phase": Phase.STABLE},
    ),
    "a mark on a revision that cannot be read says nothing": (recovered(controller_revision(ONE), known=(TWO,)), {}),
    "both stand, no traffic: the secondary goes the safe way": (
        recovered(primary(ONE), secondary(TWO), controller_revision(ONE), *routes(0)),
        STABLE_ONE | TRIED_TWO | WITHDRAWING,
    ),
    "both stand, traffic, a whole primary: all traffic goes back at once": (
        recovered(primary(ONE), secondary(TWO), controller_revision(ONE), *routes(40)),
        STABLE_ONE | TRIED_TWO | WITHDRAWING,
    ),
    "both stand, traffic, a broken primary: it is restored first": (
        recovered(primary(ONE, ready=0), secondary(TWO), controller_revision(ONE), *routes(40)),
        STABLE_ONE | TRIED_TWO | BACK | {"stage": Stage.RESTORING, "weight": 40, "traffic_shift": 40},
    ),
    "both stand, one percent, a broken primary: that is traffic": (
        recovered(primary(ONE, ready=0), secondary(TWO), controller_revision(ONE), *routes(1)),
        STABLE_ONE | TRIED_TWO | BACK | {"stage": Stage.RESTORING, "weight": 1, "traffic_shift": 1},
    ),
    "both stand, no traffic, a broken primary: nothing has to be waited for": (
        recovered(primary(ONE, ready=0), secondary(TWO), controller_revision(ONE), *routes(0)),
        STABLE_ONE | TRIED_TWO | WITHDRAWING,
    ),
    "a promotion under way: the primary goes back to what was stable": (
        recovered(
            primary(TWO),
            secondary(TWO),
            controller_revision(ONE),
            controller_revision(TWO, number=2, standing="Candidate"),
            *routes(50),
        ),
        STABLE_ONE | TRIED_TWO | BACK | {"stage": Stage.RESTORING, "weight": 50, "traffic_shift": 50},
    ),
    "both stand without a mark: what the primary runs is stable": (
        recovered(primary(ONE), secondary(TWO), *routes(0)),
        STABLE_ONE | TRIED_TWO | WITHDRAWING,
    ),
    "a secondary alone with traffic: it keeps it until the primary is back": (
        recovered(secondary(TWO), controller_revision(ONE), *routes(100)),
        STABLE_ONE | TRIED_TWO | BACK | {"stage": Stage.RESTORING, "weight": 100, "traffic_shift": 100},
    ),
    "a secondary of an unknown revision goes under the name of the stable one": (
        recovered(primary(ONE), secondary(THREE), controller_revision(ONE), known=(ONE,)),
        STABLE_ONE | WITHDRAWING | {"candidate_revision": ONE.name, "candidate_image": "shop:v1", "test_running": True},
    ),
    "a failed revision that the spec still asks for is not tried again": (
        recovered(primary(ONE), controller_revision(ONE), controller_revision(TWO, number=2, standing="Failed")),
        STABLE_ONE | FAILED_TWO | {"phase": Phase.FAILED},
    ),
    "a failed revision that the spec no longer asks for is remembered": (
        recovered(
            primary(ONE),
            controller_revision(ONE),
            controller_revision(TWO, number=2, standing="Failed"),
            wanted=THREE,
        ),
        STABLE_ONE | FAILED_TWO | {"phase": Phase.STABLE},
    ),
    "a failed revision under a spec that is refused is remembered": (
        recovered(
            primary(ONE),
            controller_revision(ONE),
            controller_revision(TWO, number=2, standing="Failed"),
            wanted=None,
        ),
        STABLE_ONE | FAILED_TWO | {"phase": Phase.STABLE},
    ),
    "a failed revision that serves nonetheless is stable": (
        recovered(primary(TWO), controller_revision(TWO, standing="Failed")),
        STABLE_TWO | FAILED_TWO | {"phase": Phase.STABLE},
    ),
    "a failed revision is remembered while its secondary goes": (
        recovered(
            primary(ONE),
            secondary(TWO),
            controller_revision(ONE),
            controller_revision(TWO, number=2, standing="Failed"),
            *routes(0),
        ),
        STABLE_ONE | TRIED_TWO | FAILED_TWO | WITHDRAWING,
    ),
    "nothing stands but a failure": (
        recovered(controller_revision(TWO, standing="Failed")),
        FAILED_TWO,
    ),
    "the failed image of canaryop's status names the revision of the spec": (
        recovered(primary(ONE), status={"lastFailedTag": "shop:v2"}),
        STABLE_ONE | FAILED_TWO | {"phase": Phase.FAILED},
    ),
    "a failed image that the spec does not ask for is kept": (
        recovered(primary(ONE), status={"lastFailedTag": "shop:v0"}),
        STABLE_ONE | {"phase": Phase.STABLE, "last_failed_tag": "shop:v0"},
    ),
    "a failed image under a spec that is refused is kept": (
        recovered(primary(ONE), wanted=None, status={"lastFailedTag": "shop:v2"}),
        STABLE_ONE | {"phase": Phase.STABLE, "last_failed_tag": "shop:v2"},
    ),
    "a failed image that is none is cut": (
        recovered(primary(ONE), status={"lastFailedTag": "x" * 5000}),
        STABLE_ONE | {"phase": Phase.STABLE, "last_failed_tag": "x" * 1024},
    ),
    "a failed image that is no text is one all the same": (
        recovered(primary(ONE), status={"lastFailedTag": 7}),
        STABLE_ONE | {"phase": Phase.STABLE, "last_failed_tag": "7"},
    ),
    "a retry that was asked for counts as handled: nobody knows any more": (
        recovered(
            primary(ONE),
            controller_revision(ONE),
            controller_revision(TWO, number=2, standing="Failed"),
            retry="monday",
        ),
        STABLE_ONE | FAILED_TWO | {"phase": Phase.FAILED, "retry_handled": "monday"},
    ),
    "a primary that does not say which revision it runs, but runs the image of the spec": (
        recovered(unlabelled(primary(TWO))),
        STABLE_TWO | {"phase": Phase.STABLE},
    ),
    "a primary that does not say which revision it runs, with another image than the spec's": (
        recovered(unlabelled(primary(ONE))),
        {},
    ),
    "a status that is no object says nothing": (
        recovered(primary(ONE), status=["lastFailedTag"]),
        STABLE_ONE | {"phase": Phase.STABLE},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_committed_is_recovered(case: str) -> None:
    """Which children stand decides what is committed, and nothing that serves is taken away."""
    found, fields = CASES[case]
    assert found == whole(**fields)


@pytest.mark.parametrize("weight", [0, 1, 50, 100])
@pytest.mark.parametrize("standing", ["one", "two"])
@pytest.mark.parametrize("ready", [0, 1])
def test_recovering_never_takes_a_secondary_that_stands(weight: int, standing: str, ready: int) -> None:
    """Whatever else stands, a recovered state keeps the secondary and a Service that selects it (rule R2)."""
    found = recovered(
        primary(ONE if standing == "one" else TWO, ready=ready),
        secondary(TWO),
        controller_revision(ONE),
        *routes(weight),
    )
    posture = posture_of(found)
    assert (posture.primary, posture.secondary, posture.scope) == (ONE.name, TWO.name, Scope.BOTH)
    assert posture.weight in (0, weight)
