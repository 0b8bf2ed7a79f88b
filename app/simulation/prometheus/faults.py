"""What can be wrong with a Prometheus, seen from its client."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from fastapi import Response
from fastapi.responses import JSONResponse

from app.simulation.prometheus.answers import error

_VALUES: Final = {"nan": "NaN", "infinite": "+Inf"}


class FaultKind(StrEnum):
    """What is wrong with Prometheus."""

    DOWN = "down"
    SLOW = "slow"
    INTERNAL = "internal"
    HTML = "html"
    TRUNCATED = "truncated"
    REDIRECT = "redirect"
    EMPTY = "empty"
    NAN = "nan"
    INFINITE = "infinite"


@dataclass(frozen=True)
class Fault:
    """A fault; `seconds` is how slow a slow one is."""

    kind: FaultKind
    seconds: float = 30.0


def broken(kind: FaultKind) -> Response:
    """The answer of a Prometheus that does not answer the question; a slow one does."""
    if kind is FaultKind.HTML:
        return Response("<html><body>502 Bad Gateway</body></html>", 502, media_type="text/html")
    if kind is FaultKind.TRUNCATED:
        return Response('{"status":"success","data":{"resultType":"matrix","resu', 200, media_type="application/json")
    if kind is FaultKind.REDIRECT:
        return Response(status_code=302, headers={"Location": "http://127.0.0.1:1/"})
    if kind in (FaultKind.EMPTY, FaultKind.NAN, FaultKind.INFINITE):
        return JSONResponse(_wrong(kind))
    if kind is FaultKind.INTERNAL:
        return error(500, "internal", "something broke")
    return Response("Service Unavailable", 503)


def _wrong(kind: FaultKind) -> dict[str, Any]:
    """A range vector of one sample that is not the true one, or of none at all."""
    series = [] if kind is FaultKind.EMPTY else [{"metric": {}, "values": [[0, _VALUES[kind]]]}]
    return {"status": "success", "data": {"resultType": "matrix", "result": series}}
