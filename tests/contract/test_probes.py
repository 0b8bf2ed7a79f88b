"""Liveness and readiness."""

import asyncio

import httpx
from fastapi import FastAPI

from tests.contract.hook import app_at, ask, first


def test_a_living_process_says_so() -> None:
    """`/healthz` depends on nothing, not even on Prometheus."""
    answer = ask(app_at(first()), "GET", "/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_the_hook_is_ready_between_start_and_stop() -> None:
    """Before it has started and after it was stopped, no requests are to be sent to it."""
    app = app_at(first())

    async def go() -> list[tuple[int, dict[str, str]]]:
        seen = [await _ready(app)]
        async with app.router.lifespan_context(app):
            seen.append(await _ready(app))
        return [*seen, await _ready(app)]

    not_ready = (503, {"error": "The hook is not ready."})
    assert asyncio.run(go()) == [not_ready, (200, {"status": "ready"}), not_ready]


async def _ready(app: FastAPI) -> tuple[int, dict[str, str]]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hook") as client:
        answer = await client.get("/readyz")
        return answer.status_code, answer.json()


def test_the_connections_are_closed_at_the_end() -> None:
    """Once it has stopped, the hook holds no connection to any Prometheus."""
    closed = []

    class Transport(httpx.MockTransport):
        async def aclose(self) -> None:
            closed.append(True)

    app = app_at(first(), prometheus=Transport(lambda _: httpx.Response(200)))

    async def go() -> None:
        async with app.router.lifespan_context(app):
            assert closed == []

    asyncio.run(go())
    assert closed == [True]
