"""Whatever happens, in whatever order: no safety rule is broken, and the rollout comes to rest."""

import copy
import json
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from app.simulation.kubernetes.objects import (
    CONTROLLER_REVISION,
    DEPLOYMENT,
    DESTINATION_RULE,
    SERVICE,
    VIRTUAL_SERVICE,
    Kind,
    Object,
    key_of,
)
from app.simulation.prometheus.api import Fault, FaultKind
from tests.safety.stage import IMAGES, NAME, Theatre

_REST_LIMIT = 1800.0
"""Seconds within which everything rests: a backoff as long as the whole outage, three deadlines, and a whole plan."""
_CHILDREN: dict[str, Kind] = {
    NAME: SERVICE,
    f"{NAME}.mesh": VIRTUAL_SERVICE,
    f"{NAME}-primary": DEPLOYMENT,
    f"{NAME}-secondary": DEPLOYMENT,
}


class AnythingMayHappen(RuleBasedStateMachine):
    """A rollout, and everything that people, machines and the network do to it."""

    def __init__(self) -> None:
        """Starts with v1 serving."""
        super().__init__()
        self.theatre = Theatre()
        self.retries = 0

    @rule(seconds=st.sampled_from([0.5, 1, 2, 5, 10, 30]))
    def time_passes(self, seconds: float) -> None:
        """Nothing happens for a while."""
        self.theatre.advance(seconds)

    @rule(tag=st.sampled_from(IMAGES))
    def the_image_changes(self, tag: str) -> None:
        """The team names a version."""
        self.theatre.cluster.patch(NAME, image=f"shop:{tag}")

    @rule(fields=st.sampled_from([{"paused": True}, {"paused": None}, {"replicas": 1}, {"replicas": 3}]))
    def a_setting_changes(self, fields: dict[str, Any]) -> None:
        """The team changes what needs no rollout."""
        self.theatre.cluster.patch(NAME, **fields)

    @rule(port=st.sampled_from([0, 8088, 8089]))
    def the_port_changes(self, port: int) -> None:
        """The team changes the port, perhaps to one that is refused."""
        self.theatre.cluster.patch(NAME, imageListenPort=port)

    @rule()
    def a_retry_is_asked_for(self) -> None:
        """A person wants the failed revision tried again."""
        self.retries += 1
        self.theatre.cluster.annotate(NAME, "canary.atze.io/retry", str(self.retries))

    @rule(kept=st.sampled_from([(), ("phase",), ("phase", "stage", "weight", "lastFailedTag")]))
    def the_status_is_damaged(self, kept: tuple[str, ...]) -> None:
        """A backup without status is restored, or a status is cut in half."""
        status = self.theatre.status
        self.theatre.cluster.set_status(NAME, {field: status[field] for field in kept if field in status})

    @rule(name=st.sampled_from(sorted(_CHILDREN)))
    def a_child_is_deleted(self, name: str) -> None:
        """Somebody deletes a child by hand."""
        if self.theatre.cluster.child(_CHILDREN[name], name) is not None:
            self.theatre.cluster.delete(_CHILDREN[name], name)

    @rule()
    def the_revisions_are_deleted(self) -> None:
        """Somebody deletes every ControllerRevision."""
        for revision in self.theatre.cluster.store.list(CONTROLLER_REVISION):
            self.theatre.cluster.delete(CONTROLLER_REVISION, revision["metadata"]["name"])

    @rule(weight=st.sampled_from([0, 35, 100]))
    def a_weight_is_edited(self, weight: int) -> None:
        """Somebody moves traffic by hand."""

        def edit(obj: Object) -> None:
            route = obj["spec"]["http"][0]["route"]
            route[0]["weight"], route[1]["weight"] = 100 - weight, weight

        self.theatre.cluster.edit(VIRTUAL_SERVICE, NAME, edit)

    @rule()
    def the_subsets_are_edited(self) -> None:
        """Somebody empties the DestinationRule."""
        self.theatre.cluster.edit(DESTINATION_RULE, NAME, lambda obj: obj["spec"].update(subsets=[]))

    @rule()
    def the_primary_is_edited(self) -> None:
        """Somebody sets the primary's image by hand."""

        def edit(obj: Object) -> None:
            obj["spec"]["template"]["spec"]["containers"][0]["image"] = "shop:by-hand"

        self.theatre.cluster.edit(DEPLOYMENT, f"{NAME}-primary", edit)

    @rule(kind=st.sampled_from([None, *FaultKind]))
    def prometheus_changes(self, kind: FaultKind | None) -> None:
        """Prometheus breaks, or comes back."""
        self.theatre.world.prometheus_fault = None if kind is None else Fault(kind, seconds=0.0)

    @rule(down=st.booleans())
    def the_hook_changes(self, *, down: bool) -> None:
        """The hook goes, or comes back."""
        self.theatre.world.hook_down = down

    @rule(seconds=st.sampled_from([-3.0, 0.0, 3.0]))
    def the_clock_jumps(self, seconds: float) -> None:
        """The next replica's clock is ahead or behind."""
        self.theatre.world.skew = seconds

    @rule(writes=st.integers(1, 3))
    def status_writes_get_lost(self, writes: int) -> None:
        """The next status writes are lost without an error."""
        self.theatre.cluster.faults.lose_status_writes = writes

    @rule(syncs=st.integers(1, 3))
    def syncs_get_lost(self, syncs: int) -> None:
        """The next syncs do not happen."""
        self.theatre.cluster.faults.swallow_syncs = syncs

    @rule(refused=st.sampled_from([None, "VirtualService", "Service", "Deployment"]))
    def a_kind_is_refused(self, refused: str | None) -> None:
        """An admission rule refuses every change of a kind, or lets it pass again."""
        self.theatre.cluster.faults.refuse = lambda obj: "no" if obj["kind"] == refused else None

    @rule()
    def a_sync_sees_old_children(self) -> None:
        """The cache is behind: the next sync sees the children of the last but one."""
        syncs = self.theatre.cluster.history.syncs
        if len(syncs) > 1:
            groups = json.loads(syncs[-2].request)["children"]
            there = {key_of(obj) for kind in set(_CHILDREN.values()) for obj in self.theatre.cluster.store.list(kind)}
            old = [child for group in groups.values() for child in group.values()]
            self.theatre.cluster.faults.stale_children = [
                copy.deepcopy(child) for child in old if key_of(child) in there or child["kind"] != "Deployment"
            ]

    @rule()
    def metacontroller_restarts(self) -> None:
        """Timers and backoffs are forgotten."""
        self.theatre.cluster.metacontroller.restart(self.theatre.cluster.now)

    def teardown(self) -> None:
        """Without further faults everything rests at last (R8), without a write (R9), and no rule was broken."""
        theatre, faults = self.theatre, self.theatre.cluster.faults
        theatre.world.hook_down, theatre.world.prometheus_fault, theatre.world.skew = False, None, 0.0
        faults.lose_status_writes, faults.swallow_syncs, faults.stale_children = 0, 0, None
        faults.refuse = lambda _: None
        theatre.cluster.patch(NAME, paused=None, imageListenPort=8088)
        assert theatre.until_rest(_REST_LIMIT), f"R8: it does not come to rest: {theatre.status}"
        # A version that crashes may be all that is left to serve; the fix is let in.
        theatre.cluster.patch(NAME, image="shop:v4")
        assert theatre.until_rest(_REST_LIMIT), f"R8: it does not come to rest: {theatre.status}"
        assert theatre.status["stableImage"] == "shop:v4", f"R8: the fix does not get through: {theatre.status}"
        theatre.advance(5)
        since = theatre.cluster.now
        theatre.advance(30)
        writes = theatre.cluster.history.writes_since(since + 0.1, "metacontroller")
        assert not writes, f"R9: at rest there are writes: {[(str(write.key), write.verb) for write in writes]}"
        assert theatre.breaches() == []


AnythingMayHappen.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
test_anything_may_happen = AnythingMayHappen.TestCase
