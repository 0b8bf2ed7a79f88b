"""The values of PromQL expressions."""

from collections.abc import Mapping
from dataclasses import dataclass

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Sample:
    """A labelled number of an instant vector."""

    labels: Labels
    value: float


@dataclass(frozen=True)
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


def signature(labels: Labels) -> tuple[tuple[str, str], ...]:
    """Labels as something to look up by."""
    return tuple(sorted(labels.items()))
