"""What people do to the children and to the status, by hand."""

import json
from typing import Any, Final

from hypothesis import strategies as st

from app.simulation.cluster import PERSON
from app.simulation.kubernetes.objects import (
    CANARY_APP,
    CONTROLLER_REVISION,
    DEPLOYMENT,
    DESTINATION_RULE,
    SERVICE,
    VIRTUAL_SERVICE,
    Key,
    Object,
    is_going,
)
from tests.safety.stage import NAME
from tests.safety.storm.story import BROKEN, LAST_APPLIED, Story, happening

_ROLES: Final = st.sampled_from(["primary", "secondary"])
_POSITION: Final = st.integers(0, 9)
"""Which of the children, counted in a circle."""
_CUTS: Final = st.sampled_from(["phase", "stage", "step", "weight", "stableRevision", "candidateRevision", "clock"])
_ODD_STATUSES: Final[tuple[dict[str, Any], ...]] = (
    {"phase": "Analysing"},
    {"stage": "Baking"},
    {"phase": "Stable"},
    {"phase": "Promoting", "stage": "Updating"},
    {"stage": "Removing", "phase": "RollingBack", "ending": "Cancelled", "weight": 0},
    {"weight": 100},
    {"step": 40},
    {"clock": {"inPlace": True, "since": "2030-01-01T00:00:00Z", "lostSeconds": 0}},
    {"trafficSince": "2030-01-01T00:00:00Z", "phaseSince": "2030-01-01T00:00:00Z"},
)
_CANARYOP: Final = {
    "successfulRelease": True,
    "testRunning": True,
    "trafficShift": 20,
    "lastFailedTag": "shop:v3",
    "lastTrafficShift": "2021-06-01T10:00:00.000000Z",
}


class People(Story):
    """Somebody with kubectl."""

    @happening(weight=st.sampled_from([0, 35, 100]), mesh=st.booleans())
    def a_weight_is_edited(self, weight: int, *, mesh: bool) -> None:
        """Somebody moves traffic by hand."""

        def turn(obj: Object) -> None:
            route = obj["spec"]["http"][0]["route"]
            route[0]["weight"], route[1]["weight"] = 100 - weight, weight

        self.edit(Key(VIRTUAL_SERVICE, "default", f"{NAME}.mesh" if mesh else NAME), turn)

    @happening(role=st.sampled_from(["", "primary", "secondary"]))
    def the_selector_is_edited(self, role: str) -> None:
        """Somebody lets the Service select both versions, or one of them alone."""
        selector = {"app": NAME, "service": role} if role else {"app": NAME}
        self.edit(Key(SERVICE, "default", NAME), lambda obj: obj["spec"].update(selector=selector))

    @happening()
    def the_subsets_are_edited(self) -> None:
        """Somebody empties the DestinationRule."""
        self.edit(Key(DESTINATION_RULE, "default", NAME), lambda obj: obj["spec"].update(subsets=[]))

    @happening(role=_ROLES, count=st.sampled_from([0, 1, 4]))
    def a_deployment_is_scaled(self, role: str, count: int) -> None:
        """Somebody scales by hand."""
        self.edit(self._deployment(role), lambda obj: obj["spec"].update(replicas=count))

    @happening(role=_ROLES)
    def a_template_is_edited(self, role: str) -> None:
        """Somebody sets an image by hand."""

        def swap(obj: Object) -> None:
            obj["spec"]["template"]["spec"]["containers"][0]["image"] = "shop:by-hand"

        self.edit(self._deployment(role), swap)

    @happening(role=_ROLES, name=st.sampled_from(["canary.atze.io/revision", "team"]), gone=st.booleans())
    def a_label_of_the_pods_is_edited(self, role: str, name: str, *, gone: bool) -> None:
        """The label that names the revision goes or lies, or a foreign one is added."""

        def label(obj: Object) -> None:
            labels = obj["spec"]["template"]["metadata"]["labels"]
            labels.update({name: "by-hand"})
            if gone:
                labels.pop(name)

        self.edit(self._deployment(role), label)

    @happening(position=_POSITION, label=st.booleans())
    def a_child_is_released(self, position: int, *, label: bool) -> None:
        """The label of the selector is taken off, so that Metacontroller lets go of it; or the owner is removed."""

        def release(obj: Object) -> None:
            if label:
                obj["metadata"]["labels"].pop("controller-uid", None)
            else:
                obj["metadata"]["ownerReferences"] = []

        self._edit_one(position, release)

    @happening(position=_POSITION, broken=st.booleans())
    def what_was_applied_is_forgotten(self, position: int, *, broken: bool) -> None:
        """The annotation of the last answer is removed, or no longer reads as JSON."""

        def forget(obj: Object) -> None:
            annotations = obj["metadata"].setdefault("annotations", {})
            annotations.pop(LAST_APPLIED, None)
            if broken:
                annotations[LAST_APPLIED] = BROKEN

        self._edit_one(position, forget)

    @happening(position=_POSITION)
    def foreign_fields_are_added(self, position: int) -> None:
        """Another controller leaves its marks."""

        def mark(obj: Object) -> None:
            obj["metadata"].setdefault("annotations", {})["other.example.com/seen"] = "yes"
            obj["metadata"].setdefault("labels", {})["team"] = "shop"

        self._edit_one(position, mark)

    @happening(positions=st.lists(_POSITION, min_size=1, max_size=4, unique=True), held=st.booleans())
    def children_are_deleted(self, positions: list[int], *, held: bool) -> None:
        """Somebody deletes children of any kind; a finalizer may hold them for a while."""
        keys = self.children()
        for key in {keys[position % len(keys)]: None for position in positions}:
            if held:
                self.edit(key, lambda obj: obj["metadata"].update(finalizers=["example.com/slow"]))
            self.cluster.delete(key.kind, key.name)

    @happening()
    def what_was_held_goes(self) -> None:
        """The finalizers are done."""
        for key in self.children():
            if is_going(self.cluster.store.get(key) or {"metadata": {}}):
                self.edit(key, lambda obj: obj["metadata"].pop("finalizers", None))

    @happening(count=st.sampled_from([1, 9]), damaged=st.booleans())
    def revisions_are_lost(self, count: int, *, damaged: bool) -> None:
        """One ControllerRevision, or all, are deleted, or restored from a backup that nobody can read."""
        for found in self.cluster.store.list(CONTROLLER_REVISION)[:count]:
            key = Key(CONTROLLER_REVISION, "default", found["metadata"]["name"])
            self.cluster.delete(key.kind, key.name)
            if damaged and self.cluster.store.get(key) is None:
                kept = {name: found["metadata"][name] for name in ("name", "labels", "annotations", "ownerReferences")}
                self.cluster.store.create({**found, "metadata": kept, "data": {"spec": "?"}}, PERSON)

    @happening(whole=st.booleans(), cut=_CUTS)
    def the_status_is_cut(self, cut: str, *, whole: bool) -> None:
        """A backup without status is restored, or the status ends in the middle, or a field is gone."""
        status = self.theatre.status
        names = list(status)
        kept = names[: names.index(cut)] if whole and cut in names else [name for name in names if name != cut]
        self.cluster.set_status(NAME, {name: status[name] for name in kept})

    @happening()
    def the_status_is_wiped(self) -> None:
        """A backup without status is restored."""
        self.cluster.set_status(NAME, None)

    @happening(odd=st.sampled_from(_ODD_STATUSES))
    def the_status_is_of_another_version(self, odd: dict[str, Any]) -> None:
        """Unknown words, places that do not fit, times in the future."""
        self.cluster.set_status(NAME, {**json.loads(json.dumps(self.theatre.status)), **odd})

    @happening()
    def the_status_is_canaryops(self) -> None:
        """The predecessor's status is restored."""
        self.cluster.set_status(NAME, dict(_CANARYOP))

    @happening(ago=st.integers(1, 30))
    def an_old_status_is_restored(self, ago: int) -> None:
        """A backup with a status of a while ago is restored."""
        written = [
            write.after["status"]
            for write in self.cluster.history.writes
            if write.verb == "status" and write.key.kind == CANARY_APP and write.after
        ]
        self.cluster.set_status(NAME, written[-min(ago, len(written))])

    def _deployment(self, role: str) -> Key:
        return Key(DEPLOYMENT, "default", f"{NAME}-{role}")

    def _edit_one(self, position: int, change: Any) -> None:
        keys = self.children()
        self.edit(keys[position % len(keys)], change)
