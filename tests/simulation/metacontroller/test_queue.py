"""The work queue is client-go's: ready, waiting, failed."""

import pytest

from app.simulation.kubernetes.objects import CANARY_APP, Key
from app.simulation.metacontroller.queue import Backoff, WorkQueue

A, B = (Key(CANARY_APP, "default", name) for name in "ab")


def _queue() -> WorkQueue:
    return WorkQueue(Backoff())


def test_a_key_is_taken_once_however_often_it_was_added() -> None:
    """First come, first served, and once each."""
    queue = _queue()
    for key in (B, A, B):
        queue.add(key)
    assert [queue.take(0.0) for _ in range(3)] == [B, A, None]


def test_the_earliest_time_counts() -> None:
    """Of several times that were asked for, a key waits for the first."""
    queue = _queue()
    queue.add_after(A, 30.0)
    queue.add_after(A, 10.0)
    queue.add_after(A, 20.0)
    assert [queue.take(9.9), queue.take(10.0), queue.take(99.0)] == [None, A, None]


def test_an_event_does_not_cancel_a_resync() -> None:
    """A key that waits still comes when it is due, even if it was ready meanwhile."""
    queue = _queue()
    queue.add_after(A, 30.0)
    queue.add(A)
    assert [queue.take(5.0), queue.take(5.0), queue.take(30.0)] == [A, None, A]


def test_what_is_due_comes_in_the_order_of_its_times() -> None:
    """What was due first is done first, behind what was ready before."""
    queue = _queue()
    queue.add_after(A, 2.0)
    queue.add_after(B, 1.0)
    assert [queue.take(5.0), queue.take(5.0)] == [B, A]


def test_failures_wait_longer_and_longer() -> None:
    """The delay doubles with every failure in a row, and begins anew after a success."""
    queue, now, delays = _queue(), 0.0, []
    for _ in range(4):
        queue.add_failed(A, now)
        due = next(now + step * 0.005 for step in range(1, 100) if queue.take(now + step * 0.005))
        delays.append(round(due - now, 3))
        now = due
    assert delays == [0.005, 0.01, 0.02, 0.04]
    queue.forget(A)
    queue.forget(B)
    queue.add_failed(A, 0.0)
    assert queue.take(0.005) == A


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0.005), (2, 0.01), (11, 5.12), (18, 655.36), (19, 1000.0), (5000, 1000.0)]
)
def test_the_backoff_is_client_gos(failures: int, seconds: float) -> None:
    """5 ms, doubled each time, 1000 s at the most."""
    assert Backoff().delay(failures) == pytest.approx(seconds)
