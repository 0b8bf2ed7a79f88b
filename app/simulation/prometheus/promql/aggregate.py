"""Aggregations (Prometheus, "Aggregation operators")."""

import math
import statistics
from collections.abc import Callable, Iterable
from typing import Final

from app.simulation.prometheus.promql.errors import UnsupportedQueryError
from app.simulation.prometheus.promql.values import Labels, Sample, signature, without_name
from app.simulation.prometheus.promql.windows import quantile

_FOLDS: Final[dict[str, Callable[[list[float]], float]]] = {
    "sum": math.fsum,
    "avg": lambda values: math.fsum(values) / len(values),
    "min": lambda values: min(values, key=lambda value: (math.isnan(value), value)),
    "max": lambda values: max(values, key=lambda value: (not math.isnan(value), value)),
    "count": lambda values: float(len(values)),
    "group": lambda _: 1.0,
    "stddev": statistics.pstdev,
    "stdvar": statistics.pvariance,
}


def aggregate(
    op: str, samples: list[Sample], keep: Callable[[Labels], Labels], parameter: float | None
) -> list[Sample]:
    """Aggregates a vector.

    Args:
        op: the aggregation.
        samples: of the vector.
        keep: the labels that a group is known by.
        parameter: of topk, bottomk and quantile.

    Raises:
        UnsupportedQueryError: there is no such aggregation here.
    """
    groups: dict[tuple[tuple[str, str], ...], list[Sample]] = {}
    for sample in samples:
        groups.setdefault(signature(keep(sample.labels)), []).append(sample)
    made: list[Sample] = []
    for labels, members in groups.items():
        made += _one(op, dict(labels), members, parameter)
    return made


def grouping(names: Iterable[str], *, by: bool) -> Callable[[Labels], Labels]:
    """How `by (…)` or `without (…)` reduces labels."""
    listed = set(names)
    if by:
        return lambda labels: {name: value for name, value in labels.items() if name in listed}
    return lambda labels: {name: value for name, value in without_name(labels).items() if name not in listed}


def _one(op: str, labels: Labels, members: list[Sample], parameter: float | None) -> list[Sample]:
    values = [sample.value for sample in members]
    if op in _FOLDS:
        # Sums and means of infinities and NaN follow IEEE; fsum and statistics would raise.
        plain = all(math.isfinite(value) for value in values) or op in {"min", "max", "count", "group"}
        return [Sample(labels, _FOLDS[op](values) if plain else _not_finite(op, values))]
    if op == "quantile" and parameter is not None:
        return [Sample(labels, quantile(parameter, values))]
    if op in {"topk", "bottomk"} and parameter is not None:
        sign = -1.0 if op == "topk" else 1.0
        ordered = sorted(members, key=lambda sample: (math.isnan(sample.value), sign * sample.value))
        return ordered[: max(0, int(parameter))]
    raise UnsupportedQueryError(f"The aggregation {op} is not supported.")


def _not_finite(op: str, values: list[float]) -> float:
    total = sum(values)
    return total if op == "sum" else total / len(values) if op == "avg" else math.nan
