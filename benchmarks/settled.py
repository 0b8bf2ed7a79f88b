"""A settled sync of 30 kB, against a FastAPI route that only parses the same body with orjson."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle, islice
from statistics import median
from typing import Final

from benchmarks import bodies, processes
from benchmarks.figures import Figure, at_least
from benchmarks.load import Run, http_post, send_all

TARGET: Final = 0.7
CONNECTIONS: Final = 8
"""Metacontroller has 5 workers by default."""
APPS: Final = 32
_BUSY_CLIENT: Final = 0.8


@dataclass(frozen=True)
class Round:
    """Both servers, one right after the other, with the same bodies.

    Attributes:
        hook: requests to the hook.
        baseline: requests to the baseline.
        hook_busy: seconds of CPU of the hook.
        baseline_busy: seconds of CPU of the baseline.
    """

    hook: Run
    baseline: Run
    hook_busy: float
    baseline_busy: float


def measure(*, rounds: int, requests: int) -> list[Figure]:
    """So many rounds of so many requests each."""
    apps = [bodies.settled(f"a{number:03}") for number in range(APPS)]
    with processes.hook() as hook:
        size = len(_answer(hook, apps[0]))
        with processes.baseline(size) as baseline:
            again = cycle(apps)
            new = (bodies.touched(apps[number % APPS], number) for number in count())
            _round(hook, baseline, list(islice(again, requests)))  # to warm up
            seen = [_round(hook, baseline, list(islice(again, requests))) for _ in range(rounds)]
            unseen = [_round(hook, baseline, list(islice(new, requests))) for _ in range(rounds)]
    about = f"settled sync, {len(apps[0])} bytes"
    return [*_figures(f"{about}, asked again", seen), *_figures(f"{about}, never the same twice", unseen)]


def _answer(hook: processes.Server, body: bytes) -> bytes:
    """The hook's answer, which must be that of a settled app."""
    answer = send_all(hook.port, [http_post("/sync", body)], connections=1).answer
    decided = json.loads(answer)
    if decided["status"]["decision"]["reason"] != "UpToDate" or decided["resyncAfterSeconds"]:
        raise RuntimeError(f"The app is not settled: {decided['status']['decision']}")
    return answer


def _round(hook: processes.Server, baseline: processes.Server, sent: list[bytes]) -> Round:
    before = hook.busy
    to_hook = send_all(hook.port, _posts("/sync", sent), connections=CONNECTIONS)
    between, base_before = hook.busy, baseline.busy
    to_baseline = send_all(baseline.port, _posts("/parse", sent), connections=CONNECTIONS)
    return Round(to_hook, to_baseline, between - before, baseline.busy - base_before)


def _posts(path: str, sent: list[bytes]) -> Iterator[bytes]:
    return (http_post(path, body) for body in sent)


def _figures(name: str, rounds: list[Round]) -> list[Figure]:
    client = max(run.client_busy / run.seconds for one in rounds for run in (one.hook, one.baseline))
    if client > _BUSY_CLIENT:
        raise RuntimeError(f"The client was busy for {client:.0%} of the time, so it was measured, too.")
    ratio = median(one.hook.rate / one.baseline.rate for one in rounds)
    rates = f" ({median(one.hook.rate for one in rounds):.0f}/s : {median(one.baseline.rate for one in rounds):.0f}/s)"
    cpu = sum(one.baseline_busy for one in rounds) / sum(one.hook_busy for one in rounds)
    return [
        at_least(f"{name}: requests per second", ratio, TARGET, " x", rates),
        Figure(f"{name}: requests per second of CPU", f"{cpu:.2f} x"),
    ]
