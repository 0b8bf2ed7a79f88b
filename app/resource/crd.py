"""The CustomResourceDefinition, generated from the models: structural, with defaults, bounds, enums, CEL rules.

Source of the rules: Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions" (structural schemas,
validation rules, additional printer columns).
"""

from typing import Any, Final

from app.resource import names
from app.resource.spec import Spec
from app.resource.status import Status

Schema = dict[str, Any]

_DROPPED: Final = ("title", "$defs", "additionalProperties")
_COLUMNS: Final[list[dict[str, Any]]] = [
    {"name": "Phase", "type": "string", "jsonPath": ".status.phase", "description": "Where the rollout is."},
    {"name": "Weight", "type": "integer", "jsonPath": ".status.weight", "description": "Percent on the secondary."},
    {"name": "Image", "type": "string", "jsonPath": ".spec.image", "description": "The image that the spec asks for."},
    {
        "name": "Reason",
        "type": "string",
        "jsonPath": ".status.decision.reason",
        "description": "Why the last decision was made.",
    },
    {
        "name": "Message",
        "type": "string",
        "jsonPath": ".status.decision.message",
        "description": "The last decision, as a sentence.",
        "priority": 1,
    },
    {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
]
_NAME_RULES: Final[list[dict[str, Any]]] = [
    {
        "rule": f"self.metadata.name.size() <= {names.MAX_NAME_LENGTH}",
        "message": f"the name must have at most {names.MAX_NAME_LENGTH} characters, so that its children's names fit",
    },
    {
        "rule": "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')",
        "message": "the name must be lower case letters, digits and '-', starting with a letter, as its Service's is",
    },
]


def custom_resource_definition() -> Schema:
    """The whole CRD as an object; `crds/` holds it as YAML."""
    status = _structural(Status.model_json_schema(by_alias=True, mode="validation"))
    spec = _structural(Spec.model_json_schema(by_alias=True, mode="validation"))
    root: Schema = {
        "description": "An app that is rolled out in checked steps.",
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string", "description": "Version of the API, canary.atze.io/v1."},
            "kind": {"type": "string", "description": "CanaryApp."},
            "metadata": {"type": "object"},
            "spec": spec,
            "status": _without_defaults(status),
        },
        "x-kubernetes-validations": _NAME_RULES,
    }
    version = {
        "name": names.VERSION,
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": root},
        "subresources": {"status": {}},
        "additionalPrinterColumns": _COLUMNS,
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{names.PLURAL}.{names.GROUP}"},
        "spec": {
            "group": names.GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": names.KIND,
                "listKind": f"{names.KIND}List",
                "plural": names.PLURAL,
                "singular": names.KIND.lower(),
                "shortNames": ["capp"],
            },
            "versions": [version],
        },
    }


def _structural(schema: Schema) -> Schema:
    return _resolve(schema, schema.get("$defs", {}))


def _resolve(node: Schema, definitions: dict[str, Schema]) -> Schema:
    """A JSON schema of pydantic's as a structural schema: references inlined, `null` alternatives and titles gone."""
    if "$ref" in node:
        node = {**definitions[node["$ref"].rsplit("/", 1)[1]], **{k: v for k, v in node.items() if k != "$ref"}}
    for alternatives in ("anyOf", "allOf"):
        if alternatives in node:
            kept = [option for option in node[alternatives] if option.get("type") != "null"]
            rest = {key: value for key, value in node.items() if key != alternatives}
            # What is said of the field wins over what is said of its type.
            node = {**_resolve(kept[0], definitions), **rest}
    made = {key: value for key, value in node.items() if key not in _DROPPED}
    if "properties" in node:
        made["properties"] = {name: _resolve(inner, definitions) for name, inner in node["properties"].items()}
    if isinstance(node.get("additionalProperties"), dict) and not made.get("x-kubernetes-preserve-unknown-fields"):
        made["additionalProperties"] = _resolve(node["additionalProperties"], definitions)
    if "items" in node:
        made["items"] = _resolve(node["items"], definitions)
    if isinstance(made.get("default"), dict | list) or made.get("default", "") is None:
        # A default object would be written into every stored CanaryApp and fight with the team's git.
        made.pop("default")
    return made


def _without_defaults(node: Schema) -> Schema:
    """The status says what the operator wrote, and nothing that the API server made up."""
    made = {key: value for key, value in node.items() if key != "default"}
    if "properties" in made:
        made["properties"] = {name: _without_defaults(inner) for name, inner in made["properties"].items()}
    if "items" in made:
        made["items"] = _without_defaults(made["items"])
    return made
