"""Binary operators (Prometheus, "Operators"): arithmetic, comparison, sets, vector matching."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from app.simulation.prometheus.promql.errors import QueryError
from app.simulation.prometheus.promql.values import Labels, Sample, Scalar, Vector, signature, without_name

Side = Literal["one", "left", "right"]


@dataclass(frozen=True)
class Matching:
    """How the sides of an operator are matched.

    Attributes:
        on: whether `labels` are the ones to match on, or the ones to ignore.
        labels: of the matching.
        many: which side may have several partners (`group_left`: the left one).
        include: labels that are copied from the "one" side.
        returns_bool: whether a comparison gives 0 or 1 instead of filtering.
    """

    on: bool = False
    labels: frozenset[str] = frozenset()
    many: Side = "one"
    include: tuple[str, ...] = ()
    returns_bool: bool = False

    def key(self, labels: Labels) -> tuple[tuple[str, str], ...]:
        """What two partners have in common."""
        if self.on:
            return signature({name: value for name, value in labels.items() if name in self.labels})
        return signature({n: v for n, v in without_name(labels).items() if n not in self.labels})


def _divide(left: float, right: float) -> float:
    if right:
        return left / right
    return math.nan if not left or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1.0, right)


def _modulo(left: float, right: float) -> float:
    return math.fmod(left, right) if right and math.isfinite(left) else math.nan


def _power(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except OverflowError:
        return math.inf
    except ValueError:
        return math.inf if left == 0 else math.nan


_ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _divide,
    "%": _modulo,
    "^": _power,
    "atan2": math.atan2,
}
_COMPARISON: Final[dict[str, Callable[[float, float], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_SETS: Final = ("and", "or", "unless")


def combine(op: str, left: Scalar | Vector, right: Scalar | Vector, matching: Matching) -> Scalar | Vector:
    """The value of `left op right`.

    Raises:
        QueryError: the sides match many-to-many where they must not.
    """
    if isinstance(left, Vector) and isinstance(right, Vector):
        if op in _SETS:
            return Vector(_set(op, left.samples, right.samples, matching))
        return Vector(_match(op, left.samples, right.samples, matching))
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return Scalar(_number(op, left.value, right.value))
    return Vector(_with_scalar(op, left, right, matching))


def _number(op: str, left: float, right: float) -> float:
    return _ARITHMETIC[op](left, right) if op in _ARITHMETIC else float(_COMPARISON[op](left, right))


def _with_scalar(op: str, left: Scalar | Vector, right: Scalar | Vector, matching: Matching) -> list[Sample]:
    made = []
    for sample in left.samples if isinstance(left, Vector) else right.samples if isinstance(right, Vector) else ():
        sides = (
            left.value if isinstance(left, Scalar) else sample.value,
            right.value if isinstance(right, Scalar) else sample.value,
        )
        if op in _ARITHMETIC or matching.returns_bool:
            made.append(Sample(without_name(sample.labels), _number(op, *sides)))
        elif _COMPARISON[op](*sides):
            made.append(sample)
    return made


def _set(op: str, left: list[Sample], right: list[Sample], matching: Matching) -> list[Sample]:
    there = {matching.key(sample.labels) for sample in right}
    if op == "and":
        return [sample for sample in left if matching.key(sample.labels) in there]
    if op == "unless":
        return [sample for sample in left if matching.key(sample.labels) not in there]
    here = {matching.key(sample.labels) for sample in left}
    return [*left, *(sample for sample in right if matching.key(sample.labels) not in here)]


def _match(op: str, left: list[Sample], right: list[Sample], matching: Matching) -> list[Sample]:
    """Each sample of the "many" side with its one partner; one-to-one is many-to-one without repetition."""
    swapped = matching.many == "right"
    many, one = (right, left) if swapped else (left, right)
    partners: dict[tuple[tuple[str, str], ...], Sample] = {}
    for sample in one:
        if matching.key(sample.labels) in partners:
            side = "left" if swapped else "right"
            raise QueryError(
                f"found duplicate series on the {side} side of the operation: many-to-many matching not allowed"
            )
        partners[matching.key(sample.labels)] = sample
    made, seen = [], set()
    for sample in many:
        partner = partners.get(matching.key(sample.labels))
        if partner is None:
            continue
        sides = (partner.value, sample.value) if swapped else (sample.value, partner.value)
        if op in _COMPARISON and not matching.returns_bool and not _COMPARISON[op](*sides):
            continue
        filters = op in _COMPARISON and not matching.returns_bool
        labels = _result_labels(sample, partner, matching, keeps_name=filters)
        if signature(labels) in seen:
            raise QueryError(
                "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
            )
        seen.add(signature(labels))
        made.append(Sample(labels, sides[0] if filters else _number(op, *sides)))
    return made


def _result_labels(sample: Sample, partner: Sample, matching: Matching, *, keeps_name: bool) -> Labels:
    labels = dict(sample.labels if keeps_name else without_name(sample.labels))
    if matching.many == "one":
        kept = dict(matching.key(sample.labels))
        return {**({"__name__": labels["__name__"]} if "__name__" in labels and not matching.on else {}), **kept}
    for name in matching.include:
        labels.pop(name, None)
        if name in partner.labels:
            labels[name] = partner.labels[name]
    return labels
