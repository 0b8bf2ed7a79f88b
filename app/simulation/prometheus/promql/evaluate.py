"""Evaluation: a parsed query becomes a function of the moment once, and is then asked for every step."""

import math
from dataclasses import dataclass
from typing import Final

from app.simulation.prometheus.promql.build import Expression, build
from app.simulation.prometheus.promql.errors import QueryError
from app.simulation.prometheus.promql.values import Labels, Matrix, Scalar, Text, Value, Vector, signature
from app.simulation.prometheus.series import SeriesStore

_MOST_POINTS: Final = 11_000


@dataclass(frozen=True)
class RangeSeries:
    """One series of a range query's answer: times in unix seconds, and values."""

    labels: Labels
    points: list[tuple[float, float]]


def evaluate_instant(store: SeriesStore, query: str, at: float) -> Value:
    """The value of a query at a moment, unix seconds.

    Raises:
        QueryError: the query does not parse or cannot be evaluated on this data.
        UnsupportedQueryError: it uses something that is not supported.
    """
    return build(query)(store, at)


def evaluate_range(store: SeriesStore, query: str, start: float, end: float, step: float) -> list[RangeSeries]:
    """The values of a query from `start` to `end` (unix seconds) every `step` seconds, by series.

    Raises:
        QueryError: as `evaluate_instant`, or the range is no range.
        UnsupportedQueryError: it uses something that is not supported.
    """
    if step <= 0:
        raise QueryError("zero or negative query resolution step widths are not accepted. Try a positive integer")
    if end < start:
        raise QueryError("end timestamp must not be before start time")
    if (end - start) / step > _MOST_POINTS:
        raise QueryError(f"exceeded maximum resolution of {_MOST_POINTS:,} points per timeseries; try a larger step")
    expression = build(query)
    found: dict[tuple[tuple[str, str], ...], RangeSeries] = {}
    for number in range(math.floor((end - start) / step + 1e-9) + 1):
        at = start + number * step
        for labels, value in _points(expression, store, at):
            found.setdefault(signature(labels), RangeSeries(labels, [])).points.append((at, value))
    return [found[key] for key in sorted(found)]


def _points(expression: Expression, store: SeriesStore, at: float) -> list[tuple[Labels, float]]:
    value = expression(store, at)
    if isinstance(value, Scalar):
        return [({}, value.value)]
    if isinstance(value, Vector):
        return [(sample.labels, sample.value) for sample in value.samples]
    kind = "range vector" if isinstance(value, Matrix) else "string"
    assert isinstance(value, Matrix | Text)  # noqa: S101 - there is no other value
    raise QueryError(f'invalid expression type "{kind}" for range query, must be Scalar or instant Vector')
