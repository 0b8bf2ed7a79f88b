"""The text of a PromQL query, cut into what matters here: strings, comments, regular expressions and ranges.

Outside of strings and comments, brackets hold nothing but ranges (Prometheus, "Querying basics"), so that ranges are
found without walking the parsed tree, which costs the cube of its depth.
"""

import re
from collections.abc import Iterator
from typing import Final

import promql_parser as promql

TOKEN: Final = re.compile(
    r"""
    (?:(?P<match>[=!]~) (?:[ \t\n\r\f]|\#[^\r\n]*+)*+)?            # before a regular expression
    (?P<text> "(?:[^"\\]|\\.)*+" | '(?:[^'\\]|\\.)*+' | (?P<raw>`[^`]*+`) )
    | \#[^\r\n]*+                                                  # a comment ends with either end of line
    | \[ (?P<range>[^\]:]*+) (?::(?P<step>[^\]]*+))? \]            # a subquery has a colon
    """,
    re.VERBOSE | re.DOTALL,
)


def ranges(query: str) -> Iterator[re.Match[str]]:
    """Every range of the query, with the groups `range` and `step`; the step is None without a colon."""
    return (match for match in TOKEN.finditer(query) if match["range"] is not None)


def seconds(duration: str) -> float:
    """The length of a duration in a range: `1h30m`, or a plain number of seconds, as Prometheus 3 takes it.

    Raises:
        ValueError: it is no duration.
    """
    text = duration.strip()
    try:
        return float(text)
    except ValueError:
        if text[:2].lower() == "0x":
            return float(int(text, 16))
        return float(promql.parse_duration(text).total_seconds())
