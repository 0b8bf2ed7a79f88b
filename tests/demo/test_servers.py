"""The servers beside the demo: they start, they are watched, and none is left behind."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from app.cli import servers
from app.cli.servers import HookProcess, HookProcessError, hook_process, serving

_STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); signal.pause()"


def _start(code: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)  # noqa: S603 - our own interpreter


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log that nothing was written to."""
    path = tmp_path / "hook.log"
    path.touch()
    return path


def test_an_application_is_served_on_loopback_while_it_is_needed() -> None:
    """It answers at the address that is given, and not any more afterwards."""
    app = FastAPI()

    @app.get("/hello")
    async def hello() -> str:
        return "hello"

    async def ask() -> tuple[str, type[Exception]]:
        async with httpx.AsyncClient(trust_env=False) as client:
            async with serving(app) as address:
                said = (await client.get(f"{address}/hello")).json()
            try:
                await client.get(f"{address}/hello")
            except httpx.HTTPError as refused:
                return said, type(refused)
        return said, AssertionError

    assert asyncio.run(ask()) == ("hello", httpx.ConnectError)


def test_a_hook_that_refuses_its_settings_is_told_with_its_own_words() -> None:
    """The message holds the exit status and the end of the log."""

    async def start() -> None:
        async with hook_process("http://127.0.0.1:9", {"CANARYAPP_SETTLE_SECONDS": "never"}):
            pass

    with pytest.raises(HookProcessError) as failure:
        asyncio.run(start())
    assert str(failure.value).startswith("The hook has ended with exit status 1. It said: ")
    assert "settle_seconds" in str(failure.value)


def test_a_hook_that_ends_is_noticed(log: Path) -> None:
    """Whatever it was that ended it."""
    with _start("raise SystemExit(3)") as process:
        process.wait()
        with pytest.raises(HookProcessError, match=r"^The hook has ended with exit status 3\. It said nothing\.$"):
            HookProcess(process, "http://127.0.0.1:9", log).check()


def test_a_hook_that_takes_no_requests_is_noticed(log: Path) -> None:
    """It runs, but is not ready within the limit."""
    with _start("import signal; signal.pause()") as process:
        with pytest.raises(HookProcessError, match=r"^The hook is not ready after 0 s\. It said nothing\.$"):
            asyncio.run(HookProcess(process, "http://127.0.0.1:9", log).wait_ready(0.1))
        process.kill()


def test_a_hook_that_does_not_end_by_itself_is_ended(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left behind."""
    monkeypatch.setattr(servers, "_STOP_LIMIT", 0.01)
    with _start(_STUBBORN) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        HookProcess(process, "http://127.0.0.1:9", log).stop()
        assert process.returncode == -9
