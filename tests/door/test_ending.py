"""How the server ends, on a clock of its own; with real processes and signals: tests/contract/test_process.py."""

import asyncio
import signal
from typing import Any

import pytest

from app.serving.asgi import Message, Send
from app.serving.server import seconds_to_finish
from app.settings import Settings
from tests.door.clock import run, until
from tests.door.service import ask, big, connect, head, serving


async def never_done(scope: Message, _receive: object, _send: object) -> None:
    """An application that has a defect."""
    if scope["type"] == "http":
        await asyncio.Event().wait()


def test_a_request_that_never_ends_is_given_up(capsys: pytest.CaptureFixture[str]) -> None:
    """The hook ends before Kubernetes would kill it."""
    short: dict[str, Any] = {"stop_delay_seconds": 1, "query_deadline_seconds": 0.5, "body_deadline_seconds": 0.5}

    async def go() -> float:
        async with serving(never_done, **short) as service:
            asking = asyncio.create_task(ask(service.port, head("GET", "/sync")))
            await until(lambda: service.server.server_state.tasks)
            began = asyncio.get_running_loop().time()
            service.server.handle_exit(signal.SIGTERM, None)
            await until(lambda: service.is_at_rest)
            ended = asyncio.get_running_loop().time()
            assert (await asking).status == 500
            return ended - began

    took = run(go())
    assert "Cancel 1 running task(s), timeout graceful shutdown exceeded" in capsys.readouterr().out
    expected = 1 + seconds_to_finish(Settings(**short))
    assert expected <= took < expected + 1


def test_the_probes_of_their_own_port_end_last() -> None:
    """While requests are finished, somebody still says that the process lives, and is not ready."""
    done = asyncio.Event()

    async def slow(scope: Message, _receive: object, send: Send) -> None:
        if scope["type"] == "http":
            if scope["path"] == "/sync":
                await done.wait()
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})

    async def go() -> None:
        async with serving(slow, stop_delay_seconds=1, probe_port=0) as service:
            assert service.probe_port
            probes = service.probe_port

            async def probed(path: str) -> int:
                return (await ask(probes, head("GET", path, "Connection: close"))).status

            asking = asyncio.create_task(ask(service.port, head("GET", "/sync", "Connection: close")))
            await until(lambda: service.server.server_state.tasks)
            assert [await probed(path) for path in ("/healthz", "/readyz")] == [200, 200]
            service.server.handle_exit(signal.SIGTERM, None)
            await until(lambda: service.server.should_exit)
            await asyncio.sleep(0.5)
            assert [await probed(path) for path in ("/healthz", "/readyz")] == [200, 503]
            done.set()
            assert (await asking).status == 200

    run(go())


def test_an_idle_connection_does_not_hold_up_the_end() -> None:
    """Metacontroller keeps some."""

    async def go() -> float:
        async with serving(stop_delay_seconds=0) as service:
            reader, writer = await connect(service.port)
            writer.write(head("GET", "/healthz"))
            await reader.readuntil(b"}")
            began = asyncio.get_running_loop().time()
            service.server.handle_exit(signal.SIGTERM, None)
            assert await reader.read() == b""
            ended = asyncio.get_running_loop().time()
            writer.close()
            return ended - began

    assert run(go()) < 1


def test_somebody_at_a_terminal_does_not_wait_for_a_cluster() -> None:
    """SIGINT takes no more connections at once; a second one, or any other signal, ends the wait for the requests."""

    async def go() -> float:
        async with serving(never_done, stop_delay_seconds=60) as service:
            asking = asyncio.create_task(ask(service.port, head("GET", "/sync")))
            await until(lambda: service.server.server_state.tasks)
            began = asyncio.get_running_loop().time()
            service.server.handle_exit(signal.SIGINT, None)
            await until(lambda: service.server.should_exit, 1)
            await asyncio.sleep(1)
            assert not service.is_at_rest
            service.server.handle_exit(signal.SIGTERM, None)
            await until(lambda: service.is_at_rest, 1)
            ended = asyncio.get_running_loop().time()
            assert (await asking).status == 500
            return ended - began

    assert run(go()) < 3


def test_an_answer_that_nobody_takes_does_not_outlive_a_second_signal() -> None:
    """The wait for its client would otherwise be the last thing that the process does."""

    async def go() -> None:
        async with serving(big, stop_delay_seconds=0) as service:
            _, writer = await connect(service.port)
            assert isinstance(writer.transport, asyncio.Transport)
            writer.transport.pause_reading()
            writer.write(head("GET", "/healthz"))
            await until(lambda: service.server.server_state.total_requests)
            service.server.handle_exit(signal.SIGTERM, None)
            await asyncio.sleep(1)
            assert not service.is_at_rest
            service.server.handle_exit(signal.SIGTERM, None)
            await until(lambda: service.is_at_rest, 1)
            writer.close()

    run(go())
