"""What is logged, and in which form."""

import contextlib
import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest

from app import logs
from app import sync as sync_module
from app.settings import Settings
from tests.contract.hook import app_at, checking, first, post, recorded, settled
from tests.contract.test_unforeseen import fail

Capture = pytest.CaptureFixture[str]


def lines(capsys: Capture) -> list[dict[str, Any]]:
    """What was logged, each line parsed."""
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_decision_is_one_line(capsys: Capture) -> None:
    """One JSON object a line, one line a sync, in the order of the syncs."""
    for sync in recorded():
        post(app_at(sync), sync.request)
    logged = lines(capsys)
    decided = [json.loads(sync.response)["status"] for sync in recorded()]
    assert [(line["event"], line["reason"]) for line in logged] == [
        ("decision", status["decision"]["reason"]) for status in decided
    ]


def test_a_line_says_what_was_decided_for_which_app_and_why(capsys: Capture) -> None:
    """App, revision, phase, weight, reason and seconds, and what makes them readable."""
    post(app_at(checking()), checking().request)
    (line,) = lines(capsys)
    status = json.loads(checking().response)["status"]
    assert line.pop("timestamp").endswith("Z")
    assert 0 <= line.pop("seconds") < 60
    assert line == {
        "level": "info",
        "event": "decision",
        "app": "default/shop",
        "revision": status["candidateRevision"],
        "phase": "Shifting",
        "stage": status["stage"],
        "weight": status["weight"],
        "action": status["decision"]["action"],
        "reason": status["decision"]["reason"],
        "message": status["decision"]["message"],
    }


def test_without_a_candidate_the_stable_revision_is_named(capsys: Capture) -> None:
    """The revision is the one that the line is about."""
    post(app_at(settled()), settled().request)
    (line,) = lines(capsys)
    assert line["revision"] == json.loads(settled().response)["status"]["stableRevision"]


@pytest.mark.parametrize("path", ["/finalize", "/customize"])
def test_hooks_without_a_decision_log_none(path: str, capsys: Capture) -> None:
    """Nothing was decided, so there is nothing to say."""
    post(app_at(settled()), settled().request, path)
    assert lines(capsys) == []


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("debug", ["decision", "unforeseen"]),
        ("info", ["decision", "unforeseen"]),
        ("warning", ["unforeseen"]),
        ("error", ["unforeseen"]),
    ],
)
def test_the_level_decides_what_is_said(
    level: str, said: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Decisions are information, defects are errors; configuring again takes effect at once."""
    logs.configure(Settings(log_level="debug"))
    logs.configure(Settings.model_validate({"log_level": level}))
    post(app_at(first()), first().request)
    monkeypatch.setattr(sync_module, "decide", fail)
    post(app_at(first()), first().request)
    assert [line["event"] for line in lines(capsys)] == said


def test_for_people_there_are_plain_lines(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """No JSON and no colours where the output is no terminal; tracebacks show code, and no values of variables."""
    logs.configure(Settings(log_format="console"))
    post(app_at(settled()), settled().request)
    (line,) = capsys.readouterr().out.splitlines()
    assert "[info     ] decision" in line
    assert "app=default/shop" in line
    assert "\x1b" not in line
    monkeypatch.setattr(sync_module, "decide", fail)
    post(app_at(settled()), settled().request)
    out = capsys.readouterr().out
    assert "[error    ] unforeseen" in out
    assert "Traceback (most recent call last):" in out
    assert "registry/shop" not in out


@pytest.fixture
def _root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    httpx_level = logging.getLogger("httpx").level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(httpx_level)


@pytest.mark.usefixtures("_root_logger")
def test_libraries_log_in_the_same_form(capsys: Capture) -> None:
    """What uvicorn says is JSON too, with the name of its logger, and httpx does not report every query."""
    logging.config.dictConfig(logs.of_the_server(Settings()))
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s", "http://127.0.0.1:8080")
    logging.getLogger("uvicorn.error").debug("not said")
    logging.getLogger("httpx").info("HTTP Request: POST http://prom")
    try:
        fail()
    except Exception:
        logging.getLogger("asyncio").exception("lost")
    started, failed = lines(capsys)
    assert started.pop("timestamp").endswith("Z")
    assert started == {"level": "info", "logger": "uvicorn.error", "event": "Uvicorn running on http://127.0.0.1:8080"}
    assert (failed["level"], failed["logger"], failed["event"]) == ("error", "asyncio", "lost")
    assert failed["exception"].startswith("Traceback (most recent call last):")


@pytest.mark.usefixtures("_root_logger")
def test_libraries_follow_level_and_format(capsys: Capture) -> None:
    """The settings are for everything that this process logs."""
    logging.config.dictConfig(logs.of_the_server(Settings(log_format="console", log_level="error")))
    logging.getLogger("uvicorn.error").warning("not said")
    logging.getLogger("uvicorn.error").error("said")
    (line,) = capsys.readouterr().out.splitlines()
    assert "[error    ] said" in line
    assert "\x1b" not in line


def test_lines_follow_standard_output() -> None:
    """A line goes to what standard output is when it is written, not to what it was before."""
    before, now = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(before):
        post(app_at(settled()), settled().request)
    with contextlib.redirect_stdout(now):
        post(app_at(settled()), settled().request)
    assert [len(output.getvalue().splitlines()) for output in (before, now)] == [1, 1]
