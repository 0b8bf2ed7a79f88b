"""The values of PromQL expressions."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.simulation.prometheus.promql.errors import QueryError

Labels = Mapping[str, str]
"""Shared between samples, so never changed."""

Signature = frozenset[tuple[str, str]]
"""Labels as something to look up by."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A labelled number of an instant vector."""

    labels: Labels
    value: float


@dataclass(frozen=True, slots=True)
class Window:
    """The samples of one series in a range, and the range itself (unix seconds)."""

    labels: Labels
    times: list[float]
    values: list[float]
    start: float
    end: float


@dataclass(frozen=True)
class Scalar:
    """A number."""

    value: float


@dataclass(frozen=True)
class Text:
    """A string."""

    value: str


@dataclass(frozen=True)
class Vector:
    """An instant vector."""

    samples: list[Sample]


@dataclass(frozen=True)
class Matrix:
    """A range vector."""

    windows: list[Window]


Value = Scalar | Text | Vector | Matrix


def without_name(labels: Labels) -> Labels:
    """The labels without the metric's name, as after any computation."""
    return {name: value for name, value in labels.items() if name != "__name__"}


def signature(labels: Labels) -> Signature:
    """Equal for equal labels."""
    return frozenset(labels.items())


def distinct(value: Value) -> Value:
    """The value itself.

    Raises:
        QueryError: a vector has two samples with the same labels, as when two metrics lost their names.
    """
    if isinstance(value, Vector) and len({signature(one.labels) for one in value.samples}) < len(value.samples):
        raise QueryError("vector cannot contain metrics with the same labelset")
    return value


def label_text(labels: Labels) -> str:
    """Labels as Prometheus writes them in messages."""
    return "{" + ", ".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"
