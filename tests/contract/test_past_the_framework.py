"""The hooks are served past the framework that describes them; nobody can tell."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from app.hook import parse
from app.wire import SyncRequest
from tests.contract.hook import app_at, checking, post, recorded, request_of, settled


def test_a_proxy_may_put_a_prefix_before_the_path() -> None:
    """`uvicorn --root-path` and the like: the hook is found behind it."""
    sync = settled()

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app=app_at(sync), root_path="/canary")
        async with httpx.AsyncClient(transport=transport, base_url="http://hook") as client:
            return await client.post("/canary/sync", content=sync.request)

    answer = asyncio.run(go())
    assert (answer.status_code, answer.content) == (200, sync.response)


def test_a_body_may_come_in_pieces() -> None:
    """However a body was cut on its way, it is one request."""
    sync = settled()
    pieces = [sync.request[at : at + 1000] for at in range(0, len(sync.request), 1000)]
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {"type": "http", "method": "POST", "path": "/sync", "query_string": b"", "headers": []}
    asyncio.run(app_at(sync)(scope, receive, send))
    assert sent[0] == {
        "type": "http.response.start",
        "status": 200,
        "headers": [
            (b"content-length", str(len(sync.response)).encode()),
            (b"content-type", b"application/json"),
        ],
    }
    assert sent[1] == {"type": "http.response.body", "body": sync.response}


def test_what_nobody_reads_is_left_out_and_nothing_else() -> None:
    """Read from bytes or from what JSON was parsed to: the same facts."""
    for sync in recorded():
        assert parse(SyncRequest, sync.request) == SyncRequest.model_validate(json.loads(sync.request))


@pytest.mark.parametrize("part", ["metadata", "spec", "status", "data", "revision"])
@pytest.mark.parametrize(
    "value", [1, "x", [], [{}], True, {"annotations": 5}, {"annotations": [1]}, {"selector": None}]
)
def test_a_part_of_another_shape_is_answered_or_refused(part: str, value: Any) -> None:
    """A part that is read in pieces may hold anything; it is never unforeseen."""
    app = app_at(checking())
    request = request_of(checking())
    for group in request["children"].values():
        for child in group.values():
            child[part] = value
    answer = post(app, request)
    assert answer.status_code in {200, 422, 500}
    assert "unforeseen" not in answer.text


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_no_number_of_json_is_refused(number: bytes) -> None:
    """JSON has no such numbers (RFC 8259, section 6), whether or not they stand where somebody reads."""
    body = settled().request.replace(b'"observedGeneration": 1', b'"observedGeneration": ' + number)
    assert number in body
    answer = post(app_at(settled()), body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("The body is not JSON: ")


@pytest.mark.parametrize("name", ["NaN", "Infinity"])
def test_a_text_may_be_called_like_no_number(name: str) -> None:
    """What stands in quotes is a text, and the answer is the one without it."""
    request = request_of(settled())
    request["parent"]["metadata"]["labels"] = {"team": name}
    app = app_at(settled())
    assert post(app, request).json() == post(app, settled().request).json()
