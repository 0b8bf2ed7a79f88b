"""Quantiles of classic histograms (Prometheus, "histogram_quantile")."""

import math
from bisect import bisect_left
from collections.abc import Sequence

from app.simulation.prometheus.promql.values import Sample, signature, without_name

Bucket = tuple[float, float]
"""Upper bound and cumulative count."""


def histogram_quantile(q: float, samples: Sequence[Sample]) -> list[Sample]:
    """The φ-quantile of every histogram among the samples, which are its `_bucket` series."""
    groups: dict[tuple[tuple[str, str], ...], list[Bucket]] = {}
    for sample in samples:
        bound = _bound(sample.labels.get("le", ""))
        if bound is not None:
            rest = {name: value for name, value in without_name(sample.labels).items() if name != "le"}
            groups.setdefault(signature(rest), []).append((bound, sample.value))
    return [Sample(dict(labels), _bucket_quantile(q, buckets)) for labels, buckets in groups.items()]


def _bound(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _bucket_quantile(q: float, buckets: list[Bucket]) -> float:
    if math.isnan(q):
        return math.nan
    if q < 0 or q > 1:
        return math.copysign(math.inf, q - 0.5)
    ordered = sorted(buckets)
    if not math.isinf(ordered[-1][0]) or len(ordered) < 2 or not ordered[-1][1] > 0:  # noqa: PLR2004 - +Inf and one more
        return math.nan
    counts = _monotonic([count for _, count in ordered])
    rank = q * counts[-1]
    index = bisect_left(counts, rank, 0, len(counts) - 1)
    if index == len(ordered) - 1:
        return ordered[-2][0]
    bound = ordered[index][0]
    if index == 0 and bound <= 0:
        return bound
    start = ordered[index - 1][0] if index else 0.0
    below = counts[index - 1] if index else 0.0
    return start + (bound - start) * (rank - below) / (counts[index] - below)


def _monotonic(counts: list[float]) -> list[float]:
    """Counts that never fall, whatever rounding did to them."""
    made: list[float] = []
    for count in counts:
        made.append(max(count, made[-1]) if made else count)
    return made
