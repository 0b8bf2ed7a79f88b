"""The hook's HTTP surface: routes, lifespan, what is described of them. The only module that knows FastAPI."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app import __version__, logs
from app.door.admission import Door
from app.door.tokens import Tokens
from app.endpoint import HookEndpoint, error_json
from app.hook import Clock, Hook, written
from app.prometheus.client import PrometheusClient, open_http
from app.settings import Settings
from app.sync import Operator
from app.telemetry import Telemetry
from app.wire import (
    CustomizeRequest,
    CustomizeResponse,
    ErrorAnswer,
    FinalizeResponse,
    Health,
    SyncRequest,
    SyncResponse,
    request_schemas,
)

_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": ErrorAnswer, "description": "The body is not JSON."},
    401: {"model": ErrorAnswer, "description": "A bearer token is asked for, and the request carries no valid one."},
    408: {"model": ErrorAnswer, "description": "The body did not arrive in time."},
    413: {"model": ErrorAnswer, "description": "The body is larger than the operator allows."},
    415: {"model": ErrorAnswer, "description": "The body is compressed."},
    422: {"model": ErrorAnswer, "description": "The body is JSON of another shape, or the parent of another kind."},
    429: {
        "model": ErrorAnswer,
        "description": "Too much is in progress. Metacontroller asks again after `Retry-After`.",
    },
    500: {
        "model": ErrorAnswer,
        "description": "Unforeseen, or no answer would be safe. Metacontroller touches nothing and tries again.",
    },
}


def system_clock() -> datetime:
    """The wall clock, read once per sync."""
    return datetime.now(UTC)


class _App(FastAPI):
    """FastAPI for all but the hooks, which it describes, and for which it steps aside."""

    def __init__(self, **described: Any) -> None:
        super().__init__(**described)
        self._endpoints: dict[str, HookEndpoint] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the lifespan."""
        if scope["type"] == "http" and scope["method"] == "POST":
            endpoint = self._endpoints.get(scope["path"].removeprefix(scope.get("root_path", "")))
            if endpoint is not None:
                await endpoint(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    def add_hook(self, endpoint: HookEndpoint, takes: type[BaseModel], gives: type[BaseModel]) -> None:
        """Serves a hook under the name of its handler."""
        name = endpoint.handler.__name__
        self._endpoints[f"/{name}"] = endpoint

        async def described() -> None:
            raise NotImplementedError  # never asked: see __call__

        schema = {"$ref": f"#/components/schemas/{takes.__name__}"}
        self.add_api_route(
            f"/{name}",
            described,
            methods=["POST"],
            name=name,
            description=endpoint.handler.__doc__,
            response_model=gives,
            responses=_ERRORS,
            openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}},
        )

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, which knows the bodies of the hooks, too."""
        document = super().openapi()
        document["components"]["schemas"] |= request_schemas()
        return document


def create_app(
    settings: Settings | None = None,
    *,
    clock: Clock = system_clock,
    monotonic: Callable[[], float] = time.monotonic,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """The hook as an ASGI application.

    Args:
        settings: from the environment where none are given.
        clock: read once per sync.
        monotonic: tells how old an answer of Prometheus is, in seconds.
        transport: how Prometheus is reached, for tests and simulations; over the network where none is given.

    Raises:
        UnusableFileError: the file with the tokens cannot be used.
    """
    settings = settings or Settings()
    telemetry, http = Telemetry(), open_http(transport)
    prometheus = PrometheusClient(http, settings.origins, settings.limits, telemetry.query_ended, monotonic)
    hook = Hook(Operator(settings.origins, settings.timings), prometheus, telemetry, clock)
    door = Door(settings.bounds, Tokens(Path(settings.token_file)) if settings.token_file else None)
    state = {"ready": False}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        logs.configure(settings)
        state["ready"] = True
        yield
        state["ready"] = False
        await http.aclose()

    app = _App(
        title="CanaryApp operator",
        summary="Metacontroller's hook for CanaryApps: observed state in, desired state out.",
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.exception_handler(HTTPException)(_no_route)
    for handler, takes, gives in (
        (hook.sync, SyncRequest, SyncResponse),
        (hook.finalize, SyncRequest, FinalizeResponse),
        (hook.customize, CustomizeRequest, CustomizeResponse),
    ):
        app.add_hook(HookEndpoint(handler, telemetry, door), takes, gives)

    @app.get("/healthz")
    async def healthz() -> Health:
        """The process lives."""
        return Health(status="ok")

    @app.get(
        "/readyz",
        response_model=Health,
        responses={503: {"model": ErrorAnswer, "description": "Starting, or about to stop."}},
    )
    async def readyz() -> Response:
        """The process takes requests."""
        if not state["ready"]:
            return Response(error_json("The hook is not ready."), 503, media_type="application/json")
        return Response(written(Health(status="ready")), media_type="application/json")

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Prometheus's text format."""
        return Response(telemetry.render(), media_type=telemetry.content_type)

    return app


async def _no_route(_: Request, problem: HTTPException) -> Response:
    return Response(
        error_json(f"{problem.detail}."), problem.status_code, problem.headers, media_type="application/json"
    )


app = create_app()
