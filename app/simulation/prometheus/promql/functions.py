"""Functions of instant vectors and scalars (Prometheus, "Query functions")."""

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from app.simulation.prometheus.promql.errors import QueryError
from app.simulation.prometheus.promql.histogram import histogram_quantile
from app.simulation.prometheus.promql.values import Sample, Scalar, Text, Value, Vector, without_name

Function = Callable[[list[Value], float], Value]
"""Arguments and the moment (unix seconds) to a value."""


def _each(transform: Callable[..., float]) -> Function:
    """A function of every sample, and of scalar arguments behind the vector."""

    def evaluate(arguments: list[Value], _: float) -> Value:
        numbers = [argument.value for argument in arguments[1:] if isinstance(argument, Scalar)]
        return Vector(
            [Sample(without_name(one.labels), transform(one.value, *numbers)) for one in _vector(arguments[0])]
        )

    return evaluate


def _finite(transform: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: float(transform(value)) if math.isfinite(value) else value


def _log(log: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: log(value) if value > 0 else -math.inf if value == 0 else math.nan


def _round(value: float, to: float = 1.0) -> float:
    # Ties go up, as in Prometheus.
    return math.floor(value / to + 0.5) * to if math.isfinite(value) else value


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _clamp(value: float, low: float, high: float) -> float:
    return math.nan if math.isnan(value) else max(low, min(high, value))


def _scalar(arguments: list[Value], _: float) -> Value:
    samples = _vector(arguments[0])
    return Scalar(samples[0].value if len(samples) == 1 else math.nan)


def _to_vector(arguments: list[Value], _: float) -> Value:
    return Vector([Sample({}, argument.value) for argument in arguments if isinstance(argument, Scalar)])


def _sorted(sign: float) -> Function:
    def evaluate(arguments: list[Value], _: float) -> Value:
        return Vector(sorted(_vector(arguments[0]), key=lambda one: (math.isnan(one.value), sign * one.value)))

    return evaluate


def _quantile(arguments: list[Value], _: float) -> Value:
    level = arguments[0]
    return Vector(histogram_quantile(level.value if isinstance(level, Scalar) else math.nan, _vector(arguments[1])))


def _label_replace(arguments: list[Value], _: float) -> Value:
    target, replacement, source, pattern = [one.value for one in arguments[1:] if isinstance(one, Text)]
    try:
        compiled = re.compile(pattern, re.DOTALL)
    except re.error as problem:
        raise QueryError(f"invalid regular expression in label_replace(): {pattern}") from problem
    template = re.sub(r"\$\{?(\w+)\}?", r"\\g<\1>", replacement)

    def replace(labels: Mapping[str, str]) -> Mapping[str, str]:
        found = compiled.fullmatch(labels.get(source, ""))
        return labels if found is None else _set(labels, target, found.expand(template))

    return Vector([Sample(replace(one.labels), one.value) for one in _vector(arguments[0])])


def _set(labels: Mapping[str, str], name: str, value: str) -> Mapping[str, str]:
    return {key: text for key, text in {**labels, name: value}.items() if text}


def _vector(value: Value) -> list[Sample]:
    return value.samples if isinstance(value, Vector) else []


FUNCTIONS: Final[dict[str, Function]] = {
    "time": lambda _, at: Scalar(at),
    "scalar": _scalar,
    "vector": _to_vector,
    "abs": _each(abs),
    "ceil": _each(_finite(math.ceil)),
    "floor": _each(_finite(math.floor)),
    "round": _each(_round),
    "exp": _each(_exp),
    "ln": _each(_log(math.log)),
    "log2": _each(_log(math.log2)),
    "log10": _each(_log(math.log10)),
    "sqrt": _each(lambda value: math.sqrt(value) if value >= 0 else math.nan),
    "sgn": _each(lambda value: value if not value or math.isnan(value) else math.copysign(1.0, value)),
    "clamp": _each(_clamp),
    "clamp_min": _each(lambda value, low: _clamp(value, low, math.inf)),
    "clamp_max": _each(lambda value, high: _clamp(value, -math.inf, high)),
    "sort": _sorted(1.0),
    "sort_desc": _sorted(-1.0),
    "histogram_quantile": _quantile,
    "label_replace": _label_replace,
}
"""By name."""
