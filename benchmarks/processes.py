"""Processes that are measured: started, ready, and what the kernel says of them (Linux's /proc)."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.load import exchange

_PATIENCE: Final = 20.0
"""Seconds until a process must take requests."""
_MIB: Final = 1024


@dataclass(frozen=True)
class Server:
    """A process that serves on a port of the loopback interface.

    Attributes:
        port: that it listens on.
        pid: its process id.
        ready_after: seconds from its start to its first 200 of /readyz.
    """

    port: int
    pid: int
    ready_after: float

    @property
    def memory(self) -> float:
        """MiB that it has in memory (RSS)."""
        return self._status("VmRSS") / _MIB

    @property
    def busy(self) -> float:
        """Seconds of CPU that it has used."""
        # The command's name in the second field has no blanks here (proc_pid_stat(5)).
        fields = Path(f"/proc/{self.pid}/stat").read_text("ascii").split()
        return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text("utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


@contextmanager
def hook(**settings: str) -> Iterator[Server]:
    """The hook, as `python -m app` starts it in a cluster; `settings` are variables without their prefix."""
    port = _free_port()
    variables = {"HOST": "127.0.0.1", "PORT": str(port), **settings}
    with _running(["-m", "app"], port, {f"CANARYAPP_{name}": value for name, value in variables.items()}) as server:
        yield server


@contextmanager
def baseline(size: int) -> Iterator[Server]:
    """The FastAPI application that the hook is measured against."""
    port = _free_port()
    with _running(["-m", "benchmarks.baseline", str(port), str(size)], port, {}) as server:
        yield server


@contextmanager
def prometheus() -> Iterator[Server]:
    """The stand-in for a Prometheus."""
    port = _free_port()
    with _running(["-m", "benchmarks.prometheus", str(port)], port, {}) as server:
        yield server


@contextmanager
def _running(arguments: list[str], port: int, variables: Mapping[str, str]) -> Iterator[Server]:
    """Logs go to a pipe's end that nobody keeps: writing them is part of the work, storing them is not."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CANARYAPP_")}
    started = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, *arguments], env={**kept, **variables}, stdout=subprocess.DEVNULL
    ) as process:
        try:
            yield Server(port, process.pid, _await_ready(process, port, started))
        finally:
            process.terminate()


def _await_ready(process: subprocess.Popen[bytes], port: int, started: float) -> float:
    while time.perf_counter() - started < _PATIENCE:
        if process.poll() is not None:
            raise RuntimeError(f"The process ended with status {process.returncode} before it was ready.")
        try:
            status, _ = exchange(port, b"GET", "/readyz")
        except OSError:
            time.sleep(0.005)
        else:
            if status == 200:  # noqa: PLR2004 - OK
                return time.perf_counter() - started
    raise RuntimeError(f"The process takes no requests after {_PATIENCE:g} s.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
