"""Values and errors as Prometheus writes them (Prometheus, "HTTP API")."""

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from fastapi import Response
from fastapi.responses import JSONResponse

from app.simulation.prometheus.promql import Matrix, RangeSeries, Scalar, Value, Vector

_SMALLEST: Final = 1e-6
_LARGEST: Final = 1e21
"""Between these bounds samples are written without an exponent."""


def success(data: dict[str, Any]) -> Response:
    """An answer with data."""
    return JSONResponse({"status": "success", "data": data})


def error(status: int, kind: str, sentence: str) -> Response:
    """An answer without."""
    return JSONResponse({"status": "error", "errorType": kind, "error": sentence}, status_code=status)


def instant_data(value: Value, at: float) -> dict[str, Any]:
    """The data of an instant query."""
    if isinstance(value, Vector):
        samples = [{"metric": dict(one.labels), "value": _point(at, one.value)} for one in value.samples]
        return {"resultType": "vector", "result": samples}
    if isinstance(value, Matrix):
        windows = sorted(value.windows, key=lambda window: sorted(window.labels.items()))
        return range_data(
            [RangeSeries(one.labels, list(zip(one.times, one.values, strict=True))) for one in windows],
        )
    if isinstance(value, Scalar):
        return {"resultType": "scalar", "result": [_seconds(at), plain_text(value.value)]}
    return {"resultType": "string", "result": [_seconds(at), value.value]}


def range_data(found: Sequence[RangeSeries]) -> dict[str, Any]:
    """The data of a range query."""
    result = [{"metric": dict(one.labels), "values": [_point(*point) for point in one.points]} for one in found]
    return {"resultType": "matrix", "result": result}


def _point(at: float, value: float) -> list[Any]:
    return [_seconds(at), number_text(value)]


def _seconds(at: float) -> float:
    moment = round(at, 3)
    return int(moment) if moment == int(moment) else moment


def number_text(value: float) -> str:
    """A sample's value: the shortest digits that are exact, with an exponent for the very large and the very small."""
    if value and math.isfinite(value) and not _SMALLEST <= abs(value) < _LARGEST:
        return repr(value).replace(".0e", "e")
    return plain_text(value)


def plain_text(value: float) -> str:
    """A scalar's value, which Prometheus always writes without an exponent."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return format(Decimal(repr(value)), "f").removesuffix(".0")
