"""The hook as a process of its own: where its queries go, and when it ends."""

import asyncio
import io
import os
import signal
import sys
import threading
from typing import Any

import httpx
import pytest
import uvicorn

from app.simulation.hook_process import PROMETHEUS, ResolvedTransport, create, end_with, main


async def _heard_at(urls: list[str]) -> list[str]:
    """The request lines and Host headers that a loopback server hears when these are asked for."""
    heard: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        heard.extend(line for line in head.splitlines() if line.startswith(("GET", "Host:")))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with httpx.AsyncClient(transport=ResolvedTransport(address), trust_env=False) as client:
            for url in urls:
                await client.get(url)
    return heard


def test_every_host_is_resolved_to_the_one_address_and_keeps_its_name() -> None:
    """Whatever host, port or scheme a CanaryApp names, the embedded Prometheus is asked, under that name."""
    urls = ["http://prometheus.istio-system.svc:9090/api/v1/query?query=up", "https://other.example.com/x"]
    assert asyncio.run(_heard_at(urls)) == [
        "GET /api/v1/query?query=up HTTP/1.1",
        "Host: prometheus.istio-system.svc:9090",
        "GET /x HTTP/1.1",
        "Host: other.example.com",
    ]


def test_the_hook_is_the_real_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has the hook's routes; only the way to Prometheus is its own."""
    monkeypatch.setenv(PROMETHEUS, "http://127.0.0.1:9")
    assert {"/sync", "/finalize", "/customize"} <= set(create().openapi()["paths"])


def test_it_ends_when_the_other_side_of_the_pipe_is_closed() -> None:
    """What is written to the pipe does not matter; its end does."""
    read, write = os.pipe()
    os.write(write, b"still here")
    os.close(write)
    ended: list[bool] = []
    end_with(read, lambda: ended.append(True))
    os.close(read)
    assert ended == [True]


def test_it_serves_on_the_socket_that_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """The descriptor is its one argument; when its standard input ends, it stops itself as Kubernetes would."""
    served: dict[str, Any] = {}
    killed: list[tuple[int, int]] = []
    read, write = os.pipe()
    os.close(write)

    class Thread:
        """Runs at once instead of beside."""

        def __init__(self, *, target: Any, args: tuple[Any, ...], daemon: bool) -> None:
            assert daemon
            self.start = lambda: target(*args)

    monkeypatch.setenv(PROMETHEUS, "http://127.0.0.1:9")
    monkeypatch.setattr(threading, "Thread", Thread)
    monkeypatch.setattr(os, "kill", lambda process, number: killed.append((process, number)))
    monkeypatch.setattr(uvicorn, "run", lambda app, **options: served.update(options, title=app.title))
    with os.fdopen(read, "rb") as stdin:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(stdin))
        main(["7"])
    assert served == {"title": "CanaryApp operator", "fd": 7, "log_level": "warning", "access_log": False}
    assert killed == [(os.getpid(), signal.SIGTERM)]
