"""What the API server adds to objects, so that what is observed is in another form than what was applied."""

import ipaddress
from collections.abc import Callable
from typing import Any

from app.simulation.kubernetes.objects import DEPLOYMENT, SERVICE, Kind, Object, copied, kind_of


def add_defaults(obj: Object, number: int) -> None:
    """Adds defaults in place.

    Args:
        obj: the object as it is about to be stored.
        number: a number of its own, for addresses.
    """
    fill = _DEFAULTS.get(kind_of(obj))
    if fill:
        fill(obj.setdefault("spec", {}), number)


def keep_allocated(obj: Object, before: Object) -> None:
    """What the API server allocated to a Service stays with it where an update leaves it out."""
    if kind_of(obj) == SERVICE:
        for field in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
            obj.setdefault("spec", {}).setdefault(field, copied(before["spec"][field]))


def _deployment(spec: dict[str, Any], _: int) -> None:
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)
    strategy = spec.setdefault("strategy", {"type": "RollingUpdate"})
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")
    template = spec["template"]
    template["metadata"].setdefault("creationTimestamp", None)
    pod = template["spec"]
    pod.setdefault("restartPolicy", "Always")
    pod.setdefault("dnsPolicy", "ClusterFirst")
    pod.setdefault("schedulerName", "default-scheduler")
    pod.setdefault("securityContext", {})
    pod.setdefault("terminationGracePeriodSeconds", 30)
    for container in pod["containers"]:
        container.setdefault("imagePullPolicy", "IfNotPresent")
        container.setdefault("resources", {})
        container.setdefault("terminationMessagePath", "/dev/termination-log")
        container.setdefault("terminationMessagePolicy", "File")
        for port in container.get("ports", []):
            port.setdefault("protocol", "TCP")


def _service(spec: dict[str, Any], number: int) -> None:
    address = str(ipaddress.IPv4Address("10.96.0.0") + number)
    spec.setdefault("type", "ClusterIP")
    spec.setdefault("clusterIP", address)
    spec.setdefault("clusterIPs", [spec["clusterIP"]])
    spec.setdefault("ipFamilies", ["IPv4"])
    spec.setdefault("ipFamilyPolicy", "SingleStack")
    spec.setdefault("internalTrafficPolicy", "Cluster")
    spec.setdefault("sessionAffinity", "None")
    for port in spec["ports"]:
        port.setdefault("protocol", "TCP")
        port.setdefault("targetPort", port.get("port"))


_DEFAULTS: dict[Kind, Callable[[dict[str, Any], int], None]] = {DEPLOYMENT: _deployment, SERVICE: _service}
