"""The names, labels and values on `/metrics`: dashboards and alerts are built on them."""

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from app import sync as sync_module
from app.telemetry import Telemetry
from tests.contract.hook import app_at, ask, checking, post, settled
from tests.contract.test_unforeseen import fail

SYNCS = "canaryapp_sync_duration_seconds"
QUERIES = "canaryapp_prometheus_query_duration_seconds"
DECISIONS = "canaryapp_decisions"

Values = dict[tuple[str, ...], float]


def values(app: FastAPI, name: str) -> Values:
    """The samples of a series that are not zero, by their labels' values."""
    text = ask(app, "GET", "/metrics").text
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name and sample.value
    }


def test_the_families_and_their_labels_are_these() -> None:
    """Three families: syncs by hook and outcome, queries by outcome, decisions by action and reason."""
    app = app_at(checking())
    post(app, checking().request)
    answer = ask(app, "GET", "/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    families = {family.name: family for family in text_string_to_metric_families(answer.text)}
    assert {name: (family.type, family.documentation) for name, family in families.items()} == {
        SYNCS: ("histogram", "Requests of Metacontroller by hook and outcome."),
        QUERIES: ("histogram", "Queries to Prometheus by outcome."),
        DECISIONS: ("counter", "Decisions by kind and reason."),
    }
    labels = {name: {label for one in family.samples for label in one.labels} for name, family in families.items()}
    assert labels == {SYNCS: {"hook", "outcome", "le"}, QUERIES: {"outcome", "le"}, DECISIONS: {"action", "reason"}}


def test_every_outcome_is_there_from_the_start() -> None:
    """The first error is an increase from zero, so that an alert on it fires."""
    text = ask(app_at(checking()), "GET", "/metrics").text
    for hook in ("sync", "finalize", "customize"):
        for outcome in ("ok", "refused", "error"):
            assert f'{SYNCS}_count{{hook="{hook}",outcome="{outcome}"}} 0.0' in text
    for outcome in ("answered", "unanswered"):
        assert f'{QUERIES}_count{{outcome="{outcome}"}} 0.0' in text


def test_requests_are_counted_by_hook_and_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """Served, refused and failed are told apart, on each hook; probes and scrapes do not count."""
    app = app_at(settled())
    for body in (settled().request, settled().request, b"x", b"[]"):
        post(app, body)
    post(app, settled().request, "/finalize")
    post(app, b"{}", "/customize")
    ask(app, "GET", "/healthz")
    ask(app, "GET", "/sync")
    with monkeypatch.context() as broken:
        broken.setattr(sync_module, "decide", fail)
        post(app, settled().request)
    assert values(app, f"{SYNCS}_count") == {
        ("sync", "ok"): 2,
        ("sync", "refused"): 2,
        ("sync", "error"): 1,
        ("finalize", "ok"): 1,
        ("customize", "refused"): 1,
    }


def test_a_query_is_counted_by_whether_it_was_answered() -> None:
    """Once for each query that was sent; a sync without one, or with one that was just answered, counts nothing."""
    answered = app_at(checking())
    post(answered, checking().request)
    post(answered, checking().request)
    assert values(answered, f"{QUERIES}_count") == {("answered",): 1}
    unanswered = app_at(checking(), prometheus=httpx.MockTransport(lambda _: httpx.Response(503)))
    post(unanswered, checking().request)
    assert values(unanswered, f"{QUERIES}_count") == {("unanswered",): 1}
    quiet = app_at(settled())
    post(quiet, settled().request)
    assert values(quiet, f"{QUERIES}_count") == {}


def test_decisions_are_counted_by_kind_and_reason() -> None:
    """What is refused is no decision."""
    app = app_at(settled())
    post(app, settled().request)
    post(app, settled().request)
    post(app, b"{}")
    assert values(app, f"{DECISIONS}_total") == {("Hold", "UpToDate"): 2}


def test_seconds_go_into_buckets_below_the_webhook_s_timeout() -> None:
    """From a millisecond to ten seconds; the sum has what was observed."""
    telemetry = Telemetry()
    telemetry.sync_ended("sync", "ok", 0.003)
    telemetry.query_ended("answered", 7.0)
    text = telemetry.render().decode()
    assert f'{SYNCS}_bucket{{hook="sync",le="0.0025",outcome="ok"}} 0.0' in text
    assert f'{SYNCS}_bucket{{hook="sync",le="0.005",outcome="ok"}} 1.0' in text
    assert f'{SYNCS}_sum{{hook="sync",outcome="ok"}} 0.003' in text
    assert f'{QUERIES}_bucket{{le="5.0",outcome="answered"}} 0.0' in text
    assert f'{QUERIES}_bucket{{le="10.0",outcome="answered"}} 1.0' in text


def test_two_hooks_in_one_process_count_for_themselves() -> None:
    """Metrics belong to a hook, not to the process."""
    one, other = app_at(settled()), app_at(settled())
    post(one, settled().request)
    assert values(one, f"{SYNCS}_count") == {("sync", "ok"): 1}
    assert values(other, f"{SYNCS}_count") == {}
