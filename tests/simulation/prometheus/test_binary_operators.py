"""Arithmetic, comparison and set operators. Expected values: Prometheus 3.14.0 on the same data."""

from math import inf, nan

import pytest

from app.simulation.prometheus.promql import QueryError
from tests.simulation.prometheus.notation import ask, load

STORE = load(
    10,
    {
        'a{l="1"}': "6x10",
        'a{l="2"}': "-7.5x10",
        'a{l="3"}': "0x10",
        'a{l="4"}': "NaNx10",
        'a{l="5"}': "Infx10",
        'b{l="1"}': "4x10",
        'b{l="2"}': "2x10",
        'b{l="3"}': "0x10",
        'b{l="4"}': "4x10",
        'b{l="5"}': "Infx10",
        'b{l="6"}': "1x10",
        'zero{l="1"}': "0x10",
        'zero{l="2"}': "0x10",
        'twins_a{of="x"}': "0+1x60",
        'twins_b{of="x"}': "0+2x60",
    },
)
AT = 55

NUMBERS = {
    "1 + 2 * 3": {"{}": 7},
    "(1 + 2) * 3": {"{}": 9},
    "7 - 2 - 1": {"{}": 4},
    "2 ^ 3 ^ 2": {"{}": 512},
    "-1 ^ 2": {"{}": -1},
    "-(3)": {"{}": -3},
    "+3": {"{}": 3},
    "10 / 4": {"{}": 2.5},
    "1 / 0": {"{}": inf},
    "-1 / 0": {"{}": -inf},
    "1 / -0": {"{}": -inf},
    "0 / 0": {"{}": nan},
    "NaN / 0": {"{}": nan},
    "-7.5 % 2": {"{}": -1.5},
    "7.5 % -2": {"{}": 1.5},
    "5 % 0": {"{}": nan},
    "Inf % 2": {"{}": nan},
    "2 % Inf": {"{}": 2},
    "NaN % 2": {"{}": nan},
    "2 % NaN": {"{}": nan},
    "Inf - Inf": {"{}": nan},
    "10 ^ 400": {"{}": inf},
    "(-10) ^ 401": {"{}": -inf},
    "(-10) ^ 400": {"{}": inf},
    "(-8) ^ 0.5": {"{}": nan},
    "0 ^ -1": {"{}": inf},
    "0 ^ -2": {"{}": inf},
    "(-0) ^ -3": {"{}": -inf},
    "(-0) ^ -2": {"{}": inf},
    "NaN ^ 0": {"{}": 1},
    "1 ^ Inf": {"{}": 1},
    "1 atan2 0": {"{}": 1.5707963267948966},
    "-1 atan2 -1": {"{}": -2.356194490192345},
    "1 == bool 1": {"{}": 1},
    "1 != bool 1": {"{}": 0},
    "NaN == bool NaN": {"{}": 0},
    "NaN != bool NaN": {"{}": 1},
    "2 > bool 1": {"{}": 1},
    "2 < bool 1": {"{}": 0},
    "2 >= bool 2": {"{}": 1},
    "2 <= bool 1": {"{}": 0},
    "0x1f + 1e3": {"{}": 1031},
}


@pytest.mark.parametrize(("query", "expected"), NUMBERS.items(), ids=NUMBERS.keys())
def test_numbers_combine_as_in_prometheus(query: str, expected: dict[str, float]) -> None:
    """Precedence, division by zero, NaN and infinities follow Go's floating point."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


WITH_NUMBERS = {
    "a + 1": {'{l="1"}': 7, '{l="2"}': -6.5, '{l="3"}': 1, '{l="4"}': nan, '{l="5"}': inf},
    "1 - a": {'{l="1"}': -5, '{l="2"}': 8.5, '{l="3"}': 1, '{l="4"}': nan, '{l="5"}': -inf},
    "a * 2": {'{l="1"}': 12, '{l="2"}': -15, '{l="3"}': 0, '{l="4"}': nan, '{l="5"}': inf},
    "a / 0": {'{l="1"}': inf, '{l="2"}': -inf, '{l="3"}': nan, '{l="4"}': nan, '{l="5"}': inf},
    "12 / a": {'{l="1"}': 2, '{l="2"}': -1.6, '{l="3"}': inf, '{l="4"}': nan, '{l="5"}': 0},
    "a % 4": {'{l="1"}': 2, '{l="2"}': -3.5, '{l="3"}': 0, '{l="4"}': nan, '{l="5"}': nan},
    "a ^ 2": {'{l="1"}': 36, '{l="2"}': 56.25, '{l="3"}': 0, '{l="4"}': nan, '{l="5"}': inf},
    "2 ^ b": {'{l="1"}': 16, '{l="2"}': 4, '{l="3"}': 1, '{l="4"}': 16, '{l="5"}': inf, '{l="6"}': 2},
    "a atan2 1": {
        '{l="1"}': 1.4056476493802696,
        '{l="2"}': -1.4382447944982226,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': 1.5707963267948966,
    },
    "-a": {'{l="1"}': -6, '{l="2"}': 7.5, '{l="3"}': -0.0, '{l="4"}': nan, '{l="5"}': -inf},
    "+a": {'a{l="1"}': 6, 'a{l="2"}': -7.5, 'a{l="3"}': 0, 'a{l="4"}': nan, 'a{l="5"}': inf},
    "a > 0": {'a{l="1"}': 6, 'a{l="5"}': inf},
    "0 < a": {'a{l="1"}': 6, 'a{l="5"}': inf},
    "a < 0": {'a{l="2"}': -7.5},
    "a == 6": {'a{l="1"}': 6},
    "a != 6": {'a{l="2"}': -7.5, 'a{l="3"}': 0, 'a{l="4"}': nan, 'a{l="5"}': inf},
    "a >= 6": {'a{l="1"}': 6, 'a{l="5"}': inf},
    "6 >= a": {'a{l="1"}': 6, 'a{l="2"}': -7.5, 'a{l="3"}': 0},
    "a <= 0": {'a{l="2"}': -7.5, 'a{l="3"}': 0},
    "a > bool 0": {'{l="1"}': 1, '{l="2"}': 0, '{l="3"}': 0, '{l="4"}': 0, '{l="5"}': 1},
    "0 == bool a": {'{l="1"}': 0, '{l="2"}': 0, '{l="3"}': 1, '{l="4"}': 0, '{l="5"}': 0},
    "a == NaN": {},
    "a != bool NaN": {'{l="1"}': 1, '{l="2"}': 1, '{l="3"}': 1, '{l="4"}': 1, '{l="5"}': 1},
    "(a > 0) < 10": {'a{l="1"}': 6},
    "b * time()": {'{l="1"}': 220, '{l="2"}': 110, '{l="3"}': 0, '{l="4"}': 220, '{l="5"}': inf, '{l="6"}': 55},
    "nothing + 1": {},
}


@pytest.mark.parametrize(("query", "expected"), WITH_NUMBERS.items(), ids=WITH_NUMBERS.keys())
def test_vectors_combine_with_numbers(query: str, expected: dict[str, float]) -> None:
    """Arithmetic and `bool` drop the name; a filter keeps the sample as it is, on whichever side it stands."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


WITH_VECTORS = {
    "a + b": {'{l="1"}': 10, '{l="2"}': -5.5, '{l="3"}': 0, '{l="4"}': nan, '{l="5"}': inf},
    "a - b": {'{l="1"}': 2, '{l="2"}': -9.5, '{l="3"}': 0, '{l="4"}': nan, '{l="5"}': nan},
    "a * b": {'{l="1"}': 24, '{l="2"}': -15, '{l="3"}': 0, '{l="4"}': nan, '{l="5"}': inf},
    "a / b": {'{l="1"}': 1.5, '{l="2"}': -3.75, '{l="3"}': nan, '{l="4"}': nan, '{l="5"}': nan},
    "a / zero": {'{l="1"}': inf, '{l="2"}': -inf},
    "a % b": {'{l="1"}': 2, '{l="2"}': -1.5, '{l="3"}': nan, '{l="4"}': nan, '{l="5"}': nan},
    "a ^ b": {'{l="1"}': 1296, '{l="2"}': 56.25, '{l="3"}': 1, '{l="4"}': nan, '{l="5"}': inf},
    "a atan2 b": {
        '{l="1"}': 0.982793723247329,
        '{l="2"}': -1.3101939350475555,
        '{l="3"}': 0,
        '{l="4"}': nan,
        '{l="5"}': 0.7853981633974483,
    },
    "a == b": {'a{l="3"}': 0, 'a{l="5"}': inf},
    "a != b": {'a{l="1"}': 6, 'a{l="2"}': -7.5, 'a{l="4"}': nan},
    "a > b": {'a{l="1"}': 6},
    "b > a": {'b{l="2"}': 2},
    "a >= b": {'a{l="1"}': 6, 'a{l="3"}': 0, 'a{l="5"}': inf},
    "a < b": {'a{l="2"}': -7.5},
    "a <= b": {'a{l="2"}': -7.5, 'a{l="3"}': 0, 'a{l="5"}': inf},
    "a > bool b": {'{l="1"}': 1, '{l="2"}': 0, '{l="3"}': 0, '{l="4"}': 0, '{l="5"}': 0},
    "a == bool b": {'{l="1"}': 0, '{l="2"}': 0, '{l="3"}': 1, '{l="4"}': 0, '{l="5"}': 1},
    "a + nothing": {},
    "nothing + a": {},
    "a + a": {'{l="1"}': 12, '{l="2"}': -15, '{l="3"}': 0, '{l="4"}': nan, '{l="5"}': inf},
}


@pytest.mark.parametrize(("query", "expected"), WITH_VECTORS.items(), ids=WITH_VECTORS.keys())
def test_vectors_combine_sample_by_sample(query: str, expected: dict[str, float]) -> None:
    """Samples with equal labels meet, the others fall out; a filter keeps the left side's name and value."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


SETS = {
    "a and b": {'a{l="1"}': 6, 'a{l="2"}': -7.5, 'a{l="3"}': 0, 'a{l="4"}': nan, 'a{l="5"}': inf},
    "b and a": {'b{l="1"}': 4, 'b{l="2"}': 2, 'b{l="3"}': 0, 'b{l="4"}': 4, 'b{l="5"}': inf},
    "a and nothing": {},
    "b unless a": {'b{l="6"}': 1},
    "b unless nothing": {'b{l="1"}': 4, 'b{l="2"}': 2, 'b{l="3"}': 0, 'b{l="4"}': 4, 'b{l="5"}': inf, 'b{l="6"}': 1},
    "a or b": {'a{l="1"}': 6, 'a{l="2"}': -7.5, 'a{l="3"}': 0, 'a{l="4"}': nan, 'a{l="5"}': inf, 'b{l="6"}': 1},
    "b or a": {'b{l="1"}': 4, 'b{l="2"}': 2, 'b{l="3"}': 0, 'b{l="4"}': 4, 'b{l="5"}': inf, 'b{l="6"}': 1},
    "nothing or b": {'b{l="1"}': 4, 'b{l="2"}': 2, 'b{l="3"}': 0, 'b{l="4"}': 4, 'b{l="5"}': inf, 'b{l="6"}': 1},
    "a and b > 3": {'a{l="1"}': 6, 'a{l="4"}': nan, 'a{l="5"}': inf},
    "a or vector(1)": {'a{l="1"}': 6, 'a{l="2"}': -7.5, 'a{l="3"}': 0, 'a{l="4"}': nan, 'a{l="5"}': inf, "{}": 1},
    "sum(nothing) or vector(0)": {"{}": 0},
    "b unless a or zero": {'b{l="6"}': 1, 'zero{l="1"}': 0, 'zero{l="2"}': 0},
    'a{l="1"} or b{l="1"} and b{l="6"}': {'a{l="1"}': 6},
}


@pytest.mark.parametrize(("query", "expected"), SETS.items(), ids=SETS.keys())
def test_sets_keep_whole_samples(query: str, expected: dict[str, float]) -> None:
    """`and`, `or` and `unless` compare labels without the name, and keep samples with it."""
    assert ask(STORE, query, AT) == pytest.approx(expected, rel=1e-12, nan_ok=True)


ERRORS = {
    '-{__name__=~"twins_.",of="x"}': "vector cannot contain metrics with the same labelset",
    '{__name__=~"twins_.",of="x"} * 2': "vector cannot contain metrics with the same labelset",
    '{__name__=~"twins_.",of="x"} > bool 2': "vector cannot contain metrics with the same labelset",
}


@pytest.mark.parametrize(("query", "sentence"), ERRORS.items(), ids=ERRORS.keys())
def test_what_cannot_be_evaluated_is_refused_in_the_words_of_prometheus(query: str, sentence: str) -> None:
    """The whole query fails, with the sentence that Prometheus gives."""
    with pytest.raises(QueryError) as refusal:
        ask(STORE, query, AT)
    assert str(refusal.value) == sentence
