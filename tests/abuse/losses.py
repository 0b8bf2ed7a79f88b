"""Which children an answer loses, by the safety rules R2 and R4, however damaged the request is.

The invariants of the embedded cluster judge the parts of a request that they are about. Everything else in it is left
out for them, and what of a part is damaged is read as the more dangerous thing that it could be.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.resource import names
from app.simulation.safety.past import Past
from app.simulation.safety.progress import every_decision_explains_itself
from app.simulation.safety.seen import Seen
from app.simulation.safety.traffic import make_before_break
from app.simulation.safety.versions import nothing_is_deleted_by_mistake

_NEW: Final = Past(settle=0.0)
"""Nothing is known of what was before."""
_MESH: Final = ["mesh"]


def lost(request: Any, response: Any) -> Iterator[str]:
    """A sentence for every child that is left out and must stay, and for a decision that does not explain itself."""
    app = str(request["parent"]["metadata"]["name"])
    groups = {group: _standing(request["children"][group]) for group in names.CHILD_GROUPS}
    # A Gateway goes where the settings in force say so; those may be in an annotation, and nobody is cut off by it.
    groups[names.GATEWAYS] = {}
    routes = groups[names.VIRTUAL_SERVICES]
    owned = {group: _of_ours(app, group, found) for group, found in groups.items()}
    # The settings in force are those of the spec, or those that were accepted last.
    spec = {"traffic": {"gateways": _MESH}} if _MESH in _gateways(request) else {}
    # Any route counts that gives the secondary traffic, also one whose name is not ours.
    for judge, virtual_services in (
        (nothing_is_deleted_by_mistake, owned[names.VIRTUAL_SERVICES]),
        (make_before_break, routes),
    ):
        seen = _seen(app, spec, owned | {names.VIRTUAL_SERVICES: virtual_services}, response)
        yield from judge(seen, _NEW)
    yield from every_decision_explains_itself(seen, _NEW)


def _seen(app: str, spec: Any, groups: Mapping[str, Any], response: Any) -> Seen:
    valid = {"image": "any", "imageListenPort": 1, "drainSeconds": 0}
    parent = {"metadata": {"name": app}, "spec": valid | spec}
    return Seen(0.0, {"parent": parent, "children": groups}, response)


def _standing(group: Any) -> dict[str, Any]:
    """The children of a group that are not being deleted, in a form that can be read."""
    found = group if isinstance(group, dict) else {}
    return {
        name: {"metadata": {}, "spec": _readable(child), "revision": _number(child.get("revision"))}
        for name, child in found.items()
        if _object(child.get("metadata")).get("deletionTimestamp") is None
    }


def _readable(child: Any) -> dict[str, Any]:
    spec = _object(child.get("spec"))
    labels = _object(_object(_object(spec.get("template")).get("metadata")).get("labels"))
    return {
        "http": [{"route": list(_route(spec))}],
        "selector": _object(spec.get("selector")),
        "template": {"metadata": {"labels": labels}},
    }


def _route(spec: Any) -> Iterator[dict[str, Any]]:
    """The destinations with the secondary's weights; a lone destination gets everything."""
    for http in _objects(spec.get("http")):
        destinations = _objects(http.get("route"))
        for entry in destinations:
            weight = 100 if len(destinations) == 1 else entry.get("weight")
            if (
                _object(entry.get("destination")).get("subset") == names.SECONDARY
                and type(weight) is int
                and weight > 0
            ):
                yield {"destination": {"subset": names.SECONDARY}, "weight": weight}


def _of_ours(app: str, group: str, found: Mapping[str, Any]) -> dict[str, Any]:
    """The children with our names; Metacontroller sends no others, but one that somebody labelled as ours."""
    ours = {
        names.DEPLOYMENTS: {names.primary(app), names.secondary(app)},
        names.VIRTUAL_SERVICES: {app, names.mesh_route(app)},
        names.CONTROLLER_REVISIONS: set(),
    }.get(group, {app})
    kept = names.controller_revision(app, "") if group == names.CONTROLLER_REVISIONS else None
    return {name: one for name, one in found.items() if name in ours or (kept and name.startswith(kept))}


def _gateways(request: Any) -> Iterator[Any]:
    yield _object(_object(request["parent"].get("spec")).get("traffic")).get("gateways")
    children = request["children"]
    keepers = (*_object(children[names.DEPLOYMENTS]).values(), *_object(children[names.SERVICES]).values())
    for child in keepers:
        annotations = _object(_object(child.get("metadata")).get("annotations"))
        try:
            accepted = json.loads(annotations.get(names.ANNOTATION_ACCEPTED, "null"))
        except (TypeError, ValueError):
            continue
        yield _object(_object(accepted).get("traffic")).get("gateways")


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [_object(entry) for entry in value] if isinstance(value, list) else []
