"""The server of `python -m app`: uvicorn, with an orderly end and probes on a port of their own."""

import asyncio
import contextlib
import logging
import math
import signal
import socket
from collections.abc import Generator
from types import FrameType
from typing import Any, Final

import uvicorn

from app import logs
from app.door.tls import RenewedTls
from app.serving.asgi import Application, Leaving, ProbesOnly
from app.serving.protocol import BoundedProtocol
from app.settings import Settings

KEEP_ALIVE_SECONDS: Final = 120
"""Longer than Metacontroller keeps a connection that it does not use (Go: 90 s). The one that closes it must be the one
that sends: otherwise a sync is now and then sent into a connection that closes just then, and fails.
"""
_CUT_SECONDS: Final = 0.1

_log: Final = logging.getLogger("uvicorn.error")


def seconds_to_finish(settings: Settings) -> int:
    """How long requests under way may take once no new ones are taken: a body, Prometheus, and some more."""
    return math.ceil(settings.body_deadline_seconds + settings.query_deadline_seconds) + 5


def make_server(settings: Settings, application: Application | str = "app.main:app") -> "Server":
    """The server, not started yet.

    Args:
        settings: where to listen, with which files, and how to end.
        application: the hook, or where it can be imported from.

    Raises:
        UnusableFileError: a token, certificate or key cannot be used.
    """
    config = _config(application, settings, port=settings.port, log_config=logs.of_the_server(settings))
    config.load()
    if files := settings.tls_files:
        config.ssl = RenewedTls(files).context
    leaving = config.loaded_app = Leaving(config.loaded_app)
    beside = None
    if settings.probe_port is not None:
        # Its logging is the other one's.
        beside = _Beside(
            _config(ProbesOnly(leaving), settings, port=settings.probe_port, lifespan="off", log_config=None)
        )
    return Server(config, leaving, settings.stop_delay_seconds, beside)


def _config(application: Application | str, settings: Settings, **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        host=settings.host,
        http=BoundedProtocol,
        ws="none",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=seconds_to_finish(settings),
        **options,
    )


class _Beside(uvicorn.Server):
    """A server that lives as long as the one that it belongs to."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are the other one's."""
        yield


class Server(uvicorn.Server):
    """Ends in order.

    SIGTERM, as Kubernetes sends it: `/readyz` answers 503 at once, while new connections are still served for the
    delay, since it takes a while until everybody has heard that the endpoint is gone. Then, as at once on SIGINT: no
    new connections, requests under way get their answers, and it ends. A second signal, or too long a wait, ends it
    anyway.
    """

    def __init__(self, config: uvicorn.Config, leaving: Leaving, delay: float, beside: uvicorn.Server | None) -> None:
        """`delay` is in seconds; `beside` is served from its start to its end."""
        super().__init__(config)
        self._leaving = leaving
        self._delay = delay
        self.beside = beside
        self._beside_task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves until it is told to stop."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Heeds a signal, outside of its handler: there, anything could be half done."""
        assert self._loop is not None  # noqa: S101 - signals are captured while it serves
        self._loop.call_soon_threadsafe(self.stop, sig)

    def stop(self, sig: int) -> None:
        """Begins to end, or ends, if it had begun before."""
        if self._leaving.begun:
            self._cut()
            return
        self._leaving.begun = True
        delay = self._delay if sig == signal.SIGTERM else 0.0
        _log.info("Told to stop; not ready any more, new connections are taken for %g more seconds.", delay)
        asyncio.get_running_loop().call_later(delay, self._take_no_more)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens; the probes are answered when the rest is."""
        await super().startup(sockets)
        if self.beside:
            self._beside_task = asyncio.create_task(self.beside.serve())

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finishes; the probes are answered until all else is done."""
        await super().shutdown(sockets)
        if self.beside and self._beside_task:
            self.beside.should_exit = True
            await self._beside_task

    def _take_no_more(self) -> None:
        self.should_exit = True

    def _cut(self) -> None:
        _log.warning("Told to stop again; requests that are not answered: %d.", len(self.server_state.tasks))
        self.should_exit = True
        for task in self.server_state.tasks:
            task.cancel()
        # They still say 500. What then stands is nobody's request.
        asyncio.get_running_loop().call_later(_CUT_SECONDS, self._drop_connections)

    def _drop_connections(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
