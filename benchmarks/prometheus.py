"""A stand-in for a Prometheus that is 50 ms away and finds nothing: `python -m benchmarks.prometheus PORT`.

`GET /asked` says how many queries it was sent so far.
"""

import asyncio
import json
import sys
from typing import Final

AWAY: Final = 0.05
"""Seconds."""

_NOTHING: Final = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": []}}).encode()


class _StandIn(asyncio.Protocol):
    asked = 0

    def __init__(self) -> None:
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """One request after the other, without pipelining."""
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        if not end or len(body) < length:
            return
        self._received.clear()
        if head.startswith((b"GET /asked", b"GET /readyz")):
            self._answer(str(_StandIn.asked).encode())
        else:
            _StandIn.asked += 1
            asyncio.get_running_loop().call_later(AWAY, self._answer, _NOTHING)

    def _answer(self, body: bytes) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


async def main(port: int) -> None:
    """Serves until it is ended."""
    server = await asyncio.get_running_loop().create_server(_StandIn, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
