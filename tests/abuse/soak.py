"""`make soak-input`: damaged requests for as long as it is told, others each time, and a count of what came of them.

A failing input is kept in a file; `python -m tests.abuse.soak --again FILE` tries it again.
"""

import argparse
import gc
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from tests.abuse.attempt import KINDS, Attempt, attempt
from tests.abuse.oracle import Oracle
from tests.abuse.target import Target

MOST_GROWTH: Final = 8.0
"""MiB by which the peak of the last third may be above that of the one before: 250 bytes an input, of 100,000."""
_SAMPLED: Final = 1_000
_FEWEST_SAMPLES: Final = 30
_PROGRESS: Final = 10_000
_MIB: Final = 1024
_SHOWN: Final = 300
"""Characters of the objections."""
_MOST_KEPT: Final = 20
"""Failing inputs that are kept in files; there may be as many as inputs."""


@dataclass
class Tally:
    """What came of the inputs so far.

    Attributes:
        statuses: by kind and status.
        failures: files of inputs whose answer was wrong, with the objections.
        memory: MiB of the process, every so many inputs.
    """

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    failures: list[tuple[Path, list[str]]] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        """How many there were."""
        return self.statuses.total()

    @property
    def grown(self) -> float | None:
        """MiB that the process has grown by since it was warm; None where it was asked too little."""
        third = len(self.memory) // 3
        return (
            max(self.memory[-third:]) - max(self.memory[third:-third]) if len(self.memory) >= _FEWEST_SAMPLES else None
        )

    def lines(self) -> Iterator[str]:
        """A table: a line for each kind, a column for each status."""
        found = sorted({status for _, status in self.statuses})
        yield "".join(f"{title:>11}" for title in ("", *found, "all"))
        for kind in KINDS:
            counts = [self.statuses[kind, status] for status in found]
            yield "".join(f"{cell:>11}" for cell in (kind, *counts, sum(counts)))
        totals = [sum(self.statuses[kind, status] for kind in KINDS) for status in found]
        yield "".join(f"{cell:>11}" for cell in ("all", *totals, self.inputs))


def main(arguments: list[str] | None = None) -> int:
    """The command; 0 where no answer was wrong and the memory was flat."""
    asked = _parser().parse_args(arguments)
    target, oracle = Target(), Oracle()
    try:
        return _again(asked.again, target, oracle) if asked.again else _soak(asked, target, oracle)
    finally:
        target.close()


def judged(tried: Attempt, target: Target, oracle: Oracle) -> tuple[int, list[str]]:
    """Status of the answer, and everything that is wrong with it."""
    answer = target.ask(tried)
    objections = list(oracle.objections(tried, answer))
    if target.ask(tried).body != answer.body:
        objections.append("The same input has another answer the second time (rule R9).")
    return answer.status, objections


def _soak(asked: argparse.Namespace, target: Target, oracle: Oracle) -> int:
    print(f"The seed is {asked.seed}.", flush=True)
    random, tally, started = Random(asked.seed), Tally(), time.monotonic()  # noqa: S311 - no secret
    while tally.inputs < asked.inputs or time.monotonic() - started < asked.minutes * 60:
        tried = attempt(random)
        status, objections = judged(tried, target, oracle)
        tally.statuses[tried.kind, status] += 1
        if objections:
            file = tried.keep(asked.failures) if len(tally.failures) < _MOST_KEPT else Path("not kept")
            tally.failures.append((file, objections))
        if tally.inputs % _SAMPLED == 0:
            tally.memory.append(_resident())
        if tally.inputs % _PROGRESS == 0:
            seconds = time.monotonic() - started
            print(f"{tally.inputs} inputs, {tally.inputs / seconds:.0f} a second, {_resident():.1f} MiB", flush=True)
    return _report(tally, time.monotonic() - started)


def _report(tally: Tally, seconds: float) -> int:
    print("\n".join(tally.lines()))
    print(f"{tally.inputs} inputs, each asked twice, in {seconds:.0f} s: {tally.inputs / seconds:.0f} inputs a second.")
    for file, objections in tally.failures[:_MOST_KEPT]:
        print(f"{file}: {' '.join(objections)[:_SHOWN]}")
    grown = tally.grown
    said = (
        "too few inputs to tell"
        if grown is None
        else f"{grown:+.1f} in the last third, at most {MOST_GROWTH:+} is well"
    )
    print(f"Memory: {_resident():.1f} MiB; {said}.")
    print(f"{len(tally.failures)} wrong answers.")
    return int(bool(tally.failures) or (grown is not None and grown > MOST_GROWTH))


def _again(file: Path, target: Target, oracle: Oracle) -> int:
    tried = Attempt.kept(file)
    status, objections = judged(tried, target, oracle)
    print(f"{tried.kind} of {tried.case}, Prometheus {tried.mood}: {status}")
    print(target.ask(tried).body.decode("utf-8", "replace"))
    print("\n".join(objections) or "Nothing is wrong.")
    return int(bool(objections))


def _resident() -> float:
    """MiB of this process in memory (proc(5), VmRSS)."""
    gc.collect()
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / _MIB


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Damaged requests, and what the hook makes of them.")
    parser.add_argument("--inputs", type=int, default=100_000, help="at least so many")
    parser.add_argument("--minutes", type=float, default=0.0, help="at least so long")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32), help="the same inputs as last time")
    parser.add_argument("--failures", type=Path, default=Path("soak-failures"), help="where failing inputs are kept")
    parser.add_argument("--again", type=Path, help="a failing input to be tried again")
    return parser


if __name__ == "__main__":
    sys.exit(main())
