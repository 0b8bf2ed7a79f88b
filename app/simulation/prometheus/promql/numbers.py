"""Statistics over samples; NaN and infinities count as in Prometheus, where Python raises or depends on the order."""

import math
from collections.abc import Iterable, Sequence


def milliseconds(seconds: float) -> float:
    """Seconds as Prometheus keeps them; without it a window of 0.7 s would begin a little early or late."""
    return round(seconds, 3)


def total(values: Iterable[float]) -> float:
    """The sum."""
    listed = list(values)
    try:
        return math.fsum(listed)
    except (OverflowError, ValueError):
        # Too large, or infinities of both signs: then plain addition says what IEEE 754 does.
        return sum(listed)


def divide(left: float, right: float) -> float:
    """The quotient as IEEE 754 has it, where Python raises for a zero."""
    if right:
        return left / right
    return math.nan if not left or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1.0, right)


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; finite where the values are, even if their sum is not."""
    summed = total(values)
    if math.isinf(summed) and all(math.isfinite(value) for value in values):
        return total(value / len(values) for value in values)
    return summed / len(values)


def variance(values: Sequence[float]) -> float:
    """The population variance, by Welford's method as in Prometheus."""
    average = squares = 0.0
    for count, value in enumerate(values, start=1):
        delta = value - average
        average += delta / count
        squares += delta * (value - average)
    return squares / len(values)


def deviation(values: Sequence[float]) -> float:
    """The population standard deviation."""
    return math.sqrt(variance(values))


def smallest(values: Iterable[float]) -> float:
    """The minimum of the numbers; NaN where there is no number."""
    return min((value for value in values if not math.isnan(value)), default=math.nan)


def largest(values: Iterable[float]) -> float:
    """The maximum of the numbers; NaN where there is no number."""
    return max((value for value in values if not math.isnan(value)), default=math.nan)


def quantile(q: float, values: Sequence[float]) -> float:
    """The φ-quantile with linear interpolation; NaN counts as the smallest value."""
    if math.isnan(q):
        return math.nan
    if q < 0 or q > 1:
        return math.copysign(math.inf, q)
    ordered = sorted(values, key=lambda value: (not math.isnan(value), value))
    rank = q * (len(ordered) - 1)
    lower = math.floor(rank)
    upper = min(lower + 1, len(ordered) - 1)
    weight = rank - lower
    return ordered[lower] * (1 - weight) + ordered[upper] * weight
