"""From the bytes of a Prometheus answer to samples (Prometheus, "HTTP API", range queries and result formats)."""

import math
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, model_validator

from app.analysis.measurement import Samples, Unanswered

_OK: Final = 200
_KINDS: Final = frozenset(
    {"timeout", "canceled", "execution", "bad_data", "internal", "unavailable", "not_found", "not_acceptable"}
)
"""The error types of Prometheus's API (web/api/v1/api.go)."""


class _Series(BaseModel):
    """Floats, native histograms, or both; Prometheus sends no series without any."""

    values: list[tuple[float, str]] = []
    histograms: list[tuple[float, dict[str, Any]]] = []

    @model_validator(mode="after")
    def _has_samples(self) -> Self:
        if not self.values and not self.histograms:
            raise ValueError("a series without samples")
        return self


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
        answer = None
    if answer is None or (isinstance(answer, _Success) and status != _OK):
        return Unanswered(f"Prometheus answered {status} with a body that is no answer of its API.")
    if isinstance(answer, _Error):
        # Only the kind of error: its text may quote what nobody asked to see in a status.
        return Unanswered(f"Prometheus refused the query with {status} ({_kind(answer.errorType)}).")
    try:
        values = [float(value) for series in answer.data.result for _, value in series.values]
    except ValueError:
        return Unanswered(f"Prometheus answered {status} with a sample that is no number.")
    numbers = [value for value in values if not math.isnan(value)]
    histograms = sum(len(series.histograms) for series in answer.data.result)
    return Samples(
        series=len(answer.data.result),
        numbers=len(numbers),
        not_numbers=len(values) - len(numbers) + histograms,
        largest=max(numbers, default=None),
    )


def _kind(error_type: str) -> str:
    """The error type where it is one of Prometheus's own, so that no foreign text gets into a status."""
    return error_type if error_type in _KINDS else "unknown error"
