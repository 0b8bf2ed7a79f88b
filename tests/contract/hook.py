"""The hook's ASGI application, asked without a network, and requests as Metacontroller really sends them."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import httpx
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from app.simulation.metacontroller.controller import Sync
from app.simulation.world import World

NAME: Final = "shop"
QUERY: Final = 'increase(istio_requests_total{response_code=~"5.*"}[20s]) > 2'
NOTHING_FOUND: Final = {"status": "success", "data": {"resultType": "matrix", "result": []}}


@cache
def recorded() -> tuple[Sync, ...]:
    """Every sync of an app's first revision, and of the rollout of its second one until the middle of it."""

    async def play() -> tuple[Sync, ...]:
        world = World()
        cluster = world.cluster
        cluster.apply(
            {
                "apiVersion": "canary.atze.io/v1",
                "kind": "CanaryApp",
                "metadata": {"name": NAME},
                "spec": {"image": "registry/shop:v1", "imageListenPort": 8088, "prometheusQuery": QUERY},
            }
        )
        await cluster.advance(cluster.now + 60)
        cluster.patch(NAME, image="registry/shop:v2")
        await cluster.advance(cluster.now + 90)
        return tuple(cluster.history.syncs)

    return asyncio.run(play())


def first() -> Sync:
    """The sync of an app without any children."""
    return recorded()[0]


def settled() -> Sync:
    """A sync of an app that serves its first revision, with nothing to do."""
    return _last(lambda before, after: _reason(before) == _reason(after) == "UpToDate")


def checking() -> Sync:
    """A sync in the middle of a rollout, in which Prometheus is asked."""
    return _last(lambda before, after: before.get("checks") != after["checks"] and after["checks"])


def request_of(sync: Sync) -> dict[str, Any]:
    """The request of a sync, to be changed at will."""
    request: dict[str, Any] = json.loads(sync.request)
    return request


def app_at(sync: Sync, *, prometheus: httpx.AsyncBaseTransport | None = None, **settings: Any) -> FastAPI:
    """The hook at the moment of a sync, with a Prometheus that finds nothing where none is given."""
    return create_app(
        Settings(**{"log_level": "error", **settings}),
        clock=lambda: datetime.fromtimestamp(sync.at, UTC),
        transport=prometheus or prometheus_says(NOTHING_FOUND),
    )


def prometheus_says(body: dict[str, Any]) -> httpx.AsyncBaseTransport:
    """A Prometheus with one answer to everything."""
    content = json.dumps(body).encode()
    return httpx.MockTransport(lambda _: httpx.Response(200, stream=httpx.ByteStream(content)))


def ask(app: FastAPI, method: str, path: str, **more: Any) -> httpx.Response:
    """One request; what the application raises goes nowhere, as with a real server."""

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://hook") as client:
            return await client.request(method, path, **more)

    return asyncio.run(go())


def post(app: FastAPI, body: Any, path: str = "/sync", **more: Any) -> httpx.Response:
    """A POST; what is not bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body)
    return ask(app, "POST", path, content=content, **more)


def _last(fits: Callable[[dict[str, Any], dict[str, Any]], Any]) -> Sync:
    """The last sync of which the status that came and the status that went fit."""
    return next(
        sync
        for sync in reversed(recorded())
        if fits(request_of(sync)["parent"].get("status") or {}, json.loads(sync.response)["status"])
    )


def _reason(status: dict[str, Any]) -> str:
    return str((status.get("decision") or {}).get("reason"))
