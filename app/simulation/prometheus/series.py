"""Time series in memory, bounded in age."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

Labels = tuple[tuple[str, str], ...]
"""Sorted pairs; `__name__` is one of them."""


@dataclass
class Series:
    """One series: times in unix seconds, ascending, and values."""

    labels: Labels
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    def between(self, after: float, until: float) -> tuple[list[float], list[float]]:
        """The samples later than `after` and not later than `until` (Prometheus 3: windows are open on the left)."""
        low, high = bisect_right(self.times, after), bisect_right(self.times, until)
        return self.times[low:high], self.values[low:high]


class SeriesStore:
    """All series."""

    def __init__(self, retention: float = 3600.0) -> None:
        """`retention`: samples older than so many seconds, seen from the newest, are dropped."""
        self._retention = retention
        self._series: dict[Labels, Series] = {}

    def append(self, labels: Mapping[str, str], value: float, at: float) -> None:
        """Adds a sample at `at`, unix seconds.

        Raises:
            ValueError: the series has a later sample already.
        """
        key = tuple(sorted((name, text) for name, text in labels.items() if text))
        series = self._series.setdefault(key, Series(key))
        if series.times and at <= series.times[-1]:
            raise ValueError(f"A sample at {at} is out of order: the series has one at {series.times[-1]}.")
        series.times.append(at)
        series.values.append(value)
        stale = bisect_left(series.times, at - self._retention)
        if stale:
            del series.times[:stale], series.values[:stale]

    def select(self, matches: Callable[[Mapping[str, str]], bool]) -> Iterator[Series]:
        """The series whose labels match, in the order of their labels."""
        for key in sorted(self._series):
            if matches(dict(key)):
                yield self._series[key]
