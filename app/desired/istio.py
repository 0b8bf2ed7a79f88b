"""Istio's objects: subsets, the way in, and the weights (Istio, Traffic Management reference)."""

from collections.abc import Callable
from typing import Any, Final

from app.desired.metadata import metadata
from app.resource import names
from app.resource.refusals import MESH
from app.resource.spec import Spec
from app.rollout.observation import Observation, route_names
from app.rollout.revision import Json
from app.rollout.route import subset_labels

_EVERY_HOST: Final = "*"


def destination_rule(observation: Observation) -> Json:
    """The subsets primary and secondary."""
    app = observation.app
    subsets = [{"name": role, "labels": subset_labels(app, role)} for role in (names.PRIMARY, names.SECONDARY)]
    return _object(observation, "DestinationRule", app, {"host": app, "subsets": subsets})


def gateways(observation: Observation, settings: Spec) -> list[Json]:
    """A Gateway of the app's own where the spec names no others."""
    if settings.traffic.gateways:
        return []
    server = {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": _hosts(settings)}
    spec = {"selector": {"istio": "ingressgateway"}, "servers": [server]}
    return [_object(observation, "Gateway", observation.app, spec)]


def virtual_services(observation: Observation, settings: Spec, weight: Callable[[str], int]) -> list[Json]:
    """The routes for the gateways and, apart from them, for the Service's own host inside the mesh.

    Two objects, since Istio refuses host `*` on the gateway `mesh`. A route has no name: Metacontroller would merge
    named routes with foreign ones instead of replacing the list.

    Args:
        observation: for names.
        settings: the spec in force.
        weight: percent for the secondary, by the name of the VirtualService.
    """
    app = observation.app
    ways = {
        app: (_hosts(settings), list(settings.traffic.gateways or (app,))),
        names.mesh_route(app): ([app], [MESH]),
    }
    return [
        _object(
            observation,
            "VirtualService",
            name,
            {"hosts": ways[name][0], "gateways": ways[name][1], "http": [_route(app, settings, weight(name))]},
        )
        for name in route_names(app, settings)
    ]


def _route(app: str, settings: Spec, weight: int) -> Json:
    shares = ((names.PRIMARY, 100 - weight), (names.SECONDARY, weight))
    port = {"number": settings.image_listen_port}
    return {
        "route": [
            {"destination": {"host": app, "subset": subset, "port": port}, "weight": share} for subset, share in shares
        ]
    }


def _hosts(settings: Spec) -> list[str]:
    return list(settings.traffic.hosts or (_EVERY_HOST,))


def _object(observation: Observation, kind: str, name: str, spec: dict[str, Any]) -> Json:
    return {
        "apiVersion": names.ISTIO_API_VERSION,
        "kind": kind,
        "metadata": metadata(observation, name),
        "spec": spec,
    }
