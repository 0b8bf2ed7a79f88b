"""The oracle sees what it is there for: each kind of wrong answer, made by hand, has its objection."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from tests.abuse.attempt import Attempt
from tests.abuse.oracle import Oracle, deliberate
from tests.abuse.recorded import moment_of_case, request_of_case
from tests.abuse.target import SECRET, Answer, Target

IN_A_ROLLOUT: Final = "a-step-under-way-is-checked"
APP: Final = "canaryapp-sample"

Change = Callable[[Any], object]


def real(target: Target) -> tuple[Attempt, Answer]:
    """A request in the middle of a rollout, and its answer."""
    body = request_of_case(IN_A_ROLLOUT)
    attempt = Attempt("none", IN_A_ROLLOUT, "/sync", body, moment_of_case(IN_A_ROLLOUT), "finds nothing")
    return attempt, target.ask(attempt)


def without(kind: str, name: str = APP) -> Change:
    """The answer without that child."""

    def change(body: Any) -> None:
        left = [child for child in body["children"] if (child["kind"], child["metadata"]["name"]) != (kind, name)]
        assert len(left) == len(body["children"]) - 1
        body["children"] = left

    return change


def narrowed(body: Any) -> None:
    """The Service forgets the secondary."""
    (service,) = (child for child in body["children"] if child["kind"] == "Service")
    service["spec"]["selector"]["service"] = "primary"


def without_the_candidate(body: Any) -> None:
    """The template of the candidate goes."""
    without("ControllerRevision", f"{APP}-{body['status']['candidateRevision']}")(body)


BROKEN: Final[dict[str, tuple[Change, str]]] = {
    "primary": (without("Deployment", f"{APP}-primary"), f"Deployment {APP}-primary is left out"),
    "secondary": (without("Deployment", f"{APP}-secondary"), "The secondary is dropped while a route gives it"),
    "service": (without("Service"), f"Service {APP} is left out"),
    "subsets": (without("DestinationRule"), f"DestinationRule {APP} is left out"),
    "route": (without("VirtualService"), f"VirtualService {APP} is left out"),
    "mesh-route": (without("VirtualService", f"{APP}.mesh"), f"VirtualService {APP}.mesh is left out"),
    "revision": (without_the_candidate, f"ControllerRevision {APP}-"),
    "all": (lambda body: body.update(children=[]), "is left out"),
    "narrowed": (narrowed, "The Service forgets the secondary while a route gives it"),
    "no-sentence": (lambda body: body["status"]["decision"].update(message="Because"), "is no sentence"),
    "no-reason": (lambda body: body["status"]["decision"].update(reason="oops"), "is not CamelCase"),
    "not-documented": (lambda body: body.update(resyncAfterSeconds=-1), "not as documented"),
    "no-children": (lambda body: body.pop("children"), "not as documented"),
    "not-storable": (lambda body: body["status"].update(stage="Unheard"), "not as documented"),
    "pruned": (lambda body: body["status"].update(mood="good"), "The API server refuses the status"),
    "endless": (lambda body: body["status"].update(failureMessage="x" * 40_000), "not as documented"),
    "secret": (lambda body: body["status"]["decision"].update(message=f"{SECRET}."), f"holds '{SECRET}'"),
}


@pytest.mark.parametrize(("change", "objection"), BROKEN.values(), ids=BROKEN)
def test_a_wrong_answer_is_objected_to(change: Change, objection: str, target: Target, oracle: Oracle) -> None:
    """Every way in which an answer may harm is seen."""
    attempt, answer = real(target)
    assert list(oracle.objections(attempt, answer)) == []
    body = json.loads(answer.body)
    change(body)
    found = list(oracle.objections(attempt, replace(answer, body=json.dumps(body).encode())))
    assert any(objection in one for one in found), found


UNFORESEEN: Final = b'{"error":"Something unforeseen went wrong, so nothing was decided; the hook\'s log says what."}'


@pytest.mark.parametrize(
    "change",
    [
        {"status": 500, "body": UNFORESEEN},
        {"status": 503, "body": b'{"error":"The hook is not ready."}'},
        {"status": 404, "body": b'{"error":"Not Found."}'},
        {"status": 422, "body": b'{"detail":[{"loc":["body"]}]}'},
        {"status": 422, "body": b'{"error":"no sentence"}'},
        {"status": 422, "body": b'{"error":"One.","more":1}'},
        {"status": 422, "body": b'"Refused."'},
        {"status": 400, "body": b'{"error":"' + b"x" * 1024 + b'."}'},
        {"status": 400, "body": b'{"error":"In /srv/app/sync.py, line 5."}'},
        {"status": 400, "body": b'{"error":"Traceback (most recent call last)."}'},
        {"content_type": "text/plain; charset=utf-8"},
        {"logged": f"The token is {SECRET}."},
    ],
    ids=lambda change: "-".join(f"{value!s:.30}" for value in change.values()),
)
def test_a_wrong_refusal_is_objected_to(change: dict[str, Any], target: Target, oracle: Oracle) -> None:
    """No status but those for the caller's fault, nothing but a sentence, and nothing about the inside."""
    attempt, answer = real(target)
    assert list(oracle.objections(attempt, replace(answer, **change))) != []


def test_only_a_deliberate_500_is_one() -> None:
    """That no answer would be safe is said in sentences of their own."""
    lost = (
        "The template of revision 'abc' of default/shop is lost: no ControllerRevision, no Deployment and not the spec."
    )
    assert deliberate(500, lost)
    assert not deliberate(503, lost)
    assert not deliberate(500, json.loads(UNFORESEEN)["error"])
