"""HTTP connections of which none is waited for without end."""

import asyncio
from typing import Any, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

HEAD_SECONDS: Final = 10.0
"""From the first byte of a request's head to its end."""
REST_SECONDS: Final = 2.0
"""For what is left of a body whose request was refused: closed at once, the client might not get to read why."""
ANSWER_SECONDS: Final = 10.0
"""For a client to take an answer; Metacontroller would not wait longer for it either."""


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP/1.1, with an end to every wait for the client.

    uvicorn itself bounds the time between two requests. The time for a body is bounded where it is read, since only
    there it can be answered with a reason (`app.door`).
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Takes what uvicorn gives."""
        super().__init__(*arguments, **options)
        self._waits_for: float | None = None
        self._unfinished: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn does
        """A client may keep a connection in reserve, but not longer than between two requests."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def data_received(self, data: bytes) -> None:
        """Something came; perhaps all that was waited for."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """The answer is written, though perhaps not taken, and perhaps before all of the request was there."""
        super().on_response_complete()
        self._watch()
        if self._untaken is None and self.transport.get_write_buffer_size():
            self._untaken = self.loop.call_later(ANSWER_SECONDS, self._give_up_if_untaken)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing of a connection outlives it."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        for timer in (self._unfinished, self._untaken):
            if timer:
                timer.cancel()

    def _watch(self) -> None:
        """Starts to wait, waits on, or waits no more for what the client still has to send outside of a body."""
        seconds = self._missing()
        if seconds == self._waits_for:
            return
        self._waits_for = seconds
        if self._unfinished:
            self._unfinished.cancel()
        self._unfinished = self.loop.call_later(seconds, self.transport.abort) if seconds else None

    def _missing(self) -> float | None:
        under_way: RequestResponseCycle | None = (
            self.cycle
        )  # None before the first request, whatever uvicorn's types say
        if self.transport.is_closing() or (under_way and not under_way.response_complete):
            return None
        if self.conn.their_state is h11.SEND_BODY:
            return REST_SECONDS
        return HEAD_SECONDS if self.conn.trailing_data[0] else None

    def _give_up_if_untaken(self) -> None:
        self._untaken = None
        if self.transport.get_write_buffer_size():
            self.transport.abort()
