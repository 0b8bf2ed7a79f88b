"""Selectors: which series, and which of their samples. Expected values: Prometheus 3.14.0 on the same data."""

import pytest

from tests.simulation.prometheus.notation import ask, ask_windows, load

STORE = load(
    10,
    {
        'http{code="200",path="/a"}': "0+1x100",
        'http{code="500",path="/a"}': "0+2x100",
        'http{code="503",path="/b"}': "0+3x100",
        'http{path="/none"}': "0+4x100",
        'http{code="2\\n0"}': "7x100",
        'other{code="200"}': "5x100",
        'ended{why="gone"}': "1x10 2",
        'late{why="new"}': "_x90 3x10",
    },
)
AT = 805

MATCHERS = {
    "http": {
        'http{code="2\n0"}': 7,
        'http{code="200",path="/a"}': 80,
        'http{code="500",path="/a"}': 160,
        'http{code="503",path="/b"}': 240,
        'http{path="/none"}': 320,
    },
    'http{code="200"}': {'http{code="200",path="/a"}': 80},
    'http{code=""}': {'http{path="/none"}': 320},
    'http{code!="200"}': {
        'http{code="2\n0"}': 7,
        'http{code="500",path="/a"}': 160,
        'http{code="503",path="/b"}': 240,
        'http{path="/none"}': 320,
    },
    'http{code!=""}': {
        'http{code="2\n0"}': 7,
        'http{code="200",path="/a"}': 80,
        'http{code="500",path="/a"}': 160,
        'http{code="503",path="/b"}': 240,
    },
    'http{code=~"5.."}': {'http{code="500",path="/a"}': 160, 'http{code="503",path="/b"}': 240},
    'http{code=~"5"}': {},
    'http{code=~"200|503"}': {'http{code="200",path="/a"}': 80, 'http{code="503",path="/b"}': 240},
    'http{code=~"2.0"}': {'http{code="2\n0"}': 7, 'http{code="200",path="/a"}': 80},
    'http{code=~""}': {'http{path="/none"}': 320},
    'http{code!~"5.."}': {'http{code="2\n0"}': 7, 'http{code="200",path="/a"}': 80, 'http{path="/none"}': 320},
    'http{code!~".+"}': {'http{path="/none"}': 320},
    'http{code=~"5..",path!="/a"}': {'http{code="503",path="/b"}': 240},
    'http{code=~"(?i)5[0-9]{2}"}': {'http{code="500",path="/a"}': 160, 'http{code="503",path="/b"}': 240},
    "http{code=~'\\\\d+'}": {
        'http{code="200",path="/a"}': 80,
        'http{code="500",path="/a"}': 160,
        'http{code="503",path="/b"}': 240,
    },
    '{__name__="http",code="200"}': {'http{code="200",path="/a"}': 80},
    '{__name__=~"http|other",code="200"}': {'http{code="200",path="/a"}': 80, 'other{code="200"}': 5},
    '{__name__!="http",code="200"}': {'other{code="200"}': 5},
    '{code="200"}': {'http{code="200",path="/a"}': 80, 'other{code="200"}': 5},
    '{"http",code="200"}': {'http{code="200",path="/a"}': 80},
    "nothing": {},
}


@pytest.mark.parametrize(("query", "expected"), MATCHERS.items(), ids=MATCHERS.keys())
def test_matchers_choose_the_series_that_prometheus_chooses(query: str, expected: dict[str, float]) -> None:
    """All four matchers, alone and together, with and without the metric's name."""
    assert ask(STORE, query, AT) == expected


MOMENTS = {
    'http{code="200"} offset 100s': {'http{code="200",path="/a"}': 70},
    'http{code="200"} offset 5s': {'http{code="200",path="/a"}': 80},
    'http{code="200"} offset -95s': {'http{code="200",path="/a"}': 90},
    'http{code="200"} offset 1h': {},
    "ended": {},
    "ended offset 400s": {'ended{why="gone"}': 2},
    "ended offset 405s": {'ended{why="gone"}': 2},
    "ended offset 396s": {'ended{why="gone"}': 2},
    "ended offset 395s": {},
    "ended offset 410s": {'ended{why="gone"}': 2},
    "late": {},
    "late offset -1m": {},
    "late offset -95s": {'late{why="new"}': 3},
    "late offset -94s": {},
}


@pytest.mark.parametrize(("query", "expected"), MOMENTS.items(), ids=MOMENTS.keys())
def test_a_selector_sees_the_last_sample_within_five_minutes(query: str, expected: dict[str, float]) -> None:
    """With an offset the selector looks at another moment; a series without a sample for five minutes is gone."""
    assert ask(STORE, query, AT) == expected


RANGES = {
    'http{code="200"}[30s]': {'http{code="200",path="/a"}': [(780, 78), (790, 79), (800, 80)]},
    'http{code="200"}[25s]': {'http{code="200",path="/a"}': [(790, 79), (800, 80)]},
    'http{code="200"}[25s] offset 5s': {'http{code="200",path="/a"}': [(780, 78), (790, 79), (800, 80)]},
    'http{code="200"}[1ms]': {},
    'http{code="200"}[20s] offset -5s': {'http{code="200",path="/a"}': [(800, 80), (810, 81)]},
    'http{code=~"5.."}[15s]': {'http{code="500",path="/a"}': [(800, 160)], 'http{code="503",path="/b"}': [(800, 240)]},
    "ended[5m]": {},
    "ended[720s]": {'ended{why="gone"}': [(90, 1), (100, 1), (110, 2)]},
    "ended[705s]": {'ended{why="gone"}': [(110, 2)]},
    "nothing[5m]": {},
}


@pytest.mark.parametrize(("query", "expected"), RANGES.items(), ids=RANGES.keys())
def test_a_range_is_open_on_the_left(query: str, expected: dict[str, list[tuple[float, float]]]) -> None:
    """A sample exactly at the end of a range counts, one exactly at its start does not (Prometheus 3)."""
    assert ask_windows(STORE, query, AT) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (r"http{code=~`\d+`,path!=`/a`}", {'http{code="503",path="/b"}': 240}),
        (r"http{code=~`2\n0`}", {'http{code="2\n0"}': 7}),
        ("other{code=`200`,name!='`',name!=\"`\"}", {'other{code="200"}': 5}),
        ("other # `\\d`\n + 1 # `", {'{code="200"}': 6}),
        ('other{code=~`"|200`}', {'other{code="200"}': 5}),
    ],
    ids=["expression", "line break", "backticks in strings", "backticks in comments", "quote in backticks"],
)
def test_strings_between_backticks_have_no_escapes(query: str, expected: dict[str, float]) -> None:
    """So that regular expressions can be written plainly."""
    assert ask(STORE, query, AT) == expected


def test_digits_and_word_characters_are_ascii() -> None:
    """In regular expressions, as in RE2."""
    store = load(10, {'m{l="3"}': "1x3", 'm{l="٣"}': "2x3", 'm{l="e"}': "3x3", 'm{l="é"}': "4x3"})
    assert ask(store, r'm{l=~"\\d"}', 15) == {'m{l="3"}': 1}
    assert ask(store, r'm{l=~"\\w"}', 15) == {'m{l="3"}': 1, 'm{l="e"}': 3}
    assert ask(store, 'm{l!~"."}', 15) == {}


def test_alternative_groups_of_matchers_choose_the_union() -> None:
    """The parser knows `or` between matchers, which Prometheus itself does not; a series of both groups comes once."""
    assert ask(STORE, 'http{code="200" or code="500",path="/a" or path="/a"}', AT) == {
        'http{code="200",path="/a"}': 80,
        'http{code="500",path="/a"}': 160,
    }
    assert ask(STORE, '{__name__="other" or __name__="http",code="503"}', AT) == {
        'other{code="200"}': 5,
        'http{code="503",path="/b"}': 240,
    }
