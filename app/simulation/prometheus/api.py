"""Prometheus's HTTP API over the series store (Prometheus, "HTTP API": instant and range queries)."""

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

import promql_parser as promql
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from app.simulation.prometheus.promql import (
    Matrix,
    QueryError,
    Scalar,
    Text,
    UnsupportedQueryError,
    Value,
    evaluate_instant,
    evaluate_range,
)
from app.simulation.prometheus.series import SeriesStore


class FaultKind(StrEnum):
    """What is wrong with Prometheus."""

    DOWN = "down"
    SLOW = "slow"
    INTERNAL = "internal"
    HTML = "html"
    TRUNCATED = "truncated"
    REDIRECT = "redirect"


@dataclass(frozen=True)
class Fault:
    """A fault; `seconds` is how slow a slow one is."""

    kind: FaultKind
    seconds: float = 30.0


class _BadDataError(Exception):
    """A parameter that cannot be read."""


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

    async def answer(request: Request, evaluate: Callable[[Mapping[str, str]], dict[str, Any]]) -> Response:
        broken = fault()
        if broken is not None:
            if broken.kind is not FaultKind.SLOW:
                return _broken(broken.kind)
            await asyncio.sleep(broken.seconds)
        try:
            data = evaluate({**request.query_params, **await _form(request)})
        except UnsupportedQueryError as problem:
            return _error(422, "execution", str(problem))
        except QueryError as problem:
            parse = "invalid parameter" in str(problem)
            return _error(400, "bad_data", str(problem)) if parse else _error(422, "execution", str(problem))
        except _BadDataError as problem:
            return _error(400, "bad_data", str(problem))
        return JSONResponse({"status": "success", "data": data})

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


async def _form(request: Request) -> dict[str, str]:
    if request.method != "POST":
        return {}
    pairs = (await request.body()).decode()
    return dict(parse_qsl(pairs, keep_blank_values=True))


def _instant(store: SeriesStore, given: Mapping[str, str], now: float) -> dict[str, Any]:
    at = _time(given, "time") if "time" in given else now
    return _shape(evaluate_instant(store, given.get("query", ""), at), at)


def _range(store: SeriesStore, given: Mapping[str, str]) -> dict[str, Any]:
    start, end, step = _time(given, "start"), _time(given, "end"), _duration(given, "step")
    try:
        found = evaluate_range(store, given.get("query", ""), start, end, step)
    except UnsupportedQueryError:
        raise
    except QueryError as problem:
        raise _BadDataError(str(problem)) from problem
    values = [
        {"metric": dict(series.labels), "values": [[at, _text(value)] for at, value in series.points]}
        for series in found
    ]
    return {"resultType": "matrix", "result": values}


def _shape(value: Value, at: float) -> dict[str, Any]:
    if isinstance(value, Scalar):
        return {"resultType": "scalar", "result": [at, _text(value.value)]}
    if isinstance(value, Text):
        return {"resultType": "string", "result": [at, value.value]}
    if isinstance(value, Matrix):
        windows = [
            {"metric": dict(w.labels), "values": [[t, _text(v)] for t, v in zip(w.times, w.values, strict=True)]}
            for w in value.windows
        ]
        return {"resultType": "matrix", "result": windows}
    samples = [{"metric": dict(one.labels), "value": [at, _text(one.value)]} for one in value.samples]
    return {"resultType": "vector", "result": samples}


def _text(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)  # noqa: PLR2004 - exact so far


def _time(given: Mapping[str, str], name: str) -> float:
    text = given.get(name, "")
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        raise _BadDataError(f'invalid parameter "{name}": cannot parse "{text}" to a valid timestamp') from None


def _duration(given: Mapping[str, str], name: str) -> float:
    text = given.get(name, "")
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(promql.parse_duration(text).total_seconds())
    except ValueError:
        raise _BadDataError(f'invalid parameter "{name}": cannot parse "{text}" to a valid duration') from None


def _error(status: int, kind: str, sentence: str) -> Response:
    return JSONResponse({"status": "error", "errorType": kind, "error": sentence}, status_code=status)


def _broken(kind: FaultKind) -> Response:
    if kind is FaultKind.HTML:
        return Response("<html><body>502 Bad Gateway</body></html>", 502, media_type="text/html")
    if kind is FaultKind.TRUNCATED:
        return Response('{"status":"success","data":{"resultType":"matrix","resu', 200, media_type="application/json")
    if kind is FaultKind.REDIRECT:
        return Response(status_code=302, headers={"Location": "http://127.0.0.1:1/"})
    if kind is FaultKind.INTERNAL:
        return _error(500, "internal", "something broke")
    return Response("Service Unavailable", 503)
