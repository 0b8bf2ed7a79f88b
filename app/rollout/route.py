"""The way that traffic takes, as observed: the Service's selector, the subsets, the weights."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.resource import names
from app.rollout.reading import entries, mapping


class Scope(StrEnum):
    """Whose pods the Service selects."""

    PRIMARY = "primary"
    BOTH = "both"
    OTHER = "other"


@dataclass(frozen=True)
class Route:
    """The weights of the VirtualServices.

    Attributes:
        shares: by VirtualService, the percents that its routes give the secondary.
        expected: the VirtualServices that there must be.
    """

    shares: Mapping[str, frozenset[int]]
    expected: tuple[str, ...]

    @property
    def highest(self) -> int:
        """The largest percent that any route gives the secondary."""
        return max((share for found in self.shares.values() for share in found), default=0)

    @property
    def agreed(self) -> int | None:
        """The percent that every route gives the secondary, or None where they differ or one is missing."""
        everywhere = {share for name in self.expected for share in self.shares.get(name) or {None}}
        return everywhere.pop() if len(everywhere) == 1 else None

    def share(self, name: str) -> int:
        """The largest percent that a VirtualService gives the secondary, 0 where it is missing."""
        return max(self.shares.get(name, ()), default=0)


def selector(app: str, scope: Scope) -> dict[str, str]:
    """The Service's selector for a scope."""
    return {names.LABEL_APP: app} | ({names.LABEL_ROLE: names.PRIMARY} if scope is Scope.PRIMARY else {})


def read_scope(service: Mapping[str, Any] | None, app: str) -> Scope | None:
    """Whose pods the observed Service selects; None without a Service."""
    if service is None:
        return None
    observed = mapping(service.get("spec")).get("selector")
    for scope in (Scope.PRIMARY, Scope.BOTH):
        if observed == selector(app, scope):
            return scope
    return Scope.OTHER


def read_subsets(destination_rule: Mapping[str, Any] | None, app: str) -> bool:
    """Whether the observed DestinationRule tells primary from secondary."""
    spec = mapping(mapping(destination_rule).get("spec"))
    subsets = {str(subset.get("name")): subset.get("labels") for subset in entries(spec.get("subsets"))}
    return spec.get("host") == app and all(
        subsets.get(role) == subset_labels(app, role) for role in (names.PRIMARY, names.SECONDARY)
    )


def subset_labels(app: str, role: str) -> dict[str, str]:
    """The pod labels of a subset."""
    return {names.LABEL_APP: app, names.LABEL_ROLE: role}


def read_route(virtual_services: Mapping[str, Mapping[str, Any]], expected: tuple[str, ...]) -> Route:
    """The weights of the observed VirtualServices; `expected` names the ones that there must be."""
    return Route({name: frozenset(_shares(service)) for name, service in virtual_services.items()}, expected)


def _shares(virtual_service: Mapping[str, Any]) -> Iterator[int]:
    for route in entries(mapping(virtual_service.get("spec")).get("http")):
        destinations = entries(route.get("route"))
        # Istio: a lone destination takes everything, whatever its weight (VirtualService, HTTPRouteDestination).
        weights = [_weight(entry, alone=len(destinations) == 1) for entry in destinations]
        total = sum(weights) or 1
        secondary = sum(
            weight
            for entry, weight in zip(destinations, weights, strict=True)
            if mapping(entry.get("destination")).get("subset") != names.PRIMARY
        )
        # Rounded up: a share that is not nothing must not read as nothing.
        yield -(-100 * secondary // total)


def _weight(destination: Mapping[str, Any], *, alone: bool) -> int:
    weight = destination.get("weight")
    return 1 if alone else weight if isinstance(weight, int) and weight > 0 else 0
