"""A loop with real sockets and a clock of its own: a wait ends at once when nothing else can happen before it."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

_QUIET: Final = 0.002
"""Real seconds without anything on any socket, after which nothing more is under way on the loopback interface."""
_PATIENCE: Final = 60.0
"""Real seconds after which a loop that waits for nothing but sockets is stuck."""
_LONGEST: Final = 200.0
"""Seconds of the loop's own clock after which a test is stuck."""

T = TypeVar("T")


class _Selector(selectors.DefaultSelector):
    """Tells how long nobody had anything to say instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; with nothing ready, the time-out has passed on this loop's clock."""
        if timeout is None:
            ready = super().select(_PATIENCE)
            assert ready, "nothing will ever happen"
            return ready
        ready = super().select(min(timeout, _QUIET))
        if not ready:
            self.skipped += timeout
        return ready


class SkippingLoop(asyncio.SelectorEventLoop):
    """Its clock stands still while anything happens."""

    def __init__(self) -> None:
        self._own_selector = _Selector()
        super().__init__(self._own_selector)

    def time(self) -> float:
        """Seconds that were skipped."""
        return self._own_selector.skipped


def run(test: Coroutine[Any, Any, T]) -> T:
    """Runs a test on such a loop; nothing that it started is left when it ends."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(_and_nothing_left(test))


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Waits for something that nobody tells of; at most so many seconds of the loop's clock."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def _and_nothing_left(test: Coroutine[Any, Any, T]) -> T:
    async with asyncio.timeout(_LONGEST):
        result = await test
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, left
    return result
