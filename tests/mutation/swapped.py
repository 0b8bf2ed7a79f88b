"""Trials in which only the code of one function is exchanged, after everything was imported and all tests collected.

Many times faster than importing everything anew, and the same for what runs in tests alone: not for tables, classes and
whatever runs while modules are imported or tests are collected.
"""

import functools
import importlib
import warnings
from collections.abc import Callable, Mapping
from itertools import zip_longest
from types import CodeType, FunctionType
from typing import Any

import pytest

from tests.mutation.asked import ask
from tests.mutation.mutants import Mutant
from tests.mutation.scope import TESTS, distance
from tests.mutation.trial import SURVIVED


class Collected:
    """Collects all tests, then hands itself to `work` instead of running them."""

    def __init__(self, work: Callable[["Collected"], None]) -> None:
        self._work = work
        self._items: dict[str, pytest.Item] = {}
        self._failed = ""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Remembers the tests."""
        self._items = {item.nodeid: item for item in session.items}

    def pytest_runtestloop(self) -> bool:
        """Runs nothing of itself."""
        self._work(self)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remembers a failure."""
        if report.failed:
            self._failed = report.nodeid

    def tried(self, mutant: Mutant, tests: Mapping[str, float]) -> str:
        """The verdict of the tests, given with their seconds, on a function that is broken in this process for good."""
        _swap(mutant)
        items = [self._items[test] for test in sorted(tests, key=lambda test: _order(mutant, test, tests[test]))]
        for item, following in zip_longest(items, items[1:]):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return self._failed
        return SURVIVED


def collected(work: Callable[[Collected], None]) -> None:
    """Lets `work` try mutants, with all tests collected."""
    ask(TESTS, Collected(work))


def _order(mutant: Mutant, test: str, seconds: float) -> tuple[int, float]:
    return distance(mutant.key.module, test.partition("::")[0]), seconds


def _swap(mutant: Mutant) -> None:
    with warnings.catch_warnings(action="ignore"):
        code = compile(mutant.source, mutant.key.module, "exec", dont_inherit=True)
    holder: Any = importlib.import_module(mutant.module_name)
    for name in mutant.key.scope.split("."):
        code = next(inner for inner in code.co_consts if isinstance(inner, CodeType) and inner.co_name == name)
        holder = vars(holder)[name]
        if not isinstance(holder, type):
            _function(holder).__code__ = code
            return


def _function(wrapped: Any) -> FunctionType:
    match wrapped:
        case FunctionType():
            return wrapped
        case property():
            return _function(wrapped.fget)
        case classmethod() | staticmethod():
            return _function(wrapped.__func__)
        case functools._lru_cache_wrapper():  # noqa: SLF001 - it has no other name
            return _function(wrapped.__wrapped__)
    raise TypeError(f"{wrapped!r} holds no function.")
