"""Where the time of a sync goes: each part of it by itself, in this process, against orjson on the same body."""

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import orjson

from app import logs
from app.desired.children import desired_children
from app.hook import parse, written
from app.resource.refusals import read_spec
from app.rollout.asked import read_asked
from app.rollout.checking import queries_due
from app.rollout.children import read_children
from app.rollout.committed import read_committed
from app.rollout.decision import decide
from app.rollout.observation import observe
from app.rollout.revision import revision_of
from app.settings import Settings
from app.sync import Synced
from app.wire import SyncRequest, SyncResponse
from benchmarks import bodies
from benchmarks.figures import Figure, table

_TIMES: Final = 10
_INDENT: Final = "  of it, "


def measure(*, rounds: int) -> tuple[list[Figure], str]:
    """So many rounds; the sums, and a table with all parts."""
    settled, rolling = _measured(bodies.settled(), rounds), _measured(bodies.rolling(), rounds)
    lines = [
        (name, f"{settled[name]:.0f}", f"{settled[name] / settled[_ORJSON]:.2f}", f"{rolling[name]:.0f}")
        for name in settled
    ]
    head = ("part of a sync", "settled, µs", "x orjson", "in a rollout, µs")
    sums = {kind: sum(taken[name] for name in _DECIDING) for kind, taken in _kinds(settled, rolling)}
    return [Figure(f"decision and builders, {kind}", f"{total:.0f} µs") for kind, total in sums.items()], table(
        head, lines
    )


_ORJSON: Final = "orjson.loads, for comparison"
_DECIDING: Final = ("observe", "which queries are due", "decide", "build the children")


def _kinds(settled: dict[str, float], rolling: dict[str, float]) -> Iterator[tuple[str, dict[str, float]]]:
    yield "settled", settled
    yield "in a rollout", rolling


def _measured(body: bytes, rounds: int) -> dict[str, float]:
    """Microseconds by part: the least of all rounds, as what disturbs only ever adds; the parts take turns."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123 - a device
        parts = dict(_parts(body))
        least = dict.fromkeys(parts, float("inf"))
        for _ in range(rounds):
            for name, part in parts.items():
                least[name] = min(least[name], _microseconds(part))
    return least


def _microseconds(part: Callable[[], Any]) -> float:
    started = time.perf_counter()
    for _ in range(_TIMES):
        part()
    return (time.perf_counter() - started) / _TIMES * 1e6


def _parts(body: bytes) -> Iterator[tuple[str, Callable[[], Any]]]:
    settings, now = Settings(), datetime.now(UTC)
    origins, timings = settings.origins, settings.timings
    logs.configure(settings)
    request = parse(SyncRequest, body)
    app, raw = request.parent.metadata.name, request.parent.spec
    observation = observe(request, origins, timings, now)
    decision = decide(observation, (), now)
    response = SyncResponse(status=decision.status, children=desired_children(observation))
    synced = Synced(response, observation, decision)

    def reading_anew() -> None:
        spec = read_spec(app, raw, origins)
        if not isinstance(spec, tuple):
            revision_of(app, spec)

    yield _ORJSON, lambda: orjson.loads(body)
    yield "parse", lambda: parse(SyncRequest, body)
    yield "observe", lambda: observe(request, origins, timings, now)
    yield f"{_INDENT}the children", lambda: read_children(request)
    yield f"{_INDENT}the spec, remembered", lambda: read_asked(app, raw, origins)
    yield f"{_INDENT}the committed status", lambda: read_committed(request.parent.status, now)
    yield "which queries are due", lambda: queries_due(observation, now)
    yield "decide", lambda: decide(observation, (), now)
    yield "build the children", lambda: desired_children(observation)
    yield "write the answer", lambda: written(SyncResponse(status=decision.status, children=response.children))
    yield "log", lambda: logs.log_decision(synced, 0.001)
    yield "a spec that was never read before, in addition", reading_anew
