"""Where a request goes: VirtualServices, subsets and Service selectors, as Istio reads them.

The proxies know of a change only after a while; until then they follow what was before.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.simulation.kubernetes.objects import DESTINATION_RULE, SERVICE, VIRTUAL_SERVICE, Object
from app.simulation.kubernetes.store import ObjectStore, Write

_KINDS: Final = (SERVICE, DESTINATION_RULE, VIRTUAL_SERVICE)
_MESH: Final = "mesh"


class Caller(StrEnum):
    """From where a request comes."""

    GATEWAY = "gateway"
    MESH = "mesh"
    DIRECT = "direct"


@dataclass(frozen=True)
class Share:
    """A part of the traffic: the labels that its pods must have, and its weight. `subset` is for counting."""

    subset: str
    labels: Mapping[str, str]
    weight: int


@dataclass(frozen=True)
class Target:
    """Where the requests of a caller to a service go; no shares means that nothing takes them."""

    shares: tuple[Share, ...]


class RouteTable:
    """What the proxies know: the configuration of every moment, looked up with their delay."""

    def __init__(self, store: ObjectStore) -> None:
        """Watches the store from here on."""
        self._store = store
        self._times: list[float] = []
        self._views: list[dict[str, list[Object]]] = []
        store.watchers.append(self._on_write)

    def target(self, caller: Caller, namespace: str, service: str, moment: float) -> Target:
        """Where requests go, by the configuration of `moment` (unix seconds)."""
        index = bisect_right(self._times, moment) - 1
        view = self._views[index] if index >= 0 else {}
        found = [obj for obj in view.get(SERVICE.kind, []) if _is(obj, namespace, service)]
        if not found:
            return Target(())
        selector = found[0]["spec"].get("selector") or {}
        everyone = Target((Share("", selector, 100),))
        if caller is Caller.DIRECT:
            return everyone
        routes = [obj for obj in view.get(VIRTUAL_SERVICE.kind, []) if _binds(obj, caller, namespace, service)]
        if not routes:
            # Inside the mesh a Service needs no route; at a gateway nothing leads to it.
            return everyone if caller is Caller.MESH else Target(())
        subsets = _subsets(view.get(DESTINATION_RULE.kind, []), namespace, service)
        return Target(tuple(_shares(routes[0], selector, subsets)))

    def _on_write(self, write: Write) -> None:
        if write.key.kind not in _KINDS:
            return
        if not self._times or self._times[-1] != write.at:
            self._times.append(write.at)
            self._views.append({})
        self._views[-1] = {kind.kind: self._store.list(kind) for kind in _KINDS}


def _is(obj: Object, namespace: str, name: str) -> bool:
    return bool(obj["metadata"]["namespace"] == namespace and obj["metadata"]["name"] == name)


def _binds(route: Object, caller: Caller, namespace: str, service: str) -> bool:
    spec = route["spec"]
    gateways = spec.get("gateways") or [_MESH]
    bound = _MESH in gateways if caller is Caller.MESH else any(gateway != _MESH for gateway in gateways)
    hosts = spec.get("hosts") or []
    named = caller is Caller.GATEWAY or service in {host.split(".")[0] for host in hosts}
    destinations = [entry["destination"]["host"] for http in spec.get("http", []) for entry in http.get("route", [])]
    leads = service in {host.split(".")[0] for host in destinations}
    return bound and named and leads and route["metadata"]["namespace"] == namespace


def _subsets(rules: list[Object], namespace: str, service: str) -> dict[str, Mapping[str, str]]:
    return {
        subset["name"]: subset.get("labels") or {}
        for rule in rules
        if rule["metadata"]["namespace"] == namespace and rule["spec"].get("host") == service
        for subset in rule["spec"].get("subsets", [])
    }


def _shares(route: Object, selector: Mapping[str, str], subsets: Mapping[str, Mapping[str, str]]) -> list[Share]:
    entries: list[dict[str, Any]] = route["spec"]["http"][0].get("route", [])
    shares = []
    for entry in entries:
        subset = entry["destination"].get("subset", "")
        weight = 100 if len(entries) == 1 else entry.get("weight", 0)
        # A subset that no DestinationRule names has no endpoints.
        labels = {**selector, **subsets[subset]} if subset in subsets else {"": "unknown subset"}
        if subset in subsets and any(selector.get(key, value) != value for key, value in subsets[subset].items()):
            labels = {"": "selected by no Service"}
        shares.append(Share(subset, labels if subset else selector, weight))
    return [share for share in shares if share.weight > 0]
