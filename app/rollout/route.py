"""The way that traffic takes, as observed: the Service's selector, the subsets, the weights."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.resource import names


class Scope(StrEnum):
    """Whose pods the Service selects."""

    PRIMARY = "primary"
    BOTH = "both"
    OTHER = "other"


@dataclass(frozen=True)
class Route:
    """The weights of the VirtualServices.

    Attributes:
        highest: the largest percent that any route gives the secondary.
        agreed: the percent that every route gives the secondary, or None where they differ or one is missing.
    """

    highest: int
    agreed: int | None


def selector(app: str, scope: Scope) -> dict[str, str]:
    """The Service's selector for a scope."""
    return {names.LABEL_APP: app} | ({names.LABEL_ROLE: names.PRIMARY} if scope is Scope.PRIMARY else {})


def read_scope(service: Mapping[str, Any] | None, app: str) -> Scope | None:
    """Whose pods the observed Service selects; None without a Service."""
    if service is None:
        return None
    observed = _mapping(service.get("spec")).get("selector")
    for scope in (Scope.PRIMARY, Scope.BOTH):
        if observed == selector(app, scope):
            return scope
    return Scope.OTHER


def read_subsets(destination_rule: Mapping[str, Any] | None, app: str) -> bool:
    """Whether the observed DestinationRule tells primary from secondary."""
    spec = _mapping(_mapping(destination_rule).get("spec"))
    subsets = {_mapping(subset).get("name"): _mapping(subset).get("labels") for subset in spec.get("subsets") or ()}
    return spec.get("host") == app and all(
        subsets.get(role) == subset_labels(app, role) for role in (names.PRIMARY, names.SECONDARY)
    )


def subset_labels(app: str, role: str) -> dict[str, str]:
    """The pod labels of a subset."""
    return {names.LABEL_APP: app, names.LABEL_ROLE: role}


def read_route(virtual_services: Mapping[str, Mapping[str, Any]], expected: Collection[str]) -> Route:
    """The weights of the observed VirtualServices; `expected` names the ones that there must be."""
    shares = {name: set(_shares(service)) for name, service in virtual_services.items()}
    everywhere = {share for name in expected for share in shares.get(name, {None})}
    agreed = everywhere.pop() if len(everywhere) == 1 else None
    return Route(max((share for found in shares.values() for share in found), default=0), agreed)


def _shares(virtual_service: Mapping[str, Any]) -> Iterator[int]:
    for route in _mapping(virtual_service.get("spec")).get("http") or ():
        destinations = [_mapping(entry) for entry in _mapping(route).get("route") or ()]
        # Istio: a lone destination takes everything, whatever its weight (VirtualService, HTTPRouteDestination).
        weights = [_weight(entry, alone=len(destinations) == 1) for entry in destinations]
        total = sum(weights) or 1
        secondary = sum(
            weight
            for entry, weight in zip(destinations, weights, strict=True)
            if _mapping(entry.get("destination")).get("subset") != names.PRIMARY
        )
        # Rounded up: a share that is not nothing must not read as nothing.
        yield -(-100 * secondary // total)


def _weight(destination: Mapping[str, Any], *, alone: bool) -> int:
    weight = destination.get("weight", 0)
    return 1 if alone else weight if isinstance(weight, int) and weight > 0 else 0


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
