"""A trial in which everything is imported anew, the broken module among it: right for every mutant, and slow.

The process must not have imported any module of the app yet.
"""

import importlib.util
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType

from tests.mutation.asked import Chosen, ask
from tests.mutation.mutants import ROOT, Mutant
from tests.mutation.scope import distance
from tests.mutation.trial import SURVIVED


class _Broken(MetaPathFinder):
    """Finds one module, and gives it another text."""

    def __init__(self, mutant: Mutant) -> None:
        self._loader = _Loader(mutant.module_name, str(ROOT / mutant.key.module))
        self._loader.source = mutant.source

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Knows the one module."""
        if fullname != self._loader.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._loader.path, loader=self._loader)


class _Loader(SourceFileLoader):
    source = ""

    def get_code(self, _fullname: str) -> CodeType:
        """The broken text, compiled."""
        with warnings.catch_warnings(action="ignore"):
            return compile(self.source, self.path, "exec", dont_inherit=True)


def tried(mutant: Mutant, tests: Mapping[str, float]) -> str:
    """The verdict of the tests, given with their seconds."""
    sys.meta_path.insert(0, _Broken(mutant))
    for files in _waves(mutant.key.module, tests):
        plugin = Chosen(tests)
        status = ask(files, plugin)
        if status != 0:
            return plugin.failed or f"pytest's exit status {status}"
    return SURVIVED


def _waves(module: str, tests: Mapping[str, float]) -> Iterator[list[str]]:
    """The test files in groups, the nearest first."""
    files = {test.partition("::")[0] for test in tests}
    distances = {file: distance(module, file) for file in files}
    for far in sorted(set(distances.values())):
        yield sorted(file for file in files if distances[file] == far)
