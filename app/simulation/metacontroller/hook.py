"""Calling the hook: how it is reached, and what its answers mean (Metacontroller, pkg/hooks/webhook.go).

As strict as Go: a field of another type is an error. As loose as hooks of version v1: unknown fields are let pass, and
what is left out, or null, is empty. So `{}` is an answer, and it deletes every child.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from app.simulation.kubernetes.objects import Object

_OK: Final = 200
_TOO_MANY: Final = 429
_HTTP_DATE: Final = "%a, %d %b %Y %H:%M:%S %Z"


@dataclass(frozen=True)
class HookAnswer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class HookUnreachableError(Exception):
    """The hook could not be reached, or did not answer in time."""


HookCall = Callable[[str, bytes], Awaitable[HookAnswer]]
"""Path and JSON body to an answer; raises HookUnreachableError."""


class HookFailedError(Exception):
    """The call failed: nothing changes, and it is tried again.

    Attributes:
        retry_after: seconds, where the hook asked for a pause (429).
    """

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        """The sentence goes into the history."""
        super().__init__(sentence)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Desired:
    """What the hook wants."""

    status: dict[str, Any]
    children: list[Object]
    resync_after: float


def read_desired(answer: HookAnswer, now: float) -> Desired:
    """The desired state in an answer that came at `now`, unix seconds.

    Raises:
        HookFailedError: the status is not 200, or the body is not a response.
    """
    if answer.status == _TOO_MANY:
        raise HookFailedError("The hook asked for a pause.", _pause(answer.headers, now))
    if answer.status != _OK:
        raise HookFailedError(f"The hook answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
    try:
        body = json.loads(answer.body, parse_constant=_no_number)
        return _desired({} if body is None else body)
    except (ValueError, TypeError) as problem:
        raise HookFailedError(f"The hook's answer is no response: {problem}") from problem


def _desired(body: object) -> Desired:
    if not isinstance(body, dict):
        raise TypeError(f"it is a {type(body).__name__}, not an object")
    status, children, resync = (body.get(name) for name in ("status", "children", "resyncAfterSeconds"))
    if not isinstance(status, dict | None):
        raise TypeError(f"status is a {type(status).__name__}, not an object")
    if not isinstance(children, list | None):
        raise TypeError(f"children is a {type(children).__name__}, not a list")
    if isinstance(resync, bool) or not isinstance(resync, int | float | None):
        raise TypeError(f"resyncAfterSeconds is a {type(resync).__name__}, not a number")
    for child in children or []:
        if not isinstance(child, dict) or not child.get("kind"):
            raise TypeError("a child has no kind")
    return Desired(status or {}, children or [], float(resync or 0))


def _pause(headers: Mapping[str, str], now: float) -> float:
    """The seconds in Retry-After: a whole number, or a date; anything else means at once."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return float(int(text))
    except ValueError:
        pass
    try:
        return datetime.strptime(text, _HTTP_DATE).replace(tzinfo=UTC).timestamp() - now
    except ValueError:
        return 0.0


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
