"""The same question, asked by many at once, goes out once.

A hundred apps of which each asks its Prometheus about the whole mesh ask the same, in the same second. An answer is
valid for whoever asks the same question: it is the key of what is kept here, and nothing of an app is in it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Final, Generic, TypeVar

AGE: Final = 1.0
"""Seconds; an answer is shared for less than that after it came."""
_MOST: Final = 1024
"""Answers that are kept at once."""

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class _Asking(Generic[Answer]):
    """A question under way, and how many wait for it."""

    def __init__(self, asked: Awaitable[Answer]) -> None:
        self.task = asyncio.ensure_future(asked)
        self.waiting = 0


class SharedAnswers(Generic[Question, Answer]):
    """Asks each question once, for as many as want to know."""

    def __init__(
        self,
        ask: Callable[[Question], Awaitable[Answer]],
        worth_keeping: Callable[[Answer], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """What is shared, and for how long.

        Args:
            ask: goes and asks.
            worth_keeping: whether an answer is shared after it came; otherwise only those that waited get it.
            monotonic: a clock in seconds.
        """
        self._ask = ask
        self._worth_keeping = worth_keeping
        self._monotonic = monotonic
        self._under_way: dict[Question, _Asking[Answer]] = {}
        self._kept: dict[Question, tuple[float, Answer]] = {}

    async def answer(self, question: Question) -> Answer:
        """The answer: one that just came, one that is on its way, or one that is asked for now.

        Whoever is cancelled stops waiting at once and takes nothing from the others; once nobody waits any more, the
        question is cancelled, too. What the asking raises is raised for everyone that waits.
        """
        came, kept = self._kept.get(question, (float("-inf"), None))
        if kept is not None and self._monotonic() - came < AGE:
            return kept
        asking = self._under_way.get(question)
        if asking is None:
            asking = self._under_way[question] = _Asking(self._ask(question))
            asking.task.add_done_callback(lambda task: self._end(question, task))
        asking.waiting += 1
        try:
            return await asyncio.shield(asking.task)
        finally:
            asking.waiting -= 1
            if not asking.waiting and not asking.task.done():
                self._under_way.pop(question, None)
                asking.task.cancel()

    def _end(self, question: Question, task: "asyncio.Future[Any]") -> None:
        under_way = self._under_way.get(question)
        if under_way is not None and under_way.task is task:
            del self._under_way[question]
        if task.cancelled() or task.exception() is not None or not self._worth_keeping(task.result()):
            return
        now = self._monotonic()
        self._kept.pop(question, None)  # the order is that of the coming
        self._kept[question] = (now, task.result())
        while len(self._kept) > _MOST or now - next(iter(self._kept.values()))[0] >= AGE:
            del self._kept[next(iter(self._kept))]
