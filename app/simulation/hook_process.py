"""The real hook as a process of its own, for the demo: `python -m app.simulation.hook_process <socket's descriptor>`.

Nothing of the hook is changed but the way to Prometheus: whatever host a CanaryApp names, the connection goes to the
embedded Prometheus, as an entry in /etc/hosts would do. The process ends with the one that started it, however that
ends: it watches its standard input.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Final

import httpx
import uvicorn
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


def end_with(descriptor: int, end: Callable[[], None]) -> None:
    """Waits until the other side of a pipe is closed, then ends."""
    while os.read(descriptor, 1):
        pass
    end()


def main(arguments: list[str]) -> None:
    """Serves the hook on a socket that is open already."""

    def stop() -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=end_with, args=(sys.stdin.fileno(), stop), daemon=True).start()
    uvicorn.run(create(), fd=int(arguments[0]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main(sys.argv[1:])
