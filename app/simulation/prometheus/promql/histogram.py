"""Quantiles of classic histograms (Prometheus, "histogram_quantile"; promql/quantile.go)."""

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from app.simulation.prometheus.promql.numbers import divide
from app.simulation.prometheus.promql.values import Sample, Signature, signature, without_name

_SMALL: Final = 1e-12
"""Relative difference of neighbouring counts that is only rounding."""


def histogram_quantile(q: float, samples: Sequence[Sample]) -> list[Sample]:
    """The φ-quantile of every histogram among the samples, which are its `_bucket` series."""
    groups: dict[Signature, dict[float, float]] = {}
    for sample in samples:
        bound = _bound(sample.labels.get("le", ""))
        if bound is not None:
            rest = {name: value for name, value in sample.labels.items() if name != "le"}
            counts = groups.setdefault(signature(rest), {})
            # One bound may be written in two ways, such as 1 and 1.0, while a program is being upgraded.
            counts[bound] = counts.get(bound, 0.0) + sample.value
    return [Sample(without_name(dict(labels)), _bucket_quantile(q, counts)) for labels, counts in groups.items()]


def _bound(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _bucket_quantile(q: float, buckets: Mapping[float, float]) -> float:
    """`buckets`: cumulative counts by upper bound."""
    if math.isnan(q):
        return math.nan
    if q < 0 or q > 1:
        return math.copysign(math.inf, q)
    bounds = sorted(buckets)
    counts = list(accumulate((buckets[bound] for bound in bounds), _rising))
    if bounds[-1] != math.inf or len(bounds) < 2 or not counts[-1]:  # noqa: PLR2004 - +Inf and one more
        return math.nan
    rank = q * counts[-1]
    index = next((number for number, count in enumerate(counts[:-1]) if count >= rank), None)
    if index is None:
        return bounds[-2]
    bound = bounds[index]
    if index == 0 and bound <= 0:
        return bound
    start, below = (bounds[index - 1], counts[index - 1]) if index else (0.0, 0.0)
    return start + (bound - start) * divide(rank - below, counts[index] - below)


def _rising(before: float, count: float) -> float:
    """A cumulative count does not fall, and does not rise by what is only rounding."""
    return before if count < before or math.isclose(before, count, rel_tol=_SMALL) else count
