"""The status as it is written and read again."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.resource.base import format_time
from app.resource.status import (
    MAX_MESSAGE,
    Action,
    CheckRecord,
    Clock,
    Condition,
    ConditionStatus,
    DecisionRecord,
    Ending,
    Phase,
    Stage,
    Status,
    Verdict,
    cut,
)
from tests.resource.admission import STATUS, status_errors

NOON: Final = datetime(2026, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC)
WRITTEN: Final = "2026-01-01T12:00:00.250Z"

CANARYOP: Final = [
    ("successfulRelease", "boolean", False),
    ("testRunning", "boolean", False),
    ("trafficShift", "integer", 0),
    ("lastFailedTag", "string", ""),
    ("lastTrafficShift", "string", None),
]

FULL: Final = Status(
    successful_release=True,
    test_running=True,
    traffic_shift=20,
    last_failed_tag="shop:v3",
    last_traffic_shift=NOON,
    phase=Phase.SHIFTING,
    stage=Stage.STEPPING,
    step=2,
    steps=5,
    weight=20,
    ending=Ending.FAILED,
    stable_revision="stable",
    stable_image="shop:v1",
    candidate_revision="candidate",
    candidate_image="shop:v2",
    failed_revision="failed",
    failure_reason="CheckFailed",
    failure_message="It failed.",
    retry_handled="1",
    phase_since=NOON,
    traffic_since=NOON,
    clock=Clock(in_place=True, since=NOON, lost_seconds=1.5),
    checks=(
        CheckRecord(
            name="prometheusQuery",
            verdict=Verdict.UNAVAILABLE,
            message="Silent.",
            query="m > 1",
            measured_at=NOON,
            window_start=NOON,
            unavailable_since=NOON,
        ),
    ),
    decision=DecisionRecord(
        action=Action.HOLD, reason="StepRunning", message="Step 2.", unblocked_by="time", next_look=NOON
    ),
    conditions=(
        Condition(
            type="Ready",
            status=ConditionStatus.UNKNOWN,
            reason="StepRunning",
            message="Step 2.",
            last_transition_time=NOON,
            observed_generation=3,
        ),
    ),
    observed_generation=3,
)


def written(status: Status) -> dict[str, Any]:
    """The status as it goes out."""
    return status.model_dump(mode="json", by_alias=True, exclude_none=True)


@pytest.mark.parametrize(("name", "kind", "default"), CANARYOP, ids=[name for name, *_ in CANARYOP])
def test_fields_of_canaryop(name: str, kind: str, default: object) -> None:
    """The status fields of canaryop keep their names and types, for those who read them."""
    assert STATUS["properties"][name]["type"] == kind
    assert Status().model_dump(by_alias=True)[name] == default


def test_a_status_comes_back_as_it_was_written() -> None:
    """What one sync writes is what the next one reads, whatever is in it."""
    assert Status.model_validate(written(FULL)) == FULL
    assert Status.model_validate(written(Status())) == Status()
    assert written(Status.model_validate(written(FULL))) == written(FULL)


def test_everything_that_can_be_written_is_in_the_schema() -> None:
    """The API server keeps every field of a status, and finds no fault with it."""
    assert set(written(FULL)) == set(STATUS["properties"])
    assert status_errors(written(FULL)) == []
    assert status_errors(written(Status())) == []


@pytest.mark.parametrize(
    ("status", "error"),
    [
        ({"unknown": 1}, ": Additional properties are not allowed ('unknown' was unexpected)"),
        (
            {"clock": {"ticks": 1}},
            "clock: Additional properties are not allowed ('ticks' was unexpected)",
        ),
        ({"phase": "Resting"}, f"phase: 'Resting' is not one of {[str(phase) for phase in Phase]}"),
        ({"weight": 101}, "weight: 101 is greater than the maximum of 100"),
        ({"decision": {"action": "Hold", "reason": "x"}}, "decision: 'message' is a required property"),
        ({"checks": [{"name": 1}]}, "checks.0.name: 1 is not of type 'string'"),
    ],
)
def test_the_schema_would_notice(status: dict[str, Any], error: str) -> None:
    """A field that the schema does not have, or has otherwise, is noticed by these tests."""
    assert error in status_errors(status)


def test_names_on_the_wire() -> None:
    """The fields are in camelCase, what is unset is left out, and times are in UTC with milliseconds."""
    assert written(Status(phase_since=NOON)) == {
        "successfulRelease": False,
        "testRunning": False,
        "trafficShift": 0,
        "lastFailedTag": "",
        "phase": "Initializing",
        "stage": "Settled",
        "step": 0,
        "steps": 0,
        "weight": 0,
        "stableRevision": "",
        "stableImage": "",
        "candidateRevision": "",
        "candidateImage": "",
        "failedRevision": "",
        "failureReason": "",
        "failureMessage": "",
        "retryHandled": "",
        "phaseSince": WRITTEN,
        "clock": {"inPlace": False, "lostSeconds": 0.0},
        "checks": [],
        "conditions": [],
    }


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param(WRITTEN, NOON, id="as we write it"),
        pytest.param("2026-01-01T12:00:00Z", NOON.replace(microsecond=0), id="as Kubernetes writes it"),
        pytest.param("2026-01-01T12:00:00.250", NOON, id="without a zone"),
        pytest.param("2026-01-01T14:00:00.250+02:00", NOON, id="east of Greenwich"),
        pytest.param("2026-01-01T06:30:00.250-05:30", NOON, id="west of Greenwich"),
        pytest.param("2026-01-01T12:00:00.250000Z", NOON, id="with microseconds"),
        pytest.param("2026-01-01", datetime(2026, 1, 1, tzinfo=UTC), id="a day"),
    ],
)
def test_times_are_read_into_utc(text: str, moment: datetime) -> None:
    """A time is the same moment, however it is written; without a zone it is in UTC."""
    read = Status.model_validate({"phaseSince": text}).phase_since
    assert read == moment
    assert read is not None
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        pytest.param(NOON, WRITTEN, id="UTC"),
        pytest.param(NOON.astimezone(timezone(timedelta(hours=2))), WRITTEN, id="another zone"),
        pytest.param(NOON.replace(microsecond=0), "2026-01-01T12:00:00.000Z", id="whole seconds"),
        pytest.param(NOON.replace(microsecond=999_999), "2026-01-01T12:00:00.999Z", id="never rounded up"),
    ],
)
def test_times_are_written_in_utc(moment: datetime, text: str) -> None:
    """A time is written in UTC with milliseconds, so that short steps are not rounded away."""
    assert format_time(moment) == text
    assert written(Status(phase_since=moment))["phaseSince"] == text


@pytest.mark.parametrize(
    ("value", "why"),
    [
        pytest.param("yesterday", "Invalid isoformat string: 'yesterday'", id="a word"),
        pytest.param("", "Invalid isoformat string: ''", id="nothing"),
        pytest.param("2026-13-01T00:00:00Z", "month must be in 1..12", id="a month that there is not"),
        pytest.param("9999-12-31T23:59:59-14:00", "is out of range in UTC", id="after the end of time"),
        pytest.param("0001-01-01T00:00:00+14:00", "is out of range in UTC", id="before the beginning of time"),
        pytest.param(1_767_225_600, "must be a time", id="a number"),
        pytest.param(True, "must be a time", id="a truth value"),
        pytest.param({}, "must be a time", id="an object"),
    ],
)
def test_bad_times(value: object, why: str) -> None:
    """What is no time makes the status unreadable, which is recovered from, and nothing else is raised."""
    with pytest.raises(ValidationError) as caught:
        Status.model_validate({"phaseSince": value})
    (error,) = caught.value.errors()
    assert error["msg"] == f"Value error, {why}"


MOMENTS = st.datetimes(timezones=st.timezones() | st.just(UTC))


@settings(deadline=None, derandomize=True, database=None)
@given(moment=MOMENTS)
def test_moments_are_written_once(moment: datetime) -> None:
    """Whatever moment is written, reading and writing it again changes nothing (rule R9)."""
    try:
        once = written(Status(phase_since=moment))
    except ValidationError:
        return
    assert written(Status.model_validate(once)) == once


@settings(deadline=None, derandomize=True, database=None)
@given(
    raw=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just(WRITTEN),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(sorted(STATUS["properties"])) | st.text(max_size=8), inner, max_size=6)
        ),
        max_leaves=20,
    )
)
def test_any_json_as_a_status(raw: Any) -> None:
    """Whatever a hand has left in a status, it is read or refused, and what is read can be written."""
    try:
        status = Status.model_validate(raw)
    except ValidationError:
        return
    assert written(status)


def test_unknown_fields_are_let_pass() -> None:
    """A status of a newer operator is read as far as it is known."""
    assert Status.model_validate({"weight": 7, "future": {"a": 1}, "clock": {"b": 2}}) == Status(weight=7)


@pytest.mark.parametrize(
    ("sentence", "limit", "shown"),
    [
        ("", 5, ""),
        ("12345", 5, "12345"),
        ("123456", 5, "1234…"),
        ("x" * 1024, MAX_MESSAGE, "x" * 1024),
        ("x" * 1025, MAX_MESSAGE, "x" * 1023 + "…"),
    ],
)
def test_cut(sentence: str, limit: int, shown: str) -> None:
    """A sentence is cut at its limit, and one can see that it is."""
    assert cut(sentence, limit) == shown


def test_a_cut_sentence_is_valid() -> None:
    """A sentence that was cut is one that the schema takes; a longer one is not even made."""
    assert DecisionRecord(action=Action.HOLD, reason="x", message=cut("ü" * 5000)).message.endswith("ü…")
    with pytest.raises(ValidationError):
        DecisionRecord(action=Action.HOLD, reason="x", message="ü" * 1025)


@pytest.mark.parametrize(
    ("seconds", "written"), [(0.0, "0"), (30.0, "30"), (0.25, "0.25"), (1.23456, "1.235"), (29.9999, "30")]
)
def test_whole_seconds_are_written_without_a_fraction(seconds: float, written: str) -> None:
    """Metacontroller compares numbers as they are written: 0.0 against the stored 0 would be a write at every sync."""
    assert Clock(lost_seconds=seconds).model_dump_json(by_alias=True).endswith(f'"lostSeconds":{written}}}')
