"""Functions of a range of samples (Prometheus, "Query functions"; extrapolation as in promql/functions.go)."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from app.simulation.prometheus.promql.numbers import deviation, largest, mean, milliseconds, smallest, total, variance
from app.simulation.prometheus.promql.values import Window

WindowFunction = Callable[[Window], float | None]
"""None where the samples are too few."""


def _extrapolated(window: Window, *, counter: bool, per_second: bool) -> float | None:
    times, values = window.times, window.values
    if len(times) < 2:  # noqa: PLR2004 - a difference needs two
        return None
    result = values[-1] - values[0]
    if counter:
        result += sum(before for before, after in pairwise(values) if after < before)
    sampled = milliseconds(times[-1] - times[0])
    average = sampled / (len(times) - 1)
    to_start, to_end = milliseconds(times[0] - window.start), milliseconds(window.end - times[-1])
    threshold = average * 1.1
    if to_start >= threshold:
        to_start = average / 2
    if counter and result > 0 and values[0] >= 0:
        # A counter cannot have been below zero: it is not extrapolated past the moment it would have been zero.
        to_start = min(to_start, sampled * (values[0] / result))
    if to_end >= threshold:
        to_end = average / 2
    factor = (sampled + to_start + to_end) / sampled
    return result * (factor / milliseconds(window.end - window.start) if per_second else factor)


def _last_two(window: Window, *, per_second: bool) -> float | None:
    if len(window.times) < 2:  # noqa: PLR2004 - a difference needs two
        return None
    before, after = window.values[-2:]
    change = after if per_second and after < before else after - before
    return change / milliseconds(window.times[-1] - window.times[-2]) if per_second else change


def _differ(before: float, after: float) -> bool:
    return before != after and not (math.isnan(before) and math.isnan(after))


WINDOW_FUNCTIONS: Final[dict[str, WindowFunction]] = {
    "rate": lambda w: _extrapolated(w, counter=True, per_second=True),
    "increase": lambda w: _extrapolated(w, counter=True, per_second=False),
    "delta": lambda w: _extrapolated(w, counter=False, per_second=False),
    "irate": lambda w: _last_two(w, per_second=True),
    "idelta": lambda w: _last_two(w, per_second=False),
    "resets": lambda w: float(sum(after < before for before, after in pairwise(w.values))),
    "changes": lambda w: float(sum(_differ(before, after) for before, after in pairwise(w.values))),
    "avg_over_time": lambda w: mean(w.values),
    "min_over_time": lambda w: smallest(w.values),
    "max_over_time": lambda w: largest(w.values),
    "sum_over_time": lambda w: total(w.values),
    "count_over_time": lambda w: float(len(w.values)),
    "last_over_time": lambda w: w.values[-1],
    "present_over_time": lambda _: 1.0,
    "stddev_over_time": lambda w: deviation(w.values),
    "stdvar_over_time": lambda w: variance(w.values),
}
"""By name; each is given at least one sample."""

KEEPS_NAME: Final = frozenset({"last_over_time"})
