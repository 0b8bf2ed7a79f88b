"""Servers on the loopback interface that say exactly what a test wants them to, and remember what they were asked."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

Script = Callable[[asyncio.StreamWriter], Awaitable[None]]
"""Answers one request."""

NOTHING: Final = b'{"status":"success","data":{"resultType":"matrix","result":[]}}'


@dataclass
class Listener:
    """A server.

    Attributes:
        url: its origin.
        port: that it listens on.
        connections: how many were opened.
        requests: head and body of each.
    """

    url: str = ""
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)


def says(body: bytes = NOTHING, *, status: str = "200 OK", headers: str = "") -> Script:
    """A whole answer; the connection stays open for the next request."""

    async def script(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return script


def sends(raw: bytes) -> Script:
    """Some bytes, and then the end of the connection."""

    async def script(writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    return script


async def is_silent(_: asyncio.StreamWriter) -> None:
    """No answer at all."""
    await asyncio.Event().wait()


async def never_stops(writer: asyncio.StreamWriter) -> None:
    """An answer without an end, as fast as it is taken."""
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"400\r\n" + b" " * 1024 + b"\r\n")
        await writer.drain()


@asynccontextmanager
async def listening(script: Script, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Listener]:
    """A server that answers every request with the script.

    Args:
        script: of the answers.
        host: an address of this machine.
        port: 0 for any that is free.
    """
    listener = Listener()
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        listener.connections += 1
        writers.append(writer)
        try:
            while request := await _read(reader):
                listener.requests.append(request)
                await script(writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the test has ended
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, port, backlog=1024)
    listener.port = server.sockets[0].getsockname()[1]
    listener.url = f"http://[{host}]:{listener.port}" if ":" in host else f"http://{host}:{listener.port}"
    try:
        yield listener
    finally:
        server.close()
        for writer in writers:
            writer.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
    )
    return head + await reader.readexactly(length)
