"""Whether the observed children match the committed stage, and since when: the clock that every stage is timed by.

A step's time starts when its route is observed, not when it was decided (rule R3); time is counted, syncs are not.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from app.resource.status import Clock, Stage
from app.rollout.observation import Observation
from app.rollout.route import Scope
from app.rollout.workload import Workload


def in_place(observation: Observation) -> bool:
    """Whether the observed children are what the committed stage asks for."""
    return _FITS[observation.committed.stage](observation)


def tick(observation: Observation, now: datetime) -> Clock:
    """The committed clock, turned to what is observed now."""
    clock = observation.committed.clock
    fits = in_place(observation)
    if clock.since is not None and fits == clock.in_place:
        return clock
    waited = 0.0 if clock.in_place or clock.since is None else max(0.0, (now - clock.since).total_seconds())
    return Clock(in_place=fits, since=now, lost_seconds=clock.lost_seconds + waited)


def _complete(workload: Workload | None, revision: str, observation: Observation) -> bool:
    known = observation.revisions.get(revision)
    return workload is not None and known is not None and workload.complete(known)


def _primary_stable(o: Observation) -> bool:
    return _complete(o.children.primary, o.committed.stable_revision, o)


def _primary_candidate(o: Observation) -> bool:
    return _complete(o.children.primary, o.committed.candidate_revision, o)


def _secondary_ready(o: Observation) -> bool:
    return _complete(o.children.secondary, o.committed.candidate_revision, o)


def _way_stands(o: Observation) -> bool:
    return o.children.scope is Scope.BOTH and o.children.subsets


def _connected(o: Observation) -> bool:
    return _secondary_ready(o) and _way_stands(o)


def _stepping(o: Observation) -> bool:
    return _connected(o) and o.route.agreed == o.committed.weight


def _withdrawn(o: Observation) -> bool:
    return o.route.agreed == 0


def _disconnected(o: Observation) -> bool:
    return _withdrawn(o) and o.children.scope is Scope.PRIMARY


def _removed(o: Observation) -> bool:
    return o.children.secondary is None


_FITS: Final[dict[Stage, Callable[[Observation], bool]]] = {
    Stage.SETTLED: _primary_stable,
    Stage.LAUNCHING: _secondary_ready,
    Stage.CONNECTING: _connected,
    Stage.STEPPING: _stepping,
    Stage.UPDATING: _primary_candidate,
    Stage.RESTORING: _primary_stable,
    Stage.WITHDRAWING: _withdrawn,
    Stage.DISCONNECTING: _disconnected,
    Stage.REMOVING: _removed,
}
