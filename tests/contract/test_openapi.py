"""The page that documents the hook."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from app import __version__
from tests.contract.hook import app_at, ask, checking, first, post, recorded, request_of, settled

HOOKS = ("sync", "finalize", "customize")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    answer = ask(app_at(first()), "GET", "/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def validator(document: dict[str, Any], name: str) -> Draft202012Validator:
    """Validates against a schema of the document."""
    return Draft202012Validator({**document, "$ref": f"#/components/schemas/{name}"})


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in a JSON value."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from references(entry)


def test_the_document_says_what_it_describes(document: dict[str, Any]) -> None:
    """An OpenAPI 3.1 document with the operator's name and version."""
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"] == "CanaryApp operator"
    assert document["info"]["version"] == __version__


def test_every_endpoint_is_described(document: dict[str, Any]) -> None:
    """Every path with its method, a description and its answers, each of which is described in turn."""
    methods = {path: set(operations) for path, operations in document["paths"].items()}
    probes = {path: {"get"} for path in ("/healthz", "/readyz", "/metrics")}
    assert methods == {**{f"/{hook}": {"post"} for hook in HOOKS}, **probes}
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    for operation in operations:
        assert operation["description"].endswith(".")
        assert all(answer["description"] for answer in operation["responses"].values())


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    """No reader and no generator of clients meets a name that is not there."""
    found = set(references(document))
    assert "#/components/schemas/SyncRequest" in found
    assert found == {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    """The schemas of bodies are JSON Schema, as OpenAPI 3.1 asks for."""
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(
    ("hook", "takes", "gives"),
    [
        ("sync", "SyncRequest", "SyncResponse"),
        ("finalize", "SyncRequest", "FinalizeResponse"),
        ("customize", "CustomizeRequest", "CustomizeResponse"),
    ],
)
def test_a_hook_s_bodies_are_described(hook: str, takes: str, gives: str, document: dict[str, Any]) -> None:
    """What it takes, what it gives, and the answer to everything that is not served."""
    operation = document["paths"][f"/{hook}"]["post"]
    assert operation["requestBody"] == {"required": True, "content": _json(takes)}
    contents = {status: answer["content"] for status, answer in operation["responses"].items()}
    errors = {status: _json("ErrorAnswer") for status in ("400", "401", "408", "413", "415", "422", "429", "500")}
    assert contents == {"200": _json(gives), **errors}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def test_readiness_and_metrics_are_described(document: dict[str, Any]) -> None:
    """Readiness as JSON, with its 503, and metrics as text."""
    ready = document["paths"]["/readyz"]["get"]["responses"]
    assert {status: answer["content"] for status, answer in ready.items()} == {
        "200": _json("Health"),
        "503": _json("ErrorAnswer"),
    }
    assert list(document["paths"]["/metrics"]["get"]["responses"]["200"]["content"]) == ["text/plain"]


def test_real_requests_and_answers_fit_the_document(document: dict[str, Any]) -> None:
    """What Metacontroller sends and gets is what the page says."""
    for sync in recorded():
        validator(document, "SyncRequest").validate(request_of(sync))
        validator(document, "SyncResponse").validate(json.loads(sync.response))
    request = request_of(settled())
    validator(document, "CustomizeRequest").validate({"controller": {}, "parent": request["parent"]})
    app = app_at(settled())
    validator(document, "FinalizeResponse").validate(post(app, request, "/finalize").json())
    validator(document, "CustomizeResponse").validate(post(app, request, "/customize").json())
    validator(document, "ErrorAnswer").validate(post(app, b"x").json())
    validator(document, "Health").validate(ask(app, "GET", "/healthz").json())


@pytest.mark.parametrize("gone", ["parent", "children"])
def test_a_request_without_its_parts_does_not_fit_the_document(gone: str, document: dict[str, Any]) -> None:
    """The page does not promise that something is taken which the hook refuses."""
    request = request_of(checking())
    del request[gone]
    assert not validator(document, "SyncRequest").is_valid(request)


def test_there_is_a_page_for_people() -> None:
    """`/docs` shows the document."""
    answer = ask(app_at(first()), "GET", "/docs")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert "/openapi.json" in answer.text
    assert "CanaryApp operator" in answer.text
