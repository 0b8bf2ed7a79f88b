"""Binary operators (Prometheus, "Operators"): arithmetic, comparison, sets, vector matching."""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from app.simulation.prometheus.promql.errors import QueryError
from app.simulation.prometheus.promql.numbers import divide
from app.simulation.prometheus.promql.values import (
    Labels,
    Sample,
    Scalar,
    Signature,
    Vector,
    label_text,
    signature,
    without_name,
)

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

    def group(self, labels: Labels) -> Labels:
        """What two partners have in common."""
        if self.on:
            return {name: value for name, value in labels.items() if name in self.labels}
        return {n: v for n, v in without_name(labels).items() if n not in self.labels}

    def key(self, labels: Labels) -> Signature:
        """Equal for partners."""
        return signature(self.group(labels))


def _modulo(left: float, right: float) -> float:
    return math.fmod(left, right) if right and math.isfinite(left) else math.nan


def _power(left: float, right: float) -> float:
    try:
        return math.pow(left, right)
    except OverflowError:
        return -math.inf if left < 0 and right % 2 else math.inf
    except ValueError:
        # A fraction of a negative number, or zero to a negative power.
        return math.nan if left else math.copysign(math.inf, left) if right % 2 == 1 else math.inf


_ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divide,
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
    if not left or not right:
        return []
    swapped = matching.many == "right"
    many, one = (right, left) if swapped else (left, right)
    partners = _partners(one, matching, "left" if swapped else "right")
    filters = op in _COMPARISON and not matching.returns_bool
    made, seen = [], set()
    for sample in many:
        partner = partners.get(matching.key(sample.labels))
        if partner is None:
            continue
        labels = _result_labels(sample, partner, matching, keeps_name=filters)
        identity = matching.key(sample.labels) if matching.many == "one" else signature(labels)
        if identity in seen:
            raise QueryError(f"multiple matches for labels: {_AMBIGUOUS[matching.many == 'one']}")
        seen.add(identity)
        sides = (partner.value, sample.value) if swapped else (sample.value, partner.value)
        if not filters:
            made.append(Sample(labels, _number(op, *sides)))
        elif _COMPARISON[op](*sides):
            made.append(Sample(labels, sides[0]))
    return made


_AMBIGUOUS: Final = {
    True: "many-to-one matching must be explicit (group_left/group_right)",
    False: "grouping labels must ensure unique matches",
}


def _partners(one: list[Sample], matching: Matching, side: str) -> dict[Signature, Sample]:
    """The samples of the "one" side by what they are matched on."""
    partners: dict[Signature, Sample] = {}
    for sample in one:
        other = partners.setdefault(matching.key(sample.labels), sample)
        if other is not sample:
            first, second = sorted([label_text(other.labels), label_text(sample.labels)])
            raise QueryError(
                f"found duplicate series for the match group {label_text(matching.group(sample.labels))} on the {side} "
                f"hand-side of the operation: [{first}, {second}];many-to-many matching not allowed: matching labels "
                "must be unique on one side"
            )
    return partners


def _result_labels(sample: Sample, partner: Sample, matching: Matching, *, keeps_name: bool) -> Labels:
    labels = dict(sample.labels if keeps_name else without_name(sample.labels))
    if matching.many == "one":
        return {name: value for name, value in labels.items() if (name in matching.labels) == matching.on}
    for name in matching.include:
        labels.pop(name, None)
        if name in partner.labels:
            labels[name] = partner.labels[name]
    return labels
