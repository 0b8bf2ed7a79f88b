"""Connections to Prometheus servers, in several small pools instead of a large one.

For every request that begins or ends, httpcore's pool looks at all of its connections and all of its requests. With
some hundred queries at once that takes longer than the queries; with a few dozen to a pool it does not matter.
"""

import sys
from importlib.util import find_spec
from typing import Final

import httpx

if find_spec("sniffio") is None:
    # httpcore tries to import it many times for each request, and Python looks through all of its path each time,
    # which was a quarter of a query. None means: known to be missing (Python, "The module cache").
    sys.modules["sniffio"] = None  # type: ignore[assignment]

_POOLS: Final = 64
_EACH: Final = httpx.Limits(max_connections=None, max_keepalive_connections=4, keepalive_expiry=60.0)
"""Connections are kept beyond the usual interval between two checks. Their number is bounded by the syncs under way:
httpcore's own bound loses a place for ever when a query that waits for one reaches its deadline (encode/httpcore#1093).
"""


class Pools(httpx.AsyncBaseTransport):
    """Sends each request through the pool with the fewest under way; one after the other, they share a connection."""

    def __init__(self) -> None:
        """Opens no connection yet. It reads no certificates from the environment."""
        certificates = httpx.create_ssl_context(trust_env=False)
        self._pools = [
            httpx.AsyncHTTPTransport(verify=certificates, trust_env=False, limits=_EACH) for _ in range(_POOLS)
        ]
        self._under_way = [0] * _POOLS

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends a request."""
        chosen = self._under_way.index(min(self._under_way))
        self._under_way[chosen] += 1
        try:
            return await self._pools[chosen].handle_async_request(request)
        finally:
            self._under_way[chosen] -= 1

    async def aclose(self) -> None:
        """Closes all connections."""
        for pool in self._pools:
            await pool.aclose()
