"""Which queries are due, and what the check last saw."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.analysis.measurement import Measurement, Query
from app.analysis.query_check import build_query, earliest, judge
from app.resource.status import CheckRecord, Phase
from app.rollout.fit import tick
from app.rollout.observation import Observation


def queries_due(observation: Observation, now: datetime) -> tuple[Query, ...]:
    """The queries to ask in this sync: none, unless a candidate has traffic and its last measurement is old enough."""
    due = next_check(observation, _recorded(observation), now)
    committed, settings = observation.committed, observation.settings
    if due is None or due > now or settings is None or settings.prometheus_query is None or not committed.traffic_since:
        return ()
    url = settings.prometheus_url or observation.timings.prometheus_url
    return (build_query(settings.prometheus_query, url, committed.traffic_since, now),)


def next_check(observation: Observation, last_seen: CheckRecord | None, now: datetime) -> datetime | None:
    """When the check is due next: every `check_interval`, and at the end of a step; None where there is none."""
    committed, settings = observation.committed, observation.settings
    if settings is None or settings.prometheus_query is None or committed.traffic_since is None:
        return None
    if committed.phase not in (Phase.SHIFTING, Phase.PROMOTING):
        return None
    last = last_seen.measured_at if last_seen else committed.traffic_since
    due = last + timedelta(seconds=observation.timings.check_interval)
    end = step_end(observation, now)
    if end is not None and last < end:
        due = min(due, end)
    return max(due, earliest(settings.prometheus_query, committed.traffic_since))


def step_end(observation: Observation, now: datetime) -> datetime | None:
    """When the running step's time is up; None while its route is not in place or no step is running."""
    committed, settings = observation.committed, observation.settings
    clock = tick(observation, now)
    if committed.phase is not Phase.SHIFTING or settings is None or not clock.in_place or clock.since is None:
        return None
    return clock.since + timedelta(seconds=settings.step_seconds(committed.step))


def last_check(observation: Observation, measurements: Sequence[Measurement], now: datetime) -> CheckRecord | None:
    """What the check saw when it last looked, this sync included; None where no check is configured."""
    if observation.settings is None or observation.settings.prometheus_query is None:
        return None
    previous = _recorded(observation)
    return judge(measurements[0], previous, now) if measurements else previous


def _recorded(observation: Observation) -> CheckRecord | None:
    return observation.committed.checks[0] if observation.committed.checks else None
