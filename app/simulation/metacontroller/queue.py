"""A work queue with delays and exponential backoff (client-go, util/workqueue)."""

from dataclasses import dataclass

from app.simulation.kubernetes.objects import Key


@dataclass(frozen=True)
class Backoff:
    """Seconds: the first delay, doubled with each failure, and the longest. The defaults are client-go's."""

    base: float = 0.005
    cap: float = 1000.0

    def delay(self, failures: int) -> float:
        """The delay after so many failures in a row, from 1."""
        return float(min(self.cap, self.base * 2 ** min(failures - 1, 60)))


class WorkQueue:
    """Keys that are ready, first come, first served, and keys that are added later.

    A key is ready once, however often it is added. One that waits is added at the earliest of the times that were asked
    for, whether or not it was ready in between: an event does not cancel a resync.
    """

    def __init__(self, backoff: Backoff) -> None:
        """`backoff` is for failures."""
        self._backoff = backoff
        self._ready: dict[Key, None] = {}
        self._waiting: dict[Key, float] = {}
        self._failures: dict[Key, int] = {}

    def add(self, key: Key) -> None:
        """The key is ready."""
        self._ready.setdefault(key)

    def add_after(self, key: Key, at: float) -> None:
        """The key is ready at `at`, unix seconds."""
        self._waiting[key] = min(at, self._waiting.get(key, at))

    def add_failed(self, key: Key, now: float) -> None:
        """The key is ready again after its backoff."""
        self._failures[key] = self._failures.get(key, 0) + 1
        self.add_after(key, now + self._backoff.delay(self._failures[key]))

    def forget(self, key: Key) -> None:
        """The key's failures are over."""
        self._failures.pop(key, None)

    def take(self, now: float) -> Key | None:
        """The key that has been ready for the longest, None where none is."""
        due = [key for key, at in self._waiting.items() if at <= now]
        for key in sorted(due, key=lambda one: (self._waiting[one], one)):
            del self._waiting[key]
            self.add(key)
        first = next(iter(self._ready), None)
        if first is not None:
            del self._ready[first]
        return first
