"""Trials side by side, each in its own process."""

import os
from collections.abc import Iterable, Iterator

from tests.mutation import trial
from tests.mutation.mutants import Mutant
from tests.mutation.touching import Touching


def verdicts(mutants: Iterable[Mutant], touching: Touching, jobs: int) -> Iterator[tuple[Mutant, str]]:
    """The verdict on each mutant, as they come in; at most `jobs` processes at a time."""
    running: dict[int, tuple[Mutant, int]] = {}
    for mutant in mutants:
        if len(running) >= jobs:
            yield _next(running)
        child, readable = trial.start(mutant, touching.of(mutant))
        running[child] = mutant, readable
    while running:
        yield _next(running)


def _next(running: dict[int, tuple[Mutant, int]]) -> tuple[Mutant, str]:
    child, _ = os.wait()
    mutant, readable = running.pop(child)
    return mutant, trial.verdict(readable)
