"""Calling the hook: how it is reached, and what its answers mean (Metacontroller, pkg/hooks/webhook.go)."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_OK: Final = 200
_TOO_MANY: Final = 429


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
    children: list[dict[str, Any]]
    resync_after: float


def read_desired(answer: HookAnswer) -> Desired:
    """The desired state in an answer.

    Raises:
        HookFailedError: the status is not 200, or the body is not a response.
    """
    if answer.status == _TOO_MANY:
        seconds = answer.headers.get("Retry-After", "0")
        raise HookFailedError("The hook asked for a pause.", float(seconds) if seconds.isdigit() else 0.0)
    if answer.status != _OK:
        raise HookFailedError(f"The hook answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
    try:
        body = json.loads(answer.body)
        return Desired(body.get("status") or {}, body.get("children") or [], float(body.get("resyncAfterSeconds", 0)))
    except (ValueError, AttributeError, TypeError) as problem:
        raise HookFailedError(f"The hook's answer is no response: {problem}") from problem
