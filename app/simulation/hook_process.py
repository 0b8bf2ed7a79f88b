"""The real hook as a process of its own, for the demo: `uvicorn --factory app.simulation.hook_process:create`.

Nothing of the hook is changed but the way to Prometheus: whatever host a CanaryApp names, the connection goes to the
embedded Prometheus, as an entry in /etc/hosts would do.
"""

import os
from typing import Final

import httpx
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings

PROMETHEUS: Final = "CANARYAPP_SIMULATION_PROMETHEUS"
"""Environment variable: the address of the embedded Prometheus."""


class ResolvedTransport(httpx.AsyncHTTPTransport):
    """Connects to one address, whatever host a request names."""

    def __init__(self, address: str) -> None:
        """`address` is a URL with host and port."""
        super().__init__()
        self._address = httpx.URL(address)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request there; its Host header stays."""
        request.url = request.url.copy_with(scheme="http", host=self._address.host, port=self._address.port)
        return await super().handle_async_request(request)


def create() -> FastAPI:
    """The hook, configured from the environment."""
    return create_app(Settings(), transport=ResolvedTransport(os.environ[PROMETHEUS]))
