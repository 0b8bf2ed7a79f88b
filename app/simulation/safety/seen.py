"""One sync as it went over the wire, read without the hook's own code."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from app.simulation.kubernetes.objects import Object
from app.simulation.metacontroller.controller import Sync

_OK: Final = 200
_REVISION: Final = "canary.atze.io/revision"


@dataclass(frozen=True)
class Seen:
    """A sync that was answered with 200.

    Attributes:
        at: unix seconds.
        request: as sent.
        response: as received.
    """

    at: float
    request: Mapping[str, Any]
    response: Mapping[str, Any]

    @property
    def app(self) -> str:
        """Name of the CanaryApp."""
        return str(self.request["parent"]["metadata"]["name"])

    @property
    def spec(self) -> Mapping[str, Any]:
        """Of the CanaryApp."""
        return self.request["parent"].get("spec") or {}

    @property
    def retry(self) -> str:
        """The annotation that asks for another try, "" for none."""
        annotations = self.request["parent"]["metadata"].get("annotations") or {}
        return str(annotations.get("canary.atze.io/retry", ""))

    @property
    def recovered(self) -> bool:
        """Whether the status that came with the request was of no use."""
        return "recovered" in self.following["decision"]["message"]

    @property
    def committed(self) -> Mapping[str, Any]:
        """The status that came with the request; what was made of it where it was of no use."""
        return self.following if self.recovered else self.request["parent"].get("status") or {}

    @property
    def following(self) -> Mapping[str, Any]:
        """The status that was returned."""
        return dict(self.response["status"])

    @property
    def place(self) -> tuple[str, str]:
        """Phase and stage of the committed status."""
        return str(self.committed.get("phase")), str(self.committed.get("stage"))

    @property
    def at_rest(self) -> bool:
        """Whether nothing is going on any more, and the status is about the spec as it is."""
        reconciling = {one["type"]: one["status"] for one in self.following["conditions"]}["Reconciling"]
        committed = self.request["parent"].get("status") or {}
        return reconciling == "False" and committed.get("observedGeneration") == self.generation

    @property
    def generation(self) -> int:
        """Of the CanaryApp."""
        return int(self.request["parent"]["metadata"]["generation"])

    def observed(self, kind: str) -> Mapping[str, Object]:
        """The children of a kind in the request, by name, without those that are being deleted."""
        groups = {group.split(".")[0]: found or {} for group, found in self.request["children"].items()}
        return {name: child for name, child in groups[kind].items() if "deletionTimestamp" not in child["metadata"]}

    @cached_property
    def desired(self) -> Mapping[str, Mapping[str, Object]]:
        """The children in the response, by kind and name."""
        found: dict[str, dict[str, Object]] = {}
        for child in self.response["children"]:
            found.setdefault(child["kind"], {})[child["metadata"]["name"]] = child
        return found

    def observed_deployment(self, role: str) -> Object | None:
        """The primary or secondary that stands."""
        return self.observed("Deployment").get(f"{self.app}-{role}")

    def desired_deployment(self, role: str) -> Object | None:
        """The primary or secondary that is asked for."""
        return self.desired.get("Deployment", {}).get(f"{self.app}-{role}")


def read(sync: Sync) -> Seen | None:
    """The sync, or None where the hook did not answer with 200."""
    return Seen(sync.at, json.loads(sync.request), json.loads(sync.response)) if sync.status == _OK else None


def seconds(moment: str) -> float:
    """Unix seconds of a time in a status."""
    return datetime.fromisoformat(moment).timestamp()


def share(virtual_service: Object | None) -> int:
    """Percent that a VirtualService gives the secondary."""
    if virtual_service is None:
        return 0
    routes = [entry for http in virtual_service["spec"]["http"] for entry in http["route"]]
    return max(
        (int(entry.get("weight", 0)) for entry in routes if entry["destination"]["subset"] == "secondary"), default=0
    )


def selects_both(service: Object | None) -> bool:
    """Whether a Service selects the pods of both versions."""
    return service is not None and "service" not in service["spec"]["selector"]


def revision(deployment: Object | None) -> str:
    """The revision that a Deployment's template says it runs."""
    if deployment is None:
        return ""
    return str(deployment["spec"]["template"]["metadata"]["labels"].get(_REVISION, ""))


def whole(deployment: Object | None, wanted: str) -> bool:
    """Whether a Deployment runs that revision, has seen its own generation, and is wholly updated and available."""
    if deployment is None or revision(deployment) != wanted:
        return False
    status, replicas = deployment.get("status") or {}, deployment["spec"]["replicas"]
    counts = [status.get(field, 0) for field in ("replicas", "updatedReplicas", "availableReplicas")]
    current = status.get("observedGeneration", 0) == deployment["metadata"]["generation"]
    return current and counts == [replicas] * 3
