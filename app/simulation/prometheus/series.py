"""Time series in memory, bounded in age."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

Labels = tuple[tuple[str, str], ...]
"""Sorted pairs; `__name__` is one of them."""

_SWEEPS: Final = 10
"""How often within the retention the store looks for series that ended."""


@dataclass
class Series:
    """One series: times in unix seconds, ascending, and values."""

    labels: Labels
    times: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)

    @cached_property
    def by_label(self) -> Mapping[str, str]:
        """The labels as something to look up in; shared, so never changed."""
        return dict(self.labels)

    def between(self, after: float, until: float) -> tuple[list[float], list[float]]:
        """The samples later than `after` and not later than `until` (Prometheus 3: windows are open on the left)."""
        low, high = bisect_right(self.times, after), bisect_right(self.times, until)
        return self.times[low:high], self.values[low:high]

    def last(self, after: float, until: float) -> float | None:
        """The value of the last sample of `between`; None where there is none."""
        high = bisect_right(self.times, until)
        return self.values[high - 1] if high and self.times[high - 1] > after else None

    def forget(self, before: float) -> None:
        """Drops the samples earlier than `before`."""
        stale = bisect_left(self.times, before)
        del self.times[:stale], self.values[:stale]


class SeriesStore:
    """All series, by metric name: an expression nearly always names its metric."""

    def __init__(self, retention: float = 3600.0) -> None:
        """`retention`: samples older than so many seconds, seen from the newest, are dropped."""
        self._retention = retention
        self._series: dict[Labels, Series] = {}
        self._names: dict[str, list[Series]] = {}
        self._swept: float | None = None

    def append(self, labels: Mapping[str, str], value: float, at: float) -> None:
        """Adds a sample at `at`, unix seconds; like Prometheus the store keeps whole milliseconds.

        Raises:
            ValueError: the series has a sample at that time, or a later one.
        """
        moment = round(float(at), 3)
        series = self._at(tuple(sorted((name, text) for name, text in labels.items() if text)))
        if series.times and moment <= series.times[-1]:
            raise ValueError(f"A sample at {moment} is out of order: the series has one at {series.times[-1]}.")
        series.times.append(moment)
        series.values.append(value)
        series.forget(moment - self._retention)
        if self._swept is None or moment - self._swept >= self._retention / _SWEEPS:
            self._swept = moment
            self._sweep(moment - self._retention)

    def select(self, name: str | None, matches: Callable[[Mapping[str, str]], bool]) -> Iterator[Series]:
        """The series whose labels match, in the order of their labels.

        Args:
            name: of the metric; None where the metric is chosen by `matches`, too.
            matches: whether labels match.
        """
        candidates = sorted(self._series.values(), key=_order) if name is None else self._names.get(name, ())
        return (series for series in candidates if matches(series.by_label))

    def _at(self, key: Labels) -> Series:
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = Series(key)
            insort(self._names.setdefault(series.by_label.get("__name__", ""), []), series, key=_order)
        return series

    def _sweep(self, before: float) -> None:
        """Forgets the series whose proxies are gone: nothing is appended to them, so nothing else would."""
        for series in [one for one in self._series.values() if one.times[-1] < before]:
            del self._series[series.labels]
            self._names[series.by_label.get("__name__", "")].remove(series)


def _order(series: Series) -> Labels:
    return series.labels
