"""Subqueries. Expected values: Prometheus 3.14.0 on the same data."""

import pytest

from app.simulation.prometheus.promql import QueryError
from tests.simulation.prometheus.notation import ask, ask_windows, load

STORE = load(
    10,
    {
        'm{l="1"}': "0+10x100",
        'm{l="2"}': "5x40 _x40 7x30",
        "tenths": "0+1x100",
        'twins_a{of="x"}': "0+1x60",
        'twins_b{of="x"}': "0+2x60",
    },
)
AT = 905

WINDOWS = {
    "tenths[1m:20s]": {"tenths": [(860, 86), (880, 88), (900, 90)]},
    "tenths[3m:]": {"tenths": [(780, 78), (840, 84), (900, 90)]},
    "tenths[65s:20s]": {"tenths": [(860, 86), (880, 88), (900, 90)]},
    "tenths[1m:20s] offset 30s": {"tenths": [(820, 82), (840, 84), (860, 86)]},
    "tenths[1m:20s] offset -30s": {"tenths": [(880, 88), (900, 90), (920, 92)]},
    "(tenths * 2)[1m:30s]": {"{}": [(870, 174), (900, 180)]},
    "tenths[1s:100ms] offset 4s": {
        "tenths": [
            (900.1, 90),
            (900.2, 90),
            (900.3, 90),
            (900.4, 90),
            (900.5, 90),
            (900.6, 90),
            (900.7, 90),
            (900.8, 90),
            (900.9, 90),
            (901, 90),
        ]
    },
    "tenths[5s:20s]": {},
    'm{l="2"}[10m:1m]': {'m{l="2"}': [(360, 5), (420, 5), (480, 5), (540, 5), (600, 5), (660, 5), (840, 7), (900, 7)]},
    "rate(m[1m])[40s:20s]": {'{l="1"}': [(880, 1), (900, 1)], '{l="2"}': [(880, 0), (900, 0)]},
    "vector(time())[40s:20s]": {"{}": [(880, 880), (900, 900)]},
    "tenths[5s:5s]": {"tenths": [(905, 90)]},
    "nothing[1m:20s]": {},
}


@pytest.mark.parametrize(("query", "expected"), WINDOWS.items(), ids=WINDOWS.keys())
def test_a_subquery_is_evaluated_at_multiples_of_its_step(
    query: str, expected: dict[str, list[tuple[float, float]]]
) -> None:
    """Aligned, open on the left, one minute where no step is named, and with the inner expression's lookback."""
    assert ask_windows(STORE, query, AT) == expected


VALUES = {
    "max_over_time(rate(m[1m])[5m:1m])": {'{l="1"}': 1, '{l="2"}': 0},
    "avg_over_time((m > 800)[2m:10s])": {'{l="1"}': 855},
    "rate(m[1m:10s])": {'{l="1"}': 1, '{l="2"}': 0},
    "increase(tenths[1m:15s])": {"{}": 6.666666666666666},
    "min_over_time(sum(m)[5m:30s])": {"{}": 635},
    "last_over_time(m[1m:20s])": {'m{l="1"}': 900, 'm{l="2"}': 7},
    "sum_over_time(max_over_time(tenths[1m:20s])[2m:30s])": {"{}": 340},
    "quantile_over_time(0.5, (tenths % 7)[5m:10s])": {"{}": 3},
    "count_over_time(vector(1)[5m:])": {"{}": 5},
}


@pytest.mark.parametrize(("query", "expected"), VALUES.items(), ids=VALUES.keys())
def test_functions_take_a_subquery_as_any_range(query: str, expected: dict[str, float]) -> None:
    """Rates extrapolate to the subquery's own edges."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12)


ERRORS = {
    'rate({__name__=~"twins_.",of="x"}[1m:10s])': "vector cannot contain metrics with the same labelset",
}


@pytest.mark.parametrize(("query", "sentence"), ERRORS.items(), ids=ERRORS.keys())
def test_what_cannot_be_evaluated_is_refused_in_the_words_of_prometheus(query: str, sentence: str) -> None:
    """The whole query fails, with the sentence that Prometheus gives."""
    with pytest.raises(QueryError) as refusal:
        ask(STORE, query, AT)
    assert str(refusal.value) == sentence
