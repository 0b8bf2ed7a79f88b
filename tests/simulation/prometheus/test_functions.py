"""Functions of vectors and numbers. Expected values: Prometheus 3.14.0 on the same data."""

from math import inf, nan

import pytest

from app.simulation.prometheus.promql import QueryError
from tests.simulation.prometheus.notation import ask, ask_in_order, load

STORE = load(
    10,
    {
        'm{l="1"}': "2.5x10",
        'm{l="2"}': "-2.5x10",
        'm{l="3"}': "0x10",
        'm{l="4"}': "NaNx10",
        'm{l="5"}': "Infx10",
        'm{l="6"}': "-Infx10",
        'm{l="7"}': "0.15x10",
        'm{l="8"}': "1000x10",
        'm{l="9"}': "-0.4x10",
        'pod{host="eu-1.example",zone="eu"}': "1x10",
        'pod{host="us-22.example"}': "2x10",
        'pod{host="line\\nbreak"}': "3x10",
        'twins_a{of="x"}': "0+1x60",
        'twins_b{of="x"}': "0+2x60",
    },
)
AT = 55

EACH = {
    "abs(m)": {
        '{l="1"}': 2.5,
        '{l="2"}': 2.5,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': inf,
        '{l="7"}': 0.15,
        '{l="8"}': 1000,
        '{l="9"}': 0.4,
    },
    "ceil(m)": {
        '{l="1"}': 3,
        '{l="2"}': -2,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': -inf,
        '{l="7"}': 1,
        '{l="8"}': 1000,
        '{l="9"}': -0.0,
    },
    "floor(m)": {
        '{l="1"}': 2,
        '{l="2"}': -3,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': -inf,
        '{l="7"}': 0,
        '{l="8"}': 1000,
        '{l="9"}': -1,
    },
    "round(m)": {
        '{l="1"}': 3,
        '{l="2"}': -2,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': -inf,
        '{l="7"}': 0,
        '{l="8"}': 1000,
        '{l="9"}': 0,
    },
    "round(m, 0.1)": {
        '{l="1"}': 2.5,
        '{l="2"}': -2.5,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': -inf,
        '{l="7"}': 0.2,
        '{l="8"}': 1000,
        '{l="9"}': -0.4,
    },
    "round(m, 5)": {
        '{l="1"}': 5,
        '{l="2"}': 0,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': -inf,
        '{l="7"}': 0,
        '{l="8"}': 1000,
        '{l="9"}': 0,
    },
    "round(m, 0)": {
        '{l="1"}': nan,
        '{l="2"}': nan,
        '{l="3"}': nan,
        '{l="4"}': nan,
        '{l="5"}': nan,
        '{l="6"}': nan,
        '{l="7"}': nan,
        '{l="8"}': nan,
        '{l="9"}': nan,
    },
    "round(m, -1)": {
        '{l="1"}': 2,
        '{l="2"}': -3,
        '{l="3"}': -0.0,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': -inf,
        '{l="7"}': -0.0,
        '{l="8"}': 1000,
        '{l="9"}': -0.0,
    },
    "exp(m)": {
        '{l="1"}': 12.182493960703473,
        '{l="2"}': 0.0820849986238988,
        '{l="3"}': 1,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': 0,
        '{l="7"}': 1.161834242728283,
        '{l="8"}': inf,
        '{l="9"}': 0.6703200460356392,
    },
    "ln(m)": {
        '{l="1"}': 0.9162907318741551,
        '{l="2"}': nan,
        '{l="3"}': -inf,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': nan,
        '{l="7"}': -1.8971199848858813,
        '{l="8"}': 6.907755278982137,
        '{l="9"}': nan,
    },
    "log2(m)": {
        '{l="1"}': 1.3219280948873622,
        '{l="2"}': nan,
        '{l="3"}': -inf,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': nan,
        '{l="7"}': -2.736965594166206,
        '{l="8"}': 9.965784284662087,
        '{l="9"}': nan,
    },
    "log10(m)": {
        '{l="1"}': 0.3979400086720376,
        '{l="2"}': nan,
        '{l="3"}': -inf,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': nan,
        '{l="7"}': -0.8239087409443188,
        '{l="8"}': 3,
        '{l="9"}': nan,
    },
    "sqrt(m)": {
        '{l="1"}': 1.5811388300841898,
        '{l="2"}': nan,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': nan,
        '{l="7"}': 0.3872983346207417,
        '{l="8"}': 31.622776601683793,
        '{l="9"}': nan,
    },
    "sgn(m)": {
        '{l="1"}': 1,
        '{l="2"}': -1,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': 1,
        '{l="6"}': -1,
        '{l="7"}': 1,
        '{l="8"}': 1,
        '{l="9"}': -1,
    },
    "clamp(m, -1, 2)": {
        '{l="1"}': 2,
        '{l="2"}': -1,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': 2,
        '{l="6"}': -1,
        '{l="7"}': 0.15,
        '{l="8"}': 2,
        '{l="9"}': -0.4,
    },
    "clamp(m, 2, -1)": {},
    "clamp(m, NaN, 1)": {
        '{l="1"}': nan,
        '{l="2"}': nan,
        '{l="3"}': nan,
        '{l="4"}': nan,
        '{l="5"}': nan,
        '{l="6"}': nan,
        '{l="7"}': nan,
        '{l="8"}': nan,
        '{l="9"}': nan,
    },
    "clamp(m, 0, scalar(nothing))": {
        '{l="1"}': nan,
        '{l="2"}': nan,
        '{l="3"}': nan,
        '{l="4"}': nan,
        '{l="5"}': nan,
        '{l="6"}': 0,
        '{l="7"}': nan,
        '{l="8"}': nan,
        '{l="9"}': nan,
    },
    "clamp_min(m, 1)": {
        '{l="1"}': 2.5,
        '{l="2"}': 1,
        '{l="3"}': 1,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': 1,
        '{l="7"}': 1,
        '{l="8"}': 1000,
        '{l="9"}': 1,
    },
    "clamp_min(m, NaN)": {
        '{l="1"}': nan,
        '{l="2"}': nan,
        '{l="3"}': nan,
        '{l="4"}': nan,
        '{l="5"}': inf,
        '{l="6"}': nan,
        '{l="7"}': nan,
        '{l="8"}': nan,
        '{l="9"}': nan,
    },
    "clamp_max(m, 1)": {
        '{l="1"}': 1,
        '{l="2"}': -2.5,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': 1,
        '{l="6"}': -inf,
        '{l="7"}': 0.15,
        '{l="8"}': 1,
        '{l="9"}': -0.4,
    },
    "clamp_max(m, NaN)": {
        '{l="1"}': nan,
        '{l="2"}': nan,
        '{l="3"}': nan,
        '{l="4"}': nan,
        '{l="5"}': nan,
        '{l="6"}': -inf,
        '{l="7"}': nan,
        '{l="8"}': nan,
        '{l="9"}': nan,
    },
    "abs(nothing)": {},
}


@pytest.mark.parametrize(("query", "expected"), EACH.items(), ids=EACH.keys())
def test_every_sample_is_computed_as_in_prometheus(query: str, expected: dict[str, float]) -> None:
    """Without the name, and with NaN, infinities and zero."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


CONVERSIONS = {
    "time()": {"{}": 55},
    "scalar(m)": {"{}": nan},
    'scalar(m{l="1"})': {"{}": 2.5},
    "scalar(nothing)": {"{}": nan},
    "vector(7)": {"{}": 7},
    "vector(time())": {"{}": 55},
    'scalar(m{l="1"}) * 2': {"{}": 5},
}


@pytest.mark.parametrize(("query", "expected"), CONVERSIONS.items(), ids=CONVERSIONS.keys())
def test_numbers_and_vectors_turn_into_each_other(query: str, expected: dict[str, float]) -> None:
    """`scalar` is a number only for exactly one sample; `vector` has no labels."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


ABSENT = {
    "absent(m)": {},
    "absent(nothing)": {"{}": 1},
    'absent(nothing{a="1",b="2",c!="3",d=~"4",e=""})': {'{a="1",b="2"}': 1},
    'absent(nothing{a="1",a="2",b="3"})': {'{b="3"}': 1},
    'absent(nothing{a="1",a!="2"})': {"{}": 1},
    'absent(nothing{a!="2",a="1"})': {"{}": 1},
    'absent({__name__="nothing",a="1"})': {'{a="1"}': 1},
    'absent((nothing{a="1"}))': {'{a="1"}': 1},
    'absent(sum(nothing{a="1"}))': {"{}": 1},
    'absent(nothing{a="1"} > 1)': {"{}": 1},
    "absent(m > 5000)": {},
    "absent_over_time(m[1m])": {},
    'absent_over_time(m{l="1"}[10s] offset 10m)': {'{l="1"}': 1},
    'absent_over_time(nothing{a="1"}[1m])': {'{a="1"}': 1},
    'absent_over_time(nothing{a="1"}[1m:10s])': {"{}": 1},
}


@pytest.mark.parametrize(("query", "expected"), ABSENT.items(), ids=ABSENT.keys())
def test_absence_is_one_with_the_labels_that_were_asked_for(query: str, expected: dict[str, float]) -> None:
    """The labels of a selector's equality matchers, where each is asked for once."""
    assert ask(STORE, query, AT) == expected


SORTED = {
    'sort(m{l!="3"})': [
        ('m{l="6"}', -inf),
        ('m{l="2"}', -2.5),
        ('m{l="9"}', -0.4),
        ('m{l="7"}', 0.15),
        ('m{l="1"}', 2.5),
        ('m{l="8"}', 1000),
        ('m{l="5"}', inf),
        ('m{l="4"}', nan),
    ],
    'sort_desc(m{l!="3"})': [
        ('m{l="5"}', inf),
        ('m{l="8"}', 1000),
        ('m{l="1"}', 2.5),
        ('m{l="7"}', 0.15),
        ('m{l="9"}', -0.4),
        ('m{l="2"}', -2.5),
        ('m{l="6"}', -inf),
        ('m{l="4"}', nan),
    ],
    "sort(nothing)": [],
}


@pytest.mark.parametrize(("query", "expected"), SORTED.items(), ids=SORTED.keys())
def test_sorting_puts_nan_last_either_way(query: str, expected: list[tuple[str, float]]) -> None:
    """By value, with name and labels."""
    found = ask_in_order(STORE, query, AT)
    assert [name for name, _ in found] == [name for name, _ in expected]
    assert [value for _, value in found] == pytest.approx([value for _, value in expected], nan_ok=True)


LABELS = {
    'label_replace(pod, "region", "$1", "host", "(..)-.*")': {
        'pod{host="eu-1.example",region="eu",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example",region="us"}': 2,
    },
    'label_replace(pod, "region", "${1}x", "host", "(..)-.*")': {
        'pod{host="eu-1.example",region="eux",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example",region="usx"}': 2,
    },
    'label_replace(pod, "region", "$1x", "host", "(..)-.*")': {
        'pod{host="eu-1.example",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example"}': 2,
    },
    'label_replace(pod, "region", "$r/$n", "host", "(?P<r>..)-(?P<n>[0-9]+).*")': {
        'pod{host="eu-1.example",region="eu/1",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example",region="us/22"}': 2,
    },
    'label_replace(pod, "region", "$7$$1", "host", "(..)-.*")': {
        'pod{host="eu-1.example",region="$1",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example",region="$1"}': 2,
    },
    'label_replace(pod, "region", "a$", "host", "(..)-.*")': {
        'pod{host="eu-1.example",region="a$",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example",region="a$"}': 2,
    },
    "label_replace(pod, 'region', 'a\\\\1', 'host', '(..)-.*')": {
        'pod{host="eu-1.example",region="a\\1",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example",region="a\\1"}': 2,
    },
    'label_replace(pod, "region", "[$2]", "host", "(..)-(x)?.*")': {
        'pod{host="eu-1.example",region="[]",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example",region="[]"}': 2,
    },
    'label_replace(pod, "region", "$1é", "host", "(..)-.*")': {
        'pod{host="eu-1.example",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example"}': 2,
    },
    'label_replace(pod, "region", "all", "host", ".*")': {
        'pod{host="eu-1.example",region="all",zone="eu"}': 1,
        'pod{host="line\nbreak",region="all"}': 3,
        'pod{host="us-22.example",region="all"}': 2,
    },
    'label_replace(pod, "region", "none", "host", "eu")': {
        'pod{host="eu-1.example",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example"}': 2,
    },
    'label_replace(pod, "zone", "", "host", "eu.*")': {
        'pod{host="eu-1.example"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22.example"}': 2,
    },
    'label_replace(pod, "zone", "was empty", "zone", "")': {
        'pod{host="eu-1.example",zone="eu"}': 1,
        'pod{host="line\nbreak",zone="was empty"}': 3,
        'pod{host="us-22.example",zone="was empty"}': 2,
    },
    'label_replace(pod, "__name__", "renamed", "", "")': {
        'renamed{host="eu-1.example",zone="eu"}': 1,
        'renamed{host="line\nbreak"}': 3,
        'renamed{host="us-22.example"}': 2,
    },
    'label_replace(pod, "host", "$1", "host", "(.*)[.]example")': {
        'pod{host="eu-1",zone="eu"}': 1,
        'pod{host="line\nbreak"}': 3,
        'pod{host="us-22"}': 2,
    },
    'label_replace(nothing, "a", "b", "c", "d")': {},
}


@pytest.mark.parametrize(("query", "expected"), LABELS.items(), ids=LABELS.keys())
def test_labels_are_replaced_as_in_prometheus(query: str, expected: dict[str, float]) -> None:
    """Only where the whole value matches; groups by number and by name; an empty result removes the label."""
    assert ask(STORE, query, AT) == expected


ERRORS = {
    'label_replace(pod, "a", "b", "host", "(")': "invalid regular expression in label_replace(): (",
    'label_replace(nothing, "a", "b", "host", "(?=a)")': "invalid regular expression in label_replace(): (?=a)",
    "label_replace(pod, 'a', 'b', 'host', `(a)\\1`)": "invalid regular expression in label_replace(): (a)\\1",
    'label_replace(pod, "host", "same", "zone", ".*")': "vector cannot contain metrics with the same labelset",
    'label_replace(pod, "", "x", "host", ".*")': "invalid destination label name in label_replace(): ",
    'abs({__name__=~"twins_.",of="x"})': "vector cannot contain metrics with the same labelset",
    'clamp({__name__=~"twins_.",of="x"}, 0, 1)': "vector cannot contain metrics with the same labelset",
}


@pytest.mark.parametrize(("query", "sentence"), ERRORS.items(), ids=ERRORS.keys())
def test_what_cannot_be_evaluated_is_refused_in_the_words_of_prometheus(query: str, sentence: str) -> None:
    """The whole query fails, with the sentence that Prometheus gives."""
    with pytest.raises(QueryError) as refusal:
        ask(STORE, query, AT)
    assert str(refusal.value) == sentence
