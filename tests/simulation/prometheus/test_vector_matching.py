"""on, ignoring, group_left and group_right. Expected values: Prometheus 3.14.0 on the same data."""

import pytest

from app.simulation.prometheus.promql import QueryError
from tests.simulation.prometheus.notation import ask, load

STORE = load(
    10,
    {
        'errors{code="500",method="get"}': "24x10",
        'errors{code="404",method="get"}': "30x10",
        'errors{code="500",method="post"}': "6x10",
        'errors{code="404",method="post"}': "21x10",
        'errors{code="404",method="put"}': "3x10",
        'requests{method="get",team="red"}': "600x10",
        'requests{method="del",team="red"}': "34x10",
        'requests{method="post",team="blue"}': "120x10",
        'plain{method="get"}': "2x10",
        'owner{method="get",team="green",code="x"}': "1x10",
        'owner{method="post",code="y"}': "1x10",
        'double{method="get",n="1"}': "1x10",
        'double{method="get",n="2"}': "1x10",
        'twice_a{x="1"}': "1x10",
        'twice_b{x="1"}': "3x10",
    },
)
AT = 55

MATCHED = {
    'errors{code="500"} / ignoring(code, team) requests': {'{method="get"}': 0.04, '{method="post"}': 0.05},
    'errors{code="500"} / on(method) requests': {'{method="get"}': 0.04, '{method="post"}': 0.05},
    'errors{code="500"} > on(method) plain': {'{method="get"}': 24},
    'errors{code="500"} > ignoring(code) plain': {'errors{method="get"}': 24},
    'errors{code="500"} > bool on(method) plain': {'{method="get"}': 1},
    'errors{code="500"} > bool ignoring(code) plain': {'{method="get"}': 1},
    "errors / ignoring(code, team) group_left requests": {
        '{code="404",method="get"}': 0.05,
        '{code="404",method="post"}': 0.175,
        '{code="500",method="get"}': 0.04,
        '{code="500",method="post"}': 0.05,
    },
    "errors / on(method) group_left requests": {
        '{code="404",method="get"}': 0.05,
        '{code="404",method="post"}': 0.175,
        '{code="500",method="get"}': 0.04,
        '{code="500",method="post"}': 0.05,
    },
    "errors / on(method) group_left(team) requests": {
        '{code="404",method="get",team="red"}': 0.05,
        '{code="404",method="post",team="blue"}': 0.175,
        '{code="500",method="get",team="red"}': 0.04,
        '{code="500",method="post",team="blue"}': 0.05,
    },
    "requests / on(method) group_right errors": {
        '{code="404",method="get"}': 20,
        '{code="404",method="post"}': 5.714285714285714,
        '{code="500",method="get"}': 25,
        '{code="500",method="post"}': 20,
    },
    "requests / on(method) group_right(team) errors": {
        '{code="404",method="get",team="red"}': 20,
        '{code="404",method="post",team="blue"}': 5.714285714285714,
        '{code="500",method="get",team="red"}': 25,
        '{code="500",method="post",team="blue"}': 20,
    },
    "requests - ignoring(code, team) group_right errors": {
        '{code="404",method="get"}': 570,
        '{code="404",method="post"}': 99,
        '{code="500",method="get"}': 576,
        '{code="500",method="post"}': 114,
    },
    "errors > on(method) group_left(team) plain * 4": {
        'errors{code="404",method="get"}': 30,
        'errors{code="500",method="get"}': 24,
    },
    "errors > bool on(method) group_left requests / 20": {
        '{code="404",method="get"}': 0,
        '{code="404",method="post"}': 1,
        '{code="500",method="get"}': 0,
        '{code="500",method="post"}': 0,
    },
    "requests / 20 < on(method) group_right errors": {'errors{code="404",method="post"}': 6},
    "errors * on(method) group_left(team) owner": {
        '{code="404",method="get",team="green"}': 30,
        '{code="404",method="post"}': 21,
        '{code="500",method="get",team="green"}': 24,
        '{code="500",method="post"}': 6,
    },
    "errors * on(method) group_left(nowhere) requests": {
        '{code="404",method="get"}': 18000,
        '{code="404",method="post"}': 2520,
        '{code="500",method="get"}': 14400,
        '{code="500",method="post"}': 720,
    },
    "errors + on() group_left sum(plain)": {
        '{code="404",method="get"}': 32,
        '{code="404",method="post"}': 23,
        '{code="404",method="put"}': 5,
        '{code="500",method="get"}': 26,
        '{code="500",method="post"}': 8,
    },
    "plain + on(__name__) plain": {"{}": 4},
    "plain == on(__name__, method) plain": {'plain{method="get"}': 2},
    "errors and on(method) plain": {'errors{code="404",method="get"}': 30, 'errors{code="500",method="get"}': 24},
    "errors unless on(method) requests": {'errors{code="404",method="put"}': 3},
    "errors and ignoring(code) plain": {'errors{code="404",method="get"}': 30, 'errors{code="500",method="get"}': 24},
    "plain or on(method) requests": {
        'plain{method="get"}': 2,
        'requests{method="del",team="red"}': 34,
        'requests{method="post",team="blue"}': 120,
    },
    "plain or ignoring(team) requests": {
        'plain{method="get"}': 2,
        'requests{method="del",team="red"}': 34,
        'requests{method="post",team="blue"}': 120,
    },
    "errors and on() plain": {
        'errors{code="404",method="get"}': 30,
        'errors{code="404",method="post"}': 21,
        'errors{code="404",method="put"}': 3,
        'errors{code="500",method="get"}': 24,
        'errors{code="500",method="post"}': 6,
    },
    "errors and on() nothing": {},
    "double and on(method) plain": {'double{method="get",n="1"}': 1, 'double{method="get",n="2"}': 1},
    "errors unless on() nothing": {
        'errors{code="404",method="get"}': 30,
        'errors{code="404",method="post"}': 21,
        'errors{code="404",method="put"}': 3,
        'errors{code="500",method="get"}': 24,
        'errors{code="500",method="post"}': 6,
    },
    "nothing * on(method) double": {},
    "plain * on(n) group_left double": {},
    'plain{method="x"} * double': {},
    '{__name__=~"twice_."} > on(__name__) group_left twice_b - 1': {},
}


@pytest.mark.parametrize(("query", "expected"), MATCHED.items(), ids=MATCHED.keys())
def test_vectors_are_matched_on_the_labels_that_are_named(query: str, expected: dict[str, float]) -> None:
    """One to one, many to one and one to many, with the labels that Prometheus gives the result."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


EXPLICIT = "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
UNIQUE = "multiple matches for labels: grouping labels must ensure unique matches"


def duplicates(side: str, group: str) -> str:
    """The sentence for a group with two partners."""
    return (
        f"found duplicate series for the match group {group} on the {side} hand-side of the operation: "
        '[{__name__="double", method="get", n="1"}, {__name__="double", method="get", n="2"}];'
        "many-to-many matching not allowed: matching labels must be unique on one side"
    )


ERRORS = {
    "plain * on(method) double": duplicates("right", '{method="get"}'),
    "double * on(method) plain": EXPLICIT,
    "double * ignoring(n) group_right plain": duplicates("left", '{method="get"}'),
    "plain * on(method) group_left double": duplicates("right", '{method="get"}'),
    "errors * on(method) requests": EXPLICIT,
    "errors > on(method) requests": EXPLICIT,
    "errors > ignoring(code, team) requests * 1000": EXPLICIT,
    "errors * on(method) group_left(code) requests": UNIQUE,
    "requests * on(method) group_right(code) errors": UNIQUE,
    "errors * errors offset 1s * on() double": duplicates("right", "{}"),
    '{__name__=~"twice_."} + on(x) group_left sum by (x) (twice_a)': UNIQUE,
    '{__name__=~"twice_."} > on(x) sum by (x) (twice_a) - 1': EXPLICIT,
}


@pytest.mark.parametrize(("query", "sentence"), ERRORS.items(), ids=ERRORS.keys())
def test_what_cannot_be_evaluated_is_refused_in_the_words_of_prometheus(query: str, sentence: str) -> None:
    """The whole query fails, with the sentence that Prometheus gives."""
    with pytest.raises(QueryError) as refusal:
        ask(STORE, query, AT)
    assert str(refusal.value) == sentence
