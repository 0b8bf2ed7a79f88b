"""Connections in several pools: spread where many ask at once, shared where one asks after the other."""

import asyncio

import httpx
import pytest

from app.prometheus.pools import Pools
from tests.prometheus.servers import listening, says


async def _ask(http: httpx.AsyncClient, url: str) -> int:
    return (await http.post(url, content=b"?")).status_code


def test_many_at_once_are_served_and_closed_at_the_end() -> None:
    """This server answers none before it has got all, however the requests are spread."""

    async def go() -> None:
        everyone = asyncio.Barrier(100)

        async def script(writer: asyncio.StreamWriter) -> None:
            await everyone.wait()
            await says()(writer)

        async with listening(script) as server, httpx.AsyncClient(transport=Pools(), trust_env=False) as http:
            assert set(await asyncio.gather(*(_ask(http, server.url) for _ in range(100)))) == {200}
            assert server.connections == 100

    asyncio.run(go())


def test_one_after_the_other_share_a_connection() -> None:
    """A request that failed leaves its place, too: the next one goes through the same pool."""

    async def go() -> None:
        async with listening(says()) as server, httpx.AsyncClient(transport=Pools(), trust_env=False) as http:
            for _ in range(3):
                assert await _ask(http, server.url) == 200
            with pytest.raises(httpx.ConnectError):
                await _ask(http, "http://127.0.0.1:1")
            assert await _ask(http, server.url) == 200
            assert (server.connections, len(server.requests)) == (1, 4)

    asyncio.run(go())
