"""docs/simulation.md lists what the evaluator knows, no more and no less."""

import re
from pathlib import Path

import pytest

from app.simulation.prometheus import promql
from app.simulation.prometheus.faults import FaultKind
from app.simulation.prometheus.promql import (
    AGGREGATIONS,
    SUPPORTED_FUNCTIONS,
    InvalidQueryError,
    UnsupportedQueryError,
    evaluate_instant,
)
from app.simulation.prometheus.series import SeriesStore

PAGE = (Path(__file__).parents[3] / "docs" / "simulation.md").read_text()
ARGUMENTS = ("", "m", "m[1m]", "1", "0.5, m", "0.5, m[1m]", "m, 1", "m, 0, 1", 'm, "a", "b", "c", "d"')


def names(*rows: str) -> set[str]:
    """The names in rows of the table of what is supported."""
    return {
        name
        for row in rows
        for line in re.findall(rf"^\| {row} \| (.*) \|$", PAGE, re.MULTILINE)
        for name in re.findall(r"`(\w+)`", line)
    }


FUNCTIONS = names("functions of a range", "functions of a vector", "functions of a number")
AGGREGATED = names("aggregations") - {"by", "without"}


def attempts(name: str) -> list[str]:
    """What comes of the calls of a function or an aggregation that parse: "known", or why not."""
    made = []
    for arguments in ARGUMENTS:
        try:
            evaluate_instant(SeriesStore(), f"{name}({arguments})", 0)
        except InvalidQueryError:
            continue
        except UnsupportedQueryError as refusal:
            made.append(str(refusal))
        else:
            made.append("known")
    return made


def test_the_page_lists_every_function_and_every_aggregation() -> None:
    """None is left out, and none is invented."""
    assert FUNCTIONS == SUPPORTED_FUNCTIONS
    assert AGGREGATED == AGGREGATIONS


@pytest.mark.parametrize("name", sorted(FUNCTIONS | AGGREGATED))
def test_what_the_page_lists_is_evaluated(name: str) -> None:
    """Every call of it that parses."""
    assert set(attempts(name)) == {"known"}


NOT_SUPPORTED = {
    name
    for name in re.findall(r"`(\w+)`", PAGE.partition("### PromQL: not supported")[2].partition("Where it differs")[0])
    if name != "fill"
}


@pytest.mark.parametrize("name", sorted(NOT_SUPPORTED))
def test_what_the_page_does_not_promise_is_refused_by_name(name: str) -> None:
    """Functions and aggregations that PromQL has and the evaluator has not."""
    kind = "aggregation" if name in {"count_values", "limitk", "limit_ratio"} else "function"
    assert set(attempts(name)) <= {f"The {kind} {name} is not supported."}
    assert name not in SUPPORTED_FUNCTIONS | AGGREGATIONS


def test_the_package_names_what_it_supports() -> None:
    """In its docstring, the `_over_time` functions by their first words."""
    said = set(re.findall(r"\w+", promql.__doc__ or ""))
    known = SUPPORTED_FUNCTIONS | AGGREGATIONS
    assert {name for name in known if name not in said and name.removesuffix("_over_time") not in said} == set()


def test_the_page_lists_every_fault() -> None:
    """With what it answers."""
    listed = re.findall(r"^\| `(\w+)` \|", PAGE.partition("| fault |")[2], re.MULTILINE)
    assert sorted(listed) == sorted(FaultKind)
