"""The hook's HTTP surface: routes, lifespan, error answers. The only module that knows FastAPI."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from starlette.exceptions import HTTPException

from app import __version__, logs
from app.door.admission import Door
from app.door.refusal import RefusedError
from app.door.tokens import Tokens
from app.prometheus.client import PrometheusClient, open_http
from app.resource.status import cut
from app.rollout.observation import UnrecoverableError
from app.settings import Settings
from app.sync import Operator, sync
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

Clock = Callable[[], datetime]
Model = TypeVar("Model", bound=BaseModel)

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
    """An application whose OpenAPI document knows the bodies that are read by hand."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        document = super().openapi()
        document["components"]["schemas"] |= request_schemas()
        return document


class Hook:
    """The handlers of Metacontroller's hooks, and what they share for as long as the process lives."""

    def __init__(self, settings: Settings, clock: Clock, transport: httpx.AsyncBaseTransport | None) -> None:
        """Opens no connection yet."""
        self.settings = settings
        tokens = Tokens(Path(settings.token_file)) if settings.token_file else None
        self.door = Door(settings.bounds, tokens)
        self.telemetry = Telemetry()
        self.http = open_http(transport)
        self._clock = clock
        self._operator = Operator(settings.origins, settings.timings)
        self._prometheus = PrometheusClient(self.http, settings.origins, settings.limits, self.telemetry.query_ended)

    async def sync(self, body: bytes) -> BaseModel:
        """The observed state in, the desired state out. A child that the answer leaves out is deleted."""
        started = time.perf_counter()
        request = _parse(SyncRequest, body)
        synced = await sync(request, self._operator, self._prometheus, self._clock())
        outcome = synced.decision.outcome
        self.telemetry.decided(outcome.action.value, outcome.reason.value)
        logs.log_decision(synced, time.perf_counter() - started)
        return synced.response

    async def finalize(self, body: bytes) -> BaseModel:
        """A CanaryApp that is being deleted may go at once, with all its children."""
        _parse(SyncRequest, body)
        return FinalizeResponse(status={}, children=[], finalized=True)

    async def customize(self, body: bytes) -> BaseModel:
        """No objects but the children are needed."""
        _parse(CustomizeRequest, body)
        return CustomizeResponse()


def create_app(
    settings: Settings | None = None, *, clock: Clock = system_clock, transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """The hook as an ASGI application.

    Args:
        settings: from the environment where none are given.
        clock: read once per sync.
        transport: how Prometheus is reached, for tests and simulations; over the network where none is given.

    Raises:
        UnusableFileError: the file with the tokens cannot be used.
    """
    hook = Hook(settings or Settings(), clock, transport)
    state = {"ready": False}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        logs.configure(hook.settings)
        state["ready"] = True
        yield
        state["ready"] = False
        await hook.http.aclose()

    app = _App(
        title="CanaryApp operator",
        summary="Metacontroller's hook for CanaryApps: observed state in, desired state out.",
        version=__version__,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.exception_handler(HTTPException)(_no_route)
    _add_hook(app, hook, hook.sync, SyncRequest, SyncResponse)
    _add_hook(app, hook, hook.finalize, SyncRequest, FinalizeResponse)
    _add_hook(app, hook, hook.customize, CustomizeRequest, CustomizeResponse)

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
        return _answer(200, Health(status="ready")) if state["ready"] else _error(503, "The hook is not ready.")

    @app.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Prometheus's text format."""
        return Response(hook.telemetry.render(), media_type=hook.telemetry.content_type)

    return app


def _add_hook(
    app: FastAPI,
    hook: Hook,
    handler: Callable[[bytes], Awaitable[BaseModel]],
    takes: type[BaseModel],
    gives: type[BaseModel],
) -> None:
    name = handler.__name__

    async def endpoint(request: Request) -> Response:
        started = time.perf_counter()
        outcome, response = await _serve(request, handler, hook.door)
        hook.telemetry.sync_ended(name, outcome, time.perf_counter() - started)
        return response

    schema = {"$ref": f"#/components/schemas/{takes.__name__}"}
    app.add_api_route(
        f"/{name}",
        endpoint,
        methods=["POST"],
        name=name,
        description=handler.__doc__,
        response_model=gives,
        responses=_ERRORS,
        # The body is read by hand: its size is bounded, and its content type does not matter.
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}},
    )


async def _serve(
    request: Request, handler: Callable[[bytes], Awaitable[BaseModel]], door: Door
) -> tuple[str, Response]:
    try:
        with door.admit(request.scope["headers"]) as visit:
            answer = await handler(await visit.read(request.receive))
    except RefusedError as refusal:
        return "refused", _error(refusal.status, str(refusal), refusal.headers)
    except UnrecoverableError as blocked:
        structlog.get_logger().error("unrecoverable", path=request.url.path, message=str(blocked))
        return "error", _error(500, cut(str(blocked)))
    except Exception as defect:  # noqa: BLE001 - whatever it is: answer 500, so that no child is touched
        structlog.get_logger().error("unforeseen", path=request.url.path, error=str(defect), exc_info=True)
        return "error", _error(
            500, "Something unforeseen went wrong, so nothing was decided; the hook's log says what."
        )
    return "ok", _answer(200, answer)


def _parse(model: type[Model], body: bytes) -> Model:
    try:
        return model.model_validate(from_json(body, allow_inf_nan=False))
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        # Pydantic would speak of dictionaries and classes here.
        problem = "Input should be an object" if first["type"] in {"model_type", "dict_type"} else first["msg"]
        raise RefusedError(422, cut(f"The request is refused at {where}: {problem}.")) from None
    except ValueError as wrong:
        raise RefusedError(400, f"The body is not JSON: {wrong}.") from None


async def _no_route(_: Request, problem: HTTPException) -> Response:
    return _error(problem.status_code, f"{problem.detail}.", problem.headers)


def _answer(status: int, body: BaseModel, headers: Mapping[str, str] | None = None) -> Response:
    content = body.model_dump_json(by_alias=True)
    return Response(content, status_code=status, headers=headers, media_type="application/json")


def _error(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> Response:
    return _answer(status, ErrorAnswer(error=sentence), headers)


app = create_app()
