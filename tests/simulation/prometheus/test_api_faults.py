"""The HTTP API with something wrong with Prometheus."""

import asyncio

import httpx
import pytest

from app.simulation.prometheus.api import Fault, FaultKind, prometheus_app
from app.simulation.prometheus.series import SeriesStore
from tests.simulation.prometheus.over_http import fetch

FAULTS = {
    FaultKind.DOWN: (503, None, "Service Unavailable"),
    FaultKind.INTERNAL: (
        500,
        "application/json",
        '{"status":"error","errorType":"internal","error":"something broke"}',
    ),
    FaultKind.HTML: (502, "text/html; charset=utf-8", "<html><body>502 Bad Gateway</body></html>"),
    FaultKind.TRUNCATED: (200, "application/json", '{"status":"success","data":{"resultType":"matrix","resu'),
    FaultKind.REDIRECT: (302, None, ""),
    FaultKind.EMPTY: (200, "application/json", '{"status":"success","data":{"resultType":"matrix","result":[]}}'),
    FaultKind.NAN: (
        200,
        "application/json",
        '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[0,"NaN"]]}]}}',
    ),
    FaultKind.INFINITE: (
        200,
        "application/json",
        '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[0,"+Inf"]]}]}}',
    ),
    FaultKind.SLOW: (
        200,
        "application/json",
        '{"status":"success","data":{"resultType":"scalar","result":[7,"1"]}}',
    ),
}


@pytest.mark.parametrize("path", ["/api/v1/query?query=1&time=7", "/api/v1/query_range?query=1&start=0&end=1&step=1"])
@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.SLOW])
def test_a_fault_answers_whatever_is_asked(kind: FaultKind, path: str) -> None:
    """Status, type and body are those of the fault, for both endpoints."""
    answer = fetch(SeriesStore(), "POST", path, fault=Fault(kind))
    assert (answer.status_code, answer.headers.get("content-type"), answer.text) == FAULTS[kind]


def test_every_kind_of_fault_has_its_answer() -> None:
    """None is forgotten in this table."""
    assert set(FAULTS) == set(FaultKind)


def test_a_redirect_leads_to_where_nothing_listens() -> None:
    """A client that follows it finds nothing."""
    answer = fetch(SeriesStore(), "GET", "/api/v1/query", fault=Fault(FaultKind.REDIRECT))
    assert answer.headers["location"] == "http://127.0.0.1:1/"


def test_a_slow_prometheus_answers_in_the_end() -> None:
    """With the true answer."""
    fault = Fault(FaultKind.SLOW, seconds=0)
    answer = fetch(SeriesStore(), "GET", "/api/v1/query?query=1&time=7", fault=fault)
    assert (answer.status_code, answer.headers["content-type"], answer.text) == FAULTS[FaultKind.SLOW]


def test_a_slow_prometheus_keeps_its_client_waiting() -> None:
    """A client with a deadline gives up first."""
    app = prometheus_app(SeriesStore(), lambda: 0.0, lambda: Fault(FaultKind.SLOW))

    async def impatient() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://prometheus") as client:
            return await asyncio.wait_for(client.get("/api/v1/query?query=1"), timeout=0.01)

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())


def test_a_fault_can_come_and_go() -> None:
    """It is asked for at every query."""
    faults = iter([None, Fault(FaultKind.DOWN), None])
    app = prometheus_app(SeriesStore(), lambda: 0.0, lambda: next(faults))

    async def three() -> list[int]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://prometheus") as client:
            return [(await client.get("/api/v1/query?query=1")).status_code for _ in range(3)]

    assert asyncio.run(three()) == [200, 503, 200]


def test_a_prometheus_without_faults_is_healthy() -> None:
    """Where no faults are asked for, there are none."""
    app = prometheus_app(SeriesStore(), lambda: 0.0)

    async def ask() -> int:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://prometheus") as client:
            return (await client.get("/api/v1/query?query=1")).status_code

    assert asyncio.run(ask()) == 200
