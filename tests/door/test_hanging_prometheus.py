"""Hundreds of syncs at once while Prometheus takes every connection and answers none."""

import asyncio
import json
from typing import Any

import httpx
import yaml

from app.main import create_app
from app.settings import Settings
from tests.contract.hook import checking, request_of
from tests.door.clock import run
from tests.packaging.manifests import METACONTROLLER
from tests.prometheus.servers import Listener, listening

SYNCS = 300


def due(prometheus: str, number: int) -> bytes:
    """A sync in the middle of a rollout that is judged by this Prometheus, with a query that no other app has."""
    request = request_of(checking())
    request["parent"]["spec"] |= {"prometheusURL": prometheus, "prometheusQuery": f"errors > {number}"}
    return json.dumps(request).encode()


def webhook_seconds() -> float:
    """How long Metacontroller waits for an answer."""
    (controller,) = yaml.safe_load_all((METACONTROLLER / "compositecontroller.yaml").read_text("utf-8"))
    return float(controller["spec"]["hooks"]["sync"]["webhook"]["timeout"].removesuffix("s"))


async def never_answers(writer: asyncio.StreamWriter) -> None:
    """Takes the request, and nothing more happens on this connection."""
    await writer.wait_closed()


async def measured(client: httpx.AsyncClient, body: bytes) -> tuple[httpx.Response, float]:
    """An answer, and the second of the loop's clock in which it came."""
    answer = await client.post("/sync", content=body)
    return answer, asyncio.get_running_loop().time()


async def all_at_once(client: httpx.AsyncClient, prometheus: Listener) -> list[tuple[httpx.Response, float]]:
    """Asks; looks in between, when all wait, whether anything else is still answered."""
    syncs = [asyncio.create_task(measured(client, due(prometheus.url, number))) for number in range(SYNCS)]
    while len(prometheus.requests) < SYNCS:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0)  # the clock stands still
    probes = [(await client.get(path)).status_code for path in ("/healthz", "/metrics")]
    assert probes == [200, 200]
    assert not any(sync.done() for sync in syncs)
    return await asyncio.gather(*syncs)


def test_all_are_answered_in_time_and_others_meanwhile() -> None:
    """200 with the verdict "unavailable" for each, when the deadline has passed: on a clock that stands still while
    anything is done, in exactly that time, however many they are. The hook's own work comes on top.
    """
    settings: dict[str, Any] = {"log_level": "error"}

    async def go() -> list[tuple[httpx.Response, float]]:
        async with listening(never_answers) as prometheus:
            chosen = Settings(prometheus_url=prometheus.url, prometheus_origins=prometheus.url, **settings)
            app = create_app(chosen)
            async with (
                app.router.lifespan_context(app),
                httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hook") as client,
            ):
                answers = await all_at_once(client, prometheus)
                metrics = (await client.get("/metrics")).text
                unanswered = 'canaryapp_prometheus_query_duration_seconds_count{outcome="unanswered"}'
                assert f"{unanswered} {SYNCS}.0" in metrics
        await asyncio.sleep(1)
        return answers

    answers = run(go())
    assert {answer.status_code for answer, _ in answers} == {200}
    statuses = [answer.json()["status"] for answer, _ in answers]
    assert {status["checks"][0]["verdict"] for status in statuses} == {"Unavailable"}
    assert {at for _, at in answers} == {Settings().query_deadline_seconds}


def test_the_longest_way_is_shorter_than_the_webhook_s_time() -> None:
    """The hook waits for two things: the body, and Prometheus. Both together leave Metacontroller's time a fifth."""
    default = Settings()
    assert default.body_deadline_seconds + default.query_deadline_seconds <= 0.8 * webhook_seconds()
