"""`make soak-rollouts MINUTES=10`: the state machine with fresh chance, for as long as it is told, on two processes."""

import argparse
import multiprocessing
import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue  # noqa: TC003 - of the processes' own types
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase
from hypothesis.stateful import run_state_machine_as_test

from tests.safety.storm.machine import HAPPENINGS, PLACES, AnythingMayHappen
from tests.safety.storm.story import VISITED

PROCESSES: Final = 2
KEPT: Final = Path(".hypothesis") / "soak-rollouts"
"""Where failing stories are kept: the next soak plays them first."""
_STORIES: Final = 10
"""In one run of hypothesis; the time is looked at between two runs."""
_STEPS: Final = 40


@dataclass(frozen=True)
class Report:
    """What one process has seen so far.

    Attributes:
        runs: of hypothesis.
        stories: that were told to their end.
        steps: of all stories.
        syncs: of all stories.
        seconds: of virtual time.
        places: phase and stage, as far as they were visited.
        reasons: of decisions.
        failure: the story that failed, "" for none.
    """

    runs: int
    stories: int
    steps: int
    syncs: int
    seconds: float
    places: frozenset[tuple[str, str]]
    reasons: frozenset[str]
    failure: str = ""


def soak(until: float, told: "SimpleQueue[Report]") -> None:
    """Tells stories until a moment (`time.monotonic`) or the first failure, then reports."""
    chance = settings(
        max_examples=_STORIES,
        stateful_step_count=_STEPS,
        deadline=None,
        database=DirectoryBasedExampleDatabase(KEPT),
        print_blob=True,
        report_multiple_bugs=False,
        phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    runs, failure = 0, ""
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - the hook's own log, until the process ends
    while time.monotonic() < until and not failure:
        try:
            run_state_machine_as_test(AnythingMayHappen, settings=chance)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is the story that we are after
            failure = "".join(traceback.format_exception(problem, limit=-4))
        runs += 1
    told.put(
        Report(
            runs,
            VISITED.stories,
            sum(VISITED.happenings.values()),
            VISITED.syncs,
            VISITED.seconds,
            frozenset(VISITED.places),
            frozenset(VISITED.reasons),
            failure,
        )
    )


def summary(reports: Sequence[Report], minutes: float) -> str:
    """All processes in a few lines."""
    places = frozenset[tuple[str, str]]().union(*(report.places for report in reports))
    reasons = frozenset[str]().union(*(report.reasons for report in reports))
    missing = [f"{phase}/{stage}" for phase, stage in PLACES if (phase, stage) not in places]
    return (
        f"{sum(one.runs for one in reports)} runs in {minutes:g} minutes on {len(reports)} processes: "
        f"{sum(one.stories for one in reports)} stories of {len(HAPPENINGS)} kinds of events, "
        f"{sum(one.steps for one in reports)} steps, {sum(one.syncs for one in reports)} syncs, "
        f"{sum(one.seconds for one in reports) / 3600:.1f} simulated hours.\n"
        f"{len(PLACES) - len(missing)} of {len(PLACES)} places (phase and stage) and {len(reasons)} reasons were "
        f"visited{'; missing: ' + ', '.join(missing) if missing else ''}."
    )


def main(arguments: Sequence[str]) -> int:
    """Soaks; 0 where no rule was broken, 1 where a story failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    minutes = parser.parse_args(arguments).minutes
    context = multiprocessing.get_context("spawn")
    told: SimpleQueue[Report] = context.SimpleQueue()
    until = time.monotonic() + 60 * minutes
    processes = [context.Process(target=soak, args=(until, told)) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    reports = [told.get() for _ in processes]
    for process in processes:
        process.join()
    print(summary(reports, minutes))  # noqa: T201 - a command prints
    failures = [report.failure for report in reports if report.failure]
    for failure in failures:
        print(f"\nA rule was broken. The story is kept in {KEPT}; the next soak plays it first.\n{failure}")  # noqa: T201
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
