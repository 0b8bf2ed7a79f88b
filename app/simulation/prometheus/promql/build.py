"""From promql-parser's tree to functions of the moment."""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

import promql_parser as promql

from app.simulation.prometheus.promql.aggregate import aggregate, grouping
from app.simulation.prometheus.promql.binary import Matching, Side, combine
from app.simulation.prometheus.promql.errors import QueryError, UnsupportedQueryError
from app.simulation.prometheus.promql.functions import FUNCTIONS
from app.simulation.prometheus.promql.select import instant_selector, range_selector
from app.simulation.prometheus.promql.values import Matrix, Sample, Scalar, Text, Value, Vector, Window, without_name
from app.simulation.prometheus.promql.windows import KEEPS_NAME, WINDOW_FUNCTIONS, quantile
from app.simulation.prometheus.series import SeriesStore

Expression = Callable[[SeriesStore, float], Value]
"""The value at a moment, unix seconds."""

_DEFAULT_STEP: Final = 60.0
"""Seconds; of a subquery that names none (Prometheus: the global evaluation interval)."""


@lru_cache(maxsize=256)
def build(query: str) -> Expression:
    """The query as a function.

    Raises:
        QueryError: it does not parse.
        UnsupportedQueryError: it uses something that is not supported.
    """
    try:
        tree = promql.parse(query)
    except ValueError as problem:
        raise QueryError(f'invalid parameter "query": {problem}') from problem
    return _build(tree)


def _build(node: Any) -> Expression:
    for kind, builder in _BUILDERS.items():
        if isinstance(node, kind):
            return builder(node)
    raise UnsupportedQueryError(f"{type(node).__name__} is not supported.")


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
    return lambda store, at: combine("*", _plain(inner(store, at)), Scalar(-1.0), Matching())


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
    step = _seconds(node.step) or _DEFAULT_STEP

    def evaluate(store: SeriesStore, at: float) -> Value:
        end = at - offset
        found: dict[tuple[tuple[str, str], ...], Window] = {}
        # Steps of a subquery are aligned to multiples of the step, whatever the moment.
        moment = (int((end - length) // step) + 1) * step
        while moment <= end:
            for sample in _samples(inner(store, moment)):
                key = tuple(sorted(sample.labels.items()))
                window = found.setdefault(key, Window(sample.labels, [], [], end - length, end))
                window.times.append(moment)
                window.values.append(sample.value)
            moment += step
        return Matrix(list(found.values()))

    return evaluate


def _aggregation(node: Any) -> Expression:
    op, modifier = str(node.op), node.modifier
    by = modifier is None or modifier.type == promql.AggModifierType.By
    keep = grouping(modifier.labels if modifier else (), by=by)
    inner = _build(node.expr)
    parameter = _build(node.param) if node.param is not None else None

    def evaluate(store: SeriesStore, at: float) -> Value:
        value = parameter(store, at) if parameter else None
        number = value.value if isinstance(value, Scalar) else None
        return Vector(aggregate(op, _samples(inner(store, at)), keep, number))

    return evaluate


def _binary(node: Any) -> Expression:
    op, matching = str(node.op).split()[0], _matching(node.modifier)
    left, right = _build(node.lhs), _build(node.rhs)
    return lambda store, at: combine(op, _plain(left(store, at)), _plain(right(store, at)), matching)


def _matching(modifier: Any) -> Matching:
    if modifier is None:
        return Matching()
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
        return _window_call(name, arguments[0])
    if name == "quantile_over_time":
        return _quantile_call(*arguments)
    if name == "absent" or name == "absent_over_time":  # noqa: PLR1714 - two names of one thing
        return lambda store, at: Vector([] if _anything(arguments[0](store, at)) else [Sample({}, 1.0)])
    function = FUNCTIONS.get(name)
    if function is None:
        raise UnsupportedQueryError(f"The function {name} is not supported.")
    return lambda store, at: function([argument(store, at) for argument in arguments], at)


def _window_call(name: str, argument: Expression) -> Expression:
    function = WINDOW_FUNCTIONS[name]

    def evaluate(store: SeriesStore, at: float) -> Value:
        made = []
        for window in _windows(argument(store, at)):
            value = function(window)
            if value is not None:
                made.append(Sample(window.labels if name in KEEPS_NAME else without_name(window.labels), value))
        return Vector(made)

    return evaluate


def _quantile_call(q: Expression, argument: Expression) -> Expression:
    def evaluate(store: SeriesStore, at: float) -> Value:
        level = q(store, at)
        assert isinstance(level, Scalar)  # noqa: S101 - the parser has checked the types
        windows = _windows(argument(store, at))
        return Vector([Sample(without_name(one.labels), quantile(level.value, one.values)) for one in windows])

    return evaluate


def _plain(value: Value) -> Scalar | Vector:
    if isinstance(value, Scalar | Vector):
        return value
    raise QueryError("binary expression must contain only scalar and instant vector types")


def _samples(value: Value) -> list[Sample]:
    if isinstance(value, Vector):
        return value.samples
    return [Sample({}, value.value)] if isinstance(value, Scalar) else []


def _windows(value: Value) -> list[Window]:
    return value.windows if isinstance(value, Matrix) else []


def _anything(value: Value) -> bool:
    return bool(_samples(value) or _windows(value))


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
