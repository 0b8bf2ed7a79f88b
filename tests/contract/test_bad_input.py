"""Input that is no request: a 4xx with a sentence, never a 500, and nothing about the operator's inside."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.abuse.oracle import deliberate
from tests.contract.hook import app_at, checking, first, post, request_of, settled

HOOK = app_at(checking())

NOT_JSON = {
    "nothing": (b"", "EOF while parsing a value at line 1 column 0"),
    "a-word": (b"hello", "expected value at line 1 column 1"),
    "a-form": (b"parent=1&children=2", "expected value at line 1 column 1"),
    "yaml": (b"parent: {}\nchildren: {}", "expected value at line 1 column 1"),
    "half-an-object": (b'{"parent": {', "EOF while parsing an object at line 1 column 12"),
    "two-values": (b"{}{}", "trailing characters at line 1 column 3"),
    "single-quotes": (b"{'parent': 1}", "key must be a string at line 1 column 2"),
    "a-trailing-comma": (b'{"parent": 1,}', "trailing comma at line 1 column 14"),
    "no-utf-8": (b'{"parent": "\xff\xfe"}', "invalid unicode code point at line 1 column 13"),
    "utf-16": ("{}".encode("utf-16"), "expected value at line 1 column 1"),
    "half-a-surrogate": (b'{"parent": "\\ud800"}', "unexpected end of hex escape at line 1 column 19"),
    "deeply-nested-lists": (b"[" * 100_000, "recursion limit exceeded at line 1 column 202"),
    "deeply-nested-objects": (
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        "recursion limit exceeded at line 1 column 1006",
    ),
    "a-number-without-end": (b"9" * 5_000, "number out of range at line 1 column 4302"),
    "not-a-number": (b'{"parent": NaN}', "expected value at line 1 column 12"),
    "infinity": (b'{"parent": Infinity}', "expected value at line 1 column 12"),
}


@pytest.mark.parametrize("path", ["/sync", "/finalize", "/customize"])
@pytest.mark.parametrize(("body", "problem"), NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_400(body: bytes, problem: str, path: str) -> None:
    """The sentence says where the JSON ends to be JSON, on every hook."""
    answer = post(HOOK, body, path)
    assert (answer.status_code, answer.json()) == (400, {"error": f"The body is not JSON: {problem}."})


Change = Callable[[dict[str, Any]], Any]


def put(value: Any, *path: str) -> Change:
    """A request with a value in that place."""

    def change(request: dict[str, Any]) -> dict[str, Any]:
        place = request
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
        return request

    return change


def drop(*path: str) -> Change:
    """A request without that place."""

    def change(request: dict[str, Any]) -> dict[str, Any]:
        place = request
        for name in path[:-1]:
            place = place[name]
        del place[path[-1]]
        return request

    return change


def whole(value: Any) -> Change:
    """Another value instead of the request."""
    return lambda _: value


NOT_AN_OBJECT = "Input should be an object"
OURS = "must be a CanaryApp of canary.atze.io/v1"
DEPLOYMENTS = "Deployment.apps/v1"
ISTIO = ", ".join(f"{kind}.networking.istio.io/v1" for kind in ("DestinationRule", "Gateway", "VirtualService"))

ANOTHER_SHAPE = {
    "a-list": (whole([]), "the body", NOT_AN_OBJECT),
    "a-string": (whole("sync"), "the body", NOT_AN_OBJECT),
    "a-number": (whole(1.5), "the body", NOT_AN_OBJECT),
    "null": (whole(None), "the body", NOT_AN_OBJECT),
    "an-empty-object": (whole({}), "parent", "Field required"),
    "no-parent": (drop("parent"), "parent", "Field required"),
    "a-null-parent": (put(None, "parent"), "parent", NOT_AN_OBJECT),
    "a-list-for-a-parent": (put([], "parent"), "parent", NOT_AN_OBJECT),
    "a-parent-without-kind": (drop("parent", "kind"), "parent.kind", "Field required"),
    "a-parent-without-version": (drop("parent", "apiVersion"), "parent.apiVersion", "Field required"),
    "a-number-for-a-kind": (put(5, "parent", "kind"), "parent.kind", "Input should be a valid string"),
    "another-kind": (put("Deployment", "parent", "kind"), "parent", f"{OURS}, got a Deployment of canary.atze.io/v1"),
    "another-version": (
        put("canary.atze.io/v2", "parent", "apiVersion"),
        "parent",
        f"{OURS}, got a CanaryApp of canary.atze.io/v2",
    ),
    "another-group": (put("apps/v1", "parent", "apiVersion"), "parent", f"{OURS}, got a CanaryApp of apps/v1"),
    "no-metadata": (drop("parent", "metadata"), "parent.metadata", "Field required"),
    "a-string-for-metadata": (put("shop", "parent", "metadata"), "parent.metadata", NOT_AN_OBJECT),
    "no-name": (drop("parent", "metadata", "name"), "parent.metadata.name", "Field required"),
    "an-empty-name": (
        put("", "parent", "metadata", "name"),
        "parent.metadata.name",
        "String should have at least 1 character",
    ),
    "a-number-for-a-name": (
        put(1, "parent", "metadata", "name"),
        "parent.metadata.name",
        "Input should be a valid string",
    ),
    "no-namespace": (drop("parent", "metadata", "namespace"), "parent.metadata.namespace", "Field required"),
    "a-word-for-a-generation": (
        put("new", "parent", "metadata", "generation"),
        "parent.metadata.generation",
        "Input should be a valid integer",
    ),
    "a-list-for-annotations": (
        put([], "parent", "metadata", "annotations"),
        "parent.metadata.annotations",
        NOT_AN_OBJECT,
    ),
    "a-number-for-an-annotation": (
        put({"a": 1}, "parent", "metadata", "annotations"),
        "parent.metadata.annotations.a",
        "Input should be a valid string",
    ),
    "no-children": (drop("children"), "children", "Field required"),
    "null-children": (put(None, "children"), "children", NOT_AN_OBJECT),
    "a-list-of-children": (put([], "children"), "children", NOT_AN_OBJECT),
    "a-list-for-a-group": (put([], "children", DEPLOYMENTS), f"children.{DEPLOYMENTS}", NOT_AN_OBJECT),
    "a-string-for-a-child": (put({"x": "y"}, "children", DEPLOYMENTS), f"children.{DEPLOYMENTS}.x", NOT_AN_OBJECT),
    "a-null-child": (put({"x": None}, "children", DEPLOYMENTS), f"children.{DEPLOYMENTS}.x", NOT_AN_OBJECT),
    "a-list-for-a-child-s-metadata": (
        put({"x": {"metadata": []}}, "children", DEPLOYMENTS),
        f"children.{DEPLOYMENTS}.x",
        "metadata of a child must be an object",
    ),
    "a-number-for-a-child-s-spec": (
        put({"x": {"spec": 1}}, "children", DEPLOYMENTS),
        f"children.{DEPLOYMENTS}.x",
        "spec of a child must be an object",
    ),
    "a-word-for-a-child-s-status": (
        put({"x": {"status": "fine"}}, "children", DEPLOYMENTS),
        f"children.{DEPLOYMENTS}.x",
        "status of a child must be an object",
    ),
    "a-missing-group": (
        drop("children", DEPLOYMENTS),
        "the body",
        f"the children lack {DEPLOYMENTS}, which the CompositeController must list as child resources",
    ),
    "two-missing-groups": (
        put({"Service.v1": {}, DEPLOYMENTS: {}, "ControllerRevision.apps/v1": {}}, "children"),
        "the body",
        f"the children lack {ISTIO}, which the CompositeController must list as child resources",
    ),
    "a-number-as-a-word": (
        put("3", "parent", "metadata", "generation"),
        "parent.metadata.generation",
        "Input should be a valid integer",
    ),
    "a-word-for-yes": (put("yes", "finalizing"), "finalizing", "Input should be a valid boolean"),
    "a-word-for-finalizing": (
        put("perhaps", "finalizing"),
        "finalizing",
        "Input should be a valid boolean",
    ),
}


@pytest.mark.parametrize("path", ["/sync", "/finalize"])
@pytest.mark.parametrize(("change", "where", "problem"), ANOTHER_SHAPE.values(), ids=ANOTHER_SHAPE)
def test_json_of_another_shape_is_422(change: Change, where: str, problem: str, path: str) -> None:
    """The sentence says where the first difference is, and what should be there."""
    answer = post(HOOK, change(request_of(settled())), path)
    assert (answer.status_code, answer.json()) == (422, {"error": f"The request is refused at {where}: {problem}."})


def test_customize_needs_no_children_but_our_parent() -> None:
    """The parent is looked at as in a sync."""
    answer = post(HOOK, {"parent": {"apiVersion": "v1", "kind": "Pod", "metadata": {}}}, "/customize")
    assert (answer.status_code, answer.json()) == (
        422,
        {"error": "The request is refused at parent.metadata.name: Field required."},
    )


LONG = "x" * 100_000


@pytest.mark.parametrize(
    "change",
    [
        put(LONG, "parent", "kind"),
        put(LONG, "parent", "apiVersion"),
        put(LONG, "parent", "metadata", "name"),
        put({LONG: 1}, "parent", "metadata", "annotations"),
        put({LONG: 1}, "children", DEPLOYMENTS),
        put(LONG, "parent", "metadata", "generation"),
        whole([LONG]),
        whole({LONG: LONG}),
    ],
    ids=["kind", "version", "name", "annotation", "child", "generation", "list", "object"],
)
def test_a_refusal_is_short_however_long_the_input(change: Change) -> None:
    """What was sent does not come back: an event in Kubernetes has 1024 characters."""
    answer = post(HOOK, change(request_of(first())))
    assert answer.status_code == 422
    assert len(answer.json()["error"]) <= 1024


@pytest.mark.parametrize(("room", "status"), [(0, 200), (-1, 413)], ids=["at-the-limit", "one-byte-over"])
def test_a_body_over_the_limit_is_413(room: int, status: int) -> None:
    """The limit is the last size that is taken."""
    sync = settled()
    limit = len(sync.request) + 100
    app = app_at(sync, max_body_bytes=limit + room)
    answer = post(app, sync.request + b" " * 100)
    assert answer.status_code == status
    if status != 200:
        assert answer.json() == {"error": f"The body is larger than {limit - 1} bytes."}


def test_a_body_over_the_limit_is_not_read_to_its_end() -> None:
    """Nobody fills the operator's memory: it stops reading where the limit is crossed."""
    sent = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            sent.append(1)
            yield b" " * 512

    answer = post_stream(app_at(first(), max_body_bytes=1024), endless())
    assert (answer.status_code, answer.json()) == (413, {"error": "The body is larger than 1024 bytes."})
    assert len(sent) == 3


def post_stream(app: FastAPI, body: AsyncIterator[bytes]) -> httpx.Response:
    """A POST of a body without a length."""

    async def go() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://hook") as client:
            return await client.post("/sync", content=body)

    return asyncio.run(go())


def test_a_caller_that_goes_away_leaves_nothing_behind(capsys: pytest.CaptureFixture[str]) -> None:
    """A body that ends early is refused like other bad input, without an error in the log."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {"type": "http", "method": "POST", "path": "/sync", "query_string": b"", "headers": []}
    asyncio.run(HOOK(scope, receive, send))
    assert sent[0]["status"] == 400
    assert json.loads(sent[1]["body"]) == {"error": "The body ended early."}
    assert capsys.readouterr().out == ""


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for name, entry in inner for place in _places(entry, (*path, name)))]


ENVELOPE = [
    path
    for path in _places(request_of(checking()))
    if path[:1] != ("children",) or len(path) <= 4  # deeper: the API server knows the shapes of its objects
]


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(ENVELOPE), _ANY)
def test_no_value_in_any_place_is_unforeseen(path: tuple[Any, ...], value: Any) -> None:
    """Whatever stands around and in the CanaryApp: an answer, or a refusal with a sentence."""
    request: Any = request_of(checking())
    if path:
        place = request
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value
    else:
        request = value
    answer = post(HOOK, request)
    assert answer.status_code in {200, 422} or deliberate(answer.status_code, answer.json()["error"])
