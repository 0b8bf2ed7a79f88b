"""Evaluation: a parsed query becomes a function of the moment once, and is then asked for every step."""

import math
from dataclasses import dataclass

from app.simulation.prometheus.promql.build import build
from app.simulation.prometheus.promql.errors import InvalidQueryError
from app.simulation.prometheus.promql.numbers import milliseconds
from app.simulation.prometheus.promql.values import Labels, Matrix, Sample, Scalar, Signature, Value, Vector, signature
from app.simulation.prometheus.series import SeriesStore


@dataclass(frozen=True)
class RangeSeries:
    """One series of a range query's answer: times in unix seconds, and values."""

    labels: Labels
    points: list[tuple[float, float]]


def evaluate_instant(store: SeriesStore, query: str, at: float) -> Value:
    """The value of a query at a moment, unix seconds.

    Raises:
        QueryError: the query cannot be evaluated on this data.
        InvalidQueryError: it does not parse.
        UnsupportedQueryError: it uses something that is not supported.
    """
    return build(query)(store, at)


def evaluate_range(store: SeriesStore, query: str, start: float, end: float, step: float) -> list[RangeSeries]:
    """The values of a query from `start` to `end` (unix seconds) every `step` seconds, by series.

    The range is not checked: `step` is positive, and `end` is not before `start`.

    Raises:
        QueryError: as `evaluate_instant`.
        InvalidQueryError: it does not parse, or is neither a number nor an instant vector.
        UnsupportedQueryError: it uses something that is not supported.
    """
    expression = build(query)
    found: dict[Signature, RangeSeries] = {}
    for number in range(math.floor((end - start) / step + 1e-9) + 1):
        at = milliseconds(start + number * step)
        for sample in _points(expression(store, at)):
            series = found.setdefault(signature(sample.labels), RangeSeries(sample.labels, []))
            series.points.append((at, sample.value))
    return sorted(found.values(), key=lambda series: sorted(series.labels.items()))


def _points(value: Value) -> list[Sample]:
    if isinstance(value, Scalar):
        return [Sample({}, value.value)]
    if isinstance(value, Vector):
        return value.samples
    kind = "range vector" if isinstance(value, Matrix) else "string"
    raise InvalidQueryError(f'invalid expression type "{kind}" for range query, must be Scalar or instant Vector')
