"""What an answer of the hook means."""

import json
from typing import Any

import pytest

from app.simulation.metacontroller.hook import Desired, HookAnswer, HookFailedError, read_desired

CHILD = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"}}
NOW = 1_767_225_600.0


def _read(body: Any) -> Desired:
    return read_desired(HookAnswer(200, body if isinstance(body, bytes) else json.dumps(body).encode()), NOW)


@pytest.mark.parametrize(
    ("body", "desired"),
    [
        pytest.param(
            {"status": {"a": 1}, "children": [CHILD], "resyncAfterSeconds": 2.5},
            Desired({"a": 1}, [CHILD], 2.5),
            id="everything",
        ),
        pytest.param({}, Desired({}, [], 0.0), id="nothing: every child goes"),
        pytest.param(b"null", Desired({}, [], 0.0), id="null is nothing"),
        pytest.param(
            {"status": None, "children": None, "resyncAfterSeconds": None}, Desired({}, [], 0.0), id="null fields"
        ),
        pytest.param({"finalized": True, "unknown": 5}, Desired({}, [], 0.0), id="unknown fields are let pass"),
        pytest.param({"resyncAfterSeconds": 3}, Desired({}, [], 3.0), id="a whole number of seconds"),
    ],
)
def test_an_answer_is_read(body: Any, desired: Desired) -> None:
    """What is left out is empty."""
    assert _read(body) == desired


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param([], "it is a list, not an object", id="a list"),
        pytest.param({"status": "Stable"}, "status is a str, not an object", id="a status that is a word"),
        pytest.param({"children": {}}, "children is a dict, not a list", id="children that are an object"),
        pytest.param({"children": [None]}, "a child has no kind", id="a child that is null"),
        pytest.param({"children": [{"metadata": {}}]}, "a child has no kind", id="a child without a kind"),
        pytest.param({"resyncAfterSeconds": "5"}, "resyncAfterSeconds is a str, not a number", id="a delay as text"),
        pytest.param({"resyncAfterSeconds": True}, "resyncAfterSeconds is a bool, not a number", id="a delay as bool"),
        pytest.param(b'{"resyncAfterSeconds": NaN}', "NaN is not JSON", id="not a number"),
        pytest.param(b"", "Expecting value: line 1 column 1 (char 0)", id="an empty body"),
        pytest.param(b"{} {}", "Extra data: line 1 column 4 (char 3)", id="two answers"),
    ],
)
def test_an_answer_of_another_shape_is_a_failure(body: Any, problem: str) -> None:
    """Metacontroller is as strict as Go: it does not guess, and changes nothing."""
    with pytest.raises(HookFailedError) as failed:
        _read(body)
    assert str(failed.value) == f"The hook's answer is no response: {problem}"
    assert failed.value.retry_after is None


@pytest.mark.parametrize("status", [201, 204, 301, 400, 404, 500, 503])
def test_every_status_but_200_is_a_failure(status: int) -> None:
    """Other successes are none."""
    with pytest.raises(HookFailedError) as failed:
        read_desired(HookAnswer(status, b"why"), NOW)
    assert str(failed.value) == f"The hook answered {status}: why"
    assert failed.value.retry_after is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Retry-After": "7"}, 7.0, id="seconds"),
        pytest.param({"retry-after": "7"}, 7.0, id="in whatever case, as HTTP clients give them"),
        pytest.param({"Retry-After": "Thu, 01 Jan 2026 00:00:30 GMT"}, 30.0, id="a date"),
        pytest.param({"Retry-After": "soon"}, 0.0, id="a word means at once"),
        pytest.param({"Retry-After": "1.5"}, 0.0, id="a fraction, too"),
        pytest.param({}, 0.0, id="no header, too"),
    ],
)
def test_the_hook_can_ask_for_a_pause(headers: dict[str, str], seconds: float) -> None:
    """429 names the pause in Retry-After."""
    with pytest.raises(HookFailedError, match=r"^The hook asked for a pause\.$") as failed:
        read_desired(HookAnswer(429, b"", headers), NOW)
    assert failed.value.retry_after == seconds
