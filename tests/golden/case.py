"""A golden case: a folder whose name is a sentence, with what came in, what was measured, and what goes out.

`request.json` is in Metacontroller's wire form, `response.json` is the whole answer, and `case.json` holds:

- `why`: a sentence; `now`: the moment of the sync, RFC 3339;
- `settings`: of the operator, by field; the defaults where there are none;
- `prometheus`: what it answers, `{"status": …, "body": …, "headers": …}` or `"unreachable"`; nothing found by default;
- `asked`: the form of the query that must have been sent; left out where none must be;
- `status`: of the HTTP answer, 200 by default.
"""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx

from app.main import create_app
from app.settings import Settings

CASES: Final = Path(__file__).parent.parent / "cases"
UNREACHABLE: Final = "unreachable"


@dataclass(frozen=True)
class Answer:
    """What the hook said, and what it asked Prometheus meanwhile."""

    status: int
    body: Any
    asked: list[dict[str, str]]


@dataclass(frozen=True)
class Case:
    """A golden case, read from its folder."""

    folder: Path
    why: str
    now: datetime
    settings: dict[str, Any] = field(default_factory=dict)
    prometheus: Any = None
    asked: dict[str, str] | None = None
    status: int = 200

    @classmethod
    def read(cls, folder: Path) -> "Case":
        """Reads a folder; a field that a case does not have is refused."""
        described = json.loads((folder / "case.json").read_text("utf-8"))
        return cls(folder=folder, **{**described, "now": datetime.fromisoformat(described["now"])})

    @property
    def request(self) -> bytes:
        """The request as it is sent."""
        return (self.folder / "request.json").read_bytes()

    @property
    def response(self) -> Any:
        """The response as it must be."""
        return json.loads((self.folder / "response.json").read_text("utf-8"))

    def play(self) -> Answer:
        """Sends the request to the hook, through its HTTP surface."""
        asked: list[dict[str, str]] = []

        def prometheus(request: httpx.Request) -> httpx.Response:
            asked.append(dict(parse_qsl(request.content.decode())))
            if self.prometheus == UNREACHABLE:
                raise httpx.ConnectError("refused", request=request)
            answer = self.prometheus or {"status": 200, "body": nothing_found()}
            body = answer["body"]
            content = body if isinstance(body, str) else json.dumps(body)
            return httpx.Response(
                answer["status"], headers=answer.get("headers"), stream=httpx.ByteStream(content.encode())
            )

        app = create_app(
            Settings(log_level="error", **self.settings),
            clock=lambda: self.now,
            transport=httpx.MockTransport(prometheus),
        )
        response = asyncio.run(_post(app, self.request))
        return Answer(response.status_code, response.json(), asked)

    def keep(self, answer: Answer) -> None:
        """Writes what the hook said, and asked, as what must be."""
        described = json.loads((self.folder / "case.json").read_text("utf-8"))
        described.pop("asked", None)
        if answer.asked:
            described["asked"] = answer.asked[0]
        if answer.status != HTTPStatus.OK:
            described["status"] = answer.status
        _write(self.folder / "case.json", described)
        _write(self.folder / "response.json", answer.body)


def nothing_found() -> dict[str, Any]:
    """Prometheus's answer to a range query that selects nothing."""
    return {"status": "success", "data": {"resultType": "matrix", "result": []}}


def all_cases() -> list[Path]:
    """The folders, in the order of their names."""
    return sorted(path.parent for path in CASES.glob("*/case.json"))


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


async def _post(app: Any, body: bytes) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hook") as client:
        return await client.post("/sync", content=body)
