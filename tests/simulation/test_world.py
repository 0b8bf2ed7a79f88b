"""Replicas of the hook, answers that do not arrive, and a Prometheus that is too slow for the hook."""

import asyncio
import json

import pytest

from app.simulation.prometheus.api import Fault, FaultKind
from app.simulation.world import START
from tests.safety.stage import NAME, Theatre


def test_syncs_go_to_the_replicas_in_turn_each_with_its_own_clock() -> None:
    """A status has the time of the replica that decided."""
    theatre = Theatre(replicas=2)
    theatre.set_clocks([30.0, 50.0], [1])
    theatre.release("v2")
    theatre.until("Starting")
    written = theatre.status["phaseSince"]
    ahead = theatre.cluster.now - START + 50
    assert written == f"2026-01-01T00:{int(ahead // 60):02d}:{ahead % 60:06.3f}Z"


def test_an_answer_that_is_lost_changes_nothing_and_is_asked_for_again() -> None:
    """The hook was called and has decided; Metacontroller has heard nothing (pkg/hooks/webhook.go)."""
    theatre = Theatre()
    theatre.world.answers_lost = 1
    before = len(theatre.cluster.history.syncs)
    theatre.release("v2")
    theatre.advance(0.5)
    statuses = [sync.status for sync in theatre.cluster.history.syncs[before:]]
    assert statuses[:1] == [0]
    theatre.until("Starting")


@pytest.mark.parametrize(
    ("seconds", "verdict"),
    [pytest.param(30.0, "Unavailable", id="too slow"), pytest.param(0.0, "Passed", id="not yet")],
)
def test_a_prometheus_that_is_too_slow_gives_no_answer_and_nobody_waits(seconds: float, verdict: str) -> None:
    """In virtual time an answer after the hook's deadline is none."""
    theatre = Theatre()
    theatre.release("v2")
    theatre.until("Shifting")
    theatre.world.prometheus_fault = Fault(FaultKind.SLOW, seconds)
    theatre.advance(3)
    assert [check["verdict"] for check in theatre.status["checks"]] == [verdict]


def test_the_nodes_of_a_deployment_can_be_lost() -> None:
    """The primary is not ready, and the hook says so."""
    theatre = Theatre()
    theatre.cluster.lose_nodes(f"{NAME}-primary", 20.0)
    theatre.advance(3)
    conditions = {one["type"]: one["status"] for one in theatre.status["conditions"]}
    assert conditions["Ready"] == "False"
    assert asyncio.run(theatre.cluster.run_until(lambda _: theatre.rests(), 60))
    assert json.loads(theatre.cluster.history.syncs[-1].response)["status"]["phase"] == "Stable"
