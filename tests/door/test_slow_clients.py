"""Clients that drip, stop, or go away, on real sockets: nobody else notices, and nothing of them stays."""

import asyncio
import contextlib
import gc
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from app.main import create_app
from app.serving.protocol import ANSWER_SECONDS, HEAD_SECONDS, REST_SECONDS, BoundedProtocol
from app.serving.server import KEEP_ALIVE_SECONDS
from app.settings import Settings
from tests.contract.hook import settled
from tests.door.clock import run, until
from tests.door.service import Service, ask, big, connect, head, parsed, reset, serving, whole

BODY_SECONDS = Settings().body_deadline_seconds
DRIP_SECONDS = 0.5


def now() -> float:
    """The time of the loop, in seconds that were skipped."""
    return asyncio.get_running_loop().time()


async def drip(writer: asyncio.StreamWriter, what: bytes) -> None:
    """One byte after another, for ever or until nobody takes them any more."""
    with contextlib.suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(what)
            await writer.drain()
            await asyncio.sleep(DRIP_SECONDS)


async def dripped(service: Service, start: bytes, what: bytes) -> tuple[bytes, float]:
    """What comes back to a client that goes on and on, and after how many seconds the connection was at its end."""
    began = now()
    reader, writer = await connect(service.port)
    writer.write(start)
    dripping = asyncio.create_task(drip(writer, what))
    answer = b""
    with contextlib.suppress(ConnectionError):
        while part := await reader.read(65536):
            answer += part
    ended = now() - began
    writer.close()
    await dripping
    return answer, ended


Abuse = Callable[[Service], Coroutine[Any, Any, None]]


def served_beside(abuse: Abuse) -> None:
    """Others are served while somebody misbehaves, and when that is over nothing is left of it."""

    async def go() -> None:
        async with serving() as service:
            misbehaving = [asyncio.create_task(abuse(service)) for _ in range(20)]
            began = now()
            answers = [(await ask(service.port, whole())).status for _ in range(5)]
            assert answers == [200] * 5
            assert now() - began < DRIP_SECONDS
            await asyncio.gather(*misbehaving)
            await until(lambda: service.is_at_rest)
            assert (await ask(service.port, whole())).status == 200

    run(go())


def test_a_head_that_never_ends_is_given_up() -> None:
    """Byte by byte does not help: the time runs from the first one."""

    async def abuse(service: Service) -> None:
        answer, seconds = await dripped(service, b"POST /sync HTTP/1.1\r\nX: ", b"x")
        assert answer == b""
        assert seconds == pytest.approx(HEAD_SECONDS, abs=DRIP_SECONDS)

    served_beside(abuse)


def test_a_second_head_that_never_ends_is_given_up() -> None:
    """A connection that was of use before gets no more time."""

    async def abuse(service: Service) -> None:
        start = head("GET", "/healthz") + b"GET /healthz HTTP/1.1\r\nX: "
        answer, seconds = await dripped(service, start, b"x")
        assert parsed(answer).status == 200
        assert seconds == pytest.approx(HEAD_SECONDS, abs=2 * DRIP_SECONDS)

    served_beside(abuse)


@pytest.mark.parametrize("form", ["Content-Length: 100000", "Transfer-Encoding: chunked"])
def test_a_body_that_never_ends_is_408(form: str) -> None:
    """With a sentence, and the connection closed soon after, since the rest of the body would still come."""

    async def abuse(service: Service) -> None:
        drop = b"1\r\nx\r\n" if "chunked" in form else b"x"
        answer, seconds = await dripped(service, head("POST", "/sync", form), drop)
        assert parsed(answer).status == 408
        assert parsed(answer).body == b'{"error":"The body did not arrive within 3 seconds."}'
        assert seconds == pytest.approx(BODY_SECONDS + REST_SECONDS, abs=2 * DRIP_SECONDS)

    served_beside(abuse)


def test_a_refused_body_is_not_read_for_ever() -> None:
    """Whoever goes on sending after the refusal is cut off."""

    async def abuse(service: Service) -> None:
        answer, seconds = await dripped(service, head("POST", "/sync", "Content-Length: 99999999"), b"x" * 1000)
        assert parsed(answer).status == 413
        assert seconds == pytest.approx(REST_SECONDS, abs=2 * DRIP_SECONDS)

    served_beside(abuse)


def test_a_body_that_stops_is_not_waited_for_longer() -> None:
    """A client that falls silent has no more time than one that drips."""

    async def abuse(service: Service) -> None:
        began = now()
        reader, writer = await connect(service.port)
        writer.write(head("POST", "/sync", "Content-Length: 100000") + b"{")
        assert parsed(await reader.readuntil(b"}")).status == 408
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        assert now() - began == pytest.approx(BODY_SECONDS + REST_SECONDS, abs=DRIP_SECONDS)
        writer.close()

    served_beside(abuse)


def test_a_refused_body_that_ends_does_not_cost_the_connection() -> None:
    """Its client reads why, and may ask again on the same connection."""

    async def go() -> None:
        async with serving(max_body_bytes=1_000_000) as service:
            reader, writer = await connect(service.port)
            writer.write(head("POST", "/sync", "Content-Length: 1000001"))
            refused = parsed(await reader.readuntil(b"}"))
            writer.write(b" " * 1_000_001)
            writer.write(whole())
            assert (refused.status, parsed(await reader.read()).status) == (413, 200)
            writer.close()

    run(go())


def test_a_connection_without_a_word_is_closed() -> None:
    """A client may keep some in reserve, as Go's does, but not for ever."""

    async def go() -> None:
        async with serving() as service:
            assert service.server.config.timeout_keep_alive == KEEP_ALIVE_SECONDS
            service.server.config.timeout_keep_alive = 10
            began = now()
            reader, writer = await connect(service.port)
            assert await reader.read() == b""
            assert now() - began == pytest.approx(10, abs=1)
            writer.close()

    run(go())


def test_an_answer_that_nobody_takes_is_given_up() -> None:
    """It would lie in memory for as long as its client likes."""

    async def go() -> None:
        async with serving(big, max_body_bytes=1024) as service:
            _, writer = await connect(service.port)
            assert isinstance(writer.transport, asyncio.Transport)
            writer.transport.pause_reading()
            writer.write(head("GET", "/healthz", "Connection: close"))
            began = now()
            await until(lambda: service.server.server_state.total_requests)
            await until(lambda: service.is_at_rest)
            assert now() - began == pytest.approx(ANSWER_SECONDS, abs=1)
            writer.close()

    run(go())


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="at once"),
        pytest.param(b"POST /sync HT", id="in the head"),
        pytest.param(head("POST", "/sync", "Content-Length: 100000"), id="before the body"),
        pytest.param(head("POST", "/sync", "Content-Length: 100000") + b"{" * 50_000, id="in the body"),
        pytest.param(head("POST", "/sync", "Transfer-Encoding: chunked") + b"ffff\r\n{{", id="in a chunk"),
        pytest.param(whole(), id="before the answer"),
    ],
)
@pytest.mark.parametrize("how", ["closed", "reset"])
def test_a_client_that_goes_away_leaves_nothing_behind(sent: bytes, how: str) -> None:
    """Wherever it stops, in whichever way."""

    async def abuse(service: Service) -> None:
        _, writer = await connect(service.port)
        writer.write(sent)
        await writer.drain()
        if how == "reset":
            reset(writer)
        writer.close()

    served_beside(abuse)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(head("GET", "/healthz"), id="between two requests"),
        pytest.param(head("GET", "/healthz") + b"POST /sync HT", id="in the second head"),
    ],
)
def test_a_connection_that_is_reset_is_forgotten_at_once(sent: bytes) -> None:
    """Nothing waits for its time to pass, and holds it in memory until then."""

    async def go() -> None:
        async with serving() as service:
            reader, writer = await connect(service.port)
            writer.write(sent)
            await reader.readuntil(b"}")
            reset(writer)
            await until(lambda: service.is_at_rest)
            del reader, writer
            gc.collect()
            held = gc.get_objects()
            assert [one for one in held if isinstance(one, BoundedProtocol)] == []
            timers = [one for one in held if isinstance(one, asyncio.TimerHandle) and not one.cancelled()]
            assert [timer for timer in timers if "abort" in repr(timer)] == []

    run(go())


def test_what_was_held_of_a_body_is_forgotten() -> None:
    """The room for bodies is free again, whatever became of them."""
    chosen = Settings(
        host="127.0.0.1", port=0, log_level="error", max_body_bytes=100_000, max_bytes_in_progress=100_000
    )
    app = create_app(chosen)

    async def go() -> None:
        async with serving(app, **chosen.model_dump()) as service:
            for _ in range(3):
                _, writer = await connect(service.port)
                writer.write(head("POST", "/sync", "Content-Length: 95000") + b" " * 90_000)
                await asyncio.sleep(0.01)
                # While most of the room is taken there is none for another one.
                answer = await ask(service.port, whole())
                assert (answer.status, answer.headers["retry-after"]) == (429, "1")
                writer.close()
                await until(lambda: service.is_at_rest)
            assert (await ask(service.port, whole())).status == 200

    assert 10_000 < len(settled().request) < 100_000
    run(go())
