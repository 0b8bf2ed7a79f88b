"""The hook as what is attacked: asked in this process, with a secret wherever something could slip out."""

import asyncio
import io
import json
import os
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import structlog

from app import logs
from app.main import create_app
from app.settings import Settings
from tests.abuse.attempt import Attempt
from tests.golden.case import nothing_found

SECRET: Final = "hunter2"  # noqa: S105 - to be found again where it must not be
_VARIABLE: Final = "CANARYAPP_UNUSED_PASSWORD"
_FOUND: Final = {"metric": {"pod": SECRET}, "values": [[1767225600, "0.5"]]}
_ANSWERS: Final[dict[str, tuple[int, Any]]] = {
    "finds nothing": (200, nothing_found()),
    "finds something": (200, {"status": "success", "data": {"resultType": "matrix", "result": [_FOUND]}}),
    "refuses": (400, {"status": "error", "errorType": SECRET, "error": SECRET}),
    "is no Prometheus": (502, f"<html>{SECRET}</html>"),
}
_HEADERS: Final = (
    (b"content-type", b"application/json"),
    (b"authorization", f"Bearer {SECRET}".encode()),
    (b"cookie", f"session={SECRET}".encode()),
    (b"x-forwarded-for", SECRET.encode()),
)


@dataclass(frozen=True)
class Answer:
    """What the hook said.

    Attributes:
        status: of the HTTP answer.
        content_type: as sent, "" for none.
        body: as sent.
        logged: what it wrote into its log meanwhile.
    """

    status: int
    content_type: str
    body: bytes
    logged: str


class Target:
    """One hook for many attempts, as a process serves many syncs. Sets how the process logs, and a secret variable."""

    def __init__(self) -> None:
        """Starts nothing but an event loop; to be closed."""
        os.environ[_VARIABLE] = SECRET
        settings = Settings(log_level="info")
        self._now, self._mood, self._log = datetime.now(UTC), "", io.StringIO()
        self._asked = 0
        self._app = create_app(
            settings,
            clock=lambda: self._now,
            # A minute between any two attempts: none is answered by what Prometheus said to another one.
            monotonic=lambda: 60.0 * self._asked,
            transport=httpx.MockTransport(self._prometheus),
        )
        self._runner = asyncio.Runner()
        logs.configure(settings)
        structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(self._log))

    def close(self) -> None:
        """Ends the event loop."""
        self._runner.close()
        os.environ.pop(_VARIABLE, None)
        structlog.reset_defaults()

    def ask(self, attempt: Attempt) -> Answer:
        """Posts it."""
        self._now, self._mood = datetime.fromisoformat(attempt.now), attempt.mood
        self._asked += 1
        self._log.seek(0)
        self._log.truncate()
        return self._runner.run(self._post(attempt.path, attempt.body))

    async def _post(self, path: str, body: bytes) -> Answer:
        events: list[MutableMapping[str, Any]] = []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": _HEADERS,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 8080),
        }

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(event: MutableMapping[str, Any]) -> None:
            events.append(event)

        await self._app(scope, receive, send)
        headers = {name.lower(): value for name, value in events[0]["headers"]}
        content = b"".join(event.get("body", b"") for event in events[1:])
        return Answer(events[0]["status"], headers.get(b"content-type", b"").decode(), content, self._log.getvalue())

    def _prometheus(self, request: httpx.Request) -> httpx.Response:
        if self._mood not in _ANSWERS:
            raise httpx.ConnectError(SECRET, request=request)
        status, said = _ANSWERS[self._mood]
        content = said if isinstance(said, str) else json.dumps(said)
        return httpx.Response(status, headers={"Server": SECRET}, stream=httpx.ByteStream(content.encode()))
