"""What goes out to Prometheus and what comes back: a query, and its measurement."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """One range query.

    Attributes:
        name: of the check that asks.
        url: base address of the Prometheus, without `/api/v1`.
        promql: the expression.
        start: of the range, unix seconds.
        end: of the range, unix seconds; less than a second before the measurement.
        step: resolution in seconds.
    """

    name: str
    url: str
    promql: str
    start: float
    end: float
    step: float


@dataclass(frozen=True)
class Samples:
    """Prometheus's answer, reduced to what a verdict needs.

    Attributes:
        series: how many series the answer holds.
        numbers: samples that are numbers, infinities included.
        not_numbers: samples that are NaN.
        largest: the largest number, or None without one.
    """

    series: int
    numbers: int
    not_numbers: int
    largest: float | None


@dataclass(frozen=True)
class Unanswered:
    """No usable answer: unreachable, too slow, too large, or refused. `why` is a sentence without the answer's body."""

    why: str


@dataclass(frozen=True)
class Measurement:
    """A query and what came of it."""

    query: Query
    answer: Samples | Unanswered
