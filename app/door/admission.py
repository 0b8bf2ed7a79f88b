"""What is looked at before a request is served: its token, its form, its size, its pace, and how many there are.

Everything works on ASGI's own headers and messages, so that it does not matter which framework, if any, is behind it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

from app.door.refusal import RefusedError
from app.door.tokens import Tokens

Headers = Iterable[tuple[bytes, bytes]]
"""An ASGI scope's: names in lower case."""
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
"""ASGI's."""

_LOOKED_AT: Final = frozenset({b"authorization", b"content-encoding", b"content-length"})
_MOST_DIGITS: Final = 15


@dataclass(frozen=True)
class Bounds:
    """What requests may take.

    Attributes:
        body_bytes: of one body.
        body_seconds: from the head of a request to the end of its body.
        held_bytes: of all bodies of which the requests are not answered yet.
    """

    body_bytes: int
    body_seconds: float
    held_bytes: int


class Door:
    """Lets requests in. One for all hooks of a process, since they share its memory."""

    def __init__(self, bounds: Bounds, tokens: Tokens | None = None) -> None:
        """Without `tokens`, nobody is asked for one."""
        self.bounds = bounds
        self.held_bytes = 0
        self._tokens = tokens

    def admit(self, headers: Headers) -> "Visit":
        """Looks at the head of a request; nothing of its body has been read yet.

        Raises:
            RefusedError: 401, 415 or 413.
        """
        told: dict[bytes, bytes] = {}
        for name, value in headers:
            if name in _LOOKED_AT:
                # Several headers are a list of values (RFC 9110, section 5.3); a list of credentials is none.
                told[name] = told[name] + b", " + value if name in told else value
        if self._tokens and not self._tokens.open_to(told.get(b"authorization")):
            raise RefusedError(401, "The request carries no valid bearer token.", {"WWW-Authenticate": "Bearer"})
        if told.get(b"content-encoding", b"").strip().lower() not in {b"", b"identity"}:
            # Not inflated to see: a few kilobytes can become gigabytes.
            raise RefusedError(415, "The body must not be compressed.", {"Accept-Encoding": "identity"})
        length = told.get(b"content-length", b"")
        if length.isdigit() and (len(length) > _MOST_DIGITS or int(length) > self.bounds.body_bytes):
            raise self.too_large()
        return Visit(self)

    def too_large(self) -> RefusedError:
        """The refusal of a body over the limit."""
        return RefusedError(413, f"The body is larger than {self.bounds.body_bytes} bytes.")


class Visit:
    """A request from its admission to its answer; a context, at the end of which its body is forgotten."""

    def __init__(self, door: Door) -> None:
        """`door` is the one it came in by."""
        self._door = door
        self._bytes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._door.held_bytes -= self._bytes

    async def read(self, receive: Receive) -> bytes:
        """The whole body.

        Raises:
            RefusedError: 400 where it ends early, 408 where it takes too long, 413 where it is too large, 429 where
                too much is held already.
        """
        seconds = self._door.bounds.body_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self._read(receive)
        except TimeoutError:
            raise RefusedError(408, f"The body did not arrive within {seconds:g} seconds.") from None

    async def _read(self, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RefusedError(400, "The body ended early.")
            chunk = message.get("body", b"")
            self._hold(len(chunk))
            chunks.append(chunk)
            if not message.get("more_body", False):
                return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def _hold(self, count: int) -> None:
        door = self._door
        self._bytes += count
        door.held_bytes += count
        if self._bytes > door.bounds.body_bytes:
            raise door.too_large()
        if door.held_bytes > door.bounds.held_bytes:
            raise RefusedError(
                429,
                f"More than {door.bounds.held_bytes} bytes of requests wait for an answer; ask again in a second.",
                {"Retry-After": "1"},
            )
