"""The parameters of Prometheus's HTTP API."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

import promql_parser as promql
from fastapi import Request

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_MOST_POINTS: Final = 11_000
_MOST_SECONDS: Final = 2**63 / 1e9

Parameters = Mapping[str, str]


class ParameterError(Exception):
    """A parameter that cannot be used; the message names it."""


def invalid(name: str, problem: str) -> ParameterError:
    """The refusal of a parameter."""
    return ParameterError(f'invalid parameter "{name}": {problem}')


async def parameters(request: Request) -> Parameters:
    """What the query string and a form say; the form counts where both do, and the first of several values."""
    pairs = request.query_params.multi_items()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True) + pairs
    return dict(reversed(pairs))


def instant(given: Parameters, now: float) -> float:
    """The moment of an instant query, unix seconds."""
    text = given.get("time", "")
    if not text:
        return now
    at = _time(text)
    if at is None:
        raise invalid("time", f"invalid time value for 'time': cannot parse {_quoted(text)} to a valid timestamp")
    return at


def steps(given: Parameters) -> tuple[float, float, float]:
    """Start, end and step of a range query, in seconds."""
    start, end = _required_time(given, "start"), _required_time(given, "end")
    if end < start:
        raise invalid("end", "end timestamp must not be before start time")
    step = _duration(given.get("step", ""))
    if step <= 0:
        raise invalid("step", "zero or negative query resolution step widths are not accepted. Try a positive integer")
    if (end - start) // step > _MOST_POINTS:
        raise ParameterError(
            f"exceeded maximum resolution of {_MOST_POINTS:,} points per timeseries. "
            "Try decreasing the query resolution (?step=XX)"
        )
    return start, end, step


def _required_time(given: Parameters, name: str) -> float:
    text = given.get(name, "")
    at = _time(text)
    if at is None:
        raise invalid(name, f"cannot parse {_quoted(text)} to a valid timestamp")
    return at


def _time(text: str) -> float | None:
    """Unix seconds, or RFC 3339; whole milliseconds."""
    if _NUMBER.fullmatch(text):
        return round(float(text), 3)
    if not _RFC_3339.fullmatch(text):
        return None
    try:
        return round(datetime.fromisoformat(text).timestamp(), 3)
    except ValueError:
        # There is no such day or hour.
        return None


def _duration(text: str) -> float:
    """Seconds, or a duration such as 1m30s."""
    if _NUMBER.fullmatch(text):
        seconds = float(text)
        if abs(seconds) > _MOST_SECONDS:
            raise invalid("step", f"cannot parse {_quoted(text)} to a valid duration. It overflows int64")
        return seconds
    try:
        return float(promql.parse_duration(text).total_seconds())
    except ValueError:
        raise invalid("step", f"cannot parse {_quoted(text)} to a valid duration") from None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
