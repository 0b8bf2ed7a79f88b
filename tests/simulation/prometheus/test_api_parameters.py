"""The HTTP API: parameters and refusals. The bodies are those of Prometheus 3.14.0."""

from typing import Any

import pytest

from tests.simulation.prometheus.notation import load
from tests.simulation.prometheus.over_http import fetch, get

STORE = load(10, {'m{l="1"}': "0+1x30", 'm{l="2"}': "0+1x30", "one": "1x30"})

TIMES = {
    "95": 95,
    "95.5": 95.5,
    "9.5e1": 95,
    "-5": -5,
    ".5": 0.5,
    "1970-01-01T00:01:35Z": 95,
    "1970-01-01T00:01:35.25Z": 95.25,
    "1970-01-01T01:01:35+01:00": 95,
    "1970-01-01T00:01:35.123456789Z": 95.123,
}


@pytest.mark.parametrize(("text", "at"), TIMES.items(), ids=TIMES.keys())
def test_a_time_is_unix_seconds_or_rfc_3339(text: str, at: float) -> None:
    """To the millisecond."""
    assert get(STORE, "query", {"query": "1", "time": text})[1]["data"]["result"] == [at, "1"]


NO_TIMES = ["yesterday", "1970-01-01", "1970-01-01T00:01:35", "1970-01-01 00:01:35Z", "1970-02-30T00:00:00Z", "5s", '"']


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_refused(text: str) -> None:
    """With the parameter and the text in the sentence; a time without a zone is none."""
    quoted = text.replace('"', '\\"')
    assert get(STORE, "query", {"query": "1", "time": text}) == (
        400,
        {
            "status": "error",
            "errorType": "bad_data",
            "error": f'invalid parameter "time": invalid time value for \'time\': cannot parse "{quoted}" '
            "to a valid timestamp",
        },
    )


STEPS = {"10": 10, "7.5": 7.5, "20s": 20, "1m": 60, "1m30s": 90, "1h": 3600, "500ms": 0.5, "1e1": 10}


@pytest.mark.parametrize(("text", "seconds"), STEPS.items(), ids=STEPS.keys())
def test_a_step_is_seconds_or_a_duration(text: str, seconds: float) -> None:
    """The second point is one step after the start."""
    _, body = get(STORE, "query_range", {"query": "1", "start": "0", "end": str(seconds), "step": text})
    assert body["data"]["result"] == [{"metric": {}, "values": [[0, "1"], [seconds, "1"]]}]


ZERO = "zero or negative query resolution step widths are not accepted. Try a positive integer"
MANY = "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)"
TYPE = 'invalid expression type "range vector" for range query, must be Scalar or instant Vector'
REFUSED = {
    "no start": ({"start": ""}, 'invalid parameter "start": cannot parse "" to a valid timestamp'),
    "no time": ({"end": "later"}, 'invalid parameter "end": cannot parse "later" to a valid timestamp'),
    "end before start": ({"end": "-1"}, 'invalid parameter "end": end timestamp must not be before start time'),
    "no step": ({"step": ""}, 'invalid parameter "step": cannot parse "" to a valid duration'),
    "no duration": ({"step": "1.5m"}, 'invalid parameter "step": cannot parse "1.5m" to a valid duration'),
    "a step of zero": ({"step": "0"}, f'invalid parameter "step": {ZERO}'),
    "a negative step": ({"step": "-10"}, f'invalid parameter "step": {ZERO}'),
    "a step beyond all time": (
        {"step": "1e10"},
        'invalid parameter "step": cannot parse "1e10" to a valid duration. It overflows int64',
    ),
    "too many points": ({"end": "11001", "step": "1"}, MANY),
    "a type without points": (
        {"query": "m[1m]"},
        f'invalid parameter "query": {TYPE}',
    ),
}


@pytest.mark.parametrize(("changes", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_a_range_query_with_a_wrong_parameter_is_refused(changes: dict[str, str], sentence: str) -> None:
    """With status 400, the kind of error, and a sentence that names the parameter."""
    given = {"query": "1", "start": "0", "end": "60", "step": "10", **changes}
    assert get(STORE, "query_range", given) == (400, {"status": "error", "errorType": "bad_data", "error": sentence})


def test_eleven_thousand_steps_are_not_too_many() -> None:
    """The limit is on steps: one more point is still answered."""
    status, body = get(STORE, "query_range", {"query": "1", "start": "0", "end": "11000", "step": "1"})
    assert (status, len(body["data"]["result"][0]["values"])) == (200, 11_001)


@pytest.mark.parametrize("endpoint", ["query", "query_range"])
@pytest.mark.parametrize("query", ["m{", "", "nonsense(m)"])
def test_a_query_that_does_not_parse_is_bad_data(endpoint: str, query: str) -> None:
    """Status 400; what is wrong is said by the parser, in its own words."""
    status, body = get(STORE, endpoint, {"query": query, "start": "0", "end": "60", "step": "10"})
    assert (status, body["status"], body["errorType"]) == (400, "error", "bad_data")
    assert body["error"].startswith('invalid parameter "query": ')
    assert "parse error: " in body["error"]


@pytest.mark.parametrize("endpoint", ["query", "query_range"])
def test_a_query_that_cannot_be_evaluated_is_an_execution_error(endpoint: str) -> None:
    """Status 422, for instant and range queries alike."""
    given = {"query": "one + on() m", "time": "50", "start": "0", "end": "60", "step": "10"}
    sentence = (
        "found duplicate series for the match group {} on the right hand-side of the operation: "
        '[{__name__="m", l="1"}, {__name__="m", l="2"}];many-to-many matching not allowed: '
        "matching labels must be unique on one side"
    )
    assert get(STORE, endpoint, given) == (
        422,
        {"status": "error", "errorType": "execution", "error": sentence},
    )


def test_parameters_in_a_form_count_more_than_those_in_the_address() -> None:
    """The first of several counts; an encoded character means itself."""
    sent = fetch(STORE, "POST", "/api/v1/query?query=2&time=7&time=8", data={"query": ["1+1", "4"]})
    assert sent.json()["data"]["result"] == [7, "2"]


def test_only_a_form_is_read_as_a_form() -> None:
    """A body of another type is no parameter."""
    body: dict[str, Any] = {"content": b"query=1&time=7", "headers": {"Content-Type": "text/plain"}}
    assert fetch(STORE, "POST", "/api/v1/query", **body).status_code == 400
    body["headers"] = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    assert fetch(STORE, "POST", "/api/v1/query", **body).status_code == 200


@pytest.mark.parametrize("content", [b"query=\xff\xfe", b"query=%ff%fe", b"&&&=", b""])
def test_a_form_that_is_garbage_is_refused(content: bytes) -> None:
    """As a query that does not parse; nothing breaks."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    assert fetch(STORE, "POST", "/api/v1/query", content=content, headers=headers).status_code == 400


def test_parameters_that_are_not_known_are_let_pass() -> None:
    """Such as a timeout, which nothing here needs."""
    assert get(STORE, "query", {"query": "1", "time": "7", "timeout": "5s", "stats": ""})[0] == 200


@pytest.mark.parametrize(("method", "path", "status"), [("PUT", "/api/v1/query", 405), ("GET", "/api/v1/other", 404)])
def test_other_methods_and_paths_are_not_there(method: str, path: str, status: int) -> None:
    """The API is instant and range queries, and nothing else."""
    assert fetch(STORE, method, path).status_code == status
