"""One sync as it went over the wire, read without the hook's own code."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from app.simulation.kubernetes.objects import Object
from app.simulation.metacontroller.controller import Sync

_OK: Final = 200
_REVISION: Final = "canary.atze.io/revision"
_ACCEPTED: Final = "canary.atze.io/accepted-settings"
_UNSAID: Final[Mapping[str, Any]] = {
    "stableRevision": "",
    "candidateRevision": "",
    "weight": 0,
    "trafficShift": 0,
    "step": 0,
    "clock": {"inPlace": False, "since": "1970-01-01T00:00:00Z"},
}
"""What a field of the status means that is not there."""
_VERSION: Final = ("image", "imageListenPort", "template")


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
        return self.following if self.recovered else {**_UNSAID, **(self.request["parent"].get("status") or {})}

    @property
    def following(self) -> Mapping[str, Any]:
        """The status that was returned."""
        status: Mapping[str, Any] = self.response["status"]
        return status

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

    @property
    def refused(self) -> bool:
        """Whether the hook says that it refuses the spec."""
        stalled = next(one for one in self.following["conditions"] if one["type"] == "Stalled")
        return bool(stalled["status"] == "True" and stalled["reason"] == "InvalidSpec")

    def setting(self, name: str, default: Any) -> Any:
        """A field of the spec in force: of the one that was accepted last, where this one is refused."""
        spec = self.spec
        if self.refused:
            keepers = (self.observed_deployment("primary"), self.service)
            kept = [((one or {"metadata": {}})["metadata"].get("annotations") or {}).get(_ACCEPTED) for one in keepers]
            spec = json.loads(next(filter(None, kept), "{}"))
        value = spec.get(name)
        return default if value is None else value

    @property
    def identity(self) -> str:
        """What makes up the version that the spec asks for."""
        return json.dumps([_meant(self.spec.get(field)) for field in _VERSION], sort_keys=True)

    @property
    def routed(self) -> int:
        """The largest percent that an observed route gives the secondary."""
        return max((share(service) for service in self.observed("VirtualService").values()), default=0)

    def observed(self, kind: str) -> Mapping[str, Object]:
        """The children of a kind in the request, by name, without those that are being deleted."""
        return self._standing[kind]

    @cached_property
    def _standing(self) -> Mapping[str, Mapping[str, Object]]:
        return {
            group.partition(".")[0]: {
                name: child for name, child in (found or {}).items() if "deletionTimestamp" not in child["metadata"]
            }
            for group, found in self.request["children"].items()
        }

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

    @property
    def desired_service(self) -> Object | None:
        """The Service that is asked for."""
        return self.desired.get("Service", {}).get(self.app)

    @property
    def service(self) -> Object | None:
        """The Service that stands."""
        return self.observed("Service").get(self.app)

    @property
    def connected(self) -> bool:
        """Whether the Service and the subsets that stand lead to both versions."""
        return selects_both(self.service) and subsets_stand(self.observed("DestinationRule").get(self.app))

    def keeps(self, revision: str) -> bool:
        """Whether a ControllerRevision tells what that revision is."""
        kept = self.observed("ControllerRevision").get(f"{self.app}-{revision}") or {}
        return "template" in (kept.get("data") or {})

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
    """Percent that a VirtualService gives pods which are not the primary's; a lone destination takes everything."""
    return max(map(_share_of, virtual_service["spec"]["http"]), default=0) if virtual_service is not None else 0


def _share_of(http: Mapping[str, Any]) -> int:
    routes = http["route"]
    weights = [int(entry.get("weight") or 0) if len(routes) > 1 else 1 for entry in routes]
    others = [
        weight for entry, weight in zip(routes, weights, strict=True) if entry["destination"].get("subset") != "primary"
    ]
    return math.ceil(100 * sum(others) / (sum(weights) or 1))


def selects_both(service: Object | None) -> bool:
    """Whether a Service selects the pods of both versions."""
    return service is not None and (service["spec"].get("selector") or {}).keys() == {"app"}


def leads(service: Object | None) -> bool:
    """Whether a Service selects the secondary's pods, alone or with others."""
    selector = service["spec"].get("selector") if service is not None else None
    return bool(selector and selector.get("service", "secondary") == "secondary")


def subsets_stand(destination_rule: Object | None) -> bool:
    """Whether a DestinationRule tells the secondary's pods from the primary's."""
    subsets = (destination_rule or {"spec": {}})["spec"].get("subsets") or []
    roles = {subset["name"]: (subset.get("labels") or {}).get("service") for subset in subsets}
    return roles == {"primary": "primary", "secondary": "secondary"}


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
    there, updated, available = (status.get(f"{field}eplicas", 0) for field in ("r", "updatedR", "availableR"))
    current = status.get("observedGeneration", 0) == deployment["metadata"]["generation"]
    return bool(current and there == updated and min(updated, available) >= replicas)


def _meant(value: Any) -> Any:
    """A value without the nulls and empty objects that mean the same as nothing."""
    if not isinstance(value, Mapping):
        return value
    kept = {name: _meant(inner) for name, inner in value.items()}
    return {name: inner for name, inner in kept.items() if inner not in (None, {})} or None
