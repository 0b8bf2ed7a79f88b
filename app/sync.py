"""One sync, from top to bottom: observe, measure, decide, describe."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.analysis.measurement import Measurement, Query
from app.desired.children import desired_children
from app.prometheus.origins import AllowedOrigins
from app.rollout.checking import queries_due
from app.rollout.committed import moment
from app.rollout.decision import Decision, decide
from app.rollout.observation import Observation, observe
from app.rollout.timings import Timings
from app.wire import SyncRequest, SyncResponse


class Prometheus(Protocol):
    """Whatever answers queries; it never raises for what a server does."""

    async def measure(self, queries: Sequence[Query]) -> tuple[Measurement, ...]:
        """The measurements, in the order of the queries."""
        ...


@dataclass(frozen=True)
class Operator:
    """What the operator's configuration says of every sync."""

    origins: AllowedOrigins
    timings: Timings


@dataclass(frozen=True)
class Synced:
    """The response, and how it came about."""

    response: SyncResponse
    observation: Observation
    decision: Decision


async def sync(request: SyncRequest, operator: Operator, prometheus: Prometheus, now: datetime) -> Synced:
    """Serves one sync. The children are those of the committed status; the decision makes the next one (rule R3).

    Raises:
        UnrecoverableError: answering would delete or change children that must stand.
        IllegalTransitionError, UndecidedError: a defect; nothing may be touched.
    """
    observation = observe(request, operator.origins, operator.timings, now)
    now = moment(observation.committed, now)
    measurements = await prometheus.measure(queries_due(observation, now))
    decision = decide(observation, measurements, now)
    response = SyncResponse(
        status=decision.status,
        children=desired_children(observation),
        resync_after_seconds=round(decision.resync_after, 3),
    )
    return Synced(response, observation, decision)
