"""What the bytes of a Prometheus answer mean."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.measurement import Samples, Unanswered
from app.prometheus.answers import read_answer

NO_ANSWER = "Prometheus answered 200 with a body that is no answer of its API."
NO_NUMBER = "Prometheus answered 200 with a sample that is no number."


def series(*values: str, **more: Any) -> dict[str, Any]:
    """A series with these values, five seconds apart."""
    return {"metric": {"pod": "a"}, "values": [[5.0 * at, value] for at, value in enumerate(values)], **more}


def matrix(*found: dict[str, Any], **more: Any) -> bytes:
    """A successful answer."""
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": found}, **more}).encode()


def histogram(*, buckets: bool = True) -> list[Any]:
    """A sample of a native histogram."""
    return [5.0, {"count": "60", "sum": "33", **({"buckets": [[0, "0.1", "0.2", "60"]]} if buckets else {})}]


ANSWERS = {
    "nothing": (matrix(), Samples(0, 0, 0, None)),
    "one-series": (matrix(series("1", "3", "2")), Samples(1, 3, 0, 3.0)),
    "every-series": (matrix(series("1"), series("7"), series("2")), Samples(3, 3, 0, 7.0)),
    "zero-is-a-number": (matrix(series("0")), Samples(1, 1, 0, 0.0)),
    "negative": (matrix(series("-2", "-3")), Samples(1, 2, 0, -2.0)),
    "exponent": (matrix(series("1e3")), Samples(1, 1, 0, 1000.0)),
    "nan": (matrix(series("NaN", "NaN")), Samples(1, 0, 2, None)),
    "nan-among-numbers": (matrix(series("NaN", "1")), Samples(1, 1, 1, 1.0)),
    "infinity": (matrix(series("+Inf", "1")), Samples(1, 2, 0, math.inf)),
    "minus-infinity": (matrix(series("-Inf")), Samples(1, 1, 0, -math.inf)),
    "native-histograms": (
        matrix({"metric": {}, "histograms": [histogram(), histogram(buckets=False)]}),
        Samples(1, 0, 2, None),
    ),
    "native-histograms-among-numbers": (matrix(series("1", histograms=[histogram()])), Samples(1, 1, 1, 1.0)),
    "warnings": (matrix(series("1"), warnings=["a"], infos=["b"]), Samples(1, 1, 0, 1.0)),
    "fields-of-a-newer-prometheus": (matrix(series("1", exemplars=[1]), stats={"x": 1}), Samples(1, 1, 0, 1.0)),
}


@pytest.mark.parametrize(("body", "samples"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_counted(body: bytes, samples: Samples) -> None:
    """Every series counts; NaN and native histograms are samples, but no numbers; infinities are numbers."""
    assert read_answer(200, body) == samples


BROKEN = {
    "empty": (b"", NO_ANSWER),
    "html": (b"<html>hunter2</html>", NO_ANSWER),
    "truncated": (matrix(series("1"))[:-9], NO_ANSWER),
    "no-utf-8": (b'{"status":"success\xff"}', NO_ANSWER),
    "deeply-nested": (b"[" * 100_000, NO_ANSWER),
    "a-list": (b"[]", NO_ANSWER),
    "null": (b"null", NO_ANSWER),
    "no-status": (b'{"data":{"resultType":"matrix","result":[]}}', NO_ANSWER),
    "an-unknown-status": (b'{"status":"hunter2"}', NO_ANSWER),
    "no-data": (b'{"status":"success"}', NO_ANSWER),
    "no-result-type": (b'{"status":"success","data":{"result":[]}}', NO_ANSWER),
    "no-result": (b'{"status":"success","data":{"resultType":"matrix"}}', NO_ANSWER),
    "a-vector": (b'{"status":"success","data":{"resultType":"vector","result":[]}}', NO_ANSWER),
    "a-scalar": (b'{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}', NO_ANSWER),
    "a-string": (b'{"status":"success","data":{"resultType":"string","result":[1,"hunter2"]}}', NO_ANSWER),
    "a-series-without-samples": (matrix({"metric": {}}), NO_ANSWER),
    "a-series-with-one-value": (matrix({"metric": {}, "value": [1, "1"]}), NO_ANSWER),
    "an-empty-series": (matrix(series()), NO_ANSWER),
    "a-sample-without-a-time": (matrix({"metric": {}, "values": [["1"]]}), NO_ANSWER),
    "a-sample-that-is-no-pair": (matrix({"metric": {}, "values": [1]}), NO_ANSWER),
    "a-sample-that-is-a-json-number": (matrix({"metric": {}, "values": [[1, 1]]}), NO_ANSWER),
    "a-sample-that-is-a-word": (matrix(series("1", "hunter2")), NO_NUMBER),
    "a-sample-that-is-empty": (matrix(series("")), NO_NUMBER),
    "an-error-without-a-kind": (b'{"status":"error"}', "Prometheus refused the query with 200 (unknown error)."),
}


@pytest.mark.parametrize(("body", "sentence"), BROKEN.values(), ids=BROKEN)
def test_a_body_that_is_no_answer_is_told_without_being_quoted(body: bytes, sentence: str) -> None:
    """Nothing that a server sends gets into a status, and nothing of it looks like an empty answer."""
    assert read_answer(200, body) == Unanswered(sentence)


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (400, "bad_data", "bad_data"),
        (422, "execution", "execution"),
        (500, "internal", "internal"),
        (503, "timeout", "timeout"),
        (503, "unavailable", "unavailable"),
        (499, "canceled", "canceled"),
        (404, "not_found", "not_found"),
        (406, "not_acceptable", "not_acceptable"),
        (400, "hunter2", "unknown error"),
        (200, "bad_data", "bad_data"),
    ],
)
def test_an_error_of_prometheus_is_told_by_its_kind(status: int, kind: str, said: str) -> None:
    """The kind is one of Prometheus's own; the error's text, which may quote anything, is left out."""
    body = json.dumps({"status": "error", "errorType": kind, "error": "hunter2", "data": None}).encode()
    assert read_answer(status, body) == Unanswered(f"Prometheus refused the query with {status} ({said}).")


@pytest.mark.parametrize("status", [201, 204, 404, 500, 502, 503])
def test_only_200_brings_samples(status: int) -> None:
    """A server that fails and yet sends an empty result does not make a candidate healthy."""
    sentence = f"Prometheus answered {status} with a body that is no answer of its API."
    assert read_answer(status, matrix()) == Unanswered(sentence)
    assert read_answer(status, b"<html>") == Unanswered(sentence)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["success", "error", "matrix"]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(["status", "data", "resultType", "result", "values", "histograms", "errorType"]), inner
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, derandomize=True, database=None)
@given(st.integers(100, 599), st.binary() | _JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_is_too_odd(status: int, body: bytes) -> None:
    """Whatever the bytes are, they are samples or a sentence, never an exception."""
    assert isinstance(read_answer(status, body), Samples | Unanswered)
