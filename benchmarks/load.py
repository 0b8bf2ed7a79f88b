"""A client that is not the bottleneck: raw connections, requests that are made once, answers that are only counted."""

import asyncio
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_PATIENCE: Final = 600.0
"""Seconds until a run must have ended."""
_OK: Final = b"HTTP/1.1 200 "


@dataclass(frozen=True)
class Run:
    """Requests that were all answered with 200.

    Attributes:
        requests: how many.
        seconds: from the first one sent to the last answer's end.
        client_busy: seconds of CPU that the client needed meanwhile.
        answer: the body of the last answer.
    """

    requests: int
    seconds: float
    client_busy: float
    answer: bytes

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def http_post(path: str, body: bytes) -> bytes:
    """The bytes of a request as Metacontroller's HTTP client sends them, but for its own headers."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: hook\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def send_all(port: int, requests: Iterable[bytes], *, connections: int) -> Run:
    """Sends the requests over so many connections that are kept alive, each with one request under way.

    Raises:
        RuntimeError: an answer was not 200, or a connection was closed.
    """
    return asyncio.run(_send_all(port, iter(requests), connections))


async def _send_all(port: int, requests: Iterator[bytes], connections: int) -> Run:
    loop = asyncio.get_running_loop()
    made = [
        (await loop.create_connection(lambda: _Connection(requests), "127.0.0.1", port))[1] for _ in range(connections)
    ]
    busy, started = time.process_time(), time.perf_counter()
    for connection in made:
        connection.send_next()
    async with asyncio.timeout(_PATIENCE):
        await asyncio.gather(*(connection.done for connection in made))
    ended = Run(
        requests=sum(connection.answered for connection in made),
        seconds=time.perf_counter() - started,
        client_busy=time.process_time() - busy,
        answer=made[0].last,
    )
    for connection in made:
        connection.transport.close()
    return ended


class _Connection(asyncio.Protocol):
    """One connection; takes requests from an iterator that it shares with the others."""

    transport: asyncio.Transport

    def __init__(self, requests: Iterator[bytes]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.answered = 0
        self.last = b""
        self._requests = requests
        self._received = bytearray()
        self._body_at = self._ends_at = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def send_next(self) -> None:
        """Sends the next request, if there is one."""
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """A part of an answer."""
        self._received += data
        if not self._ends_at and (end := self._received.find(b"\r\n\r\n")) >= 0:
            self._body_at = end + 4
            self._ends_at = self._body_at + _length(bytes(self._received[:end]))
        if self._ends_at and len(self._received) >= self._ends_at:
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        """The other side must not close it."""
        if not self.done.done():
            self.done.set_exception(exc or RuntimeError("The connection was closed before all answers were there."))

    def _answered(self) -> None:
        if not self._received.startswith(_OK):
            self.done.set_exception(RuntimeError(f"The answer was no 200: {bytes(self._received)!r}"))
            return
        self.last = bytes(self._received[self._body_at :])
        self.answered += 1
        self._received.clear()
        self._ends_at = 0
        self.send_next()


def exchange(port: int, method: bytes, path: str) -> tuple[int, bytes]:
    """Status and body of one request without a body, over a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), _PATIENCE) as connection:
        connection.sendall(method + f" {path} HTTP/1.1\r\nHost: hook\r\nConnection: close\r\n\r\n".encode())
        received = bytearray()
        while b"\r\n\r\n" not in received:
            received += _more(connection)
        head, _, body = bytes(received).partition(b"\r\n\r\n")
        while len(body) < _length(head):
            body += _more(connection)
    return int(head.split(b" ", 2)[1]), body


def _more(connection: socket.socket) -> bytes:
    more = connection.recv(65_536)
    if not more:
        raise ConnectionError("The answer ended early.")
    return more


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line[len(b"content-length:") :]) for line in lines if line.startswith(b"content-length:")), 0)
