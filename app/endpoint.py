"""A hook as a plain ASGI application: lets a request in, and makes an answer of whatever comes of it.

FastAPI describes the hooks in its document and does not serve them: a sync needs nothing of its machinery, which would
cost as much as the sync itself (docs/performance.md).
"""

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import structlog

from app.door.admission import Door
from app.door.refusal import RefusedError
from app.hook import written
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

    def __init__(self, handler: Handler, telemetry: Telemetry, door: Door) -> None:
        """`door` decides who may come in, and with how much."""
        self.handler = handler
        self._name = handler.__name__
        self._telemetry = telemetry
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        started = time.perf_counter()
        outcome, status, answer, headers = await self._serve(scope, receive)
        self._telemetry.sync_ended(self._name, outcome, time.perf_counter() - started)
        await answer_json(send, status, answer, headers)

    async def _serve(self, scope: Scope, receive: Receive) -> tuple[str, int, bytes, Mapping[str, str]]:
        """Outcome for the metrics, HTTP status, answer, headers."""
        try:
            with self._door.admit(scope["headers"]) as visit:
                return "ok", 200, await self.handler(await visit.read(receive)), {}
        except RefusedError as refusal:
            return "refused", refusal.status, error_json(str(refusal)), refusal.headers
        except UnrecoverableError as blocked:
            structlog.get_logger().error("unrecoverable", path=scope["path"], message=str(blocked))
            return "error", 500, error_json(cut(str(blocked))), {}
        except Exception as defect:  # noqa: BLE001 - whatever it is: answer 500, so that no child is touched
            structlog.get_logger().error("unforeseen", path=scope["path"], error=str(defect), exc_info=True)
            return "error", 500, error_json(_UNFORESEEN), {}


async def answer_json(send: Send, status: int, body: bytes, headers: Mapping[str, str]) -> None:
    """Sends a whole answer."""
    sent = [(b"content-length", str(len(body)).encode()), (b"content-type", b"application/json")]
    sent += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": body})


def error_json(sentence: str) -> bytes:
    """A sentence as the body of an error answer."""
    return written(ErrorAnswer(error=sentence))
