"""Objects as JSON, and how they are named."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

T = TypeVar("T")

Object = dict[str, Any]


@dataclass(frozen=True, order=True)
class Kind:
    """What an object is: API version and kind."""

    api_version: str
    kind: str

    @property
    def group_key(self) -> str:
        """The key of Metacontroller's `children`: `Deployment.apps/v1`, `Service.v1`."""
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
    return Kind(obj.get("apiVersion", ""), obj["kind"])


def key_of(obj: Object) -> Key:
    """Where an object is; its name is "" where it has none."""
    metadata = obj.get("metadata") or {}
    return Key(kind_of(obj), metadata.get("namespace") or "default", metadata.get("name", ""))


def labels_of(obj: Object) -> dict[str, str]:
    """The labels of an object."""
    return obj["metadata"].get("labels") or {}


def annotations_of(obj: Object) -> dict[str, str]:
    """The annotations of an object."""
    return obj["metadata"].get("annotations") or {}


def owners_of(obj: Object) -> list[Object]:
    """The owner references of an object."""
    return obj["metadata"].get("ownerReferences") or []


def controller_of(obj: Object) -> Object | None:
    """The owner reference that controls an object."""
    return next((owner for owner in owners_of(obj) if owner.get("controller")), None)


def is_going(obj: Object) -> bool:
    """Whether an object is being deleted, and stands only because of its finalizers."""
    return "deletionTimestamp" in obj["metadata"]


def copied(value: T) -> T:
    """A copy, with numbers as they come back from the API server: a whole number has no fraction."""
    return cast("T", _copy(value))


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def timestamp(seconds: float) -> str:
    """Unix seconds as Kubernetes writes times: RFC 3339, whole seconds."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
