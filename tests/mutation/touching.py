"""Which tests run which lines, and how long each takes: one run of all of them, unbroken."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import coverage
import pytest

from tests.mutation.asked import ask
from tests.mutation.mutants import ROOT, Mutant
from tests.mutation.scope import TESTS, distance

_WHILE_IMPORTED: Final = ""
"""The context of lines that run before the first test."""


class TouchingError(Exception):
    """The tests fail without any mutant."""


@dataclass(frozen=True)
class Touching:
    """What the unbroken run told.

    Attributes:
        seconds: by test.
        lines: tests by module and line; `_WHILE_IMPORTED` stands for what runs before the first test.
    """

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]

    def of(self, mutant: Mutant) -> dict[str, float]:
        """The tests that can notice a mutant, with their seconds.

        A line of a function is noticed by those that run it; what runs while modules are imported or tests are
        collected, by all that run anything of the module or bear its name, or by all tests where nothing of it runs
        later.
        """
        lines = self.lines.get(mutant.key.module, {})
        found = self._found(mutant)
        if self.while_imported(mutant):
            found = {test for tests in lines.values() for test in tests} - {_WHILE_IMPORTED} or set(self.seconds)
            found |= {test for test in self.seconds if distance(mutant.key.module, test.partition("::")[0]) == 0}
        return {test: self.seconds[test] for test in found if test in self.seconds}

    def while_imported(self, mutant: Mutant) -> bool:
        """Whether what is broken runs before the first test."""
        return not mutant.in_function or _WHILE_IMPORTED in self._found(mutant)

    def _found(self, mutant: Mutant) -> set[str]:
        lines = self.lines.get(mutant.key.module, {})
        first, last = mutant.lines
        return {test for number in range(first, last + 1) for test in lines.get(number, ())}


class _Watch:
    """Tells coverage which test runs, and notes the time of each."""

    def __init__(self, watched: coverage.Coverage) -> None:
        self._coverage = watched
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._coverage.switch_context(item.nodeid)
        start = time.perf_counter()
        result = yield
        self.seconds[item.nodeid] = time.perf_counter() - start
        return result


def watch(modules: Sequence[str], kept: Path) -> Touching:
    """Runs all tests once in a process of its own, which leaves this one without any module of the app.

    Args:
        modules: whose lines are of interest.
        kept: a file for the process to leave its findings in.

    Raises:
        TouchingError: a test fails.
    """
    child = os.fork()
    if child == 0:
        os._exit(_watch(modules, kept))
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status != 0:
        raise TouchingError("The tests must pass before anything is broken on purpose; `make unit` says what fails.")
    return read(kept)


def read(kept: Path) -> Touching:
    """What an earlier run left."""
    known = json.loads(kept.read_text("utf-8"))
    names = known["tests"]
    lines = {
        module: {int(number): [names[index] for index in tests] for number, tests in numbers.items()}
        for module, numbers in known["lines"].items()
    }
    return Touching(dict(zip(names, known["seconds"], strict=True)), lines)


def _watch(modules: Sequence[str], kept: Path) -> int:
    watched = coverage.Coverage(data_file=None, config_file=False, include=[str(ROOT / module) for module in modules])
    watched.start()
    plugin = _Watch(watched)
    status = ask(TESTS, plugin)
    watched.stop()
    names = [_WHILE_IMPORTED, *plugin.seconds]
    numbers = {name: number for number, name in enumerate(names)}
    data = watched.get_data()
    lines = {
        module: {
            line: [numbers[context] for context in contexts]
            for line, contexts in data.contexts_by_lineno(str(ROOT / module)).items()
        }
        for module in modules
    }
    kept.write_text(json.dumps({"tests": names, "seconds": [0.0, *plugin.seconds.values()], "lines": lines}), "utf-8")
    return status
