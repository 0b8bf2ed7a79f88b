"""The little that we need to know of a PromQL query: whether it parses, and how far it looks back.

Parsing is the PyPI package promql-parser's; nothing is evaluated here. The ranges are found in the text: outside of
strings and comments, brackets hold nothing but ranges (Prometheus, "Querying basics"), and walking the parsed tree
costs the cube of its depth.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import promql_parser as promql

_REMEMBERED: Final = 256
"""Queries whose parsing is remembered. An operator sees few distinct ones."""

_TOKEN: Final = re.compile(
    r"""
    "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | `[^`]*`   # strings
    | \#[^\n]*                                        # comments
    | \[ (?P<range>[^\]:]*) (?P<step>:[^\]]*)? \]     # ranges; a subquery has a colon
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Lookback:
    """How far a query reaches before the moment it is evaluated at.

    Attributes:
        seconds: the most that its ranges can add up to. Offsets are not counted: they ask for the past on purpose.
        nested: whether it has a subquery, so that shortening one range alone would change its meaning.
    """

    seconds: float
    nested: bool


@lru_cache(maxsize=_REMEMBERED)
def query_error(query: str) -> str | None:
    """What is wrong with the query, or None where it parses."""
    try:
        promql.parse(query)
        for match in _ranges(query):
            _seconds(match)
    except ValueError as problem:
        return str(problem)
    return None


@lru_cache(maxsize=_REMEMBERED)
def lookback(query: str) -> Lookback:
    """How far a query that parses looks back; with subqueries, at most so far."""
    plain = [_seconds(match) for match in _ranges(query) if not match["step"]]
    subqueries = [_seconds(match) for match in _ranges(query) if match["step"]]
    return Lookback(max(plain, default=0.0) + sum(subqueries), bool(subqueries))


def shorten_ranges(query: str, seconds: float) -> str:
    """A query that parses and has no subquery, with every range shortened to at most `seconds` (1 ms or more)."""

    def shorten(match: re.Match[str]) -> str:
        if match["range"] is None or _seconds(match) <= seconds:
            return match[0]
        return f"[{max(1, int(seconds * 1000))}ms]"

    return _TOKEN.sub(shorten, query)


def _ranges(query: str) -> Iterator[re.Match[str]]:
    return (match for match in _TOKEN.finditer(query) if match["range"] is not None)


def _seconds(match: re.Match[str]) -> float:
    text = match["range"].strip()
    try:
        return float(text)  # Prometheus 3 takes a plain number of seconds
    except ValueError:
        return float(promql.parse_duration(text).total_seconds())
