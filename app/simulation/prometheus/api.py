"""Prometheus's HTTP API over the series store (Prometheus, "HTTP API": instant and range queries)."""

import asyncio
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Request, Response

from app.simulation.prometheus.answers import error, instant_data, range_data, success
from app.simulation.prometheus.faults import Fault, FaultKind, broken
from app.simulation.prometheus.parameters import ParameterError, Parameters, instant, invalid, parameters, steps
from app.simulation.prometheus.promql import InvalidQueryError, QueryError, evaluate_instant, evaluate_range
from app.simulation.prometheus.series import SeriesStore

__all__ = ["Fault", "FaultKind", "prometheus_app"]


def prometheus_app(
    store: SeriesStore, clock: Callable[[], float], fault: Callable[[], Fault | None] = lambda: None
) -> FastAPI:
    """The API as an ASGI application.

    Args:
        store: the series.
        clock: unix seconds, for queries without a time.
        fault: asked at every query.
    """
    app = FastAPI(title="A small Prometheus", openapi_url=None)

    async def answer(request: Request, evaluate: Callable[[Parameters], dict[str, Any]]) -> Response:
        problem = fault()
        if problem is not None:
            if problem.kind is not FaultKind.SLOW:
                return broken(problem.kind)
            await asyncio.sleep(problem.seconds)
        try:
            return success(evaluate(await parameters(request)))
        except ParameterError as refusal:
            return error(400, "bad_data", str(refusal))
        except InvalidQueryError as refusal:
            return error(400, "bad_data", str(invalid("query", str(refusal))))
        except QueryError as refusal:
            return error(422, "execution", str(refusal))

    @app.api_route("/api/v1/query", methods=["GET", "POST"])
    async def query(request: Request) -> Response:
        return await answer(request, lambda given: _instant(store, given, clock()))

    @app.api_route("/api/v1/query_range", methods=["GET", "POST"])
    async def query_range(request: Request) -> Response:
        return await answer(request, lambda given: _range(store, given))

    @app.get("/-/healthy")
    async def healthy() -> Response:
        return Response("Prometheus Server is Healthy.\n", media_type="text/plain")

    return app


def _instant(store: SeriesStore, given: Parameters, now: float) -> dict[str, Any]:
    at = instant(given, now)
    return instant_data(evaluate_instant(store, given.get("query", ""), at), at)


def _range(store: SeriesStore, given: Parameters) -> dict[str, Any]:
    start, end, step = steps(given)
    return range_data(evaluate_range(store, given.get("query", ""), start, end, step))
