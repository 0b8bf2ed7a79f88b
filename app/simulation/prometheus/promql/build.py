"""From promql-parser's tree to functions of the moment."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final, cast

import promql_parser as promql

from app.simulation.prometheus.promql.aggregate import AGGREGATIONS, aggregate, grouping
from app.simulation.prometheus.promql.binary import Matching, Side, combine
from app.simulation.prometheus.promql.errors import InvalidQueryError, UnsupportedQueryError
from app.simulation.prometheus.promql.functions import FUNCTIONS
from app.simulation.prometheus.promql.numbers import milliseconds, quantile
from app.simulation.prometheus.promql.select import asked_labels, instant_selector, range_selector
from app.simulation.prometheus.promql.values import (
    Matrix,
    Sample,
    Scalar,
    Signature,
    Text,
    Value,
    Vector,
    Window,
    distinct,
    signature,
    without_name,
)
from app.simulation.prometheus.promql.windows import KEEPS_NAME, WINDOW_FUNCTIONS
from app.simulation.prometheus.series import SeriesStore

Expression = Callable[[SeriesStore, float], Value]
"""The value at a moment, unix seconds."""

_DEFAULT_STEP: Final = 60.0
"""Seconds; of a subquery that names none (Prometheus: the global evaluation interval)."""
_RAW_STRING: Final = re.compile(
    r"""
    "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' | \#[^\n]*   # where a backtick means itself
    | `(?P<raw>[^`]*)`
    """,
    re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=256)
def build(query: str) -> Expression:
    """The query as a function.

    Raises:
        InvalidQueryError: it does not parse.
        UnsupportedQueryError: it uses something that is not supported.
    """
    try:
        tree = promql.parse(_RAW_STRING.sub(_quoted, query))
    except ValueError as problem:
        raise InvalidQueryError(f"parse error: {problem}") from problem
    return _build(tree)


def _quoted(found: re.Match[str]) -> str:
    """A string between backticks as one between quotes: promql-parser reads escapes in both, Prometheus does not."""
    return found[0] if found["raw"] is None else json.dumps(found["raw"], ensure_ascii=False)


def _build(node: Any) -> Expression:
    return _BUILDERS[type(node)](node)


def _number(node: Any) -> Expression:
    value = Scalar(node.val)
    return lambda _store, _at: value


def _text(node: Any) -> Expression:
    value = Text(node.val)
    return lambda _store, _at: value


def _paren(node: Any) -> Expression:
    return _build(node.expr)


def _unary(node: Any) -> Expression:
    inner = _build(node.expr)
    return lambda store, at: distinct(combine("*", _operand(inner(store, at)), Scalar(-1.0), Matching()))


def _seconds(duration: timedelta | None) -> float:
    return duration.total_seconds() if duration else 0.0


def _refuse_at(node: Any) -> None:
    if node.at is not None:
        raise UnsupportedQueryError("The @ modifier is not supported.")


def _vector_selector(node: Any) -> Expression:
    _refuse_at(node)
    return instant_selector(node, _seconds(node.offset))


def _matrix_selector(node: Any) -> Expression:
    selector = node.vector_selector
    _refuse_at(selector)
    return range_selector(selector, node.range.total_seconds(), _seconds(selector.offset))


def _subquery(node: Any) -> Expression:
    _refuse_at(node)
    inner, length, offset = _build(node.expr), node.range.total_seconds(), _seconds(node.offset)
    step = round((_seconds(node.step) or _DEFAULT_STEP) * 1000)

    def evaluate(store: SeriesStore, at: float) -> Value:
        start, end = milliseconds(at - offset - length), milliseconds(at - offset)
        found: dict[Signature, Window] = {}
        # Steps of a subquery are aligned to multiples of the step, whatever the moment; milliseconds are exact.
        first = round(start * 1000) // step + 1
        for number in range(first, round(end * 1000) // step + 1):
            moment = number * step / 1000
            for sample in _samples(inner(store, moment)):
                key = signature(sample.labels)
                window = found.setdefault(key, Window(sample.labels, [], [], start, end))
                window.times.append(moment)
                window.values.append(sample.value)
        return Matrix(list(found.values()))

    return evaluate


def _no_parameter(_store: SeriesStore, _at: float) -> Value:
    return Scalar(0.0)


def _aggregation(node: Any) -> Expression:
    op, modifier = str(node.op), node.modifier
    if op not in AGGREGATIONS:
        raise UnsupportedQueryError(f"The aggregation {op} is not supported.")
    by = modifier is None or modifier.type == promql.AggModifierType.By
    keep = grouping(modifier.labels if modifier else (), by=by)
    inner, parameter = _build(node.expr), _build(node.param) if node.param else _no_parameter

    def evaluate(store: SeriesStore, at: float) -> Value:
        number = cast("Scalar", parameter(store, at)).value
        return Vector(aggregate(op, _samples(inner(store, at)), keep, number))

    return evaluate


def _binary(node: Any) -> Expression:
    op, matching = str(node.op).split()[0], _matching(node.modifier)
    left, right = _build(node.lhs), _build(node.rhs)
    return lambda store, at: distinct(combine(op, _operand(left(store, at)), _operand(right(store, at)), matching))


def _matching(modifier: Any) -> Matching:
    if modifier is None:
        return Matching()
    if modifier.fill_values.lhs is not None or modifier.fill_values.rhs is not None:
        raise UnsupportedQueryError("The fill modifiers are not supported.")
    sides: dict[str, Side] = {"ManyToOne": "left", "OneToMany": "right"}
    matching = modifier.matching
    return Matching(
        on=matching is not None and matching.type == promql.LabelModifierType.Include,
        labels=frozenset(matching.labels if matching else ()),
        many=sides.get(str(modifier.card).rpartition(".")[2], "one"),
        include=tuple(modifier.group_labels or ()),
        returns_bool=modifier.return_bool,
    )


def _call(node: Any) -> Expression:
    name, arguments = node.func.name, [_build(argument) for argument in node.args]
    if name in WINDOW_FUNCTIONS:
        return _window_call(name, *arguments)
    if name in _OF_THEIR_OWN:
        return _OF_THEIR_OWN[name](node, arguments)
    function = FUNCTIONS.get(name)
    if function is None:
        raise UnsupportedQueryError(f"The function {name} is not supported.")
    return lambda store, at: distinct(function([argument(store, at) for argument in arguments], at))


def _window_call(name: str, argument: Expression) -> Expression:
    function = WINDOW_FUNCTIONS[name]

    def evaluate(store: SeriesStore, at: float) -> Value:
        made = []
        for window in _windows(argument(store, at)):
            value = function(window)
            if value is not None:
                made.append(Sample(window.labels if name in KEEPS_NAME else without_name(window.labels), value))
        return distinct(Vector(made))

    return evaluate


def _quantile_over_time(_: Any, arguments: list[Expression]) -> Expression:
    q, argument = arguments

    def evaluate(store: SeriesStore, at: float) -> Value:
        level = cast("Scalar", q(store, at)).value
        windows = _windows(argument(store, at))
        return distinct(Vector([Sample(without_name(one.labels), quantile(level, one.values)) for one in windows]))

    return evaluate


def _absent(node: Any, arguments: list[Expression]) -> Expression:
    missing = Vector([Sample(asked_labels(node.args[0]), 1.0)])
    return lambda store, at: Vector([]) if _samples(arguments[0](store, at)) else missing


def _absent_over_time(node: Any, arguments: list[Expression]) -> Expression:
    missing = Vector([Sample(asked_labels(node.args[0]), 1.0)])
    return lambda store, at: Vector([]) if _windows(arguments[0](store, at)) else missing


# promql-parser has checked the types of all operands and arguments.
def _operand(value: Value) -> Scalar | Vector:
    return cast("Scalar | Vector", value)


def _samples(value: Value) -> list[Sample]:
    return cast("Vector", value).samples


def _windows(value: Value) -> list[Window]:
    return cast("Matrix", value).windows


_OF_THEIR_OWN: Final[dict[str, Callable[[Any, list[Expression]], Expression]]] = {
    "quantile_over_time": _quantile_over_time,
    "absent": _absent,
    "absent_over_time": _absent_over_time,
}
"""Functions that are neither of one window nor of plain values."""

SUPPORTED_FUNCTIONS: Final = frozenset({*WINDOW_FUNCTIONS, *FUNCTIONS, *_OF_THEIR_OWN})

_BUILDERS: Final[dict[type, Callable[[Any], Expression]]] = {
    promql.NumberLiteral: _number,
    promql.StringLiteral: _text,
    promql.ParenExpr: _paren,
    promql.UnaryExpr: _unary,
    promql.VectorSelector: _vector_selector,
    promql.MatrixSelector: _matrix_selector,
    promql.SubqueryExpr: _subquery,
    promql.AggregateExpr: _aggregation,
    promql.BinaryExpr: _binary,
    promql.Call: _call,
}
