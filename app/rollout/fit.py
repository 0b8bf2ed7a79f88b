"""Whether the observed children match the committed stage, and since when: the clock that every stage is timed by.

A step's time starts when its route is observed, not when it was decided (rule R3); time is counted, syncs are not.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from app.resource.status import MAX_LOST, Clock, Stage
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
    return Clock(in_place=fits, since=now, lost_seconds=min(MAX_LOST, clock.lost_seconds + waited))


def _complete(workload: Workload | None, revision: str, observation: Observation) -> bool:
    known = observation.revisions.get(revision)
    return workload is not None and known is not None and workload.complete(known)


def _primary_complete(o: Observation, revision: str) -> bool:
    """Also scaled as the spec asks: what serves all traffic needs all of its pods."""
    scaled = (
        o.children.primary is not None and o.settings is not None and o.children.primary.replicas == o.settings.replicas
    )
    return scaled and _complete(o.children.primary, revision, o)


def primary_whole(o: Observation) -> bool:
    """Whether the primary runs the stable revision, whole."""
    return _primary_complete(o, o.committed.stable_revision)


def _primary_candidate(o: Observation) -> bool:
    return _primary_complete(o, o.committed.candidate_revision)


def secondary_whole(o: Observation) -> bool:
    """Whether the secondary runs the candidate, whole."""
    return _complete(o.children.secondary, o.committed.candidate_revision, o)


def way_stands(o: Observation) -> bool:
    """Whether the Service and the subsets lead to both versions."""
    return o.children.scope is Scope.BOTH and o.children.subsets


def connected(o: Observation) -> bool:
    """Whether the secondary is whole and the way to it stands."""
    return secondary_whole(o) and way_stands(o)


def _stepping(o: Observation) -> bool:
    return connected(o) and o.route.agreed == o.committed.weight


def _withdrawn(o: Observation) -> bool:
    return o.route.agreed == 0


def _disconnected(o: Observation) -> bool:
    return _withdrawn(o) and o.children.scope is Scope.PRIMARY


def _removed(o: Observation) -> bool:
    return o.children.secondary is None


_FITS: Final[dict[Stage, Callable[[Observation], bool]]] = {
    Stage.SETTLED: primary_whole,
    Stage.LAUNCHING: secondary_whole,
    Stage.CONNECTING: connected,
    Stage.STEPPING: _stepping,
    Stage.UPDATING: _primary_candidate,
    Stage.RESTORING: primary_whole,
    Stage.WITHDRAWING: _withdrawn,
    Stage.DISCONNECTING: _disconnected,
    Stage.REMOVING: _removed,
}
