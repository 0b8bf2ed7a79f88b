"""What the API server refuses: the rules that a hook's children could break (Kubernetes, pkg/apis/*/validation)."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from app.simulation.kubernetes.errors import InvalidError
from app.simulation.kubernetes.objects import CONTROLLER_REVISION, DEPLOYMENT, SERVICE, Key, Kind, Object, labels_of

_IMMUTABLE: Final[dict[Kind, tuple[tuple[str, ...], ...]]] = {
    CONTROLLER_REVISION: (("data",),),
    DEPLOYMENT: (("spec", "selector"),),
    SERVICE: (("spec", "clusterIP"),),
}
_REQUIRED: Final[dict[Kind, tuple[tuple[str, ...], ...]]] = {
    DEPLOYMENT: (
        ("spec", "selector", "matchLabels"),
        ("spec", "template", "metadata", "labels"),
        ("spec", "template", "spec", "containers"),
    ),
    SERVICE: (("spec", "ports"),),
}
_SUBDOMAIN: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SERVICE_NAME: Final = re.compile(r"(?=.{1,63}$)[a-z]([-a-z0-9]*[a-z0-9])?")
_LABEL_VALUE: Final = re.compile(r"(?=.{0,63}$)([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_HIGHEST_PORT: Final = 65535


def require(key: Key, obj: Object) -> None:
    """The fields without which an object of its kind is none.

    Raises:
        InvalidError: one is missing or empty.
    """
    for path in _REQUIRED.get(key.kind, ()):
        if not _at(obj, path):
            raise InvalidError(f"{key}: {'.'.join(path)} is required.")


def check(key: Key, obj: Object) -> None:
    """The rules for an object by itself.

    Raises:
        InvalidError: it breaks one.
    """
    if not (_SERVICE_NAME if key.kind == SERVICE else _SUBDOMAIN).fullmatch(key.name):
        raise InvalidError(f"{key}: metadata.name {key.name!r} is not a name that this kind may have.")
    _check_labels(key, "metadata.labels", labels_of(obj))
    rule = _RULES.get(key.kind)
    if rule:
        rule(key, obj.get("spec") or {})


def check_change(key: Key, before: Object, after: Object) -> None:
    """The fields that never change.

    Raises:
        InvalidError: one does.
    """
    for path in _IMMUTABLE.get(key.kind, ()):
        if _at(before, path) != _at(after, path):
            raise InvalidError(f"{key}: {'.'.join(path)} is immutable.")


def _deployment(key: Key, spec: dict[str, Any]) -> None:
    pod_labels = labels_of(spec["template"])
    _check_labels(key, "spec.template.metadata.labels", pod_labels)
    if not spec["selector"]["matchLabels"].items() <= pod_labels.items():
        raise InvalidError(f"{key}: spec.selector does not select spec.template.metadata.labels.")
    if spec["replicas"] < 0:
        raise InvalidError(f"{key}: spec.replicas is {spec['replicas']}, which is below 0.")
    if spec["progressDeadlineSeconds"] <= spec.get("minReadySeconds", 0):
        raise InvalidError(
            f"{key}: spec.progressDeadlineSeconds is {spec['progressDeadlineSeconds']}, "
            f"which is not above spec.minReadySeconds, {spec.get('minReadySeconds', 0)}."
        )
    if spec["strategy"]["type"] != "RollingUpdate":
        raise InvalidError(f"{key}: the embedded cluster knows rolling updates only, not {spec['strategy']['type']}.")
    rolling = spec["strategy"]["rollingUpdate"]
    if {str(rolling["maxSurge"]), str(rolling["maxUnavailable"])} <= {"0", "0%"}:
        raise InvalidError(f"{key}: maxSurge and maxUnavailable are both 0.")


def _service(key: Key, spec: dict[str, Any]) -> None:
    for port in (entry.get("port") for entry in spec["ports"]):
        if not isinstance(port, int) or not 0 < port <= _HIGHEST_PORT:
            raise InvalidError(f"{key}: the port {port!r} is not between 1 and {_HIGHEST_PORT}.")


def _check_labels(key: Key, where: str, labels: Mapping[str, object]) -> None:
    for name, value in labels.items():
        if not isinstance(value, str) or not _LABEL_VALUE.fullmatch(value):
            raise InvalidError(f"{key}: {where} has {value!r} for {name}, which is no label value.")


def _at(obj: Object, path: tuple[str, ...]) -> object:
    value: Any = obj
    for field in path:
        value = value.get(field) if isinstance(value, dict) else None
    return value


_RULES: Final[dict[Kind, Callable[[Key, dict[str, Any]], None]]] = {DEPLOYMENT: _deployment, SERVICE: _service}
