"""From the start of the process to its first 200 of /readyz, against the mere import of FastAPI and uvicorn."""

import subprocess
import sys
import time
from statistics import median
from typing import Final

from benchmarks import processes
from benchmarks.figures import Figure, at_most

TARGET: Final = 1.0
"""Seconds."""


def measure(*, rounds: int) -> list[Figure]:
    """So many starts of each, in turns."""
    ready, imported = [], []
    for _ in range(rounds):
        with processes.hook() as hook:
            ready.append(hook.ready_after)
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import fastapi, uvicorn"], check=True)
        imported.append(time.perf_counter() - started)
    return [
        at_most("start to ready", median(ready), TARGET, " s"),
        Figure("  against `import fastapi, uvicorn`", f"{median(ready) / median(imported):.2f} x"),
    ]
