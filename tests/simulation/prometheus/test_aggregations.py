"""Aggregations. Expected values: Prometheus 3.14.0 on the same data."""

from math import inf, nan

import pytest

from app.simulation.prometheus.promql import QueryError
from tests.simulation.prometheus.notation import ask, ask_in_order, load

STORE = load(
    10,
    {
        'm{pod="a",zone="x"}': "1x10",
        'm{pod="b",zone="x"}': "4x10",
        'm{pod="c",zone="y"}': "2.5x10",
        'm{pod="d",zone="y"}': "-3x10",
        'm{pod="e"}': "10x10",
        'n{pod="a"}': "7x10",
        'odd{a="1",of="nan"}': "NaNx10",
        'odd{a="2",of="nan"}': "2x10",
        'odd{a="3",of="nan"}': "1x10",
        'odd{a="1",of="nan only"}': "NaNx10",
        'odd{a="1",of="infinite"}': "Infx10",
        'odd{a="2",of="infinite"}': "2x10",
        'odd{a="1",of="both"}': "Infx10",
        'odd{a="2",of="both"}': "-Infx10",
        'odd{a="1",of="huge"}': "1e308x10",
        'odd{a="2",of="huge"}': "1e308x10",
    },
)
AT = 55

GROUPS = {
    "sum(m)": {"{}": 14.5},
    "avg(m)": {"{}": 2.9},
    "min(m)": {"{}": -3},
    "max(m)": {"{}": 10},
    "count(m)": {"{}": 5},
    "group(m)": {"{}": 1},
    "stddev(m)": {"{}": 4.24735211631906},
    "stdvar(m)": {"{}": 18.04},
    "quantile(0.5, m)": {"{}": 2.5},
    "quantile(0.9, m)": {"{}": 7.6000000000000005},
    "quantile(-0.1, m)": {"{}": -inf},
    "quantile(1.1, m)": {"{}": inf},
    "quantile(NaN, m)": {"{}": nan},
    "sum by (zone) (m)": {'{zone="x"}': 5, '{zone="y"}': -0.5, "{}": 10},
    "sum(m) by (zone)": {'{zone="x"}': 5, '{zone="y"}': -0.5, "{}": 10},
    "sum by (zone, pod) (m)": {
        '{pod="a",zone="x"}': 1,
        '{pod="b",zone="x"}': 4,
        '{pod="c",zone="y"}': 2.5,
        '{pod="d",zone="y"}': -3,
        '{pod="e"}': 10,
    },
    "sum by () (m)": {"{}": 14.5},
    "sum by (nowhere) (m)": {"{}": 14.5},
    'sum by (__name__) ({pod="a"})': {"m": 1, "n": 7},
    "sum without (pod) (m)": {'{zone="x"}': 5, '{zone="y"}': -0.5, "{}": 10},
    "sum without () (m)": {
        '{pod="a",zone="x"}': 1,
        '{pod="b",zone="x"}': 4,
        '{pod="c",zone="y"}': 2.5,
        '{pod="d",zone="y"}': -3,
        '{pod="e"}': 10,
    },
    "sum(m) without (pod, zone)": {"{}": 14.5},
    "avg by (zone) (m)": {'{zone="x"}': 2.5, '{zone="y"}': -0.25, "{}": 10},
    "min by (zone) (m)": {'{zone="x"}': 1, '{zone="y"}': -3, "{}": 10},
    "max by (zone) (m)": {'{zone="x"}': 4, '{zone="y"}': 2.5, "{}": 10},
    "count by (zone) (m)": {'{zone="x"}': 2, '{zone="y"}': 2, "{}": 1},
    "group by (zone) (m)": {'{zone="x"}': 1, '{zone="y"}': 1, "{}": 1},
    "stddev by (zone) (m)": {'{zone="x"}': 1.5, '{zone="y"}': 2.75, "{}": 0},
    "stdvar without (pod) (m)": {'{zone="x"}': 2.25, '{zone="y"}': 7.5625, "{}": 0},
    "quantile by (zone) (0.25, m)": {'{zone="x"}': 1.75, '{zone="y"}': -1.625, "{}": 10},
    "sum(nothing)": {},
    "count(nothing)": {},
    "quantile(0.5, nothing)": {},
    "sum(sum by (zone) (m))": {"{}": 14.5},
    "quantile(scalar(n) / 10, m)": {"{}": 3.6999999999999997},
}


@pytest.mark.parametrize(("query", "expected"), GROUPS.items(), ids=GROUPS.keys())
def test_groups_are_aggregated_by_or_without_labels(query: str, expected: dict[str, float]) -> None:
    """A group is what the listed labels leave; an empty vector has no group."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


ODD = {
    "sum by (of) (odd)": {
        '{of="both"}': nan,
        '{of="huge"}': inf,
        '{of="infinite"}': inf,
        '{of="nan"}': nan,
        '{of="nan only"}': nan,
    },
    "avg by (of) (odd)": {
        '{of="both"}': nan,
        '{of="huge"}': 1e308,
        '{of="infinite"}': inf,
        '{of="nan"}': nan,
        '{of="nan only"}': nan,
    },
    "min by (of) (odd)": {
        '{of="both"}': -inf,
        '{of="huge"}': 1e308,
        '{of="infinite"}': 2,
        '{of="nan"}': 1,
        '{of="nan only"}': nan,
    },
    "max by (of) (odd)": {
        '{of="both"}': inf,
        '{of="huge"}': 1e308,
        '{of="infinite"}': inf,
        '{of="nan"}': 2,
        '{of="nan only"}': nan,
    },
    "count by (of) (odd)": {
        '{of="both"}': 2,
        '{of="huge"}': 2,
        '{of="infinite"}': 2,
        '{of="nan"}': 3,
        '{of="nan only"}': 1,
    },
    "stddev by (of) (odd)": {
        '{of="both"}': nan,
        '{of="huge"}': 0,
        '{of="infinite"}': nan,
        '{of="nan"}': nan,
        '{of="nan only"}': nan,
    },
    "stdvar by (of) (odd)": {
        '{of="both"}': nan,
        '{of="huge"}': 0,
        '{of="infinite"}': nan,
        '{of="nan"}': nan,
        '{of="nan only"}': nan,
    },
    "quantile by (of) (0.75, odd)": {
        '{of="both"}': nan,
        '{of="huge"}': 1e308,
        '{of="infinite"}': inf,
        '{of="nan"}': 1.5,
        '{of="nan only"}': nan,
    },
    "quantile by (of) (0.5, odd)": {
        '{of="both"}': nan,
        '{of="huge"}': 1e308,
        '{of="infinite"}': inf,
        '{of="nan"}': 1,
        '{of="nan only"}': nan,
    },
}


@pytest.mark.parametrize(("query", "expected"), ODD.items(), ids=ODD.keys())
def test_nan_infinity_and_overflow_aggregate_as_in_prometheus(query: str, expected: dict[str, float]) -> None:
    """Extremes pass over NaN where there are numbers; a mean does not overflow where its values do not."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


ORDERED = {
    "topk(1, m)": [('m{pod="e"}', 10)],
    "topk(3, m)": [('m{pod="e"}', 10), ('m{pod="b",zone="x"}', 4), ('m{pod="c",zone="y"}', 2.5)],
    "topk(9, m)": [
        ('m{pod="e"}', 10),
        ('m{pod="b",zone="x"}', 4),
        ('m{pod="c",zone="y"}', 2.5),
        ('m{pod="a",zone="x"}', 1),
        ('m{pod="d",zone="y"}', -3),
    ],
    "topk(0, m)": [],
    "topk(-1, m)": [],
    "topk(1.9, m)": [('m{pod="e"}', 10)],
    "topk(2, nothing)": [],
    "topk(scalar(n) - 5, m)": [('m{pod="e"}', 10), ('m{pod="b",zone="x"}', 4)],
    "bottomk(2, m)": [('m{pod="d",zone="y"}', -3), ('m{pod="a",zone="x"}', 1)],
    "bottomk(-Inf, m)": [],
    'topk(1, odd{of="nan"})': [('odd{a="2",of="nan"}', 2)],
    'topk(3, odd{of="nan"})': [('odd{a="2",of="nan"}', 2), ('odd{a="3",of="nan"}', 1), ('odd{a="1",of="nan"}', nan)],
    'bottomk(3, odd{of="nan"})': [('odd{a="3",of="nan"}', 1), ('odd{a="2",of="nan"}', 2), ('odd{a="1",of="nan"}', nan)],
    'topk(2, odd{of="both"})': [('odd{a="1",of="both"}', inf), ('odd{a="2",of="both"}', -inf)],
}


@pytest.mark.parametrize(("query", "expected"), ORDERED.items(), ids=ORDERED.keys())
def test_topk_and_bottomk_keep_whole_samples_in_order(query: str, expected: list[tuple[str, float]]) -> None:
    """With name and labels, the best first, NaN last."""
    found = ask_in_order(STORE, query, AT)
    assert [name for name, _ in found] == [name for name, _ in expected]
    assert [value for _, value in found] == pytest.approx([value for _, value in expected], nan_ok=True)


BY_GROUP = {
    "topk by (zone) (1, m)": {'m{pod="b",zone="x"}': 4, 'm{pod="c",zone="y"}': 2.5, 'm{pod="e"}': 10},
    "bottomk by (zone) (1, m)": {'m{pod="a",zone="x"}': 1, 'm{pod="d",zone="y"}': -3, 'm{pod="e"}': 10},
    "bottomk without (pod) (1, m)": {'m{pod="a",zone="x"}': 1, 'm{pod="d",zone="y"}': -3, 'm{pod="e"}': 10},
}


@pytest.mark.parametrize(("query", "expected"), BY_GROUP.items(), ids=BY_GROUP.keys())
def test_topk_and_bottomk_choose_per_group(query: str, expected: dict[str, float]) -> None:
    """One choice for every group, the labels untouched."""
    assert ask(STORE, query, AT) == expected


ERRORS = {
    "topk(NaN, m)": "Parameter value is NaN",
    "topk(Inf, m)": "Scalar value +Inf overflows int64",
    "bottomk(1e19, m)": "Scalar value 1e+19 overflows int64",
}


@pytest.mark.parametrize(("query", "sentence"), ERRORS.items(), ids=ERRORS.keys())
def test_what_cannot_be_evaluated_is_refused_in_the_words_of_prometheus(query: str, sentence: str) -> None:
    """The whole query fails, with the sentence that Prometheus gives."""
    with pytest.raises(QueryError) as refusal:
        ask(STORE, query, AT)
    assert str(refusal.value) == sentence
