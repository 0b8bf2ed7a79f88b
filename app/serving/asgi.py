"""Small ASGI applications around the hook's own: while it leaves, and for probes."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import partial
from typing import Any, Final

from app.wire import ErrorAnswer

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

PROBES: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""What is answered to anybody who reaches the port for probes."""


class Leaving:
    """The hook from the moment on at which it was told to stop: served as before, but not to be chosen any more."""

    def __init__(self, application: Application) -> None:
        """`application` is the hook."""
        self.begun = False
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """ASGI."""
        if not self.begun or scope["type"] != "http":
            await self._application(scope, receive, send)
        elif scope["path"] == "/readyz":
            await _answer(send, 503, "The hook is about to stop.")
        else:
            # The next request of this client goes to another replica.
            await self._application(scope, receive, partial(_send_and_close, send))


class ProbesOnly:
    """Nothing but the probes and the metrics of the hook."""

    def __init__(self, application: Application) -> None:
        """`application` is the hook."""
        self._application = application

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["path"] in PROBES:
            await self._application(scope, receive, send)
        else:
            await _answer(send, 404, f"There is nothing here but {', '.join(sorted(PROBES))}.")


async def _send_and_close(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
    await send(message)


async def _answer(send: Send, status: int, sentence: str) -> None:
    body = ErrorAnswer(error=sentence).model_dump_json().encode()
    headers: Iterable[tuple[bytes, bytes]] = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
