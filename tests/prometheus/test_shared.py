"""The same question of many goes out once; nobody gets another one's answer, an old one, or waits for somebody else."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Final

import httpx
import pytest

from app.analysis.measurement import Query, Samples, Unanswered
from app.prometheus.client import PrometheusClient, open_http
from app.prometheus.shared import SharedAnswers
from tests.prometheus.test_client import EMPTY, PROM, answer, client_of, found, query

ELSEWHERE: Final = "http://other:9090"
LITTLE: Final = 0.01
"""Seconds; a deadline that is meant to be reached."""


@dataclass
class Prometheus:
    """A server that answers when it may, and counts what it was asked."""

    says: Callable[[], httpx.Response] = answer
    asked: list[bytes] = field(default_factory=list)
    was_asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)
    given_up: int = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        self.asked.append(request.content)
        self.was_asked.set()
        try:
            await self.may_answer.wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        return self.says()


Play = Callable[[PrometheusClient, Prometheus], Coroutine[Any, Any, None]]


def play(story: Play, *, says: Callable[[], httpx.Response] = answer, **more: Any) -> Prometheus:
    """A story with a client and its server."""

    async def go() -> Prometheus:
        server = Prometheus(says)
        async with open_http(httpx.MockTransport(server)) as http:
            await story(client_of(http, PROM, ELSEWHERE, **more), server)
        return server

    return asyncio.run(go())


def test_fifty_apps_with_the_same_query_ask_once() -> None:
    """Whoever asks at the same time gets the same answer, under its own name."""

    async def story(client: PrometheusClient, server: Prometheus) -> None:
        asking = [asyncio.create_task(client.measure([query(name=f"app-{app}")])) for app in range(50)]
        await server.was_asked.wait()
        server.may_answer.set()
        measured = [one for task in asking for one in await task]
        assert [one.query.name for one in measured] == [f"app-{app}" for app in range(50)]
        assert {one.answer for one in measured} == {EMPTY}

    assert len(play(story).asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(query(), url=ELSEWHERE), id="another server"),
        pytest.param(replace(query(), url=f"{PROM}/prefix"), id="another path"),
        pytest.param(replace(query(), promql="up"), id="another expression"),
        pytest.param(replace(query(), start=query().start + 0.001), id="another start"),
        pytest.param(replace(query(), end=query().end + 1), id="another end"),
        pytest.param(replace(query(), step=1.0), id="another step"),
    ],
)
def test_another_question_is_asked_for_itself(other: Query) -> None:
    """Above all the start, which is the candidate's first traffic, belongs to the question."""

    async def story(client: PrometheusClient, server: Prometheus) -> None:
        server.may_answer.set()
        await asyncio.gather(client.measure([query()]), client.measure([other]), client.measure([query(), other]))

    assert len(play(story).asked) == 2


def test_an_answer_is_shared_for_less_than_a_second() -> None:
    """A second after it came it is asked for again, and what comes then is what is shared."""
    values, now = iter(("1", "2", "3")), [0.0]

    async def story(client: PrometheusClient, server: Prometheus) -> None:
        server.may_answer.set()
        seen = []
        for now[0] in (10.0, 10.5, 10.999, 11.0, 11.999, 12.0):
            (one,) = await client.measure([query()])
            assert isinstance(one.answer, Samples)
            seen.append(one.answer.largest)
        assert seen == [1, 1, 1, 2, 2, 3]

    server = play(story, says=lambda: answer(found(next(values))), monotonic=lambda: now[0])
    assert len(server.asked) == 3


def test_a_failure_is_shared_by_those_that_wait_and_by_nobody_else() -> None:
    """A Prometheus that is back is asked at once: what went wrong is not remembered."""

    async def story(client: PrometheusClient, server: Prometheus) -> None:
        asking = [asyncio.create_task(client.measure([query()])) for _ in range(3)]
        await server.was_asked.wait()
        server.may_answer.set()
        failed = {one.answer for task in asking for one in await task}
        assert failed == {Unanswered("Prometheus answered 503 with a body that is no answer of its API.")}
        assert len(server.asked) == 1
        server.says = answer
        (after,) = await client.measure([query()])
        assert after.answer == EMPTY

    assert len(play(story, says=lambda: answer(b"gone", 503)).asked) == 2


def test_the_first_one_may_go_without_taking_the_answer_along() -> None:
    """A sync that is cancelled leaves the question to the others that wait."""

    async def story(client: PrometheusClient, server: Prometheus) -> None:
        first, *others = [asyncio.create_task(client.measure([query()])) for _ in range(3)]
        await server.was_asked.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        server.may_answer.set()
        assert [one.answer for task in others for one in await task] == [EMPTY, EMPTY]

    server = play(story)
    assert (len(server.asked), server.given_up) == (1, 0)


def test_a_question_that_nobody_waits_for_is_given_up() -> None:
    """When the last one has gone, so has the request; whoever comes then asks anew."""

    async def story(client: PrometheusClient, server: Prometheus) -> None:
        asking = [asyncio.create_task(client.measure([query()])) for _ in range(3)]
        await server.was_asked.wait()
        for task in asking:
            task.cancel()
        await asyncio.wait(asking)
        server.may_answer.set()
        (after,) = await client.measure([query()])
        assert after.answer == EMPTY

    server = play(story)
    assert (len(server.asked), server.given_up) == (2, 1)


def test_nobody_waits_beyond_the_own_deadline() -> None:
    """One that reached its deadline stops waiting, the others go on; the question goes on for them."""

    async def go() -> None:
        asked, may_answer = [], asyncio.Event()

        async def ask(question: str) -> str:
            asked.append(question)
            await may_answer.wait()
            return "yes"

        shared = SharedAnswers(ask, lambda _: True)
        patient = asyncio.create_task(shared.answer("?"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(LITTLE):
                await shared.answer("?")
        may_answer.set()
        assert await patient == "yes"
        assert asked == ["?"]

    asyncio.run(go())


def test_a_silent_prometheus_is_told_to_everyone_and_observed_once() -> None:
    """Each waits for its deadline; one query was sent, and one is counted."""
    seen: list[str] = []

    async def story(client: PrometheusClient, _: Prometheus) -> None:
        measured = await asyncio.gather(*(client.measure([query()]) for _ in range(3)))
        said = Unanswered("Prometheus did not answer within 0.01 seconds.")
        assert [one.answer for (one,) in measured] == [said] * 3
        await asyncio.sleep(0)

    server = play(story, deadline=LITTLE, observer=lambda **ended: seen.append(ended["outcome"]))
    assert len(server.asked) == 1
    assert seen == ["unanswered"]


def test_a_defect_is_told_to_everyone_and_forgotten() -> None:
    """What is no answer is raised for all that wait; the next one asks anew."""

    async def go() -> None:
        asked = 0

        async def ask(_: str) -> str:
            nonlocal asked
            asked += 1
            await asyncio.sleep(0)
            raise ZeroDivisionError

        shared = SharedAnswers(ask, lambda _: True)
        raised = await asyncio.gather(*(shared.answer("?") for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in raised] == [ZeroDivisionError] * 3
        with pytest.raises(ZeroDivisionError):
            await shared.answer("?")
        assert asked == 2

    asyncio.run(go())


def test_only_so_many_answers_are_kept() -> None:
    """However many different questions are asked in a second, the oldest answers make room."""

    async def go() -> None:
        asked: list[int] = []

        async def ask(question: int) -> int:
            asked.append(question)
            return question

        shared = SharedAnswers(ask, lambda _: True, monotonic=lambda: 0.0)
        for question in range(2000):
            assert await shared.answer(question) == question
        asked.clear()
        assert [await shared.answer(question) for question in (1999, 976, 975, 0)] == [1999, 976, 975, 0]
        assert asked == [975, 0]

    asyncio.run(go())
