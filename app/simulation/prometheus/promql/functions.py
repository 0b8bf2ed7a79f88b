"""Functions of instant vectors and scalars (Prometheus, "Query functions")."""

import math
import re
from collections.abc import Callable
from typing import Final, cast

from app.simulation.prometheus.promql.errors import QueryError
from app.simulation.prometheus.promql.histogram import histogram_quantile
from app.simulation.prometheus.promql.numbers import divide
from app.simulation.prometheus.promql.patterns import compiled, is_expression
from app.simulation.prometheus.promql.values import Labels, Sample, Scalar, Text, Value, Vector, without_name

Function = Callable[[list[Value], float], Value]
"""Arguments and the moment (unix seconds) to a value."""

_REFERENCE: Final = re.compile(r"\$(?:\$|(?P<name>\w+)|\{(?P<braced>\w+)\})")


def _each(transform: Callable[..., float]) -> Function:
    """A function of every sample, and of the scalars behind the vector."""

    def evaluate(arguments: list[Value], _: float) -> Value:
        numbers = [_number(argument) for argument in arguments[1:]]
        samples = _samples(arguments[0])
        return Vector([Sample(without_name(one.labels), transform(one.value, *numbers)) for one in samples])

    return evaluate


def _whole(rounding: Callable[[float], int]) -> Callable[[float], float]:
    """Python rounds to int, which has no infinity, no NaN and no negative zero."""
    return lambda value: math.copysign(rounding(value), value) if math.isfinite(value) else value


def _log(log: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: log(value) if value > 0 else -math.inf if value == 0 else math.nan


def _round(value: float, to: float = 1.0) -> float:
    # Ties go up. The inverse of `to` is what Prometheus computes with: 0.1 is not exact, 10 is.
    inverse = divide(1.0, to)
    scaled = value * inverse + 0.5
    return divide(math.floor(scaled) if math.isfinite(scaled) else scaled, inverse)


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _clamp(arguments: list[Value], at: float) -> Value:
    _, low, high = arguments
    if _number(high) < _number(low):
        return Vector([])
    return _each(_bounded)(arguments, at)


def _bounded(value: float, low: float, high: float) -> float:
    return _go_max(low, -_go_max(-high, -value))


def _go_max(left: float, right: float) -> float:
    """NaN spreads, but not over the infinity that nothing exceeds."""
    if math.inf in (left, right):
        return math.inf
    return math.nan if math.isnan(left) or math.isnan(right) else max(left, right)


def _scalar(arguments: list[Value], _: float) -> Value:
    samples = _samples(arguments[0])
    return Scalar(samples[0].value if len(samples) == 1 else math.nan)


def _vector(arguments: list[Value], _: float) -> Value:
    return Vector([Sample({}, _number(arguments[0]))])


def _sorted(sign: float) -> Function:
    def evaluate(arguments: list[Value], _: float) -> Value:
        return Vector(sorted(_samples(arguments[0]), key=lambda one: (math.isnan(one.value), sign * one.value)))

    return evaluate


def _quantile(arguments: list[Value], _: float) -> Value:
    return Vector(histogram_quantile(_number(arguments[0]), _samples(arguments[1])))


def _label_replace(arguments: list[Value], _: float) -> Value:
    target, replacement, source, regex = map(_text, arguments[1:])
    if not target:
        raise QueryError("invalid destination label name in label_replace(): ")
    if not is_expression(regex):
        raise QueryError(f"invalid regular expression in label_replace(): {regex}")
    pattern = compiled(regex)

    def replace(labels: Labels) -> Labels:
        found = pattern.fullmatch(labels.get(source, ""))
        return labels if found is None else _set(labels, target, _expanded(replacement, found))

    return Vector([Sample(replace(one.labels), one.value) for one in _samples(arguments[0])])


def _expanded(template: str, found: re.Match[str]) -> str:
    """The template with `$1`, `${1}` and `$name` replaced, as Go does it: a group that is not there is empty."""
    groups = {str(number): text for number, text in enumerate((found.group(), *found.groups()))} | found.groupdict()

    def group(reference: re.Match[str]) -> str:
        name = reference["name"] or reference["braced"]
        return (groups.get(name) or "") if name else "$"

    return _REFERENCE.sub(group, template)


def _set(labels: Labels, name: str, value: str) -> Labels:
    return {key: text for key, text in {**labels, name: value}.items() if text}


# promql-parser has checked the types of all arguments.
def _samples(value: Value) -> list[Sample]:
    return cast("Vector", value).samples


def _number(value: Value) -> float:
    return cast("Scalar", value).value


def _text(value: Value) -> str:
    return cast("Text", value).value


FUNCTIONS: Final[dict[str, Function]] = {
    "time": lambda _, at: Scalar(at),
    "scalar": _scalar,
    "vector": _vector,
    "abs": _each(abs),
    "ceil": _each(_whole(math.ceil)),
    "floor": _each(_whole(math.floor)),
    "round": _each(_round),
    "exp": _each(_exp),
    "ln": _each(_log(math.log)),
    "log2": _each(_log(math.log2)),
    "log10": _each(_log(math.log10)),
    "sqrt": _each(lambda value: math.sqrt(value) if value >= 0 else math.nan),
    "sgn": _each(lambda value: value if not value or math.isnan(value) else math.copysign(1.0, value)),
    "clamp": _clamp,
    "clamp_min": _each(lambda value, low: _bounded(value, low, math.inf)),
    "clamp_max": _each(lambda value, high: _bounded(value, -math.inf, high)),
    "sort": _sorted(1.0),
    "sort_desc": _sorted(-1.0),
    "histogram_quantile": _quantile,
    "label_replace": _label_replace,
}
"""By name."""
