"""Functions of a range: rates, changes, `*_over_time`. Expected values: Prometheus 3.14.0 on the same data."""

from math import inf, nan

import pytest

from app.simulation.prometheus.promql import QueryError
from tests.simulation.prometheus.notation import ask, load

STORE = load(
    10,
    {
        "steady": "0+5x60",
        "restarted": "100+10x20 3+10x40",
        "restarted_twice": "5 7 2 9 1 _x3 4 4x60",
        "from_zero": "_x50 0+20x10",
        "from_two": "_x50 2+20x10",
        "from_nine": "_x49 9 10 11",
        "ended": "0+7x52",
        "gaps": "0+1x40 _x4 45+1x3 _x2 51+1x40",
        "gauge": "3 1 4 1 5 9 2 6 5 3 5 8 9 7 9 3 2 3 8 4x40 -6.5 2.25 7",
        "below_zero": "-20+1x60",
        "single": "_x55 42",
        'odd{of="nan"}': "1x54 NaN 2 NaN NaN 3",
        'odd{of="all nan"}': "NaNx58",
        'odd{of="infinite"}': "1x56 Inf 2",
        'odd{of="both infinities"}': "1x55 Inf -Inf 2",
        'odd{of="huge"}': "1e308x58",
        'odd{of="tenths"}': "0.1x60",
        'twins_a{of="x"}': "0+1x60",
        'twins_b{of="x"}': "0+2x60",
    },
)
AT = 583

RATES = {
    "rate(steady[1m])": {"{}": 0.5},
    "rate(steady[62s])": {"{}": 0.5},
    "rate(steady[15s])": {"{}": 0.5},
    "rate(steady[9s])": {},
    "rate(steady[10m])": {"{}": 0.48583333333333334},
    "increase(steady[1m])": {"{}": 30},
    "increase(steady[33s])": {"{}": 16.5},
    "increase(steady[10m] offset 1m)": {"{}": 261.5},
    "delta(steady[1m])": {"{}": 30},
    "increase(restarted[10m])": {"{}": 580.903448275862},
    "rate(restarted[1m] offset 350s)": {"{}": 0.86},
    "delta(restarted[1m] offset 350s)": {"{}": -308.4},
    "increase(restarted_twice[10m])": {"{}": 15.213949843260188},
    "increase(from_zero[10m])": {"{}": 166},
    "increase(from_two[10m])": {"{}": 168},
    "increase(from_two[75s] offset 10s)": {"{}": 148},
    "increase(from_nine[1m] offset 60s)": {"{}": 3},
    "delta(ended[1m] offset 52500ms)": {"{}": 42},
    "delta(ended[1m] offset 51500ms)": {"{}": 37.449999999999996},
    "delta(from_two[93500ms])": {"{}": 187},
    "delta(from_two[94500ms])": {"{}": 176},
    "rate(from_nine[5m])": {"{}": 0.01},
    "increase(ended[2m])": {"{}": 43.4},
    "increase(gaps[3m])": {"{}": 13.890909090909089},
    "increase(gaps[90s] offset 70s)": {"{}": 7.050000000000001},
    "delta(gauge[5m])": {"{}": 0},
    "delta(gauge[2m] offset 400s)": {"{}": 2.1818181818181817},
    "increase(below_zero[5m])": {"{}": 30.000000000000004},
    "rate(below_zero[10m])": {"{}": 0.098},
    "increase(single[5m])": {},
    "increase(nothing[5m])": {},
}


@pytest.mark.parametrize(("query", "expected"), RATES.items(), ids=RATES.keys())
def test_rates_extrapolate_as_prometheus_does(query: str, expected: dict[str, float]) -> None:
    """To the edges of the window where samples come near, half a step otherwise, never below a counter's zero."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12)


LAST_TWO = {
    "irate(steady[1m])": {"{}": 0.5},
    "irate(restarted[30s] offset 370s)": {"{}": 0.3},
    "irate(gaps[5m])": {"{}": 0.1},
    "irate(single[5m])": {},
    "idelta(steady[1m])": {"{}": 5},
    "idelta(restarted[30s] offset 370s)": {"{}": -297},
    "idelta(gauge[1m])": {"{}": 0},
    "idelta(single[5m])": {},
}


@pytest.mark.parametrize(("query", "expected"), LAST_TWO.items(), ids=LAST_TWO.keys())
def test_irate_and_idelta_take_the_last_two_samples(query: str, expected: dict[str, float]) -> None:
    """Without extrapolation; after a counter's restart irate takes the whole last value."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12)


COUNTS = {
    "resets(steady[10m])": {"{}": 0},
    "resets(restarted_twice[10m])": {"{}": 2},
    "resets(gauge[10m])": {"{}": 9},
    'resets(odd{of="nan"}[10m])': {'{of="nan"}': 0},
    "changes(steady[1m])": {"{}": 5},
    "changes(gauge[10m])": {"{}": 19},
    "changes(single[10m])": {"{}": 0},
    'changes(odd{of="nan"}[10m])': {'{of="nan"}': 3},
    'changes(odd{of="all nan"}[10m])': {'{of="all nan"}': 0},
    "count_over_time(gaps[10m])": {"{}": 53},
    "count_over_time(nothing[10m])": {},
    "present_over_time(single[10m])": {"{}": 1},
    "present_over_time(single[10s])": {},
}


@pytest.mark.parametrize(("query", "expected"), COUNTS.items(), ids=COUNTS.keys())
def test_resets_changes_and_samples_are_counted(query: str, expected: dict[str, float]) -> None:
    """A drop is a reset; any other value is a change, but from NaN to NaN is none."""
    assert ask(STORE, query, AT) == expected


OVER_TIME = {
    "avg_over_time(gauge[10m])": {"{}": 4.288135593220339},
    "avg_over_time(gauge[45s])": {"{}": 4},
    "min_over_time(gauge[10m])": {"{}": 1},
    "max_over_time(gauge[10m])": {"{}": 9},
    "sum_over_time(gauge[10m])": {"{}": 253},
    "stddev_over_time(gauge[10m])": {"{}": 1.5843605078714296},
    "stdvar_over_time(gauge[10m])": {"{}": 2.510198218902614},
    "last_over_time(gauge[10m])": {"gauge": 4},
    "last_over_time(gauge[1m] offset 3m)": {"gauge": 4},
    "quantile_over_time(0.5, gauge[10m])": {"{}": 4},
    "quantile_over_time(0.9, gauge[3m])": {"{}": 4},
    "quantile_over_time(0, gauge[10m])": {"{}": 1},
    "quantile_over_time(1, gauge[10m])": {"{}": 9},
    "quantile_over_time(-1, gauge[10m])": {"{}": -inf},
    "quantile_over_time(2, gauge[10m])": {"{}": inf},
    "quantile_over_time(NaN, gauge[10m])": {"{}": nan},
    "avg_over_time(odd[55s])": {
        '{of="all nan"}': nan,
        '{of="both infinities"}': nan,
        '{of="huge"}': 1e308,
        '{of="infinite"}': inf,
        '{of="nan"}': nan,
        '{of="tenths"}': 0.1,
    },
    "sum_over_time(odd[55s])": {
        '{of="all nan"}': nan,
        '{of="both infinities"}': nan,
        '{of="huge"}': inf,
        '{of="infinite"}': inf,
        '{of="nan"}': nan,
        '{of="tenths"}': 0.6000000000000001,
    },
    "min_over_time(odd[55s])": {
        '{of="all nan"}': nan,
        '{of="both infinities"}': -inf,
        '{of="huge"}': 1e308,
        '{of="infinite"}': 1,
        '{of="nan"}': 1,
        '{of="tenths"}': 0.1,
    },
    "max_over_time(odd[55s])": {
        '{of="all nan"}': nan,
        '{of="both infinities"}': inf,
        '{of="huge"}': 1e308,
        '{of="infinite"}': inf,
        '{of="nan"}': 2,
        '{of="tenths"}': 0.1,
    },
    "stddev_over_time(odd[55s])": {
        '{of="all nan"}': nan,
        '{of="both infinities"}': nan,
        '{of="huge"}': 0,
        '{of="infinite"}': nan,
        '{of="nan"}': nan,
        '{of="tenths"}': 0,
    },
    "stdvar_over_time(odd[55s])": {
        '{of="all nan"}': nan,
        '{of="both infinities"}': nan,
        '{of="huge"}': 0,
        '{of="infinite"}': nan,
        '{of="nan"}': nan,
        '{of="tenths"}': 0,
    },
    "quantile_over_time(0.5, odd[55s])": {
        '{of="all nan"}': nan,
        '{of="both infinities"}': 1,
        '{of="huge"}': 1e308,
        '{of="infinite"}': 1,
        '{of="nan"}': nan,
        '{of="tenths"}': 0.1,
    },
    "quantile_over_time(0.9, odd[55s])": {
        '{of="all nan"}': nan,
        '{of="both infinities"}': inf,
        '{of="huge"}': 1e308,
        '{of="infinite"}': inf,
        '{of="nan"}': 1.5,
        '{of="tenths"}': 0.1,
    },
    "last_over_time(odd[55s])": {
        'odd{of="all nan"}': nan,
        'odd{of="both infinities"}': 2,
        'odd{of="huge"}': 1e308,
        'odd{of="infinite"}': 2,
        'odd{of="nan"}': nan,
        'odd{of="tenths"}': 0.1,
    },
    "increase(odd[55s])": {
        '{of="all nan"}': nan,
        '{of="both infinities"}': inf,
        '{of="huge"}': 0,
        '{of="infinite"}': inf,
        '{of="nan"}': nan,
        '{of="tenths"}': 0,
    },
}


@pytest.mark.parametrize(("query", "expected"), OVER_TIME.items(), ids=OVER_TIME.keys())
def test_values_are_summed_up_over_time(query: str, expected: dict[str, float]) -> None:
    """Extremes pass over NaN, sums carry it, and only last_over_time keeps the metric's name."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


FAST = load(0.1, {"fast": "0+1x60"})
MILLISECONDS = {
    "count_over_time(fast[700ms])": {"{}": 7},
    "fast offset 700ms": {"fast": 26},
    "increase(fast[1900ms])": {"{}": 19},
    "delta(fast[810ms] offset 110ms)": {"{}": 8.1},
    "irate(fast[1s])": {"{}": 10},
    "count_over_time(fast[700ms:100ms])": {"{}": 7},
}


@pytest.mark.parametrize(("query", "expected"), MILLISECONDS.items(), ids=MILLISECONDS.keys())
def test_windows_are_exact_to_the_millisecond(query: str, expected: dict[str, float]) -> None:
    """Though no binary fraction is a tenth of a second."""
    assert ask(FAST, query, 3.3) == pytest.approx(expected, rel=1e-12)


ERRORS = {
    'rate({__name__=~"twins_.",of="x"}[1m])': "vector cannot contain metrics with the same labelset",
    'quantile_over_time(0.5, {__name__=~"twins_.",of="x"}[1m])': "vector cannot contain metrics with the same labelset",
}


@pytest.mark.parametrize(("query", "sentence"), ERRORS.items(), ids=ERRORS.keys())
def test_what_cannot_be_evaluated_is_refused_in_the_words_of_prometheus(query: str, sentence: str) -> None:
    """The whole query fails, with the sentence that Prometheus gives."""
    with pytest.raises(QueryError) as refusal:
        ask(STORE, query, AT)
    assert str(refusal.value) == sentence
