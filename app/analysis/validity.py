"""Whether a PromQL query can be asked at all.

Parsing is the PyPI package promql-parser's. It is native code that is fed with what anybody may write, so what makes
it slow, or makes it panic, is kept away from it.
"""

import json
import re
from functools import lru_cache
from typing import Final

import promql_parser as promql

from app.analysis.promql import lookback
from app.analysis.tokens import TOKEN, ranges, seconds
from app.resource.status import cut

_REMEMBERED: Final = 256
"""Queries whose parsing is remembered. An operator sees few distinct ones."""

_MOST_OPERATORS: Final = 200
"""They make the depth of the tree. The parser's time grows with its cube, and its stack runs over without a bound."""

_LONGEST_WAIT: Final = 604_800.0
"""Seconds. A query with subqueries is asked only once there is enough time for it, which must come (rule R8)."""

_SHORTEST: Final = 0.001
_LONGEST_TEXT: Final = 200
_OPERATOR: Final = re.compile(r"[-+*/%^(\[]|[<>=!~]+|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
_COSTLY: Final = frozenset("{\\")
_KINDS: Final = {
    "matrix": "a range vector",
    "scalar": "a number, which is always there, so that every candidate would fail",
    "string": "a string",
}


@lru_cache(maxsize=_REMEMBERED)
def query_error(query: str) -> str | None:
    """Why a query cannot be asked, as a clause about it, or None where it can be. Answers soon, whatever the query."""
    return _size_error(query) or _syntax_error(query) or _range_error(query)


def _size_error(query: str) -> str | None:
    bare = TOKEN.sub(lambda token: " [ " if token["range"] is not None else " ", query)
    operators = sum(1 for _ in _OPERATOR.finditer(bare))
    if operators <= _MOST_OPERATORS:
        return None
    return f"must have at most {_MOST_OPERATORS} operators, parentheses and ranges, got {operators}"


def _syntax_error(query: str) -> str | None:
    readable = TOKEN.sub(_readable, query)
    if problem := _parse_error(readable):
        return f"is no PromQL: {problem}"
    # Prometheus refuses strings and range vectors in range queries. The parser does not tell the kind of a whole
    # expression, but of a function's argument.
    if problem := _parse_error(f"abs(({readable}\n))"):
        kind = problem.rpartition("got ")[2]
        return f"must give an instant vector, got {_KINDS.get(kind, kind)}"
    return None


def _range_error(query: str) -> str | None:
    for match in ranges(query):
        lengths = [seconds(part) for part in (match["range"], match["step"]) if part and part.strip()]
        if min(lengths) < _SHORTEST:
            return f"must not have ranges and steps below 1 ms, got {match[0]}"
    reach = lookback(query)
    if reach.nested and reach.seconds > _LONGEST_WAIT:
        return (
            f"must not look back for more than {_LONGEST_WAIT:.0f} s where it has subqueries, got {reach.seconds:.0f} s"
        )
    return None


def _parse_error(query: str) -> str | None:
    try:
        promql.parse(query)
    except ValueError as problem:
        return cut(" ".join(str(problem).split()), _LONGEST_TEXT)
    except BaseException as problem:
        # A panic of native code is no Exception, and its class cannot be imported. Seen for durations like 1e30.
        if not isinstance(problem, OverflowError) and type(problem).__name__ != "PanicException":
            raise
        return "a number in it is beyond all bounds"
    return None


def _readable(match: re.Match[str]) -> str:
    """A token as the parser is given it.

    Raw strings are quoted, since the parser looks for escapes in them, unlike Prometheus. Regular expressions with
    counted repetitions or escapes become plain strings: the parser compiles them, which may take it many seconds, and
    in another dialect than Prometheus (Rust's, not RE2's), which judges them when it is asked.
    """
    if match["text"] is None:
        return match[0]
    text = match["text"] if match["raw"] is None else json.dumps(match["raw"][1:-1], ensure_ascii=False)
    if match["match"] is None:
        return text
    equality = {"=~": "=", "!~": "!="}[match["match"]] if _COSTLY & set(match["text"]) else match["match"]
    return f"{equality}{text}"
