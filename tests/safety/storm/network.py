"""What the network and the clocks do: caches behind, writes lost, Prometheus wrong, replicas that disagree."""

import copy
from typing import Final

from hypothesis import strategies as st

from app.simulation.kubernetes.objects import CANARY_APP, DEPLOYMENT, Key, Object, key_of
from app.simulation.prometheus.api import Fault, FaultKind
from tests.safety.stage import NAME
from tests.safety.storm.story import CHILD_KINDS, REPLICAS, Story, happening

_COUNT: Final = st.integers(1, 3)
_SKEWS: Final = st.sampled_from([-2.0, -0.5, 0.0, 0.5, 2.0])
MOST_APART: Final = 60.0
"""Seconds by which the clocks of replicas may differ: `MAX_SKEW` of the hook."""
_FAR: Final = st.sampled_from([-300.0, -40.0, 40.0, 300.0])


class Network(Story):
    """Everything between the hook and the others."""

    @happening(kind=st.sampled_from([None, *FaultKind]))
    def prometheus_changes(self, kind: FaultKind | None) -> None:
        """Prometheus is slow, down or wrong, or comes back."""
        self.theatre.world.prometheus_fault = None if kind is None else Fault(kind)

    @happening(
        skews=st.lists(_SKEWS, min_size=REPLICAS, max_size=REPLICAS),
        turns=st.lists(st.integers(0, REPLICAS - 1), min_size=1, max_size=4),
    )
    def the_clocks_differ(self, skews: list[float], turns: list[int]) -> None:
        """Syncs go to two replicas in any order, whose clocks are seconds apart; a clock may have stepped back."""
        self.theatre.set_clocks(skews, turns)

    @happening(skew=_FAR)
    def a_clock_is_wrong(self, skew: float) -> None:
        """All clocks step, forwards or back, by minutes; or one of them is wrong by less than one."""
        self.theatre.set_clocks([skew if abs(skew) > MOST_APART else 0.0, skew], [0, 1])

    @happening(writes=_COUNT)
    def status_writes_get_lost(self, writes: int) -> None:
        """The next status writes are lost without an error."""
        self.faults.lose_status_writes = writes

    @happening(syncs=_COUNT)
    def syncs_get_lost(self, syncs: int) -> None:
        """The next syncs do not happen."""
        self.faults.swallow_syncs = syncs

    @happening(syncs=_COUNT)
    def syncs_are_repeated(self, syncs: int) -> None:
        """The next syncs happen twice, and there is one without a cause."""
        self.faults.repeat_syncs = syncs
        self.cluster.metacontroller.wake(self.cluster.now)

    @happening(syncs=_COUNT, seconds=st.sampled_from([0.5, 3.0, 20.0]))
    def syncs_are_late(self, syncs: int, seconds: float) -> None:
        """All workers are busy."""
        self.faults.delay_syncs, self.faults.delay_seconds = syncs, seconds

    @happening(versions=st.integers(1, 4))
    def a_sync_sees_an_old_parent(self, versions: int) -> None:
        """The cache is behind by some writes of the spec or of the status."""
        key = Key(CANARY_APP, "default", NAME)
        known = [write.after for write in self.cluster.history.writes if write.key == key and write.after]
        self.faults.stale_parent = copy.deepcopy(known[-min(versions + 1, len(known))])
        self.cluster.metacontroller.wake(self.cluster.now)

    @happening(kinds=st.sets(st.sampled_from(CHILD_KINDS), min_size=1), seconds=st.sampled_from([1.0, 3.0, 10.0]))
    def a_sync_sees_old_children(self, kinds: set[object], seconds: float) -> None:
        """The caches of some kinds, or of all, are behind by some seconds; what is new is not there yet."""
        then, found = self.cluster.now - seconds, dict[Key, Object | None]()
        for write in self.cluster.history.writes:
            if write.key.kind in kinds and write.at <= then:
                found[write.key] = write.after
        fresh = [obj for kind in CHILD_KINDS if kind not in kinds for obj in self.cluster.store.list(kind)]
        old = [obj for obj in found.values() if obj is not None]
        ours = [obj for obj in [*fresh, *old] if obj["metadata"].get("ownerReferences")]
        self.faults.stale_children = [
            copy.deepcopy(child)
            for child in ours
            # A cache that shows a Deployment after its end is told apart by nobody, and recreates nothing.
            if child["kind"] != DEPLOYMENT.kind or self.cluster.store.get(key_of(child))
        ]
        self.cluster.metacontroller.wake(self.cluster.now)
