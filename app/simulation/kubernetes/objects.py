"""Objects as JSON, and how they are named."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Object = dict[str, Any]


@dataclass(frozen=True, order=True)
class Kind:
    """What an object is: API version and kind."""

    api_version: str
    kind: str

    @property
    def group_key(self) -> str:
        """The key of Metacontroller's `children`: `Deployment.apps/v1`."""
        return f"{self.kind}.{self.api_version}"

    @property
    def sort_key(self) -> tuple[str, str, str]:
        """By group, version and kind; the core group comes first."""
        group, _, version = self.api_version.rpartition("/")
        return group, version, self.kind


@dataclass(frozen=True, order=True)
class Key:
    """Where an object is."""

    kind: Kind
    namespace: str
    name: str

    def __str__(self) -> str:
        """`Deployment default/shop-primary`."""
        return f"{self.kind.kind} {self.namespace}/{self.name}"


DEPLOYMENT = Kind("apps/v1", "Deployment")
CONTROLLER_REVISION = Kind("apps/v1", "ControllerRevision")
SERVICE = Kind("v1", "Service")
DESTINATION_RULE = Kind("networking.istio.io/v1", "DestinationRule")
GATEWAY = Kind("networking.istio.io/v1", "Gateway")
VIRTUAL_SERVICE = Kind("networking.istio.io/v1", "VirtualService")
CANARY_APP = Kind("canary.atze.io/v1", "CanaryApp")


def kind_of(obj: Object) -> Kind:
    """The kind of an object."""
    return Kind(obj["apiVersion"], obj["kind"])


def key_of(obj: Object) -> Key:
    """Where an object is."""
    metadata = obj["metadata"]
    return Key(kind_of(obj), metadata.get("namespace", "default"), metadata["name"])


def timestamp(seconds: float) -> str:
    """Unix seconds as Kubernetes writes times: RFC 3339, whole seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
