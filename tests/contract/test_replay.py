"""Requests as Metacontroller really sends them, and the answers to them."""

import json
from typing import Any

import pytest

from tests.contract.hook import app_at, ask, checking, first, post, recorded, request_of, settled


def test_every_sync_can_be_replayed_byte_for_byte() -> None:
    """A decision is a function of the request, the measurements and the clock, whichever replica makes it."""
    assert len(recorded()) > 30
    for sync in recorded():
        answer = post(app_at(sync), sync.request)
        assert (answer.status_code, answer.content) == (sync.status, sync.response)


@pytest.mark.parametrize("sync", [first(), settled(), checking()], ids=["first", "settled", "checking"])
def test_an_answer_has_the_three_parts_that_metacontroller_reads(sync: Any) -> None:
    """Status, children and the delay until the next look, as JSON."""
    answer = post(app_at(sync), sync.request)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json()) == ["status", "children", "resyncAfterSeconds"]


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "multipart/form-data; boundary=x",
        "?",
        None,
    ],
)
def test_the_content_type_does_not_matter(content_type: str | None) -> None:
    """`curl --data` says that it sends a form; Metacontroller says JSON; the answer is the same."""
    sync = settled()
    headers = {"Content-Type": content_type} if content_type else {}
    answer = post(app_at(sync), sync.request, headers=headers)
    assert (answer.status_code, answer.content) == (200, sync.response)


def test_finalize_lets_an_app_go_with_its_children() -> None:
    """Nothing is waited for: the owner references take the children along."""
    sync = settled()
    answer = post(app_at(sync), {**request_of(sync), "finalizing": True}, "/finalize")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": {}, "children": [], "resyncAfterSeconds": 0.0, "finalized": True},
    )


def test_customize_asks_for_no_related_objects() -> None:
    """All that a decision needs are the children."""
    sync = settled()
    body = {"controller": {}, "parent": request_of(sync)["parent"]}
    answer = post(app_at(sync), body, "/customize")
    assert (answer.status_code, answer.json()) == (200, {"relatedResources": []})


@pytest.mark.parametrize("sync", [first(), settled(), checking()], ids=["first", "settled", "checking"])
@pytest.mark.parametrize(
    "path",
    [
        (),
        ("controller",),
        ("parent",),
        ("parent", "metadata"),
        ("parent", "status"),
        ("parent", "status", "decision"),
        ("parent", "status", "clock"),
    ],
    ids=lambda path: ".".join(path) or "request",
)
def test_unknown_fields_around_what_is_read_are_let_pass(sync: Any, path: tuple[str, ...]) -> None:
    """A newer Metacontroller or Kubernetes may send more; the answer is the same."""
    request = request_of(sync)
    place = request
    for name in path:
        place = place.get(name) or {}
    place["fromTheFuture"] = {"x": [1]}
    answer = post(app_at(sync), request)
    assert (answer.status_code, answer.content) == (200, sync.response)


@pytest.mark.parametrize("part", ["metadata", "spec", "status"])
def test_unknown_fields_of_children_are_let_pass(part: str) -> None:
    """A newer Kubernetes may know more of a Deployment; a settled app stays settled."""
    sync = settled()
    request = request_of(sync)
    for group in request["children"].values():
        for child in group.values():
            child.setdefault(part, {})["fromTheFuture"] = {"x": [1]}
            child["fromTheFuture"] = 1
    answer = post(app_at(sync), request)
    assert answer.status_code == 200
    assert answer.json()["children"] == json.loads(sync.response)["children"]
    assert answer.json()["status"]["phase"] == "Stable"


def test_an_unknown_kind_of_children_is_let_pass() -> None:
    """A CompositeController may list more child resources than this version knows."""
    sync = settled()
    request = request_of(sync)
    request["children"]["Widget.example.org/v9"] = {"a": {"metadata": {}}}
    assert post(app_at(sync), request).content == sync.response


def test_a_kind_without_children_may_be_null() -> None:
    """Go writes an empty map either way."""
    sync = first()
    request = request_of(sync)
    request["children"] = dict.fromkeys(request["children"])
    assert post(app_at(sync), request).content == sync.response


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/sync", "/finalize", "/customize"])
def test_another_method_is_405(method: str, path: str) -> None:
    """The hooks take POST and say so."""
    answer = ask(app_at(first()), method, path)
    assert (answer.status_code, answer.headers["Allow"], answer.json()) == (
        405,
        "POST",
        {"error": "Method Not Allowed."},
    )


@pytest.mark.parametrize("path", ["/", "/sync/", "/SYNC", "/sync/../sync2", "/etc/passwd", "/hooks/sync"])
def test_another_path_is_404(path: str) -> None:
    """Nothing is guessed, and nobody is sent elsewhere."""
    answer = ask(app_at(first()), "POST", path, content=first().request)
    assert (answer.status_code, answer.json()) == (404, {"error": "Not Found."})


@pytest.mark.parametrize("part", ["spec", "status"])
def test_a_part_of_a_child_may_be_null(part: str) -> None:
    """Null is the same as left out."""
    left_out, null = request_of(settled()), request_of(settled())
    for name in left_out["children"]:
        for child in left_out["children"][name].values():
            child.pop(part, None)
        for child in null["children"][name].values():
            child[part] = None
    app = app_at(settled())
    answer = post(app, null)
    assert answer.status_code == 200
    assert answer.content == post(app, left_out).content
