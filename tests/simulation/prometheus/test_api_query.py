"""The HTTP API: instant and range queries. The bodies are those of Prometheus 3.14.0 on the same data."""

from math import inf
from typing import Any

import pytest

from app.simulation.prometheus.answers import number_text, plain_text
from tests.simulation.prometheus.notation import load
from tests.simulation.prometheus.over_http import NOW, fetch, get

STORE = load(
    10,
    {
        'm{l="1"}': "0+1x30",
        'm{l="2"}': "0.5x30",
        'odd{of="nan"}': "NaNx30",
        'odd{of="up"}': "Infx30",
        'odd{of="down"}': "-Infx30",
    },
)

WHERE = {"GET": "params", "POST": "data"}
"""httpx's argument for the parameters."""

INSTANT: dict[str, dict[str, Any]] = {
    "m": {
        "resultType": "vector",
        "result": [
            {"metric": {"__name__": "m", "l": "1"}, "value": [95, "9"]},
            {"metric": {"__name__": "m", "l": "2"}, "value": [95, "0.5"]},
        ],
    },
    "sum(m)": {"resultType": "vector", "result": [{"metric": {}, "value": [95, "9.5"]}]},
    "nothing": {"resultType": "vector", "result": []},
    "sort(odd)": {
        "resultType": "vector",
        "result": [
            {"metric": {"__name__": "odd", "of": "down"}, "value": [95, "-Inf"]},
            {"metric": {"__name__": "odd", "of": "up"}, "value": [95, "+Inf"]},
            {"metric": {"__name__": "odd", "of": "nan"}, "value": [95, "NaN"]},
        ],
    },
    "1 / 3": {"resultType": "scalar", "result": [95, "0.3333333333333333"]},
    '"a \\"text\\""': {"resultType": "string", "result": [95, 'a "text"']},
    "m[20s]": {
        "resultType": "matrix",
        "result": [
            {"metric": {"__name__": "m", "l": "1"}, "values": [[80, "8"], [90, "9"]]},
            {"metric": {"__name__": "m", "l": "2"}, "values": [[80, "0.5"], [90, "0.5"]]},
        ],
    },
    "(m > 1)[15s:5s]": {
        "resultType": "matrix",
        "result": [{"metric": {"__name__": "m", "l": "1"}, "values": [[85, "8"], [90, "9"], [95, "9"]]}],
    },
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(("query", "data"), INSTANT.items(), ids=INSTANT.keys())
def test_an_instant_query_answers_with_every_type_of_result(method: str, query: str, data: dict[str, Any]) -> None:
    """By GET and by POST: vector, matrix, scalar and string, values as text, times as numbers."""
    request: dict[str, Any] = {WHERE[method]: {"query": query, "time": "95"}}
    answer = fetch(STORE, method, "/api/v1/query", **request)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {"status": "success", "data": data}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_range_query_answers_with_a_matrix(method: str) -> None:
    """By GET and by POST, series by series, even for a number and for nothing."""
    answers = []
    for query in ("m", "7", "nothing"):
        request: dict[str, Any] = {WHERE[method]: {"query": query, "start": "60", "end": "80.5", "step": "10s"}}
        answers.append(fetch(STORE, method, "/api/v1/query_range", **request).json()["data"])
    assert answers == [
        {
            "resultType": "matrix",
            "result": [
                {"metric": {"__name__": "m", "l": "1"}, "values": [[60, "6"], [70, "7"], [80, "8"]]},
                {"metric": {"__name__": "m", "l": "2"}, "values": [[60, "0.5"], [70, "0.5"], [80, "0.5"]]},
            ],
        },
        {"resultType": "matrix", "result": [{"metric": {}, "values": [[60, "7"], [70, "7"], [80, "7"]]}]},
        {"resultType": "matrix", "result": []},
    ]


NUMBERS = {
    "0": "0",
    "-0": "-0",
    "5": "5",
    "-1.5": "-1.5",
    "0.1 + 0.2": "0.30000000000000004",
    "1e15": "1000000000000000",
    "1e16": "10000000000000000",
    "123456789012345680000": "123456789012345680000",
    "9.99e20": "999000000000000000000",
    "1e21": "1e+21",
    "1.5e300": "1.5e+300",
    "0.000001": "0.000001",
    "0.0000015": "0.0000015",
    "9.9e-7": "9.9e-07",
    "-1e-9": "-1e-09",
    "5e-324": "5e-324",
    "NaN": "NaN",
    "Inf": "+Inf",
    "-Inf": "-Inf",
}


@pytest.mark.parametrize(("number", "text"), NUMBERS.items(), ids=NUMBERS.keys())
def test_numbers_are_written_as_prometheus_writes_them(number: str, text: str) -> None:
    """The shortest digits that are exact, with an exponent only for the very large and the very small."""
    _, body = get(STORE, "query", {"query": f"vector({number})", "time": "0"})
    assert body["data"]["result"] == [{"metric": {}, "value": [0, text]}]


@pytest.mark.parametrize(
    ("number", "text"),
    [("1e21", "1" + "0" * 21), ("1.5e25", "15" + "0" * 24), ("-1e-9", "-0.000000001"), ("-0", "-0"), ("-Inf", "-Inf")],
)
def test_scalars_are_written_without_an_exponent(number: str, text: str) -> None:
    """Prometheus writes them another way than samples."""
    assert get(STORE, "query", {"query": number, "time": "0"})[1]["data"]["result"] == [0, text]


@pytest.mark.parametrize("query", ["ceil(vector(-0.4))", "floor(vector(-0))", "round(vector(-0.4), -1)", "-vector(0)"])
def test_a_negative_zero_keeps_its_sign(query: str) -> None:
    """As in Go."""
    assert get(STORE, "query", {"query": query, "time": "0"})[1]["data"]["result"][0]["value"] == [0, "-0"]


@pytest.mark.parametrize("value", [0.1, -2.5e-9, 1e22, 123456.789, 5e-324, 1.7976931348623157e308, inf, -inf])
def test_a_number_that_is_read_back_is_the_same(value: float) -> None:
    """No digit is lost."""
    assert float(number_text(value)) == value
    assert float(plain_text(value)) == value


def test_whole_seconds_are_written_without_a_fraction() -> None:
    """And others in milliseconds, as Prometheus keeps time."""
    answers = [fetch(STORE, "GET", "/api/v1/query", params={"query": "1", "time": at}).text for at in ("95", "95.1239")]
    assert answers == [
        '{"status":"success","data":{"resultType":"scalar","result":[95,"1"]}}',
        '{"status":"success","data":{"resultType":"scalar","result":[95.124,"1"]}}',
    ]


def test_a_query_without_a_time_is_asked_now() -> None:
    """The clock is the caller's; an empty time is none."""
    assert get(STORE, "query", {"query": "1"})[1]["data"]["result"] == [NOW, "1"]
    assert get(STORE, "query", {"query": "1", "time": ""})[1]["data"]["result"] == [NOW, "1"]


def test_the_health_check_answers() -> None:
    """As Prometheus's does."""
    answer = fetch(STORE, "GET", "/-/healthy")
    assert (answer.status_code, answer.text) == (200, "Prometheus Server is Healthy.\n")
