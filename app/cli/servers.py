"""What the demo runs beside itself: the embedded Prometheus in this process, the hook in one of its own."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import httpx
import uvicorn
from fastapi import FastAPI

from app.simulation.hook_process import PROMETHEUS

_START_LIMIT: Final = 20.0
_STOP_LIMIT: Final = 5.0
_SHOWN: Final = 2000
"""Characters of the hook's log in a message."""


class HookProcessError(Exception):
    """The hook does not start, or has ended; the message holds the end of its log."""


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ctrl-C is the demo's, not the server's."""
        yield


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Serves an ASGI application on a free loopback port; gives its address."""
    with _listen() as listener:
        server = _Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield _address(listener)
        finally:
            server.should_exit = True
            await running


class HookProcess:
    """The running hook."""

    def __init__(self, process: subprocess.Popen[bytes], address: str, log: Path) -> None:
        """`address` is its URL, `log` what it writes."""
        self.address = address
        self.process = process
        self._log = log

    def check(self) -> None:
        """Whether it still runs.

        Raises:
            HookProcessError: it does not.
        """
        status = self.process.poll()
        if status is not None:
            raise HookProcessError(f"The hook has ended with exit status {status}. {self._said()}")

    async def wait_ready(self, limit: float) -> None:
        """Waits until it takes requests.

        Raises:
            HookProcessError: it ended, or takes no requests within `limit` seconds.
        """
        end = time.monotonic() + limit
        async with httpx.AsyncClient(trust_env=False, timeout=1.0) as client:
            while time.monotonic() < end:
                self.check()
                try:
                    (await client.get(f"{self.address}/readyz")).raise_for_status()
                except httpx.HTTPError:
                    await asyncio.sleep(0.05)
                else:
                    return
        raise HookProcessError(f"The hook is not ready after {limit:.0f} s. {self._said()}")

    def stop(self) -> None:
        """Ends it; in the hard way where it does not end by itself."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _said(self) -> str:
        said = self._log.read_text(errors="replace").strip()
        return f"It said: {said[-_SHOWN:]}" if said else "It said nothing."


@asynccontextmanager
async def hook_process(prometheus: str, settings: Mapping[str, str]) -> AsyncIterator[HookProcess]:
    """Runs the hook under uvicorn.

    Args:
        prometheus: address that every query goes to.
        settings: environment variables.

    Raises:
        HookProcessError: it does not start.
    """
    with tempfile.TemporaryDirectory() as folder, _listen() as listener:
        log, number = Path(folder) / "hook.log", listener.fileno()
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: ASYNC220, S603 - our own interpreter; starting it blocks for an instant
                [sys.executable, "-m", "app.simulation.hook_process", str(number)],
                env={"CANARYAPP_LOG_LEVEL": "warning", **os.environ, **settings, PROMETHEUS: prometheus},
                pass_fds=[number],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                # Ctrl-C in the terminal goes to the demo alone, which then ends the hook.
                start_new_session=True,
            )
        with process:
            running = HookProcess(process, _address(listener), log)
            try:
                await running.wait_ready(_START_LIMIT)
                yield running
            finally:
                running.stop()


def _listen() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def _address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"
