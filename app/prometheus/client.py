"""The httpx client: all due queries at once, one deadline, bounded answers, no redirects, allowed origins only."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Protocol

import httpx

from app.analysis.measurement import Measurement, Query, Samples, Unanswered
from app.prometheus.answers import read_answer
from app.prometheus.origins import AllowedOrigins, origin_error
from app.prometheus.pools import Pools
from app.prometheus.shared import SharedAnswers


class QueryObserver(Protocol):
    """Is told of every query that ended."""

    def __call__(self, outcome: str, seconds: float) -> None:
        """`outcome` is `answered` or `unanswered`."""
        ...


@dataclass(frozen=True)
class Limits:
    """Bounds of one sync's questions.

    Attributes:
        deadline: seconds that all queries of a sync may take together; well below the webhook's timeout.
        max_bytes: of one answer.
    """

    deadline: float
    max_bytes: int


def open_http(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """The connection pool that all syncs share; whoever opens it closes it.

    It reads no proxy and no certificates from the environment, follows no redirect, and keeps no cookie: one app's
    Prometheus must not be able to say anything in another app's name. It has no timeouts: the deadline of a sync covers
    connecting, sending and reading alike.

    Args:
        transport: how servers are reached, for tests and simulations; over the network where none is given.
    """
    return httpx.AsyncClient(
        transport=transport or Pools(),
        trust_env=False,
        follow_redirects=False,
        timeout=None,  # noqa: S113 - the deadline of the sync
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


class PrometheusClient:
    """Asks Prometheus. Never raises for what a server does: that is an `Unanswered`."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        origins: AllowedOrigins,
        limits: Limits,
        observer: QueryObserver | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`http` is shared and closed by its owner; `monotonic` says how old an answer is, in seconds."""
        self._http = http
        self._origins = origins
        self._limits = limits
        self._observer = observer
        self._shared = SharedAnswers(self._send, lambda answer: isinstance(answer, Samples), monotonic)

    async def measure(self, queries: Sequence[Query]) -> tuple[Measurement, ...]:
        """Asks all queries at once; the measurements come in the order of the queries, within the deadline.

        A query that somebody else asks at this moment, or asked less than a second ago, is not sent again.
        """
        if not queries:
            return ()
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(self._ask(query)) for query in queries]
        return tuple(Measurement(query, task.result()) for query, task in zip(queries, asked, strict=True))

    async def _ask(self, query: Query) -> Samples | Unanswered:
        if problem := origin_error(query.url, self._origins):
            return Unanswered(f"Its address {problem}.")
        try:
            async with asyncio.timeout(self._limits.deadline):
                # What asks is no part of the question.
                return await self._shared.answer(replace(query, name=""))
        except TimeoutError:
            return Unanswered(f"Prometheus did not answer within {self._limits.deadline:g} seconds.")

    async def _send(self, query: Query) -> Samples | Unanswered:
        """Ends with its answer, or when nobody waits for it any more."""
        started, outcome = time.monotonic(), "unanswered"
        try:
            answer = await self._fetch(query)
            outcome = "answered" if isinstance(answer, Samples) else "unanswered"
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as problem:
            answer = Unanswered(f"Prometheus could not be reached ({type(problem).__name__}).")
        finally:
            if self._observer:
                self._observer(outcome=outcome, seconds=time.monotonic() - started)
        return answer

    async def _fetch(self, query: Query) -> Samples | Unanswered:
        form = {
            "query": query.promql,
            "start": f"{query.start:.3f}",
            "end": f"{query.end:.3f}",
            "step": f"{query.step:g}",
        }
        url = query.url.rstrip("/") + "/api/v1/query_range"
        # POST, so that a long query does not meet a proxy's limit on URLs. Redirects are never followed.
        # Not compressed, so that the bytes counted are the bytes held.
        request = self._http.build_request("POST", url, data=form, headers={"Accept-Encoding": "identity"})
        response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            if response.status_code // 100 == 3:  # noqa: PLR2004 - the redirects
                return Unanswered(f"Prometheus answered {response.status_code}; redirects are not followed.")
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                return Unanswered("Prometheus's answer is compressed, which was not asked for.")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > self._limits.max_bytes:
                    return Unanswered(f"Prometheus's answer is larger than {self._limits.max_bytes} bytes.")
            return read_answer(response.status_code, bytes(body))
        finally:
            await response.aclose()
