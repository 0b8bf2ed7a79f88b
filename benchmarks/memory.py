"""100,000 syncs to one process: what it has in memory before and after."""

from collections.abc import Iterator
from itertools import count, islice
from typing import Final

from benchmarks import bodies, processes
from benchmarks.figures import Figure, at_most
from benchmarks.load import http_post, send_all

MOST: Final = 120.0
"""MiB."""
GROWTH: Final = 4.0
"""MiB after the warm-up that count as flat."""
_WARM_UP: Final = 0.2
_APPS: Final = 1000


def measure(*, requests: int) -> list[Figure]:
    """So many requests, a fifth of them beforehand to warm up."""
    posts = _posts()
    with processes.hook() as hook:
        started = hook.memory
        send_all(hook.port, islice(posts, round(requests * _WARM_UP)), connections=8)
        before = hook.memory
        send_all(hook.port, islice(posts, requests - round(requests * _WARM_UP)), connections=8)
        after = hook.memory
    return [
        at_most(f"memory after {requests} syncs", after, MOST, " MiB", f" ({started:.0f} MiB at the start)"),
        at_most("  growth after the first fifth", after - before, GROWTH, " MiB"),
    ]


def _posts() -> Iterator[bytes]:
    """Settled apps, more than anything remembers; no request comes twice."""
    apps = [bodies.settled(f"m{number:03}") for number in range(_APPS)]
    return (http_post("/sync", bodies.touched(apps[number % _APPS], number)) for number in count())
