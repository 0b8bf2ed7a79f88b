"""Whatever goes wrong inside: a 500 with a sentence, one line in the log with the traceback, and a count."""

import json
from typing import Any

import httpx
import pytest

from app import endpoint, logs
from app import sync as sync_module
from app.rollout.observation import UnrecoverableError
from tests.contract.hook import app_at, ask, checking, post

SECRET = "hunter2 in /srv/secret.py"  # noqa: S105 - stands for what an exception may carry
SENTENCE = "Something unforeseen went wrong, so nothing was decided; the hook's log says what."


class DefectError(Exception):
    """A defect."""


def fail(*_: Any, **__: Any) -> Any:
    """Raises."""
    raise DefectError(SECRET)


PLACES = [
    (sync_module, "observe"),
    (sync_module, "queries_due"),
    (sync_module, "decide"),
    (sync_module, "desired_children"),
    (logs, "log_decision"),
    (endpoint, "read_body"),
]


@pytest.mark.parametrize(("module", "function"), PLACES, ids=[function for _, function in PLACES])
def test_a_defect_is_a_500_without_details(
    module: Any, function: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The caller learns that nothing was decided; the log has the traceback in one line; the metrics count it."""
    app = app_at(checking())
    monkeypatch.setattr(module, function, fail)
    answer = post(app, checking().request)
    assert (answer.status_code, answer.json()) == (500, {"error": SENTENCE})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["level"], line["event"], line["path"], line["error"]) for line in lines] == [
        ("error", "unforeseen", "/sync", SECRET)
    ]
    assert lines[0]["exception"].startswith("Traceback (most recent call last):")
    assert lines[0]["exception"].endswith(f"DefectError: {SECRET}")
    metrics = ask(app, "GET", "/metrics").text
    assert 'canaryapp_sync_duration_seconds_count{hook="sync",outcome="error"} 1.0' in metrics
    assert 'canaryapp_sync_duration_seconds_count{hook="sync",outcome="ok"} 0.0' in metrics


def test_a_defect_on_the_way_to_prometheus_is_a_500(capsys: pytest.CaptureFixture[str]) -> None:
    """What is neither the network's nor a server's fault is no verdict on the candidate."""
    app = app_at(checking(), prometheus=httpx.MockTransport(fail))
    answer = post(app, checking().request)
    assert (answer.status_code, answer.json()) == (500, {"error": SENTENCE})
    (line,) = capsys.readouterr().out.splitlines()
    assert f"DefectError: {SECRET}" in json.loads(line)["exception"]


def test_a_sync_after_a_defect_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect leaves nothing behind: the same request is answered once it is gone."""
    app = app_at(checking())
    with monkeypatch.context() as broken:
        broken.setattr(sync_module, "decide", fail)
        assert post(app, checking().request).status_code == 500
    assert post(app, checking().request).content == checking().response


def test_what_cannot_be_answered_safely_is_a_500_that_says_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where any answer would delete what must stand, Metacontroller's event tells the user the reason."""

    def refuse(*_: Any) -> Any:
        raise UnrecoverableError("The template of revision 'abc' of default/shop is lost." + "x" * 2000)

    app = app_at(checking())
    monkeypatch.setattr(sync_module, "observe", refuse)
    answer = post(app, checking().request)
    assert answer.status_code == 500
    assert answer.json()["error"].startswith("The template of revision 'abc' of default/shop is lost.")
    assert len(answer.json()["error"]) == 1024
    (line,) = capsys.readouterr().out.splitlines()
    logged = json.loads(line)
    assert (logged["level"], logged["event"]) == ("error", "unrecoverable")
    assert logged["message"].startswith("The template of revision 'abc' of default/shop is lost.")
    assert "exception" not in logged
    assert 'canaryapp_sync_duration_seconds_count{hook="sync",outcome="error"} 1.0' in ask(app, "GET", "/metrics").text
