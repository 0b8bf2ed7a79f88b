"""Range queries. Expected values: Prometheus 3.14.0 on the same data."""

import pytest

from app.simulation.prometheus.promql import InvalidQueryError, QueryError
from tests.simulation.prometheus.notation import Points, ask_range, load

STORE = load(
    10,
    {
        'm{l="1"}': "0+1x30",
        'm{l="2"}': "_x5 7x3",
        'twins_a{of="x"}': "1x3",
        'twins_b{of="x"}': "_x10 2x20",
        "tenth": "0+1x30",
    },
)

CASES: dict[str, tuple[tuple[str, float, float, float], dict[str, Points]]] = {
    "every series has the steps at which it is there": (
        ("m > 5", 40, 70, 10),
        {'m{l="1"}': [(60, 6), (70, 7)], 'm{l="2"}': [(50, 7), (60, 7), (70, 7)]},
    ),
    "a number has no labels": (("1 + 1", 0, 20, 10), {"{}": [(0, 2), (10, 2), (20, 2)]}),
    "time is each step's": (("time()", 5, 25, 10), {"{}": [(5, 5), (15, 15), (25, 25)]}),
    "the end need not be a step": (("tenth", 0, 25, 10), {"tenth": [(0, 0), (10, 1), (20, 2)]}),
    "start and end may be one": (("tenth", 20, 20, 10), {"tenth": [(20, 2)]}),
    "a step longer than the range": (("tenth", 20, 29, 60), {"tenth": [(20, 2)]}),
    "steps of a tenth of a second": (
        ("time()", 0, 0.5, 0.1),
        {"{}": [(0, 0), (0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.4, 0.4), (0.5, 0.5)]},
    ),
    "steps that are no sum of powers of two": (
        ("count_over_time(tenth[10s])", 9.9, 10.2, 0.1),
        {"{}": [(9.9, 1), (10, 1), (10.1, 1), (10.2, 1)]},
    ),
    "an empty vector at every step": (("nothing", 0, 60, 10), {}),
    "windows move with the steps": (
        ("sum(increase(m[20s]))", 25, 85, 20),
        {"{}": [(25, 2), (45, 2), (65, 2), (85, 2)]},
    ),
    "the best at every step": (
        ("topk(1, m)", 45, 105, 20),
        {'m{l="1"}': [(45, 4), (85, 8), (105, 10)], 'm{l="2"}': [(65, 7)]},
    ),
    "series are sorted by their labels": (("m * 2 or m", 50, 50, 10), {'{l="1"}': [(50, 10)], '{l="2"}': [(50, 14)]}),
    "a name that is lost where series never meet": (('abs({of="x"})', 50, 400, 350), {'{of="x"}': [(50, 1), (400, 2)]}),
}


@pytest.mark.parametrize(("asked", "expected"), CASES.values(), ids=CASES.keys())
def test_a_range_query_is_an_instant_query_at_every_step(
    asked: tuple[str, float, float, float], expected: dict[str, Points]
) -> None:
    """From start to end, both included, at exact milliseconds; an absent sample is no point."""
    found = ask_range(STORE, *asked)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize(
    ("query", "kind"), [("m[1m]", "range vector"), ('"text"', "string"), ("rate(m[1m])[5m:1m]", "range vector")]
)
def test_a_range_query_refuses_what_has_no_value_per_step(query: str, kind: str) -> None:
    """Only numbers and instant vectors have one."""
    with pytest.raises(InvalidQueryError) as refusal:
        ask_range(STORE, query, 0, 60, 10)
    sentence = f'invalid expression type "{kind}" for range query, must be Scalar or instant Vector'
    assert str(refusal.value) == sentence


def test_a_range_query_fails_where_one_step_fails() -> None:
    """Not with a hole."""
    assert ask_range(STORE, "tenth + on() m", 0, 40, 10) != {}
    with pytest.raises(QueryError, match=r"^found duplicate series for the match group {} on the right hand-side"):
        ask_range(STORE, "tenth + on() m", 0, 60, 10)
