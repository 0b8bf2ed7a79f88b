"""What the API server stores of a status."""

from typing import Any

from app.resource.crd import custom_resource_definition


def closed_status_schema() -> dict[str, Any]:
    """The CRD's schema of a status, without tolerance: the API server would prune what it does not know."""
    version = custom_resource_definition()["spec"]["versions"][0]
    return _closed(version["schema"]["openAPIV3Schema"]["properties"]["status"])


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    made = dict(schema)
    if "properties" in made:
        made["properties"] = {name: _closed(inner) for name, inner in made["properties"].items()}
        made["additionalProperties"] = False
    if "items" in made:
        made["items"] = _closed(made["items"])
    return made
