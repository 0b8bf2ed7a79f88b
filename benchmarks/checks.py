"""Hundreds of syncs that ask a Prometheus which is 50 ms away, all at once, against a route that waits for 50 ms."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
    """So many rounds of 500 apps each."""
    names = (f"{letter}{number:03}" for letter in "bcdefghijk" for number in range(1000))
    own, same, waits, sent = [], [], [], []
    with _place() as place:
        for _, app in zip(range(APPS), names, strict=False):  # to warm up
            send_all(place.hook.port, [http_post("/sync", bodies.rolling(app))], connections=1)
        for _ in range(rounds):
            apps = [next(names) for _ in range(APPS)]
            before = place.asked
            own.append(_seconds(place.hook, [http_post("/sync", bodies.rolling(app)) for app in apps]))
            between = place.asked
            if between - before != APPS:
                raise RuntimeError(f"{between - before} queries were sent by {APPS} apps with a query each.")
            same.append(_seconds(place.hook, [http_post("/sync", bodies.rolling(app, SAME)) for app in apps]))
            sent.append(place.asked - between)
            waits.append(_seconds(place.baseline, [http_post("/wait", bodies.rolling(app)) for app in apps]))
    return [
        at_most(f"{APPS} apps due at once, a query each", median(own), TARGET, " s"),
        Figure("  against 500 requests to a route that waits 50 ms", f"{median(own) / median(waits):.2f} x"),
        at_most(f"{APPS} apps due at once, the same query", median(same), TARGET, " s"),
        at_most("  queries sent for it", median(sent), 1, ""),
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
