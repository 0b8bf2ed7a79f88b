"""A hook as a plain ASGI application: reads a bounded body, and makes an answer of whatever comes of it.

FastAPI describes the hooks in its document and does not serve them: a sync needs nothing of its machinery, which would
cost as much as the sync itself (docs/performance.md).
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import structlog

from app.hook import RefusedError, written
from app.resource.status import cut
from app.rollout.observation import UnrecoverableError
from app.telemetry import Telemetry
from app.wire import ErrorAnswer

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Handler = Callable[[bytes], Awaitable[bytes]]

_UNFORESEEN = "Something unforeseen went wrong, so nothing was decided; the hook's log says what."


class HookEndpoint:
    """An ASGI application that answers every request with what a handler makes of its body.

    Attributes:
        handler: from body to answer.
    """

    def __init__(self, handler: Handler, telemetry: Telemetry, max_body_bytes: int) -> None:
        """`max_body_bytes` is the last size of a body that is taken."""
        self.handler = handler
        self._name = handler.__name__
        self._telemetry = telemetry
        self._limit = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        started = time.perf_counter()
        outcome, status, answer = await self._serve(scope, receive)
        self._telemetry.sync_ended(self._name, outcome, time.perf_counter() - started)
        await answer_json(send, status, answer)

    async def _serve(self, scope: Scope, receive: Receive) -> tuple[str, int, bytes]:
        """Outcome for the metrics, HTTP status, answer."""
        try:
            # What can be refused before the body is read belongs here.
            body = await read_body(receive, self._limit)
            return "ok", 200, await self.handler(body)
        except RefusedError as refusal:
            return "refused", refusal.status, error_json(str(refusal))
        except UnrecoverableError as blocked:
            structlog.get_logger().error("unrecoverable", path=scope["path"], message=str(blocked))
            return "error", 500, error_json(cut(str(blocked)))
        except Exception as defect:  # noqa: BLE001 - whatever it is: answer 500, so that no child is touched
            structlog.get_logger().error("unforeseen", path=scope["path"], error=str(defect), exc_info=True)
            return "error", 500, error_json(_UNFORESEEN)


async def read_body(receive: Receive, limit: int) -> bytes:
    """The whole body.

    Raises:
        RefusedError: it has more than `limit` bytes (413), or ends early (400).
    """
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(400, "The body ended early.")
        body += message.get("body", b"")
        if len(body) > limit:
            raise RefusedError(413, f"The body is larger than {limit} bytes.")
        if not message.get("more_body", False):
            return bytes(body)


async def answer_json(send: Send, status: int, body: bytes) -> None:
    """Sends a whole answer."""
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def error_json(sentence: str) -> bytes:
    """A sentence as the body of an error answer."""
    return written(ErrorAnswer(error=sentence))
