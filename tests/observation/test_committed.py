"""The committed state, read from the status of a request: whole, or not at all."""

from datetime import datetime, timedelta
from typing import Any, Final

import pytest

from app.resource.base import format_time
from app.resource.status import Phase, Stage, Status
from app.rollout.committed import moment, read_committed
from tests.observation.requests import NOW

Json = dict[str, Any]

SINCE: Final = "2026-01-01T11:00:00.000Z"
CLOCK: Final = {"inPlace": True, "since": SINCE, "lostSeconds": 2.5}


def status(**fields: Any) -> Json:
    """The status of a candidate at 20 %, whole; a field that is None is left out."""
    whole = {
        "phase": "Shifting",
        "stage": "Stepping",
        "step": 2,
        "weight": 20,
        "trafficShift": 20,
        "stableRevision": "one",
        "candidateRevision": "two",
        "phaseSince": SINCE,
        "trafficSince": SINCE,
        "clock": CLOCK,
    }
    return {name: value for name, value in (whole | fields).items() if value is not None}


def at_rest(**fields: Any) -> Json:
    """The status of an app without a rollout, whole."""
    quiet = {"phase": "Stable", "stage": "Settled", "step": 0, "weight": 0, "candidateRevision": None}
    return status(**(quiet | fields))


def leaving(**fields: Any) -> Json:
    """The status of a rollback, whole."""
    return status(**({"phase": "RollingBack", "stage": "Withdrawing", "weight": 0, "ending": "Failed"} | fields))


WHOLE: Final = {
    "a step": status(),
    "a settled app": at_rest(),
    "an app that begins": at_rest(phase="Initializing", stableRevision=None),
    "a first revision": at_rest(phase="Initializing"),
    "a failure": at_rest(phase="Failed", failedRevision="two"),
    "a secondary that comes up": status(phase="Starting", stage="Launching", step=0, weight=0),
    "a promotion": status(phase="Promoting", stage="Updating"),
    "a drain": status(phase="Draining", stage="Disconnecting", weight=0),
    "a rollback": leaving(),
    "a step of one percent": status(weight=1),
    "a primary that is restored": leaving(stage="Restoring", weight=50),
    "fields of a newer version": status(mood="good", clock={**CLOCK, "zone": "UTC"}),
}


@pytest.mark.parametrize("found", WHOLE.values(), ids=WHOLE)
def test_a_whole_status_is_read(found: Json) -> None:
    """What is whole is committed, to the letter."""
    assert read_committed(found, NOW) == Status.model_validate(found)


FLAWED: Final[dict[str, Any]] = {
    "no status": None,
    "an empty status": {},
    "no object": "Shifting",
    "a list": [],
    "canaryop's own status": {"successfulRelease": True, "trafficShift": 0, "lastFailedTag": "shop:v2"},
    "no phase": status(phase=None),
    "no phase at rest": at_rest(phase=None),
    "an unknown phase": status(phase="Dreaming"),
    "an unknown stage": status(stage="Dreaming"),
    "a stage of another phase": status(stage="Launching"),
    "a stage of another phase, without weight": at_rest(stage="Removing"),
    "no stage": status(stage=None),
    "no stable revision": status(stableRevision=""),
    "no stable revision at rest": at_rest(stableRevision=None),
    "no candidate": status(candidateRevision=None),
    "no candidate in a drain": status(phase="Draining", stage="Disconnecting", weight=0, candidateRevision=""),
    "a step without weight": status(weight=0),
    "a promotion without weight": status(phase="Promoting", stage="Updating", weight=0),
    "a weight at rest": at_rest(weight=10),
    "a weight on the way back": leaving(weight=10),
    "a little weight on the way back": leaving(weight=1),
    "a weight of more than everything": status(weight=101),
    "a weight that is no number": status(weight="much"),
    "no step": status(step=0),
    "a negative step": status(step=-1),
    "a rollback without an ending": leaving(ending=None),
    "an unknown ending": leaving(ending="Happy"),
    "a failure of nothing": at_rest(phase="Failed"),
    "no time of the phase": status(phaseSince=None),
    "a time that is none": status(phaseSince="yesterday"),
    "no clock": status(clock=None),
    "a clock without a time": status(clock={"inPlace": True}),
    "a clock that is none": status(clock="12:00"),
    "time lost in advance": status(clock={**CLOCK, "lostSeconds": -1}),
    "a name longer than a label": status(stableRevision="x" * 64),
    "an image longer than any": status(stableImage="x" * 1025),
    "a candidate's image longer than any": status(candidateImage="x" * 1025),
    "a failed image longer than any": status(lastFailedTag="x" * 1025),
    "a check that is none": status(checks=[{"name": "prometheusQuery"}]),
}


@pytest.mark.parametrize("found", FLAWED.values(), ids=FLAWED)
def test_a_status_with_a_flaw_is_not_believed(found: Any) -> None:
    """Half a status is no status: what was committed is recovered from the children instead (rule R4)."""
    assert read_committed(found, NOW) is None


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.SHIFTING, Phase.PROMOTING, Phase.DRAINING, Phase.ROLLING_BACK])
def test_every_phase_of_a_rollout_needs_its_candidate(phase: Phase) -> None:
    """A rollout of nothing is not believed."""
    stage, weight = {
        Phase.STARTING: (Stage.CONNECTING, 0),
        Phase.SHIFTING: (Stage.STEPPING, 20),
        Phase.PROMOTING: (Stage.UPDATING, 20),
        Phase.DRAINING: (Stage.REMOVING, 0),
        Phase.ROLLING_BACK: (Stage.REMOVING, 0),
    }[phase]
    found = status(phase=phase.value, stage=stage.value, weight=weight, ending="Superseded")
    assert read_committed(found, NOW) is not None
    assert read_committed(found | {"candidateRevision": ""}, NOW) is None


def check(measured_at: datetime, unavailable_since: datetime | None = None) -> Json:
    """A recorded check."""
    made = {
        "name": "prometheusQuery",
        "verdict": "Unavailable",
        "message": "connection refused",
        "query": "up",
        "measuredAt": format_time(measured_at),
        "windowStart": SINCE,
    }
    return made | ({"unavailableSince": format_time(unavailable_since)} if unavailable_since else {})


@pytest.mark.parametrize(
    ("ahead", "read_as"),
    [
        pytest.param(timedelta(seconds=-5), timedelta(seconds=-5), id="past"),
        pytest.param(timedelta(), timedelta(), id="now"),
        pytest.param(timedelta(seconds=60), timedelta(seconds=60), id="as far ahead as another replica's clock may be"),
        pytest.param(timedelta(seconds=60, milliseconds=1), timedelta(), id="further ahead"),
        pytest.param(timedelta(days=365), timedelta(), id="a year ahead"),
    ],
)
def test_a_time_in_the_future_does_not_hold_a_rollout(ahead: timedelta, read_as: timedelta) -> None:
    """A time that no clock can have written counts as now (rule R8)."""
    moment, expected = format_time(NOW + ahead), NOW + read_as
    read = read_committed(
        status(
            phaseSince=moment,
            trafficSince=moment,
            clock={**CLOCK, "since": moment},
            checks=[check(NOW + ahead, NOW + ahead)],
        ),
        NOW,
    )
    assert read is not None
    assert (read.phase_since, read.traffic_since, read.clock.since) == (expected, expected, expected)
    assert (read.checks[0].measured_at, read.checks[0].unavailable_since) == (expected, expected)


@pytest.mark.parametrize(
    ("since", "decided", "expected"),
    [
        pytest.param(-60, None, 0, id="the clock is ahead of all that is committed"),
        pytest.param(3, -60, 3, id="another replica has seen the children match, in a moment to come"),
        pytest.param(-60, 5, 5, id="another replica has decided, in a moment to come"),
        pytest.param(3, 5, 5, id="the latest of all counts"),
        pytest.param(-60, 3600, 0, id="a time that no clock can have written does not"),
    ],
)
def test_no_sync_takes_place_before_what_is_committed(since: int, decided: int | None, expected: int) -> None:
    """A replica whose clock is behind does not take back what another one decided (rule R9)."""
    decision = {"action": "Hold", "reason": "Settling", "message": "It settles."}
    if decided is not None:
        decision |= {"since": format_time(NOW + timedelta(seconds=decided))}
    clock = {**CLOCK, "since": format_time(NOW + timedelta(seconds=since))}
    read = read_committed(status(clock=clock, decision=decision), NOW)
    assert read is not None
    assert moment(read, NOW) == NOW + timedelta(seconds=expected)


def test_times_that_are_not_there_stay_so() -> None:
    """Before the first traffic there is no time of it, and a Prometheus that answers has no silence."""
    read = read_committed(status(trafficSince=None, checks=[check(NOW)]), NOW)
    assert read is not None
    assert (read.traffic_since, read.checks[0].unavailable_since) == (None, None)


def test_a_time_without_a_zone_is_utc() -> None:
    """As every time in a Kubernetes object is."""
    read = read_committed(status(phaseSince="2026-01-01T11:30:00"), NOW)
    assert read is not None
    assert read.phase_since == NOW - timedelta(minutes=30)
