"""The parser is native code: what anybody may write must neither bring the process down nor hold it up."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.analysis.validity import query_error
from tests.analysis import monsters
from tests.analysis.monsters import LENGTH, MONSTERS

SECONDS = 60.0
"""For all monsters together, of a run that takes less than two; without the guards one of them takes half a minute."""


def test_no_query_brings_the_process_down() -> None:
    """However a query is nested, the process survives parsing it, with a quarter of the usual stack, and soon."""
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, str(Path(monsters.__file__))], capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == list(MONSTERS)


@pytest.mark.parametrize("query", MONSTERS.values(), ids=MONSTERS)
def test_monsters_are_as_long_as_the_api_takes(query: str) -> None:
    """Every monster gets past the schema's bound, so it is the guard of the query itself that is tested."""
    assert LENGTH * 0.97 <= len(query) <= LENGTH


@pytest.mark.parametrize(
    ("name", "operators"),
    [
        ("parentheses", 2047),
        ("unary minus", 4095),
        ("functions", 819),
        ("subqueries", 630),
        ("sums", 2047),
        ("sets", 682),
        ("opening brackets", 4095),
    ],
)
def test_deep_queries_are_refused_with_a_number(name: str, operators: int) -> None:
    """What would be nested too deeply is refused by a count that its author can check."""
    problem = f"must have at most 200 operators, parentheses and ranges, got {operators}"
    assert query_error(MONSTERS[name]) == problem


@pytest.mark.parametrize("name", ["repetitions", "nested repetitions", "character classes", "raw character classes"])
def test_costly_regular_expressions_are_left_to_prometheus(name: str) -> None:
    """Regular expressions that the parser would take long to compile are not compiled, and not refused."""
    assert query_error(MONSTERS[name]) is None
