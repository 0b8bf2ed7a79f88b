"""One mutant before its tests, in a process of its own that ends with the verdict."""

import gc
import importlib.util
import json
import os
import resource
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType
from typing import Final

from tests.mutation.asked import Chosen, ask
from tests.mutation.mutants import ROOT, Mutant
from tests.mutation.scope import named_for, near

SURVIVED: Final = ""
ENDLESS: Final = "the limit of time or memory"

_PATIENCE: Final = 5.0
"""How many times its time a test may take, beside `_START` seconds for everything else."""
_START: Final = 20
_MEMORY: Final = 4 * 2**30


class _Broken(MetaPathFinder):
    """Finds one module, and gives it another text."""

    def __init__(self, mutant: Mutant) -> None:
        self._name = mutant.key.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        self._loader = _Loader(self._name, str(ROOT / mutant.key.module))
        self._loader.source = mutant.source

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Knows the one module."""
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._loader.path, loader=self._loader)


class _Loader(SourceFileLoader):
    source = ""

    def get_code(self, _fullname: str) -> CodeType:
        """The broken text, compiled."""
        with warnings.catch_warnings(action="ignore"):
            return compile(self.source, self.path, "exec", dont_inherit=True)


def start(mutant: Mutant, tests: Mapping[str, float]) -> tuple[int, int]:
    """Starts a trial; the process id, and what to read its verdict from once the process has ended."""
    readable, writable = os.pipe()
    gc.freeze()
    child = os.fork()
    if child:
        os.close(writable)
        return child, readable
    os.close(readable)
    try:
        _limit(sum(tests.values()))
        sys.meta_path.insert(0, _Broken(mutant))
        os.write(writable, json.dumps(_verdict(mutant, tests)).encode())
    finally:
        os._exit(0)


def verdict(readable: int) -> str:
    """The test that failed, `SURVIVED`, or `ENDLESS` where the process left no word."""
    with os.fdopen(readable, "rb") as pipe:
        word = pipe.read()
    return str(json.loads(word)) if word else ENDLESS


def _verdict(mutant: Mutant, tests: Mapping[str, float]) -> str:
    for files in _waves(mutant.key.module, tests):
        plugin = Chosen(tests)
        status = ask(files, plugin)
        if status != 0:
            return plugin.failed or f"pytest's exit status {status}"
    return SURVIVED


def _waves(module: str, tests: Mapping[str, float]) -> Iterator[list[str]]:
    """The test files in three groups: the one that should notice, the others that are near, the rest."""
    files: dict[str, int] = {}
    for test in tests:
        file = test.partition("::")[0]
        files[file] = files.get(file, 0) + 1
    close = sorted(
        (file for file in files if near(module, file)), key=lambda file: (not named_for(module, file), -files[file])
    )
    groups = (close[:1], close[1:], sorted(set(files) - set(close)))
    return (group for group in groups if group)


def _limit(seconds: float) -> None:
    most = int(seconds * _PATIENCE) + _START
    resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.alarm(3 * most)
