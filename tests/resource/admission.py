"""What the API server does with a CanaryApp: it prunes, fills in defaults, checks the schema, then the CEL rules."""

import copy
import json
from collections.abc import Iterator
from typing import Any, Final

import cel
from jsonschema import Draft4Validator
from jsonschema.validators import extend

from app.resource.crd import custom_resource_definition

Schema = dict[str, Any]

SCHEMA: Final[Schema] = custom_resource_definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
SPEC: Final[Schema] = SCHEMA["properties"]["spec"]
STATUS: Final[Schema] = SCHEMA["properties"]["status"]

# The API server's numbers are JSON's: 2.0 is an integer, which is a rule of draft 6 that draft 4 does not have.
_Validator: Final = extend(  # type: ignore[no-untyped-call]
    Draft4Validator,
    type_checker=Draft4Validator.TYPE_CHECKER.redefine(
        "integer",
        lambda _, value: (
            (isinstance(value, int) and not isinstance(value, bool))
            or (isinstance(value, float) and value.is_integer())
        ),
    ),
)


def admission_errors(manifest: dict[str, Any]) -> list[str]:
    """Why the API server would refuse a CanaryApp, empty where it would not."""
    # `$` is the end of the text for RE2 and Rust; Python's also stands before a last line end.
    schema = json.loads(json.dumps(SCHEMA).replace('+$"', '+\\\\Z"'))
    stored = defaulted(copy.deepcopy(manifest), schema)
    broken = [error.message for error in _Validator(schema).iter_errors(stored)]
    return broken or list(_rule_errors(stored, schema))


def defaulted(value: Any, schema: Schema) -> Any:
    """The value without unknown fields and nulls, with the schema's defaults, as it would be stored."""
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [defaulted(entry, schema["items"]) for entry in value]
    if not isinstance(value, dict) or schema.get("x-kubernetes-preserve-unknown-fields"):
        return value
    known, others = schema.get("properties"), schema.get("additionalProperties")
    if known is None:
        return {key: inner for key, inner in value.items() if inner is not None} if others else value
    kept = {key: defaulted(inner, known[key]) for key, inner in value.items() if key in known and inner is not None}
    defaults = {key: inner["default"] for key, inner in known.items() if "default" in inner}
    return {**defaults, **kept}


def closed(schema: Schema) -> Schema:
    """The schema with every object closed to fields that it does not name."""
    made = dict(schema)
    if "properties" in made:
        made["properties"] = {name: closed(inner) for name, inner in made["properties"].items()}
        made["additionalProperties"] = False
    if "items" in made:
        made["items"] = closed(made["items"])
    return made


def status_errors(status: dict[str, Any]) -> list[str]:
    """Why a status would not be stored whole: what breaks the schema, and fields that would be pruned."""
    validator = _Validator(closed(STATUS))
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(status)]


def evaluate(rule: str, value: Any) -> bool:
    """A CEL rule for a value, with the list functions of Kubernetes that ours use."""
    context = cel.Context({"self": value})
    context.add_function("isSorted", lambda entries: list(entries) == sorted(entries))
    return bool(cel.evaluate(rule, context))


def _rule_errors(value: Any, schema: Schema) -> Iterator[str]:
    for rule in schema.get("x-kubernetes-validations", []):
        if not evaluate(rule["rule"], value):
            yield rule["message"]
    if isinstance(value, dict):
        for name, inner in schema.get("properties", {}).items():
            if name in value:
                yield from _rule_errors(value[name], inner)
    if isinstance(value, list):
        for entry in value:
            yield from _rule_errors(entry, schema["items"])
