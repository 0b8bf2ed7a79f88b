"""Aggregations (Prometheus, "Aggregation operators")."""

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from app.simulation.prometheus.promql.errors import QueryError
from app.simulation.prometheus.promql.numbers import deviation, largest, mean, quantile, smallest, total, variance
from app.simulation.prometheus.promql.values import Labels, Sample, Signature, signature, without_name

Fold = Callable[[Sequence[float], float], float]
"""A group's values, and the aggregation's parameter, to one value."""

_FOLDS: Final[dict[str, Fold]] = {
    "sum": lambda values, _: total(values),
    "avg": lambda values, _: mean(values),
    "min": lambda values, _: smallest(values),
    "max": lambda values, _: largest(values),
    "count": lambda values, _: float(len(values)),
    "group": lambda _values, _: 1.0,
    "stddev": lambda values, _: deviation(values),
    "stdvar": lambda values, _: variance(values),
    "quantile": lambda values, q: quantile(q, values),
}
_CHOICES: Final[dict[str, float]] = {"topk": -1.0, "bottomk": 1.0}
"""Aggregations that keep some of a group's samples, and the sign that sorts the first of them to the front."""

AGGREGATIONS: Final = frozenset({*_FOLDS, *_CHOICES})
_MOST: Final = 2.0**63


def aggregate(op: str, samples: list[Sample], keep: Callable[[Labels], Labels], parameter: float) -> list[Sample]:
    """Aggregates a vector.

    Args:
        op: one of `AGGREGATIONS`.
        samples: of the vector.
        keep: the labels that a group is known by.
        parameter: of topk, bottomk and quantile.

    Raises:
        QueryError: topk or bottomk is asked for a number of samples that is none.
    """
    groups: dict[Signature, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(signature(keep(sample.labels)), []).append(sample)
    if op in _CHOICES:
        number = _count(parameter)
        return [sample for members in groups.values() for sample in _first(number, members, _CHOICES[op])]
    fold = _FOLDS[op]
    return [Sample(dict(key), fold([one.value for one in members], parameter)) for key, members in groups.items()]


def grouping(names: Iterable[str], *, by: bool) -> Callable[[Labels], Labels]:
    """How `by (…)` or `without (…)` reduces labels."""
    listed = set(names)
    if by:
        return lambda labels: {name: value for name, value in labels.items() if name in listed}
    return lambda labels: {name: value for name, value in without_name(labels).items() if name not in listed}


def _count(parameter: float) -> int:
    if math.isnan(parameter):
        raise QueryError("Parameter value is NaN")
    if parameter >= _MOST:
        raise QueryError(f"Scalar value {'+Inf' if math.isinf(parameter) else parameter} overflows int64")
    return int(max(0.0, parameter))


def _first(number: int, members: list[Sample], sign: float) -> list[Sample]:
    return sorted(members, key=lambda sample: (math.isnan(sample.value), sign * sample.value))[:number]
