"""canaryop's check: what is asked, when, and what the answer means."""

import math
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.measurement import Measurement, Query, Samples, Unanswered
from app.analysis.promql import lookback
from app.analysis.query_check import NAME, build_query, earliest, judge
from app.resource.status import CheckRecord, Verdict

SINCE = datetime(2026, 1, 1, 12, tzinfo=UTC)
URL = "http://prometheus.istio-system.svc:9090"
PLAIN = "increase(errors[20s]) > 2"
NESTED = "max_over_time(sum(errors)[10m:1m]) > 1"


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process whose own time zone is not UTC."""
    monkeypatch.setenv("TZ", "XXX+11")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def after(seconds: float) -> datetime:
    """So long after the candidate's first traffic."""
    return SINCE + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("promql", "seconds"),
    [
        pytest.param("errors > 1", 0, id="no range"),
        pytest.param(PLAIN, 0, id="ranges can be shortened"),
        pytest.param(NESTED, 600, id="subqueries cannot"),
        pytest.param("max_over_time(rate(errors[1m])[10m:1m]) > 1", 660, id="subqueries over ranges"),
    ],
)
def test_earliest(promql: str, seconds: float) -> None:
    """A query is asked from the first traffic on; one with subqueries only once they look back on nothing else."""
    assert earliest(promql, SINCE) == after(seconds)


@pytest.mark.parametrize(
    ("promql", "elapsed", "sent", "start"),
    [
        pytest.param(PLAIN, 300, PLAIN, 180, id="the last two minutes"),
        pytest.param(PLAIN, 139, PLAIN, 20, id="never before the first traffic and its range"),
        pytest.param(PLAIN, 20, PLAIN, 20, id="just enough time for the range"),
        pytest.param(PLAIN, 7, "increase(errors[7000ms]) > 2", 7, id="a shortened range"),
        pytest.param(PLAIN, 0.5, "increase(errors[500ms]) > 2", 0.5, id="the first second"),
        pytest.param(PLAIN, 0, "increase(errors[1ms]) > 2", 0, id="the very first moment"),
        pytest.param("errors > 1", 60, "errors > 1", 0, id="no range"),
        pytest.param(NESTED, 900, NESTED, 780, id="a subquery with enough time"),
        pytest.param(NESTED, 650, NESTED, 600, id="a subquery with just enough time"),
        pytest.param(NESTED, 60, NESTED, 60, id="a subquery is never changed"),
    ],
)
def test_build_query(promql: str, elapsed: float, sent: str, start: float) -> None:
    """The range that is asked for and the ranges inside the query both end at the candidate's first traffic."""
    assert build_query(promql, URL, SINCE, after(elapsed)) == Query(
        name=NAME,
        url=URL,
        promql=sent,
        start=after(start).timestamp(),
        end=after(elapsed).timestamp(),
        step=5.0,
    )


@pytest.mark.parametrize("traffic_since", [SINCE, SINCE + timedelta(milliseconds=250)], ids=["whole", "between"])
@pytest.mark.parametrize("promql", [PLAIN, "errors > 1", NESTED])
def test_whoever_asks_within_a_second_asks_the_same(promql: str, traffic_since: datetime) -> None:
    """From the second second on, all questions of a second are one: they end with the second before."""
    start = after(700)
    asked = {build_query(promql, URL, traffic_since, start + timedelta(milliseconds=late)) for late in (0, 1, 500, 999)}
    assert {query.end for query in asked} == {start.timestamp()}
    assert len(asked) == 1
    assert build_query(promql, URL, traffic_since, start + timedelta(seconds=1)) not in asked


def test_in_the_first_second_of_a_moment_nothing_is_rounded() -> None:
    """A whole second would lie before the traffic, or before a subquery looks back on nothing else."""
    since = SINCE + timedelta(milliseconds=400)
    soon, enough = since + timedelta(milliseconds=300), since + timedelta(seconds=600.3)
    assert build_query(PLAIN, URL, since, soon).end == soon.timestamp()
    assert build_query(PLAIN, URL, since, since + timedelta(seconds=1)).end == after(1).timestamp()
    assert build_query(NESTED, URL, since, enough).end == enough.timestamp()
    assert build_query(NESTED, URL, since, enough + timedelta(seconds=1)).end == after(601).timestamp()


def test_a_clock_that_is_behind() -> None:
    """A replica whose clock is behind asks for one moment, and for no time before the traffic that it knows of."""
    query = build_query(PLAIN, URL, SINCE, after(-3))
    assert (query.start, query.end, query.promql) == (
        after(-3).timestamp(),
        after(-3).timestamp(),
        "increase(errors[1ms]) > 2",
    )


@settings(deadline=None, derandomize=True, database=None)
@given(
    ranges=st.lists(st.integers(1, 2_000_000), max_size=4),
    elapsed=st.floats(0.001, 1_000_000),
)
def test_nothing_is_asked_from_before_the_traffic(ranges: list[int], elapsed: float) -> None:
    """Whatever the ranges are, and whenever it is asked, no sample from before the first traffic is looked at."""
    promql = " + ".join(["errors", *(f"rate(errors[{length}ms])" for length in ranges)])
    query = build_query(promql, URL, SINCE, after(elapsed))
    slack = 1e-5  # a microsecond of the clock, and what a float of today's unix seconds cannot tell apart
    assert query.start - lookback(query.promql).seconds >= SINCE.timestamp() - slack
    assert query.end - 120 <= query.start <= query.end
    whole = after(elapsed).replace(microsecond=0)
    assert query.end == (whole if whole > SINCE else after(elapsed)).timestamp()


@settings(deadline=None, derandomize=True, database=None)
@given(subquery=st.integers(1, 86_400), inner=st.integers(1, 3600), waited=st.floats(0, 100_000))
def test_subqueries_are_not_asked_from_before_the_traffic(subquery: int, inner: int, waited: float) -> None:
    """From the earliest moment on, a query with subqueries looks at no sample from before the first traffic."""
    promql = f"max_over_time(rate(errors[{inner}s])[{subquery}s:])"
    query = build_query(promql, URL, SINCE, earliest(promql, SINCE) + timedelta(seconds=waited))
    assert query.promql == promql
    assert query.start - lookback(promql).seconds >= SINCE.timestamp() - 1e-5


def measured(answer: Samples | Unanswered, at: float = 30, promql: str = PLAIN) -> Measurement:
    """An answer to a query at that time after the first traffic."""
    return Measurement(
        Query(NAME, URL, promql, after(at - 10).timestamp(), after(at).timestamp(), 5.0),
        answer,
    )


def samples(*values: float, series: int = 1) -> Samples:
    """An answer with these samples."""
    numbers = [value for value in values if not math.isnan(value)]
    return Samples(series, len(numbers), len(values) - len(numbers), max(numbers, default=None))


@pytest.mark.parametrize(
    ("answer", "verdict", "message"),
    [
        pytest.param(samples(series=0), Verdict.PASSED, "The query returned nothing.", id="nothing"),
        pytest.param(samples(series=1), Verdict.PASSED, "The query returned nothing.", id="series without samples"),
        pytest.param(
            samples(3.5),
            Verdict.FAILED,
            "The query returned 1 sample in 1 series, the largest 3.5.",
            id="one sample",
        ),
        pytest.param(
            samples(3, 8, 1_000_000, series=2),
            Verdict.FAILED,
            "The query returned 3 samples in 2 series, the largest 1e+06.",
            id="every series counts",
        ),
        pytest.param(
            samples(0), Verdict.FAILED, "The query returned 1 sample in 1 series, the largest 0.", id="zero is a number"
        ),
        pytest.param(
            samples(math.inf),
            Verdict.FAILED,
            "The query returned 1 sample in 1 series, the largest inf.",
            id="so is infinity",
        ),
        pytest.param(
            samples(-math.inf),
            Verdict.FAILED,
            "The query returned 1 sample in 1 series, the largest -inf.",
            id="and minus infinity",
        ),
        pytest.param(
            samples(math.nan, 2, math.nan),
            Verdict.FAILED,
            "The query returned 1 sample in 1 series, the largest 2.",
            id="a number among NaN",
        ),
        pytest.param(
            samples(math.nan), Verdict.INCONCLUSIVE, "The query returned 1 sample, which is NaN.", id="one NaN"
        ),
        pytest.param(
            samples(math.nan, math.nan),
            Verdict.INCONCLUSIVE,
            "The query returned 2 samples, all of them NaN.",
            id="nothing but NaN",
        ),
        pytest.param(
            Unanswered("Prometheus could not be reached (ConnectError)."),
            Verdict.UNAVAILABLE,
            "Prometheus could not be reached (ConnectError).",
            id="no answer",
        ),
    ],
)
def test_verdicts(answer: Samples | Unanswered, verdict: Verdict, message: str) -> None:
    """Any number fails the candidate, nothing passes it, and what is neither is not guessed at."""
    assert judge(measured(answer), None, after(30)) == CheckRecord(
        name="prometheusQuery",
        verdict=verdict,
        message=message,
        query=PLAIN,
        measured_at=after(30),
        window_start=after(20),
        unavailable_since=after(30) if verdict is Verdict.UNAVAILABLE else None,
    )


def test_silence_is_timed_from_its_beginning() -> None:
    """A Prometheus that stays silent is silent since its first missing answer, and no longer once it answers."""
    first = judge(measured(Unanswered("Silent."), at=30), None, after(30))
    second = judge(measured(Unanswered("Still silent."), at=60), first, after(60))
    assert (second.measured_at, second.unavailable_since, second.message) == (after(60), after(30), "Still silent.")
    answered = judge(measured(samples(), at=90), second, after(90))
    assert answered.unavailable_since is None
    again = judge(measured(Unanswered("Silent again."), at=120), answered, after(120))
    assert again.unavailable_since == after(120)


@pytest.mark.usefixtures("far_away")
def test_moments_are_utc_wherever_the_process_runs() -> None:
    """A record can be compared with every other time of a status."""
    record = judge(measured(samples()), None, after(30))
    assert (record.window_start, record.measured_at) == (after(20), after(30))


def test_records_are_bounded() -> None:
    """Long sentences and long queries are cut, so that a status stays small."""
    record = judge(measured(Unanswered("x" * 2000), promql="y" * 4096), None, after(30))
    assert record.message == "x" * 1023 + "…"
    assert record.query == "y" * 1023 + "…"
