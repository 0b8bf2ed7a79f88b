"""Selectors (Prometheus, "Querying basics"): which series, and which of their samples."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Final

import promql_parser as promql

from app.simulation.prometheus.promql.numbers import milliseconds
from app.simulation.prometheus.promql.patterns import compiled
from app.simulation.prometheus.promql.values import Labels, Matrix, Sample, Value, Vector, Window
from app.simulation.prometheus.series import SeriesStore

LOOKBACK: Final = 300.0
"""Seconds that an instant selector looks back for a sample."""

_Test = Callable[[Mapping[str, str]], bool]


def instant_selector(node: Any, offset: float) -> Callable[[SeriesStore, float], Value]:
    """The last sample of each series within the lookback, `offset` seconds ago."""
    name, matches = _metric(node), _matcher(node)

    def evaluate(store: SeriesStore, at: float) -> Value:
        start, end = milliseconds(at - offset - LOOKBACK), milliseconds(at - offset)
        made = []
        for series in store.select(name, matches):
            value = series.last(start, end)
            if value is not None:
                made.append(Sample(series.by_label, value))
        return Vector(made)

    return evaluate


def range_selector(node: Any, length: float, offset: float) -> Callable[[SeriesStore, float], Value]:
    """The samples of each series in a window of `length` seconds that ended `offset` seconds ago."""
    name, matches = _metric(node), _matcher(node)

    def evaluate(store: SeriesStore, at: float) -> Value:
        start, end = milliseconds(at - offset - length), milliseconds(at - offset)
        made = []
        for series in store.select(name, matches):
            times, values = series.between(start, end)
            if times:
                made.append(Window(series.by_label, times, values, start, end))
        return Matrix(made)

    return evaluate


def asked_labels(node: Any) -> Labels:
    """The labels that the series of a selector would have for certain; none of any other expression."""
    while isinstance(node, promql.ParenExpr):
        node = node.expr
    selector = node.vector_selector if isinstance(node, promql.MatrixSelector) else node
    if not isinstance(selector, promql.VectorSelector):
        return {}
    matchers = [one for one in selector.matchers.matchers if one.name != "__name__"]
    # Where a label is asked for in two ways, nothing is certain.
    times = Counter(one.name for one in matchers)
    certain = (one for one in matchers if one.op == promql.MatchOp.Equal and one.value and times[one.name] == 1)
    return {one.name: one.value for one in certain}


def _metric(node: Any) -> str | None:
    """The one metric that is asked for; None where matchers alone choose it."""
    if node.name:
        return str(node.name)
    names = [one.value for one in node.matchers.matchers if one.name == "__name__" and one.op == promql.MatchOp.Equal]
    return str(names[0]) if names else None


def _matcher(node: Any) -> _Test:
    groups = node.matchers.or_matchers or [node.matchers.matchers]
    alternatives = [[_test(one) for one in group] for group in groups]
    if len(alternatives) == 1:
        (tests,) = alternatives
        return lambda labels: all(test(labels) for test in tests)
    return lambda labels: any(all(test(labels) for test in tests) for tests in alternatives)


def _test(matcher: Any) -> _Test:
    label, text = matcher.name, matcher.value
    if matcher.op == promql.MatchOp.Equal:
        return lambda labels: labels.get(label, "") == text
    if matcher.op == promql.MatchOp.NotEqual:
        return lambda labels: labels.get(label, "") != text
    pattern = compiled(text)
    if matcher.op == promql.MatchOp.Re:
        return lambda labels: pattern.fullmatch(labels.get(label, "")) is not None
    return lambda labels: pattern.fullmatch(labels.get(label, "")) is None
