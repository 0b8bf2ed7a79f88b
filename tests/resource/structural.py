"""Whether a CRD's schema is structural (Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions").

Only what the API server would take is let pass: its own list of keywords, and the rules for where each may stand.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from jsonschema import Draft4Validator

Schema = dict[str, Any]

_TYPES: Final = ("object", "array", "string", "integer", "number", "boolean")
_ANYWHERE: Final = {"type", "description", "default", "nullable", "enum", "title", "example", "externalDocs"}
_BY_TYPE: Final = {
    "object": {
        "properties",
        "additionalProperties",
        "required",
        "minProperties",
        "maxProperties",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-embedded-resource",
        "x-kubernetes-map-type",
    },
    "array": {"items", "minItems", "maxItems", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"},
    "string": {"minLength", "maxLength", "pattern", "format"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"},
    "boolean": set(),
}
_RULES: Final = "x-kubernetes-validations"
_RULE_KEYS: Final = {"rule", "message", "messageExpression", "fieldPath", "reason", "optionalOldSelf"}
_NOT_RE2: Final = re.compile(r"\(\?(?:[=!>]|<[=!])|\\[1-9]|[*+?}]\+")
"""Lookaround, atomic groups, back references and possessive quantifiers (RE2, "Syntax")."""


def problems(schema: Schema, path: str = "") -> Iterator[str]:
    """Everything that the API server would refuse, as `path: what`."""
    here = path or "the root"
    kind = schema.get("type")
    if kind not in _TYPES:
        yield f"{here}: type {kind!r}"
        return
    for key in sorted(set(schema) - _ANYWHERE - _BY_TYPE[kind] - {_RULES}):
        yield f"{here}: {key} is not allowed in a schema of type {kind}"
    for check in (_object, _list, _bounds, _values, _pattern, _rules):
        yield from (f"{here}: {problem}" for problem in check(schema))
    for name, inner in schema.get("properties", {}).items():
        yield from problems(inner, f"{path}.{name}")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from problems(schema["additionalProperties"], f"{path}.*")
    if isinstance(schema.get("items"), dict):
        yield from problems(schema["items"], f"{path}[]")


def without_descriptions(schema: Schema, path: str = "") -> Iterator[str]:
    """The paths of the fields that `kubectl explain` has nothing to say about."""
    for name, inner in schema.get("properties", {}).items():
        here = f"{path}.{name}"
        if not inner.get("description", "").strip():
            yield here
        yield from without_descriptions(inner.get("items", inner), here)


def every(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every schema in a schema, with its path."""
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from every(inner, f"{path}.{name}")
    for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(schema.get(key), dict):
            yield from every(schema[key], f"{path}{mark}")


def _object(schema: Schema) -> Iterator[str]:
    if schema["type"] != "object":
        return
    if "properties" in schema and "additionalProperties" in schema:
        yield "properties and additionalProperties exclude each other"
    if schema.get("additionalProperties") is False:
        yield "additionalProperties may not be false"
    known = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in known:
            yield f"required names {name!r}, which there is not"


def _list(schema: Schema) -> Iterator[str]:
    if schema["type"] != "array":
        return
    if not isinstance(schema.get("items"), dict):
        yield "items must be one schema"
        return
    items, keys = schema["items"], schema.get("x-kubernetes-list-map-keys", [])
    if (schema.get("x-kubernetes-list-type") == "map") != bool(keys):
        yield "a list of type map, and no other, needs list-map-keys"
    for key in keys:
        field = items.get("properties", {}).get(key)
        if field is None or field.get("type") not in {"string", "integer", "boolean"}:
            yield f"the list-map-key {key!r} must be a scalar field of the items"
        elif key not in items.get("required", []) and "default" not in field:
            yield f"the list-map-key {key!r} must be required or have a default"


def _bounds(schema: Schema) -> Iterator[str]:
    for lowest, highest in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        if lowest in schema and highest in schema and schema[lowest] > schema[highest]:
            yield f"{lowest} is above {highest}"


def _values(schema: Schema) -> Iterator[str]:
    plain = {key: value for key, value in schema.items() if key != "default"}
    if "enum" in schema and (not schema["enum"] or len(set(map(repr, schema["enum"]))) < len(schema["enum"])):
        yield "an enum must hold distinct values"
    for key in ("default", "enum"):
        for value in schema.get(key, []) if key == "enum" else [schema[key]] if key in schema else []:
            if list(Draft4Validator(plain).iter_errors(value)):
                yield f"the {key} {value!r} is not valid against its own schema"


def _pattern(schema: Schema) -> Iterator[str]:
    if _NOT_RE2.search(schema.get("pattern", "")):
        yield f"RE2 does not know the pattern {schema['pattern']!r}"


def _rules(schema: Schema) -> Iterator[str]:
    for rule in schema.get(_RULES, []):
        yield from (f"a rule has {key}" for key in sorted(set(rule) - _RULE_KEYS))
        if not rule.get("rule", "").strip():
            yield "a rule is empty"
        message = rule.get("message", "")
        if not message.strip() or "\n" in message or len(message) > 2048:
            yield "a rule needs a message of one line"
        if "fieldPath" in rule and not _leads_somewhere(schema, rule["fieldPath"]):
            yield f"the fieldPath {rule['fieldPath']!r} leads nowhere"


def _leads_somewhere(schema: Schema, path: str) -> bool:
    if not re.fullmatch(r"(\.[A-Za-z_][A-Za-z0-9_]*)+", path):
        return False
    inner: Schema | None = schema
    for name in path[1:].split("."):
        inner = (inner or {}).get("properties", {}).get(name)
    return inner is not None
