"""What is read of an observed child, by kind. The rest, most of a request, is never made an object.

An API server adds much to what was applied: managed fields, owner references, a status for every kind. pydantic can
leave out what is not named here while it reads the bytes, and reads faster for it. A part that has another shape than
expected is taken whole: to make sense of it, or not, is for those who read it.
"""

from typing import Annotated, Any, Final

from pydantic import GetPydanticSchema
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from app.resource import names

Object = dict[str, Any]

_ANY: Final = core_schema.any_schema()


def _named(**parts: CoreSchema) -> CoreSchema:
    """Of an object the named parts; whatever is no object, whole."""
    return core_schema.union_schema([_object(parts), _ANY], mode="left_to_right")


def _object(parts: dict[str, CoreSchema]) -> CoreSchema:
    fields = {name: core_schema.typed_dict_field(part, required=False) for name, part in parts.items()}
    return core_schema.typed_dict_schema(fields, extra_behavior="ignore")


def _metadata(*annotations: str, **parts: CoreSchema) -> CoreSchema:
    return _named(deletionTimestamp=_ANY, annotations=_named(**dict.fromkeys(annotations, _ANY)), **parts)


def _without_nulls(child: Object) -> Object:
    """A part that is null is one that is left out; of another shape it comes from something else than an API server."""
    for part in ("metadata", "spec", "status"):
        if not isinstance(child.get(part, {}), dict | None):
            raise PydanticCustomError("child_shape", "{part} of a child must be an object", {"part": part})
    return {name: part for name, part in child.items() if part is not None} if None in child.values() else child


def _children(**parts: CoreSchema) -> CoreSchema:
    """The children of a kind by name; a kind without any may be null."""
    child = core_schema.no_info_after_validator_function(_without_nulls, _object({"metadata": _metadata(), **parts}))
    return core_schema.nullable_schema(core_schema.dict_schema(core_schema.str_schema(), child))


_KINDS: Final = {
    names.SERVICES: _children(
        metadata=_metadata(names.ANNOTATION_ACCEPTED), spec=_named(selector=_ANY), status=_named()
    ),
    names.CONTROLLER_REVISIONS: _children(
        metadata=_metadata(names.ANNOTATION_STANDING), data=_ANY, revision=_ANY, spec=_named(), status=_named()
    ),
    names.DEPLOYMENTS: _children(
        metadata=_metadata(names.ANNOTATION_ACCEPTED, names.LAST_APPLIED, generation=_ANY), spec=_ANY, status=_ANY
    ),
    names.DESTINATION_RULES: _children(spec=_ANY, status=_named()),
    names.GATEWAYS: _children(spec=_named(), status=_named()),
    names.VIRTUAL_SERVICES: _children(spec=_named(http=_ANY), status=_named()),
}

_PARTS: Final = {"type": ["object", "null"]}
_DESCRIBED: Final = {
    "type": "object",
    "properties": dict.fromkeys(("metadata", "spec", "status"), _PARTS),
}
_JSON_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        group: {"anyOf": [{"type": "object", "additionalProperties": _DESCRIBED}, {"type": "null"}]} for group in _KINDS
    },
    "required": list(_KINDS),
}

Children = Annotated[
    dict[str, dict[str, Object] | None],
    GetPydanticSchema(lambda _source, _handler: _object(_KINDS), lambda _schema, _handler: _JSON_SCHEMA),
]
"""By kind, as `Kind.group/version`, then by name."""
