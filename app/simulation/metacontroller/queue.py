"""A work queue with delays and exponential backoff (client-go, util/workqueue)."""

from dataclasses import dataclass

from app.simulation.kubernetes.objects import Key


@dataclass(frozen=True)
class Backoff:
    """Seconds: the first delay, doubled with each failure, and the longest."""

    base: float = 0.005
    cap: float = 1000.0

    def delay(self, failures: int) -> float:
        """The delay after so many failures in a row, from 1."""
        return float(min(self.cap, self.base * 2 ** min(failures - 1, 60)))


class WorkQueue:
    """Keys and when they are due. A key is in it once: of several times the earliest counts."""

    def __init__(self, backoff: Backoff) -> None:
        """`backoff` is for failures."""
        self._backoff = backoff
        self._due: dict[Key, float] = {}
        self._failures: dict[Key, int] = {}

    def add(self, key: Key, at: float) -> None:
        """The key is due at `at`, unix seconds, or earlier if it already is."""
        self._due[key] = min(at, self._due.get(key, at))

    def add_failed(self, key: Key, now: float) -> None:
        """The key is due again after its backoff."""
        self._failures[key] = self._failures.get(key, 0) + 1
        self.add(key, now + self._backoff.delay(self._failures[key]))

    def forget(self, key: Key) -> None:
        """The key's failures are over."""
        self._failures.pop(key, None)

    def take(self, now: float) -> Key | None:
        """The key that has been due for the longest, None where none is due."""
        due = min(((at, key) for key, at in self._due.items() if at <= now), default=None)
        if due is None:
            return None
        del self._due[due[1]]
        return due[1]

    def next_due(self) -> float | None:
        """When the next key is due, None for an empty queue."""
        return min(self._due.values(), default=None)
