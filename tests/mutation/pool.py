"""Trials side by side, each in its own process."""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain

from tests.mutation import anew, trial
from tests.mutation.mutants import Mutant
from tests.mutation.swapped import Collected, collected
from tests.mutation.touching import Touching

Way = Callable[[Mutant, Mapping[str, float]], str]
"""How a mutant is tried: with its tests, in a process that ends afterwards."""

Heard = tuple[Mutant, trial.Word]


def verdicts(mutants: Sequence[Mutant], touching: Touching, jobs: int) -> Iterator[tuple[Mutant, str]]:
    """The verdict on each mutant, as they come in; at most `jobs` processes at a time."""
    swappable = [mutant for mutant in mutants if not touching.while_imported(mutant)]
    others = [mutant for mutant in mutants if touching.while_imported(mutant)]
    for mutant, word in chain(
        _in_a_process_with_all_tests(swappable, touching, jobs), _pool(others, touching, jobs, anew.tried)
    ):
        yield mutant, trial.verdict(word)


def _in_a_process_with_all_tests(mutants: Sequence[Mutant], touching: Touching, jobs: int) -> Iterator[Heard]:
    """The process collects the tests, forks for each mutant, and writes down a line for each verdict."""
    if not mutants:
        return
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(readable)
        collected(partial(_write, writable, mutants, touching, jobs))
        os._exit(0)
    os.close(writable)
    by_name = {mutant.name: mutant for mutant in mutants}
    with os.fdopen(readable, encoding="utf-8") as lines:
        for line in lines:
            name, word = json.loads(line)
            yield by_name.pop(name), word
    os.waitpid(child, 0)
    if by_name:
        raise trial.TrialError(f"The process that tries mutants ended too early, {len(by_name)} are left.")


def _write(writable: int, mutants: Sequence[Mutant], touching: Touching, jobs: int, tests: Collected) -> None:
    for mutant, word in _pool(mutants, touching, jobs, tests.tried):
        os.write(writable, f"{json.dumps([mutant.name, word])}\n".encode())


def _pool(mutants: Iterable[Mutant], touching: Touching, jobs: int, way: Way) -> Iterator[Heard]:
    running: dict[int, tuple[Mutant, int]] = {}
    for mutant in mutants:
        if len(running) >= jobs:
            yield _next(running)
        tests = touching.of(mutant)
        child, readable = trial.start(partial(way, mutant, tests), sum(tests.values()))
        running[child] = mutant, readable
    while running:
        yield _next(running)


def _next(running: dict[int, tuple[Mutant, int]]) -> Heard:
    child, _ = os.wait()
    mutant, readable = running.pop(child)
    return mutant, trial.heard(readable)
