"""Where a request goes: VirtualServices, subsets and Service selectors, as Istio reads them.

The proxies know of a change only after a while; until then they follow what was before.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.simulation.kubernetes.objects import DESTINATION_RULE, SERVICE, VIRTUAL_SERVICE, Object
from app.simulation.kubernetes.store import ObjectStore, Write

_KINDS: Final = (SERVICE, DESTINATION_RULE, VIRTUAL_SERVICE)
_MESH: Final = "mesh"
_EVERY: Final = "*"


class Caller(StrEnum):
    """From where a request comes: a gateway, a pod with a proxy, a pod without one."""

    GATEWAY = "gateway"
    MESH = "mesh"
    DIRECT = "direct"


@dataclass(frozen=True)
class Share:
    """A part of the traffic.

    Attributes:
        subset: its name, "" for the whole Service; for counting.
        labels: that its pods must have; None where no pod has what is asked for.
        weight: against the other shares.
    """

    subset: str
    labels: Mapping[str, str] | None
    weight: int


@dataclass(frozen=True)
class Target:
    """Where the requests of a caller to a service go; no shares means that no route takes them."""

    shares: tuple[Share, ...]


_View = Mapping[str, list[Object]]


class RouteTable:
    """What the proxies know: the configuration of every moment, looked up with their delay."""

    def __init__(self, store: ObjectStore) -> None:
        """Watches the store from here on."""
        self._store = store
        self._times: list[float] = []
        self._views: list[_View] = []
        store.watchers.append(self._on_write)

    def target(self, caller: Caller, namespace: str, service: str, moment: float) -> Target:
        """Where requests go, by the configuration of `moment` (unix seconds)."""
        index = bisect_right(self._times, moment) - 1
        view = self._views[index] if index >= 0 else {}
        selector = _selector(view, namespace, service)
        if selector is None:
            return Target(())
        everyone = Target((Share("", selector, 1),))
        if caller is Caller.DIRECT:
            return everyone
        routes = [route for route in view[VIRTUAL_SERVICE.kind] if _binds(route, caller, namespace, service)]
        if not routes:
            # Inside the mesh a Service needs no route; at a gateway nothing leads to it.
            return everyone if caller is Caller.MESH else Target(())
        # Of several that claim the same host, the oldest is followed.
        oldest = min(routes, key=lambda route: (route["metadata"]["creationTimestamp"], route["metadata"]["name"]))
        return Target(tuple(_shares(view, oldest)))

    def _on_write(self, write: Write) -> None:
        if write.key.kind not in _KINDS:
            return
        if not self._times or self._times[-1] != write.at:
            self._times.append(write.at)
            self._views.append({})
        self._views[-1] = {kind.kind: self._store.list(kind) for kind in _KINDS}


def _place(host: str, namespace: str) -> tuple[str, str]:
    """Namespace and name of the Service that a host means; a short one means the namespace of who says it."""
    name, _, rest = host.partition(".")
    return rest.split(".")[0] or namespace, name


def _selector(view: _View, namespace: str, service: str) -> Mapping[str, str] | None:
    """The labels that a Service selects; None where there is none."""
    for found in view.get(SERVICE.kind, []):
        if (found["metadata"]["namespace"], found["metadata"]["name"]) == (namespace, service):
            selector: dict[str, str] = found["spec"].get("selector") or {}
            return selector
    return None


def _binds(route: Object, caller: Caller, namespace: str, service: str) -> bool:
    """Whether a VirtualService is for that caller, and leads to that service.

    At a gateway the users know the host that the route is for. Inside the mesh they call the Service by its own name.
    """
    spec, home = route["spec"], route["metadata"]["namespace"]
    gateways = spec.get("gateways") or [_MESH]
    if caller is Caller.MESH:
        hosts = {_place(host, home) for host in spec.get("hosts") or [] if host != _EVERY}
        return _MESH in gateways and (namespace, service) in hosts
    leads = {_place(entry["destination"]["host"], home) for entry in _destinations(route)}
    return any(gateway != _MESH for gateway in gateways) and (namespace, service) in leads


def _destinations(route: Object) -> list[dict[str, Any]]:
    """The destinations of the first route; conditions are not looked at."""
    http = route["spec"].get("http") or [{}]
    return list(http[0].get("route") or [])


def _shares(view: _View, route: Object) -> Iterator[Share]:
    """The shares that get anything. A lone destination gets everything, whatever its weight says."""
    home, entries = route["metadata"]["namespace"], _destinations(route)
    for entry in entries:
        destination = entry["destination"]
        namespace, service = _place(destination["host"], home)
        subset = destination.get("subset", "")
        weight = 1 if len(entries) == 1 else entry.get("weight", 0)
        if weight > 0:
            yield Share(subset, _labels(view, namespace, service, subset), weight)


def _labels(view: _View, namespace: str, service: str, subset: str) -> Mapping[str, str] | None:
    """What the pods of a subset have: the Service's selector and the subset's labels, both.

    None for a Service or a subset that does not exist, and where the two contradict each other.
    """
    selector = _selector(view, namespace, service)
    if selector is None or not subset:
        return selector
    for rule in view[DESTINATION_RULE.kind]:
        if _place(rule["spec"].get("host", ""), rule["metadata"]["namespace"]) == (namespace, service):
            for named in rule["spec"].get("subsets") or []:
                labels: dict[str, str] = named.get("labels") or {}
                if named["name"] == subset:
                    agree = all(selector.get(key, value) == value for key, value in labels.items())
                    return {**selector, **labels} if agree else None
    return None
