"""The decision: the next status, when to look again, and what must be true of every situation in the tables."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from app.analysis.measurement import Measurement, Samples
from app.resource.status import Action, CheckRecord, Clock, Ending, Phase, Stage, Verdict
from app.rollout.checking import queries_due
from app.rollout.committed import read_committed
from app.rollout.decision import UndecidedError, decide
from app.rollout.reasons import Reason
from app.rollout.revision import Revision
from app.rollout.rules import RULES
from app.rollout.situation import Move, Outcome, Situation, advance, hold
from app.rollout.transitions import IllegalTransitionError
from tests.rules.scene import NOW, QUERY, V1, V2, ago, pods, scene, seen
from tests.rules.table import Row, rows
from tests.rules.tables import every_row

EVERY_ROW: Final = every_row()
CHECKED: Final = {"prometheusQuery": QUERY}
NO_RESULT: Final = Samples(series=0, numbers=0, not_numbers=0, largest=None)
SEVEN: Final = Samples(series=2, numbers=7, not_numbers=0, largest=3.5)


@rows(EVERY_ROW)
def test_what_is_decided_can_be_read_in_the_next_sync(row: Row) -> None:
    """Every status that a decision makes is whole when it comes back as JSON."""
    status = decide(row.scene, (), NOW).status
    written = status.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert read_committed(written, NOW) == status


@rows(tuple(row for row in EVERY_ROW if row.to is None))
def test_a_decision_to_hold_is_the_same_a_moment_later(row: Row) -> None:
    """As long as nothing changes and nothing is due, the status stays as it is: no hot loop (rule R9)."""
    first = decide(row.scene, (), NOW)
    later = (row.look_in or 3600) / 2
    second = decide(replace(row.scene, committed=first.status), (), NOW + timedelta(seconds=later))
    assert second.status == first.status
    assert second.resync_after == (row.look_in - later if row.look_in else 0.0)


@rows(tuple(row for row in EVERY_ROW if row.to is not None))
def test_a_move_starts_the_clock_of_its_stage_anew(row: Row) -> None:
    """A stage is timed from its own beginning, and begins out of place: nothing of it was observed yet (rule R3)."""
    assert decide(row.scene, (), NOW).status.clock == Clock(in_place=False, since=NOW, lost_seconds=0.0)


@rows(EVERY_ROW)
def test_the_same_situation_is_decided_alike_twice(row: Row) -> None:
    """A decision depends on nothing but its arguments."""
    assert decide(row.scene, (), NOW) == decide(row.scene, (), NOW)


@rows(EVERY_ROW)
def test_the_weight_rises_toward_the_secondary_by_steps_alone(row: Row) -> None:
    """No other decision gives the secondary more traffic than it had."""
    decision = decide(row.scene, (), NOW)
    if decision.status.weight > row.scene.committed.weight:
        assert decision.outcome.reason in (Reason.FIRST_STEP, Reason.NEXT_STEP)
        assert decision.status.phase is Phase.SHIFTING


def test_children_that_get_into_place_start_the_time_of_the_stage() -> None:
    """The clock runs from the sync that first sees the children in place; what was waited is remembered."""
    waiting = scene(phase=Phase.SHIFTING, step=1, weight=10, traffic_for=60, out_of_place_for=12, lost_seconds=3)
    assert decide(waiting, (), NOW).status.clock == Clock(in_place=True, since=NOW, lost_seconds=15)


def test_a_move_within_a_phase_keeps_the_time_of_the_phase() -> None:
    """`phaseSince` says since when the phase lasts, not the stage."""
    launching = scene(phase=Phase.STARTING, stage=Stage.LAUNCHING)
    decision = decide(launching, (), NOW)
    assert decision.status.stage is Stage.CONNECTING
    assert decision.status.phase_since == launching.committed.phase_since


def test_a_measurement_counts_in_the_sync_that_took_it() -> None:
    """A failed check ends the rollout at once, not one sync later, and stays in the status."""
    observation = scene(phase=Phase.SHIFTING, step=1, weight=10, traffic_for=60, in_place_for=20, spec=CHECKED)
    (query,) = queries_due(observation, NOW)
    decision = decide(observation, (Measurement(query, SEVEN),), NOW)
    message = "The query returned 7 samples in 2 series, the largest 3.5."
    assert decision.outcome.action is Action.ROLL_BACK
    assert decision.outcome.message == f"At 10 % the candidate fails its check: {message}"
    assert decision.status.checks == (
        CheckRecord(
            name="prometheusQuery",
            verdict=Verdict.FAILED,
            message=message,
            query=query.promql,
            measured_at=NOW,
            window_start=ago(NOW.timestamp() - query.start),
        ),
    )


def test_a_measurement_moves_the_next_one() -> None:
    """After a check that passed in the middle of a step the next one is due one interval later."""
    observation = scene(phase=Phase.SHIFTING, step=1, weight=10, traffic_for=60, in_place_for=12, spec=CHECKED)
    (query,) = queries_due(observation, NOW)
    decision = decide(observation, (Measurement(query, NO_RESULT),), NOW)
    assert decision.outcome.reason is Reason.STEP_RUNNING
    assert decision.status.checks[0].verdict is Verdict.PASSED
    assert decision.status.decision is not None
    assert decision.status.decision.next_look == ago(-10)


def test_a_check_that_is_no_longer_configured_is_forgotten() -> None:
    """Without a query an old verdict decides nothing and leaves the status."""
    observation = scene(
        phase=Phase.SHIFTING, step=1, weight=10, traffic_for=60, in_place_for=12, check=seen(Verdict.FAILED)
    )
    decision = decide(observation, (), NOW)
    assert decision.outcome.reason is Reason.STEP_RUNNING
    assert decision.status.checks == ()


def test_a_rollout_starts_without_the_checks_of_the_last_one() -> None:
    """What was seen of another candidate says nothing about this one."""
    observation = scene(phase=Phase.STABLE, wanted=V2, spec=CHECKED, check=seen(Verdict.FAILED), in_place_for=60)
    decision = decide(observation, (), NOW)
    assert decision.status.phase is Phase.STARTING
    assert decision.status.checks == ()


def test_the_status_shows_the_length_of_the_plan_in_force() -> None:
    """`steps` follows the spec at once."""
    observation = scene(phase=Phase.STABLE, in_place_for=60, spec={"strategy": {"steps": [{"weight": 5}] * 3}})
    decision = decide(replace(observation, committed=observation.committed.model_copy(update={"steps": 1})), (), NOW)
    assert decision.status.steps == 3


@pytest.mark.parametrize("stable", [None, V1], ids=["no revision", "a first revision"])
def test_an_app_that_never_had_a_valid_spec_waits_for_one(stable: Revision | None) -> None:
    """Without settings nothing is decided but to wait."""
    observation = replace(scene(phase=Phase.INITIALIZING, wanted=None, stable=stable), settings=None)
    decision = decide(observation, (), NOW)
    assert decision.outcome == hold(
        Reason.INVALID_SPEC, "Nothing runs yet: the spec is refused.", unblocked_by="a valid spec"
    )
    assert decision.status.steps == 0
    assert decide(replace(observation, committed=decision.status), (), NOW).resync_after == 0.0


def test_a_look_that_is_all_but_due_is_not_asked_for_at_once() -> None:
    """A replica whose clock is behind is called again after 50 ms, not in a hot loop."""
    observation = scene(phase=Phase.SHIFTING, step=1, weight=10, traffic_for=60, in_place_for=29.999)
    assert decide(observation, (), NOW).resync_after == 0.05


def test_a_status_that_was_lost_is_looked_at_again() -> None:
    """What was recovered is looked at again after 5 s, until it is written, even where nothing else changes."""
    observation = scene(phase=Phase.STABLE, in_place_for=60)
    settled = replace(observation, committed=decide(observation, (), NOW).status)
    assert decide(settled, (), NOW).resync_after == 0.0
    assert decide(replace(settled, recovered=True), (), NOW).resync_after == 5.0


def test_a_recovered_status_is_told_of() -> None:
    """The record of a decision that had to recover the status says so, once."""
    observation = scene(phase=Phase.STABLE, in_place_for=60, recovered=True)
    record = decide(observation, (), NOW).status.decision
    assert record is not None
    assert record.message == (
        "What was committed is lost and was recovered from the children. "
        "Revision one (shop:v1) serves all traffic, as the spec asks."
    )


def test_a_long_message_is_cut() -> None:
    """A status is bounded in size: a message has at most 1024 characters."""
    failed = scene(phase=Phase.FAILED, wanted=V2, failed=V2, why_failed="x" * 1024, in_place_for=60)
    record = decide(failed, (), NOW).status.decision
    assert record is not None
    assert record.message.startswith("Revision two (shop:v2) failed and is not tried again: xxx")
    assert record.message.endswith("x…")
    assert len(record.message) == 1024


def test_a_decision_is_recorded_whole() -> None:
    """The record holds what was done, why, what would end the waiting, and when the operator looks again."""
    record = decide(scene(phase=Phase.STABLE, primary=pods(V1, ready=0)), (), NOW).status.decision
    assert record is not None
    assert record.model_dump(mode="json", by_alias=True) == {
        "action": "Hold",
        "reason": "WaitingForPrimary",
        "message": "The primary comes up with shop:v1: 1 of 1 pods updated, 0 available.",
        "unblockedBy": "an available primary",
        "nextLook": "2026-01-01T12:09:50.000Z",
        "since": "2026-01-01T12:00:00.000Z",
    }


def test_a_decision_that_stays_the_same_keeps_its_moment() -> None:
    """Since when it has been the decision is told; decided anew, it is written anew only if something else is said."""
    observation = scene(phase=Phase.STABLE, in_place_for=60)
    first = decide(observation, (), ago(30)).status
    assert first.decision is not None
    again = decide(replace(observation, committed=first), (), NOW).status.decision
    assert again == first.decision
    assert again.since == ago(30)
    other = decide(replace(observation, committed=first, wanted=V2), (), NOW).status.decision
    assert other is not None
    assert (other.reason, other.since) == (Reason.ROLLOUT_STARTED, NOW)


def test_a_move_that_the_tables_do_not_have_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rule that asks for an illegal move raises, and nothing is touched."""

    def leap(_: Situation) -> Outcome:
        return advance(Reason.PROMOTED, "A leap.", Move(Phase.PROMOTING, Stage.UPDATING))

    monkeypatch.setitem(RULES, Phase.STABLE, (leap,))
    with pytest.raises(IllegalTransitionError, match=r"^There is no way from Stable to Promoting\.$"):
        decide(scene(phase=Phase.STABLE), (), NOW)


def test_a_phase_whose_rules_all_keep_silent_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """No decision is made by accident."""
    monkeypatch.setitem(RULES, Phase.STABLE, (lambda _: None,))
    with pytest.raises(UndecidedError, match=r"^No rule of Stable answered\.$"):
        decide(scene(phase=Phase.STABLE), (), NOW)


def test_every_ending_is_seen_in_the_tables() -> None:
    """Each way to end a rollout has an example of how it goes on."""
    assert {row.scene.committed.ending for row in EVERY_ROW} == {None, *Ending}
