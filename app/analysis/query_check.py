"""canaryop's check: a PromQL query of which any sample means that the candidate is failing.

It is a range query over the last 2 minutes in steps of 5 s, as canaryop's was, with one difference: it never reaches
back past the moment this candidate first got traffic. Ranges inside the query are shortened until there is enough time
for them; a query with subqueries is asked only once there is.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from app.analysis.measurement import Measurement, Query, Samples, Unanswered
from app.analysis.promql import lookback, shorten_ranges
from app.resource.status import CheckRecord, Verdict, cut

NAME: Final = "prometheusQuery"
RANGE_SECONDS: Final = 120.0
RESOLUTION_SECONDS: Final = 5.0


def earliest(promql: str, traffic_since: datetime) -> datetime:
    """When the query can first be asked: at once, or after its lookback where that cannot be shortened."""
    reach = lookback(promql)
    return traffic_since + timedelta(seconds=reach.seconds if reach.nested else 0.0)


def build_query(promql: str, url: str, traffic_since: datetime, now: datetime) -> Query:
    """The range query to send at `now`, for a candidate that got its first traffic at `traffic_since`.

    It ends with the last whole second, so that apps that ask the same within a second ask for the same range, and one
    answer serves them all (`app/prometheus/shared.py`). In the first second of the traffic, or of the earliest moment,
    it ends now: a whole second would reach back before it.
    """
    whole = now.replace(microsecond=0)
    moment = whole if whole > earliest(promql, traffic_since) else now
    elapsed = max(0.0, (moment - traffic_since).total_seconds())
    reach = lookback(promql)
    if reach.seconds > elapsed and not reach.nested:
        promql = shorten_ranges(promql, elapsed)
    first = traffic_since.timestamp() + min(reach.seconds, elapsed)
    end = moment.timestamp()
    return Query(
        name=NAME,
        url=url,
        promql=promql,
        start=min(end, max(end - RANGE_SECONDS, first)),
        end=end,
        step=RESOLUTION_SECONDS,
    )


def judge(measurement: Measurement, previous: CheckRecord | None, now: datetime) -> CheckRecord:
    """The verdict on a measurement.

    Any number is a failure, infinities included. NaN is no number: an answer of nothing else is inconclusive. An empty
    answer passes, which is what the query's author asked for.

    Args:
        measurement: the query and its answer.
        previous: what this check saw before, to tell since when Prometheus has been silent.
        now: the moment of the sync that asked.
    """
    query = measurement.query
    verdict, message = _verdict(measurement.answer)
    silent_since = None
    if verdict is Verdict.UNAVAILABLE:
        silent_since = (previous.unavailable_since if previous else None) or now
    return CheckRecord(
        name=query.name,
        verdict=verdict,
        message=cut(message),
        query=cut(query.promql),
        measured_at=now,
        window_start=datetime.fromtimestamp(query.start, UTC),
        unavailable_since=silent_since,
    )


def _verdict(answer: Samples | Unanswered) -> tuple[Verdict, str]:
    if isinstance(answer, Unanswered):
        return Verdict.UNAVAILABLE, answer.why
    if answer.largest is not None:
        found = "1 sample" if answer.numbers == 1 else f"{answer.numbers} samples"
        return Verdict.FAILED, f"The query returned {found} in {answer.series} series, the largest {answer.largest:g}."
    if answer.not_numbers:
        found = "1 sample, which is" if answer.not_numbers == 1 else f"{answer.not_numbers} samples, all of them"
        return Verdict.INCONCLUSIVE, f"The query returned {found} NaN."
    return Verdict.PASSED, "The query returned nothing."
