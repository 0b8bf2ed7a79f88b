"""How far a PromQL query looks back, and how to make it look back less. Nothing is evaluated here."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from app.analysis.tokens import TOKEN, ranges, seconds

_REMEMBERED: Final = 256
"""Queries whose lookback is remembered. An operator sees few distinct ones."""


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
def lookback(query: str) -> Lookback:
    """How far a query that parses looks back; with subqueries, at most so far."""
    plain = [seconds(match["range"]) for match in ranges(query) if match["step"] is None]
    subqueries = [seconds(match["range"]) for match in ranges(query) if match["step"] is not None]
    return Lookback(max(plain, default=0.0) + sum(subqueries), bool(subqueries))


def shorten_ranges(query: str, most: float) -> str:
    """A query that parses and has no subquery, with every range shortened to at most `most` seconds (1 ms or more)."""

    def shorten(match: re.Match[str]) -> str:
        if match["range"] is None or seconds(match["range"]) <= most:
            return match[0]
        return f"[{max(1, int(most * 1000))}ms]"

    return TOKEN.sub(shorten, query)
