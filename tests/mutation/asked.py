"""Tests run in this process, the chosen ones in the order of their time, up to the first that fails."""

import contextlib
import importlib
import io
import os
from collections.abc import Mapping, Sequence
from typing import Final

import hypothesis
import pytest

from tests.mutation.mutants import ROOT
from tests.mutation.scope import PASSED_OVER

_LIBRARIES: Final = (
    "fastapi",
    "httpx",
    "hypothesis.strategies",
    "jsonschema",
    "prometheus_client",
    "promql_parser",
    "pydantic_settings",
    "structlog",
    "uvicorn",
    "yaml",
)
_PROFILE: Final = "mutation"
_ARGUMENTS: Final = (
    "-x",
    "-qq",
    "--no-header",
    "--no-summary",
    "--tb=no",
    "--assert=plain",  # what differs is of no interest, and costs much to tell
    "-pno:cacheprovider",
    "-Wignore::pytest.PytestAssertRewriteWarning",
    f"--rootdir={ROOT}",
    *(f"--ignore={ROOT / file}" for file in PASSED_OVER),
)


class Chosen:
    """Keeps the chosen tests, in the order of their names in `order`; remembers the first failure."""

    def __init__(self, order: Mapping[str, float]) -> None:
        self._order = order
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Drops what is not chosen, the fastest first."""
        items[:] = sorted((item for item in items if item.nodeid in self._order), key=self._seconds)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remembers a failure."""
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A table that cannot even be built has noticed, too."""
        if report.failed:
            self.failed = self.failed or report.nodeid

    def _seconds(self, item: pytest.Item) -> float:
        return self._order[item.nodeid]


def ask(files: Sequence[str], plugin: object) -> int:
    """Runs test files with a plugin, silently; the exit status is pytest's."""
    nowhere = io.StringIO()
    with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        return int(pytest.main([*_ARGUMENTS, *(str(ROOT / file) for file in files)], plugins=[plugin]))


def settle() -> None:
    """Makes what follows alike in every run: no plugins of others, no random examples, no shrinking of them.

    Also imports what every trial needs and no mutant can change, once for all of them.
    """
    for library in _LIBRARIES:
        importlib.import_module(library)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    hypothesis.settings.register_profile(
        _PROFILE,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    )
    hypothesis.settings.load_profile(_PROFILE)
