"""The CRD's schema is one that the API server takes, and the checker that says so would notice if not."""

from typing import Any

import pytest

from tests.resource.admission import SCHEMA, SPEC, STATUS
from tests.resource.structural import every, problems, without_descriptions


def of(**fields: Any) -> dict[str, Any]:
    """A schema whose field `a` is the given one."""
    return {"type": "object", "properties": {"a": fields}}


LIST = {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"]}
RULE = {"rule": "true", "message": "m"}


def test_the_schema_is_structural() -> None:
    """The API server takes the CRD: every rule for structural schemas is kept."""
    assert list(problems(SCHEMA)) == []


def test_every_field_is_described() -> None:
    """`kubectl explain` says something of every field; metadata it describes by itself."""
    assert list(without_descriptions(SCHEMA)) == [".metadata"]


def test_every_number_of_the_spec_is_bounded() -> None:
    """No number is so large that something else breaks over it."""
    numbers = [schema for _, schema in every(SPEC) if schema["type"] in {"integer", "number"}]
    assert numbers
    assert all({"minimum", "maximum"} <= set(schema) for schema in numbers)


def test_every_list_and_string_under_a_rule_is_bounded() -> None:
    """The API server estimates what a CEL rule costs by its bounds, and refuses a CRD that might cost too much."""
    ruled = [schema for _, schema in every(SPEC) if "x-kubernetes-validations" in schema]
    assert len(ruled) == 3
    inner = [schema for rule in ruled if rule is not SPEC for _, schema in every(rule)]
    assert all("maxItems" in schema for schema in inner if schema["type"] == "array")
    assert all("maxLength" in schema for schema in inner if schema["type"] == "string")


def test_the_status_has_no_defaults() -> None:
    """Whatever a status says, the operator wrote it."""
    assert [path for path, schema in every(STATUS) if "default" in schema] == []


def test_no_object_of_the_spec_has_a_default() -> None:
    """Defaults are scalars: a default object would be written into every stored CanaryApp and fight with git."""
    defaults = [schema["default"] for _, schema in every(SPEC) if "default" in schema]
    assert defaults
    assert not any(isinstance(default, dict | list) for default in defaults)


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        pytest.param({"description": "no type"}, "the root: type None", id="no type at the root"),
        pytest.param(of(description="no type"), ".a: type None", id="no type of a field"),
        pytest.param(of(type="array", items={}), ".a[]: type None", id="no type of items"),
        pytest.param(
            of(type="object", additionalProperties={"description": "x"}), ".a.*: type None", id="no type of a map"
        ),
        pytest.param(of(type="null"), ".a: type 'null'", id="the type null"),
        pytest.param(of(type=["string", "null"]), ".a: type ['string', 'null']", id="two types"),
        pytest.param(
            of(type="string", anyOf=[]), ".a: anyOf is not allowed in a schema of type string", id="alternatives"
        ),
        pytest.param(
            {"type": "object", "$defs": {}}, "the root: $defs is not allowed in a schema of type object", id="$defs"
        ),
        pytest.param(
            of(type="object", patternProperties={}),
            ".a: patternProperties is not allowed in a schema of type object",
            id="patternProperties",
        ),
        pytest.param(
            of(type="array", items={"type": "string"}, uniqueItems=True),
            ".a: uniqueItems is not allowed in a schema of type array",
            id="uniqueItems",
        ),
        pytest.param(of(type="integer", ge=1), ".a: ge is not allowed in a schema of type integer", id="no keyword"),
        pytest.param(
            of(type="string", maximum=1), ".a: maximum is not allowed in a schema of type string", id="another type's"
        ),
        pytest.param(
            of(type="string", **{"x-kubernetes-list-type": "set"}),
            ".a: x-kubernetes-list-type is not allowed in a schema of type string",
            id="an extension out of place",
        ),
        pytest.param(
            of(type="object", properties={}, additionalProperties={"type": "string"}),
            ".a: properties and additionalProperties exclude each other",
            id="properties and a map",
        ),
        pytest.param(
            of(type="object", additionalProperties=False), ".a: additionalProperties may not be false", id="closed"
        ),
        pytest.param(
            of(type="object", properties={}, required=["b"]),
            ".a: required names 'b', which there is not",
            id="required, but unknown",
        ),
        pytest.param(of(type="array"), ".a: items must be one schema", id="a list of anything"),
        pytest.param(
            of(type="array", items={"type": "string"}, **{"x-kubernetes-list-type": "map"}),
            ".a: a list of type map, and no other, needs list-map-keys",
            id="a map without keys",
        ),
        pytest.param(
            of(**LIST, items={"type": "object", "properties": {}}),
            ".a: the list-map-key 'k' must be a scalar field of the items",
            id="an unknown key",
        ),
        pytest.param(
            of(**LIST, items={"type": "object", "properties": {"k": {"type": "string"}}}),
            ".a: the list-map-key 'k' must be required or have a default",
            id="an optional key",
        ),
        pytest.param(of(type="integer", minimum=2, maximum=1), ".a: minimum is above maximum", id="crossed bounds"),
        pytest.param(
            of(type="integer", default=0, minimum=1),
            ".a: the default 0 is not valid against its own schema",
            id="a default out of bounds",
        ),
        pytest.param(
            of(type="string", enum=["x", 1]), ".a: the enum 1 is not valid against its own schema", id="a foreign value"
        ),
        pytest.param(of(type="string", enum=[]), ".a: an enum must hold distinct values", id="an empty enum"),
        pytest.param(
            of(type="string", pattern="a(?=b)"), ".a: RE2 does not know the pattern 'a(?=b)'", id="a lookahead"
        ),
        pytest.param(
            of(type="string", pattern=r"(a)\1"), ".a: RE2 does not know the pattern '(a)\\\\1'", id="a back reference"
        ),
        pytest.param(
            of(type="string", **{"x-kubernetes-validations": [{**RULE, "if": 1}]}),
            ".a: a rule has if",
            id="a rule's key",
        ),
        pytest.param(
            of(type="string", **{"x-kubernetes-validations": [{**RULE, "rule": " "}]}),
            ".a: a rule is empty",
            id="an empty rule",
        ),
        pytest.param(
            of(type="string", **{"x-kubernetes-validations": [{**RULE, "message": "a\nb"}]}),
            ".a: a rule needs a message of one line",
            id="two lines",
        ),
        pytest.param(
            of(type="object", properties={}, **{"x-kubernetes-validations": [{**RULE, "fieldPath": ".b"}]}),
            ".a: the fieldPath '.b' leads nowhere",
            id="a path to nothing",
        ),
        pytest.param(
            of(
                type="object",
                properties={"b": {"type": "string"}},
                **{"x-kubernetes-validations": [{**RULE, "fieldPath": "b"}]},
            ),
            ".a: the fieldPath 'b' leads nowhere",
            id="a path without a dot",
        ),
    ],
)
def test_the_checker_sees(schema: dict[str, Any], problem: str) -> None:
    """Each rule for structural schemas is told as broken where it is."""
    assert list(problems(schema)) == [problem]


def test_the_checker_sees_missing_descriptions() -> None:
    """A field without a description is named, wherever it is."""
    field = {"type": "string"}
    items = {"type": "object", "properties": {"c": field}}
    schema = {
        "type": "object",
        "properties": {"a": {**field, "description": "x"}, "b": {"type": "array", "items": items}},
    }
    assert list(without_descriptions(schema)) == [".b", ".b.c"]
