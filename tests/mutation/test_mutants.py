"""Mutants of the real modules: whole, told apart, and found in the list of those that are explained."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.mutation import explained
from tests.mutation.mutants import ROOT, keys_of, mutants_of
from tests.mutation.scope import MODULES, TESTS, modules

MODULE: Final = "app/rollout/standing.py"
MUTATION: Final = "revision == committed.stable_revision → revision != committed.stable_revision"
TRIAL: Final = """
import sys
from tests.mutation import asked
from tests.mutation.mutants import mutants_of
from tests.mutation.pool import verdicts
from tests.mutation.touching import Touching
asked.settle()
module, mutation, imported, *tests = sys.argv[1:]
mutant = next(mutant for mutant in mutants_of(module) if mutant.key.mutation == mutation)
context = [""] if imported == "imported" else []
lines = {number: [*tests, *context] for number in range(mutant.lines[0], mutant.lines[1] + 1)}
for _, verdict in verdicts([mutant], Touching(dict.fromkeys(tests, 0.1), {module: lines}), jobs=1):
    print(verdict or "survived")
"""
NOTICES: Final = "tests/rules/test_standing.py::test_a_candidate_is_one_while_it_is_tried[Shifting]"
OVERLOOKS: Final = "tests/rules/test_transitions.py::test_every_phase_is_reached_from_the_beginning"


@pytest.mark.parametrize(
    ("way", "tests", "verdict"),
    [
        pytest.param("swapped", (OVERLOOKS, NOTICES), NOTICES, id="exchanged, and noticed"),
        pytest.param("swapped", (OVERLOOKS,), "survived", id="exchanged, and overlooked"),
        pytest.param("swapped", (), "survived", id="run by no test"),
        pytest.param("imported", (OVERLOOKS, NOTICES), NOTICES, id="imported, and noticed"),
        pytest.param("imported", (OVERLOOKS,), "survived", id="imported, and overlooked"),
    ],
)
def test_a_mutant_is_noticed_by_a_test_that_fails_for_it(way: str, tests: tuple[str, ...], verdict: str) -> None:
    """The tests run with the broken function, exchanged or imported, and the one that fails is the verdict."""
    command = [sys.executable, "-c", TRIAL, MODULE, MUTATION, way, *tests]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
    assert done.stdout.splitlines() == [verdict]


def test_mutants_are_whole_and_told_apart() -> None:
    """Each is Python, means something else than the module and all others, and has a name of its own."""
    mutants = mutants_of(MODULE)
    meanings = {ast.dump(ast.parse(mutant.source)) for mutant in mutants}
    assert len(meanings | {ast.dump(ast.parse((ROOT / MODULE).read_text("utf-8")))}) == len(mutants) + 1
    assert len({mutant.key for mutant in mutants}) == len(mutants)
    assert {mutant.key for mutant in mutants} <= keys_of(MODULE)


def test_a_mutant_is_told_by_its_lines() -> None:
    """A survivor can be understood without the harness."""
    mutant = next(found for found in mutants_of(MODULE) if "condition" in found.key.mutation)
    before, after = mutant.diff().splitlines()
    assert before == f"-{(ROOT / MODULE).read_text('utf-8').splitlines()[mutant.number - 1]}"
    assert after.startswith("+    if True:")


def test_every_explanation_fits_a_mutant() -> None:
    """What is no longer in the code is no longer explained."""
    assert explained.read().stale(modules([])) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('reason = "because"', "is no sentence"),
        ('reason = "It is so."', "two entries"),
    ],
)
def test_a_wrong_explanation_is_refused(text: str, problem: str, tmp_path: Path) -> None:
    """A reason is a sentence, and there is one for each mutant."""
    entry = f'[[equivalent]]\nmodule = "a"\nscope = ""\nline = "b"\nmutations = ["c", "c"]\n{text}\n'
    (tmp_path / "list.toml").write_text(entry, "utf-8")
    with pytest.raises(explained.ExplanationError, match=problem):
        explained.read(tmp_path / "list.toml")


def test_a_stale_explanation_is_found(tmp_path: Path) -> None:
    """An entry whose line or mutation is gone is an error; entries of modules that are not looked at are not."""
    entry = f'[[equivalent]]\nmodule = "{MODULE}"\nscope = ""\nline = "b"\nmutations = ["c"]\nreason = "It is so."\n'
    (tmp_path / "list.toml").write_text(entry, "utf-8")
    reasons = explained.read(tmp_path / "list.toml")
    assert [key.line for key in reasons.stale([MODULE])] == ["b"]
    assert reasons.stale(["app/rollout/fit.py"]) == []


def test_what_is_mutated_and_asked_is_there() -> None:
    """A folder that moves does not silently leave the check."""
    for path in (*MODULES, *TESTS):
        assert (ROOT / path.partition("::")[0]).exists(), path
    assert modules(["app/analysis/"]) == [module for module in modules([]) if module.startswith("app/analysis/")]
    with pytest.raises(ValueError, match="app/main"):
        modules(["app/main.py"])
