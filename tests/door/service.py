"""The hook on real sockets, as `python -m app` serves it, in the loop of the test; and clients that do as they like."""

import asyncio
import logging
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from app.main import create_app
from app.serving.asgi import Application, Message, Send
from app.serving.server import Server, make_server
from app.settings import Settings
from tests.contract.hook import settled
from tests.door.clock import until


@dataclass
class Service:
    """A server that runs.

    Attributes:
        server: itself.
        port: that it listens on.
        probe_port: of the probes, where they have one.
    """

    server: Server
    port: int
    probe_port: int | None = None

    @property
    def is_at_rest(self) -> bool:
        """Whether no connection is open and no request under way."""
        state = self.server.server_state
        return not state.connections and not state.tasks


@contextmanager
def logging_kept() -> Iterator[None]:
    """Uvicorn configures logging for the whole process; afterwards it is as it was."""
    root = logging.getLogger()
    handlers, level, httpx_level = list(root.handlers), root.level, logging.getLogger("httpx").level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logging.getLogger("httpx").setLevel(httpx_level)


@asynccontextmanager
async def serving(application: Application | None = None, **settings: Any) -> AsyncIterator[Service]:
    """The hook, or another application, until the end of the context; then it ends as on SIGINT."""
    chosen = Settings(**{"host": "127.0.0.1", "port": 0, "log_level": "error", **settings})
    with logging_kept():
        server = make_server(chosen, application or create_app(chosen))
        running = asyncio.create_task(server.serve())
        await until(lambda: running.done() or (server.started and (not server.beside or server.beside.started)))
        assert not running.done()
        probes = port_of(server.beside) if server.beside else None
        try:
            yield Service(server, port_of(server), probes)
        finally:
            server.should_exit = True
            await running


def port_of(server: Any) -> int:
    """Where a server listens."""
    return int(server.servers[0].sockets[0].getsockname()[1])


def head(method: str = "POST", path: str = "/sync", *headers: str) -> bytes:
    """The head of a request."""
    return "".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/1.1", "Host: hook", *headers, "")).encode()


def whole(body: bytes | None = None, *headers: str, path: str = "/sync") -> bytes:
    """A whole request, of a settled app where no other body is given; the connection is closed after it."""
    content = settled().request if body is None else body
    return head("POST", path, f"Content-Length: {len(content)}", "Connection: close", *headers) + content


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


async def ask(port: int, *parts: bytes, tls: ssl.SSLContext | None = None) -> Answer:
    """Sends the parts of a request and reads until the end of the connection.

    Raises:
        ConnectionError: it ends without an answer.
    """
    reader, writer = await connect(port, tls)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        return parsed(await reader.read())
    finally:
        writer.close()


async def connect(port: int, tls: ssl.SSLContext | None = None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection."""
    return await asyncio.open_connection("127.0.0.1", port, ssl=tls, server_hostname="localhost" if tls else None)


def reset(writer: asyncio.StreamWriter) -> None:
    """Ends a connection as a machine does that lost it: no end of the data, but an error at the other side."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def parsed(answer: bytes) -> Answer:
    """An answer that is there as a whole.

    Raises:
        ConnectionError: there is none.
    """
    if not answer:
        raise ConnectionAbortedError("no answer")
    top, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = top.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Answer(int(first.split()[1]), headers, body)


async def big(scope: Message, _receive: object, send: Send) -> None:
    """An application whose answers do not fit into the buffers of two sockets."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b" " * 16 * 1024 * 1024})
