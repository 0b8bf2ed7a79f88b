"""Selectors (Prometheus, "Querying basics"): which series, and which of their samples."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import promql_parser as promql

from app.simulation.prometheus.promql.errors import QueryError
from app.simulation.prometheus.promql.values import Matrix, Sample, Value, Vector, Window
from app.simulation.prometheus.series import SeriesStore

LOOKBACK: Final = 300.0
"""Seconds that an instant selector looks back for a sample."""

_Test = Callable[[Mapping[str, str]], bool]


def instant_selector(node: Any, offset: float) -> Callable[[SeriesStore, float], Value]:
    """The last sample of each series within the lookback, `offset` seconds ago."""
    matches = _matcher(node)

    def evaluate(store: SeriesStore, at: float) -> Value:
        made = []
        for series in store.select(matches):
            _, values = series.between(at - offset - LOOKBACK, at - offset)
            if values:
                made.append(Sample(dict(series.labels), values[-1]))
        return Vector(made)

    return evaluate


def range_selector(node: Any, length: float, offset: float) -> Callable[[SeriesStore, float], Value]:
    """The samples of each series in a window of `length` seconds that ended `offset` seconds ago."""
    matches = _matcher(node)

    def evaluate(store: SeriesStore, at: float) -> Value:
        end = at - offset
        made = []
        for series in store.select(matches):
            times, values = series.between(end - length, end)
            if times:
                made.append(Window(dict(series.labels), times, values, end - length, end))
        return Matrix(made)

    return evaluate


def _matcher(node: Any) -> _Test:
    groups = node.matchers.or_matchers or [node.matchers.matchers]
    alternatives = [[_test(one) for one in group] for group in groups]
    name = node.name

    def matches(labels: Mapping[str, str]) -> bool:
        if name and labels.get("__name__") != name:
            return False
        return any(all(test(labels) for test in tests) for tests in alternatives)

    return matches


def _test(matcher: Any) -> _Test:
    label, text = matcher.name, matcher.value
    if matcher.op == promql.MatchOp.Equal:
        return lambda labels: labels.get(label, "") == text
    if matcher.op == promql.MatchOp.NotEqual:
        return lambda labels: labels.get(label, "") != text
    try:
        pattern = re.compile(text, re.DOTALL)
    except re.error as problem:
        raise QueryError(f"error parsing regexp: {problem}: `{text}`") from problem
    if matcher.op == promql.MatchOp.Re:
        return lambda labels: pattern.fullmatch(labels.get(label, "")) is not None
    return lambda labels: pattern.fullmatch(labels.get(label, "")) is None
