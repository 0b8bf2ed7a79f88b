"""Metacontroller's hooks as functions from the bytes of a request to the bytes of an answer."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from app import logs
from app.door.refusal import RefusedError
from app.resource.status import cut
from app.sync import Operator, Prometheus, sync
from app.telemetry import Telemetry
from app.wire import CustomizeRequest, CustomizeResponse, FinalizeResponse, SyncRequest

Clock = Callable[[], datetime]
Model = TypeVar("Model", bound=BaseModel)

_NO_NUMBERS: Final = (b"NaN", b"Infinity")
"""What pydantic takes for numbers when it reads bytes, and JSON does not have; in a text they may stand."""


class Hook:
    """What Metacontroller asks, and what is shared by all answers for as long as the process lives.

    Every method takes the body of a request.

    Raises:
        RefusedError: the body is no request of that kind.
        UnrecoverableError: no answer would be safe.
    """

    def __init__(self, operator: Operator, prometheus: Prometheus, telemetry: Telemetry, clock: Clock) -> None:
        """`clock` is read once per sync."""
        self._operator = operator
        self._prometheus = prometheus
        self._telemetry = telemetry
        self._clock = clock

    async def sync(self, body: bytes) -> bytes:
        """The observed state in, the desired state out. A child that the answer leaves out is deleted."""
        started = time.perf_counter()
        request = parse(SyncRequest, body)
        synced = await sync(request, self._operator, self._prometheus, self._clock())
        outcome = synced.decision.outcome
        self._telemetry.decided(outcome.action.value, outcome.reason.value)
        logs.log_decision(synced, time.perf_counter() - started)
        return written(synced.response)

    async def finalize(self, body: bytes) -> bytes:
        """A CanaryApp that is being deleted may go at once, with all its children."""
        parse(SyncRequest, body)
        return written(FinalizeResponse(status={}, children=[], finalized=True))

    async def customize(self, body: bytes) -> bytes:
        """No objects but the children are needed."""
        parse(CustomizeRequest, body)
        return written(CustomizeResponse())


def parse(model: type[Model], body: bytes) -> Model:
    """Reads a request.

    Raises:
        RefusedError: 400 for what is not JSON, 422 for JSON of another shape.
    """
    if any(name in body for name in _NO_NUMBERS):
        return _parse_in_two_steps(model, body)
    try:
        return model.model_validate_json(body)
    except ValidationError:
        return _parse_in_two_steps(model, body)


def _parse_in_two_steps(model: type[Model], body: bytes) -> Model:
    """Slower, but it tells what is no JSON from what has another shape, and refuses numbers that JSON does not have."""
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


def written(answer: BaseModel) -> bytes:
    """An answer as JSON; a field that is None is left out, a null within an object stays."""
    return answer.__pydantic_serializer__.to_json(answer, by_alias=True, exclude_none=True)
