"""How far a query looks back, and how it is made to look back less."""

from datetime import timedelta

import promql_parser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.promql import Lookback, lookback, shorten_ranges
from app.analysis.tokens import seconds

DURATIONS = {
    "5m": 300,
    "1h30m": 5400,
    "5m30s": 330,
    "1d2h3m4s5ms": 93784.005,
    "1w": 604_800,
    "1y": 31_536_000,
    "500ms": 0.5,
    " 5m ": 300,
    "300": 300,
    "1.5": 1.5,
    "5.": 5,
    "1e3": 1000,
    "0x10": 16,
    "0X1F": 31,
}


@pytest.mark.parametrize(("text", "length"), DURATIONS.items())
def test_duration_forms(text: str, length: float) -> None:
    """A range may be written in every form that Prometheus takes: units, sums of units, plain seconds."""
    assert seconds(text) == length
    parsed = promql_parser.parse(f"m[{text}]")
    assert isinstance(parsed, promql_parser.MatrixSelector)
    assert parsed.range == timedelta(seconds=length)


@pytest.mark.parametrize("text", ["", "m", "1m1h", "5 m", "0x"])
def test_no_durations(text: str) -> None:
    """What is no duration is told as a ValueError."""
    with pytest.raises(ValueError, match=r"duration|invalid literal"):
        seconds(text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("m > 2", Lookback(0, nested=False), id="no range"),
        pytest.param("rate(m[20s])", Lookback(20, nested=False), id="one range"),
        pytest.param("rate(m[20s]) / rate(n[1m])", Lookback(60, nested=False), id="the longest range"),
        pytest.param("rate(m[5m] offset 1h)", Lookback(300, nested=False), id="an offset is on purpose"),
        pytest.param("rate(m[5m] @ 1600000000)", Lookback(300, nested=False), id="a fixed moment is on purpose"),
        pytest.param("max_over_time(m[10m:1m])", Lookback(600, nested=True), id="a subquery"),
        pytest.param("max_over_time(m[5m:])", Lookback(300, nested=True), id="a subquery without a step"),
        pytest.param("max_over_time(rate(m[1m])[5m:10s])", Lookback(360, nested=True), id="a range in a subquery"),
        pytest.param(
            "max_over_time(min_over_time(rate(m[1m])[5m:10s])[1h:1m])", Lookback(3960, nested=True), id="nested twice"
        ),
        pytest.param('count(m{a="[5m]"})', Lookback(0, nested=False), id="brackets in a string"),
        pytest.param("count(m{a='[5m]'})", Lookback(0, nested=False), id="brackets in single quotes"),
        pytest.param("count(m{a=`[5m]\\`})", Lookback(0, nested=False), id="brackets in a raw string"),
        pytest.param('count(m{a="\\"[5m]"})', Lookback(0, nested=False), id="an escaped quote"),
        pytest.param('count(m{a=~"[5]m"})', Lookback(0, nested=False), id="brackets in a regular expression"),
        pytest.param("m # [5m]", Lookback(0, nested=False), id="brackets in a comment"),
        pytest.param("rate(m # a comment\n[5m])", Lookback(300, nested=False), id="after a comment"),
        pytest.param("rate(m # a comment\r[5m])", Lookback(300, nested=False), id="after a comment with a bare return"),
        pytest.param("rate(m # don't\n[5m])", Lookback(300, nested=False), id="an apostrophe in a comment"),
        pytest.param('rate(m{a=~#"\n"x"}[5m])', Lookback(300, nested=False), id="a quote in a comment"),
    ],
)
def test_lookback(query: str, expected: Lookback) -> None:
    """Every range that Prometheus would see counts, and nothing else does."""
    promql_parser.parse(query.replace("\\`", "`"))  # the parser takes raw strings for quoted ones
    assert lookback(query) == expected


@pytest.mark.parametrize(
    ("query", "most", "expected"),
    [
        pytest.param("rate(m[20s])", 7.25, "rate(m[7250ms])", id="shortened"),
        pytest.param("rate(m[20s])", 20, "rate(m[20s])", id="just short enough"),
        pytest.param("rate(m[ 1h30m ])", 60, "rate(m[60000ms])", id="spaces"),
        pytest.param("rate(m[300])", 60, "rate(m[60000ms])", id="plain seconds"),
        pytest.param("rate(m[5s]) / rate(n[1m])", 10, "rate(m[5s]) / rate(n[10000ms])", id="only what is too long"),
        pytest.param("rate(m[5m] offset 1h)", 10, "rate(m[10000ms] offset 1h)", id="offsets stay"),
        pytest.param("rate(m[5m] @ end())", 10, "rate(m[10000ms] @ end())", id="fixed moments stay"),
        pytest.param('m{a="[5m]"} # [5m]', 10, 'm{a="[5m]"} # [5m]', id="strings and comments stay"),
        pytest.param("m{a=~'[5]{2}'}", 10, "m{a=~'[5]{2}'}", id="regular expressions stay"),
        pytest.param("rate(m[20s])", 0.0, "rate(m[1ms])", id="never nothing"),
        pytest.param("rate(m[20s])", 1.2349, "rate(m[1234ms])", id="rounded down"),
    ],
)
def test_shorten_ranges(query: str, most: float, expected: str) -> None:
    """Ranges that are too long are shortened where they stand, and the rest of the query stays as it was written."""
    assert shorten_ranges(query, most) == expected
    promql_parser.parse(expected)


@settings(deadline=None, derandomize=True, database=None)
@given(ranges=st.lists(st.integers(1, 10_000_000), min_size=1, max_size=5), most=st.floats(0.001, 10_000))
def test_shortened_queries_look_back_no_further(ranges: list[int], most: float) -> None:
    """However long the ranges are, a shortened query parses and looks back no further than it may."""
    query = " + ".join(f"rate(m[{length}ms])" for length in ranges)
    shortened = shorten_ranges(query, most)
    promql_parser.parse(shortened)
    assert lookback(shortened).seconds <= most
