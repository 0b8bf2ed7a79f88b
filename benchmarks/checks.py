"""Hundreds of syncs that ask a Prometheus which is 50 ms away, all at once, against a route that waits for 50 ms."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Final

from benchmarks import bodies, processes
from benchmarks.figures import Figure, at_most
from benchmarks.load import exchange, http_post, send_all

APPS: Final = 500
TARGET: Final = 1.5
"""Seconds until all are answered."""

SAME: Final = 'sum(rate(istio_requests_total{response_code=~"5.."}[1m])) > 100'


@dataclass(frozen=True)
class Place:
    """The servers."""

    hook: processes.Server
    baseline: processes.Server
    prometheus: processes.Server

    @property
    def asked(self) -> int:
        """Queries that were sent to Prometheus so far."""
        return int(exchange(self.prometheus.port, b"GET", "/asked")[1])


def measure(*, rounds: int) -> list[Figure]:
    """So many rounds of 500 apps each, after one that does not count."""
    apps = [f"b{number:03}" for number in range(APPS)]
    own = [http_post("/sync", bodies.rolling(app)) for app in apps]
    same = [http_post("/sync", bodies.rolling(app, SAME)) for app in apps]
    with _place() as place:
        each, waits = [], []
        for _ in range(rounds + 1):
            before = place.asked
            each.append(_seconds(place.hook, own))
            if place.asked - before != APPS:
                raise RuntimeError(f"{place.asked - before} queries were sent by {APPS} apps with a query each.")
            waits.append(_seconds(place.baseline, [http_post("/wait", bodies.rolling(app)) for app in apps]))
        shared, sent = [], []
        for _ in range(rounds + 1):
            before = place.asked
            shared.append(_seconds(place.hook, same))
            sent.append((place.asked - before) / ceil(shared[-1]))
    return [
        at_most(f"{APPS} apps due at once, a query each", median(each[1:]), TARGET, " s"),
        Figure("  against 500 requests to a route that waits 50 ms", f"{median(each[1:]) / median(waits[1:]):.2f} x"),
        at_most(f"{APPS} apps due at once, the same query", median(shared[1:]), TARGET, " s"),
        at_most("  queries sent for it, in a second", median(sent[1:]), 1, ""),
    ]


@contextmanager
def _place() -> Iterator[Place]:
    with processes.prometheus() as prometheus, processes.baseline(len(bodies.rolling())) as baseline:
        url = f"http://127.0.0.1:{prometheus.port}"
        with processes.hook(PROMETHEUS_URL=url, PROMETHEUS_ORIGINS=url) as hook:
            yield Place(hook, baseline, prometheus)


def _seconds(server: processes.Server, requests: list[bytes]) -> float:
    """All at once, each over a connection of its own, from the start of a second on."""
    time.sleep(1.0 - time.time() % 1.0)
    return send_all(server.port, requests, connections=len(requests)).seconds
