"""Functions of a range of samples (Prometheus, "Query functions"; extrapolation as in promql/functions.go)."""

import math
import statistics
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from app.simulation.prometheus.promql.values import Window

WindowFunction = Callable[[Window], float | None]
"""None where the samples are too few."""


def quantile(q: float, values: list[float]) -> float:
    """The φ-quantile with linear interpolation, as Prometheus computes it."""
    if not values or math.isnan(q):
        return math.nan
    if q < 0 or q > 1:
        return math.copysign(math.inf, q - 0.5)
    ordered = sorted(values)
    rank = q * (len(ordered) - 1)
    lower, upper = math.floor(rank), min(math.floor(rank) + 1, len(ordered) - 1)
    weight = rank - lower
    return ordered[lower] * (1 - weight) + ordered[upper] * weight


def _extrapolated(window: Window, *, counter: bool, per_second: bool) -> float | None:
    times, values = window.times, window.values
    if len(times) < 2:  # noqa: PLR2004 - a difference needs two
        return None
    result = values[-1] - values[0]
    if counter:
        result += sum(before for before, after in pairwise(values) if after < before)
    sampled = times[-1] - times[0]
    average = sampled / (len(times) - 1)
    to_start, to_end = times[0] - window.start, window.end - times[-1]
    threshold = average * 1.1
    if to_start >= threshold:
        to_start = average / 2
    if counter and result > 0 and values[0] >= 0:
        # A counter cannot have been below zero: it is not extrapolated past the moment it would have been zero.
        to_start = min(to_start, sampled * (values[0] / result))
    if to_end >= threshold:
        to_end = average / 2
    factor = (sampled + to_start + to_end) / sampled
    return result * factor / ((window.end - window.start) if per_second else 1.0)


def _last_two(window: Window, *, per_second: bool) -> float | None:
    if len(window.times) < 2:  # noqa: PLR2004 - a difference needs two
        return None
    before, after = window.values[-2:]
    change = after if per_second and after < before else after - before
    return change / (window.times[-1] - window.times[-2]) if per_second else change


def _deviation(values: list[float]) -> float:
    return statistics.pvariance(values)


WINDOW_FUNCTIONS: Final[dict[str, WindowFunction]] = {
    "rate": lambda w: _extrapolated(w, counter=True, per_second=True),
    "increase": lambda w: _extrapolated(w, counter=True, per_second=False),
    "delta": lambda w: _extrapolated(w, counter=False, per_second=False),
    "irate": lambda w: _last_two(w, per_second=True),
    "idelta": lambda w: _last_two(w, per_second=False),
    "resets": lambda w: float(sum(after < before for before, after in pairwise(w.values))),
    "changes": lambda w: float(sum(after != before for before, after in pairwise(w.values))),
    "avg_over_time": lambda w: math.fsum(w.values) / len(w.values),
    "min_over_time": lambda w: min(w.values),
    "max_over_time": lambda w: max(w.values),
    "sum_over_time": lambda w: math.fsum(w.values),
    "count_over_time": lambda w: float(len(w.values)),
    "last_over_time": lambda w: w.values[-1],
    "present_over_time": lambda _: 1.0,
    "stddev_over_time": lambda w: math.sqrt(_deviation(w.values)),
    "stdvar_over_time": lambda w: _deviation(w.values),
}
"""By name; each is given at least one sample."""

KEEPS_NAME: Final = frozenset({"last_over_time"})
