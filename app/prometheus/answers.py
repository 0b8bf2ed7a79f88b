"""From the bytes of a Prometheus answer to samples (Prometheus, "HTTP API", range queries and result formats)."""

import math
from typing import Annotated, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from app.analysis.measurement import Samples, Unanswered


class _Series(BaseModel):
    values: list[tuple[float, str]]


class _Matrix(BaseModel):
    resultType: Literal["matrix"]  # noqa: N815 - Prometheus's name
    result: list[_Series]


class _Success(BaseModel):
    status: Literal["success"]
    data: _Matrix


class _Error(BaseModel):
    status: Literal["error"]
    errorType: str = "unknown"  # noqa: N815 - Prometheus's name


_ANSWER: TypeAdapter[_Success | _Error] = TypeAdapter(Annotated[_Success | _Error, Field(discriminator="status")])


def read_answer(status: int, body: bytes) -> Samples | Unanswered:
    """What Prometheus said.

    Args:
        status: of the HTTP answer.
        body: of the HTTP answer, whole.
    """
    try:
        answer = _ANSWER.validate_json(body)
    except ValidationError:
        return Unanswered(f"Prometheus answered {status} with a body that is no answer of its API.")
    if isinstance(answer, _Error):
        # Only the kind of error: its text may quote what nobody asked to see in a status.
        return Unanswered(f"Prometheus refused the query with {status} ({_kind(answer.errorType)}).")
    try:
        values = [float(value) for series in answer.data.result for _, value in series.values]
    except ValueError:
        return Unanswered(f"Prometheus answered {status} with a sample that is no number.")
    numbers = [value for value in values if not math.isnan(value)]
    return Samples(
        series=len(answer.data.result),
        numbers=len(numbers),
        not_numbers=len(values) - len(numbers),
        largest=max(numbers, default=None),
    )


def _kind(error_type: str) -> str:
    """The error type where it is one of Prometheus's own, so that no foreign text gets into a status."""
    known = {"timeout", "canceled", "execution", "bad_data", "internal", "unavailable", "not_found", "not_acceptable"}
    return error_type if error_type in known else "unknown error"
