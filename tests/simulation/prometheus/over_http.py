"""Asking the API over HTTP, without a socket."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from app.simulation.prometheus.api import Fault, prometheus_app
from app.simulation.prometheus.series import SeriesStore

NOW = 1234.5
"""Unix seconds, where a query names no time."""


def fetch(store: SeriesStore, method: str, path: str, *, fault: Fault | None = None, **request: Any) -> httpx.Response:
    """The answer to one request; `request` are httpx's arguments."""
    app = prometheus_app(store, lambda: NOW, lambda: fault)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://prometheus") as client:
            return await client.request(method, path, **request)

    return asyncio.run(ask())


def get(store: SeriesStore, endpoint: str, parameters: Mapping[str, str]) -> tuple[int, Any]:
    """Status and body of a GET of `/api/v1/<endpoint>`."""
    answer = fetch(store, "GET", f"/api/v1/{endpoint}", params=dict(parameters))
    return answer.status_code, answer.json()
