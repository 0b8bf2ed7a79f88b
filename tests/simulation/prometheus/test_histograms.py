"""histogram_quantile over classic histograms. Expected values: Prometheus 3.14.0 on the same data."""

from math import inf, nan

import pytest

from app.simulation.prometheus.promql import QueryError
from tests.simulation.prometheus.notation import ask, load

STORE = load(
    10,
    {
        'ms_bucket{le="5"}': "10x10",
        'ms_bucket{le="10"}': "30x10",
        'ms_bucket{le="50"}': "90x10",
        'ms_bucket{le="+Inf"}': "100x10",
        'two_bucket{of="a",le="1"}': "0+4x10",
        'two_bucket{of="a",le="2"}': "0+6x10",
        'two_bucket{of="a",le="+Inf"}': "0+6x10",
        'two_bucket{of="b",le="1"}': "0+1x10",
        'two_bucket{of="b",le="2"}': "0+10x10",
        'two_bucket{of="b",le="+Inf"}': "0+10x10",
        'odd_bucket{of="no infinity",le="1"}': "1x10",
        'odd_bucket{of="no infinity",le="2"}': "2x10",
        'odd_bucket{of="infinity only",le="+Inf"}': "2x10",
        'odd_bucket{of="empty",le="1"}': "0x10",
        'odd_bucket{of="empty",le="+Inf"}': "0x10",
        'odd_bucket{of="negative bounds",le="-2"}': "4x10",
        'odd_bucket{of="negative bounds",le="-1"}': "10x10",
        'odd_bucket{of="negative bounds",le="+Inf"}': "10x10",
        'odd_bucket{of="zero bound",le="0"}': "4x10",
        'odd_bucket{of="zero bound",le="4"}': "10x10",
        'odd_bucket{of="zero bound",le="+Inf"}': "10x10",
        'odd_bucket{of="falling",le="1"}': "8x10",
        'odd_bucket{of="falling",le="2"}': "5x10",
        'odd_bucket{of="falling",le="4"}': "10x10",
        'odd_bucket{of="falling",le="+Inf"}': "9x10",
        'odd_bucket{of="rounded",le="1"}': "10x10",
        'odd_bucket{of="rounded",le="2"}': "10.000000000001x10",
        'odd_bucket{of="rounded",le="+Inf"}': "10.000000000001x10",
        'odd_bucket{of="twice",le="1"}': "2x10",
        'odd_bucket{of="twice",le="1.0"}': "3x10",
        'odd_bucket{of="twice",le="2"}': "10x10",
        'odd_bucket{of="twice",le="+Inf"}': "10x10",
        'odd_bucket{of="not a number",le="x"}': "2x10",
        'odd_bucket{of="not a number",le="1"}': "1x10",
        'odd_bucket{of="not a number",le="+Inf"}': "2x10",
        'odd_bucket{of="no bound"}': "2x10",
        'odd_bucket{of="nan",le="1"}': "NaNx10",
        'odd_bucket{of="nan",le="+Inf"}': "NaNx10",
        'odd_bucket{of="first is empty",le="1"}': "0x10",
        'odd_bucket{of="first is empty",le="2"}': "5x10",
        'odd_bucket{of="first is empty",le="+Inf"}': "5x10",
        'parts_a_bucket{le="1"}': "1x10",
        'parts_b_bucket{le="+Inf"}': "2x10",
    },
)
AT = 85

QUANTILES = {
    "histogram_quantile(0.5, ms_bucket)": {"{}": 23.333333333333332},
    "histogram_quantile(0.05, ms_bucket)": {"{}": 2.5},
    "histogram_quantile(0.1, ms_bucket)": {"{}": 5},
    "histogram_quantile(0.9, ms_bucket)": {"{}": 50},
    "histogram_quantile(0.99, ms_bucket)": {"{}": 50},
    "histogram_quantile(0, ms_bucket)": {"{}": 0},
    "histogram_quantile(1, ms_bucket)": {"{}": 50},
    "histogram_quantile(-0.1, ms_bucket)": {"{}": -inf},
    "histogram_quantile(1.1, ms_bucket)": {"{}": inf},
    "histogram_quantile(NaN, ms_bucket)": {"{}": nan},
    "histogram_quantile(scalar(nothing), ms_bucket)": {"{}": nan},
    "histogram_quantile(0.9, rate(two_bucket[1m]))": {'{of="b"}': 1.8888888888888888, '{of="a"}': 1.7000000000000002},
    "histogram_quantile(0.9, sum by (le) (rate(two_bucket[1m])))": {"{}": 1.8545454545454545},
    "histogram_quantile(0.9, sum by (le, of) (increase(two_bucket[30s])))": {
        '{of="a"}': 1.6999999999999997,
        '{of="b"}': 1.8888888888888888,
    },
    "histogram_quantile(0.5, nothing)": {},
}


@pytest.mark.parametrize(("query", "expected"), QUANTILES.items(), ids=QUANTILES.keys())
def test_quantiles_are_interpolated_within_buckets(query: str, expected: dict[str, float]) -> None:
    """One quantile for every histogram; above the last bound it is that bound."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


ODD = {
    "histogram_quantile(0.3, odd_bucket)": {
        '{of="falling"}': 0.375,
        '{of="first is empty"}': 1.3,
        '{of="nan"}': 1,
        '{of="twice"}': 0.6,
        '{of="zero bound"}': 0,
        '{of="infinity only"}': nan,
        '{of="negative bounds"}': -2,
        '{of="not a number"}': 0.6,
        '{of="rounded"}': 0.3,
        '{of="no infinity"}': nan,
        '{of="empty"}': nan,
    },
    "histogram_quantile(0.85, odd_bucket)": {
        '{of="not a number"}': 1,
        '{of="zero bound"}': 3,
        '{of="no infinity"}': nan,
        '{of="falling"}': 2.5,
        '{of="first is empty"}': 1.85,
        '{of="negative bounds"}': -1.25,
        '{of="rounded"}': 0.85,
        '{of="twice"}': 1.7,
        '{of="empty"}': nan,
        '{of="infinity only"}': nan,
        '{of="nan"}': 1,
    },
    "histogram_quantile(1, odd_bucket)": {
        '{of="first is empty"}': 2,
        '{of="infinity only"}': nan,
        '{of="nan"}': 1,
        '{of="negative bounds"}': -1,
        '{of="not a number"}': 1,
        '{of="twice"}': 2,
        '{of="zero bound"}': 4,
        '{of="empty"}': nan,
        '{of="rounded"}': 1,
        '{of="no infinity"}': nan,
        '{of="falling"}': 4,
    },
    "histogram_quantile(0, odd_bucket)": {
        '{of="first is empty"}': nan,
        '{of="infinity only"}': nan,
        '{of="nan"}': 1,
        '{of="negative bounds"}': -2,
        '{of="twice"}': 0,
        '{of="zero bound"}': 0,
        '{of="no infinity"}': nan,
        '{of="falling"}': 0,
        '{of="not a number"}': 0,
        '{of="rounded"}': 0,
        '{of="empty"}': nan,
    },
}


@pytest.mark.parametrize(("query", "expected"), ODD.items(), ids=ODD.keys())
def test_odd_histograms_give_what_prometheus_gives(query: str, expected: dict[str, float]) -> None:
    """Missing, falling, doubled and unreadable buckets neither raise nor give a number that Prometheus would not."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


ERRORS = {
    'histogram_quantile(0.25, {__name__=~"parts_._bucket"})': "vector cannot contain metrics with the same labelset",
}


@pytest.mark.parametrize(("query", "sentence"), ERRORS.items(), ids=ERRORS.keys())
def test_what_cannot_be_evaluated_is_refused_in_the_words_of_prometheus(query: str, sentence: str) -> None:
    """The whole query fails, with the sentence that Prometheus gives."""
    with pytest.raises(QueryError) as refusal:
        ask(STORE, query, AT)
    assert str(refusal.value) == sentence
