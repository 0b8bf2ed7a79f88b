"""Metacontroller's requests and responses (Metacontroller, "CompositeController", sync hook; v1 hooks).

Only what is read is described; everything else in a request is let pass, since a newer Metacontroller may send more.
"""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.json_schema import models_json_schema
from pydantic_core import PydanticCustomError

from app.observed import Children, Object
from app.resource import names
from app.resource.status import Status


class _Wire(BaseModel):
    """Strict: what is taken is what the JSON schema says; Metacontroller writes no number as a string."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, strict=True)


class ParentMetadata(_Wire):
    """What identifies a CanaryApp."""

    name: Annotated[str, Field(min_length=1, max_length=253)]
    namespace: Annotated[str, Field(min_length=1, max_length=63)]
    generation: int = 0
    annotations: dict[str, str] | None = None


class Parent(_Wire):
    """The CanaryApp."""

    api_version: Annotated[
        str, Field(alias="apiVersion", max_length=317, json_schema_extra={"const": names.API_VERSION})
    ]
    kind: Annotated[str, Field(max_length=63, json_schema_extra={"const": names.KIND})]
    metadata: ParentMetadata
    spec: Any = None
    status: Any = None

    @model_validator(mode="after")
    def _is_ours(self) -> Self:
        if (self.api_version, self.kind) != (names.API_VERSION, names.KIND):
            raise PydanticCustomError(
                "foreign_parent",
                f"must be a {names.KIND} of {names.API_VERSION}, got a {{kind}} of {{version}}",
                {"kind": self.kind, "version": self.api_version},
            )
        return self


class SyncRequest(_Wire):
    """The observed state: a CanaryApp and the children that Metacontroller found, by kind and name."""

    parent: Parent
    children: Annotated[
        Children,
        Field(description="By `Kind.group/version`, then by name; a group for each child resource, even if empty."),
    ]
    finalizing: bool = False

    @model_validator(mode="after")
    def _has_every_group(self) -> Self:
        # A kind that Metacontroller does not watch looks like one without objects; acting on that would be blind.
        missing = [group for group in names.CHILD_GROUPS if group not in self.children]
        if missing:
            raise PydanticCustomError(
                "missing_groups",
                "the children lack {missing}, which the CompositeController must list as child resources",
                {"missing": ", ".join(missing)},
            )
        return self

    def standing(self, group: str) -> dict[str, Object]:
        """The children of a kind by name, without those that are being deleted."""
        found = self.children[group] or {}
        return {name: child for name, child in found.items() if not _is_going(child)}


_Resync = Annotated[
    float, Field(alias="resyncAfterSeconds", ge=0, description="When to ask again without an event; 0 for never.")
]


class SyncResponse(_Wire):
    """The desired state. A child that is left out is deleted."""

    status: Status
    children: list[Object]
    resync_after_seconds: _Resync = 0.0


class FinalizeResponse(_Wire):
    """The answer to a finalize hook, which this operator does not need: owner references take the children along."""

    status: Object
    children: list[Object]
    resync_after_seconds: _Resync = 0.0
    finalized: bool


class CustomizeRequest(_Wire):
    """The CanaryApp that related objects are asked for."""

    parent: Parent


class CustomizeResponse(_Wire):
    """The answer to a customize hook: no related objects are needed."""

    related_resources: Annotated[list[Object], Field(alias="relatedResources")] = []


class Health(_Wire):
    """How the process is."""

    status: str


class ErrorAnswer(_Wire):
    """Why a request was not served."""

    error: Annotated[str, Field(description="A sentence.")]


def request_schemas() -> dict[str, Any]:
    """The JSON schemas of all requests by name, for `#/components/schemas` of an OpenAPI document."""
    _, schemas = models_json_schema(
        [(SyncRequest, "validation"), (CustomizeRequest, "validation")], ref_template="#/components/schemas/{model}"
    )
    return dict(schemas["$defs"])


def _is_going(child: Object) -> bool:
    metadata = child.get("metadata")
    return isinstance(metadata, dict) and metadata.get("deletionTimestamp") is not None
