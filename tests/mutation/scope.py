"""What is mutated, and which tests must notice: the tables of a package first, then all that are fast."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from tests.mutation.mutants import ROOT

MODULES: Final = (
    "app/rollout",
    "app/analysis",
    "app/desired",
    "app/prometheus/origins.py",
    "app/resource/refusals.py",
    "app/resource/template_refusals.py",
)
"""Files and folders."""

TESTS: Final = (
    "tests/rules",
    "tests/observation",
    "tests/desired",
    "tests/analysis",
    "tests/resource/test_refusals.py",
    "tests/resource/test_template_refusals.py",
    "tests/prometheus/test_origins.py",
    "tests/golden/test_cases.py::test_the_hook_answers_as_the_case_says",
)
"""A rule is pinned by its table or by a golden case; the long stories and the state machine are not asked."""

PASSED_OVER: Final = ("tests/observation/test_junk.py",)
"""Plays whole rollouts while it is collected."""

_NEAR: Final = {
    "app/rollout/rules": ("tests/rules",),
    "app/rollout": ("tests/rules", "tests/observation"),
    "app/analysis": ("tests/analysis", "tests/rules"),
    "app/desired": ("tests/desired",),
    "app/prometheus": ("tests/prometheus",),
    "app/resource": ("tests/resource",),
}
"""By folder of the module, the most specific first."""


def modules(chosen: Sequence[str]) -> list[str]:
    """The modules to mutate, all where none is chosen: files and folders, as paths from the root of the project.

    Raises:
        ValueError: a chosen path holds no module that is mutated.
    """
    known = [
        str(path.relative_to(ROOT))
        for part in MODULES
        for path in ([ROOT / part] if part.endswith(".py") else sorted((ROOT / part).rglob("*.py")))
    ]
    for part in chosen:
        if not any(_within(module, part) for module in known):
            raise ValueError(f"There is no module to mutate at {part}.")
    return [module for module in known if not chosen or any(_within(module, part) for part in chosen)]


def distance(module: str, test_file: str) -> int:
    """How far a test file is from the module: 0 if it bears its name, 1 if it is about its package, 2 otherwise."""
    if PurePath(test_file).stem == f"test_{PurePath(module).stem}":
        return 0
    folders = next(folders for package, folders in _NEAR.items() if _within(module, package))
    return 1 if any(_within(test_file, folder) for folder in folders) else 2


def _within(path: str, part: str) -> bool:
    part = part.rstrip("/")
    return path == part or path.startswith(f"{part}/")
