"""The tables of the phases are whole: no rule, no reason and no way between phases is left out."""

from typing import Final

import pytest

from app.resource.status import Phase
from app.rollout.decision import decide
from app.rollout.fit import tick
from app.rollout.reasons import Reason
from app.rollout.rules import RULES
from app.rollout.situation import Outcome, Rule, Situation
from app.rollout.transitions import TRANSITIONS
from tests.rules.scene import NOW
from tests.rules.table import Row
from tests.rules.tables import TABLES, every_row

ALONE: Final = {
    "first_revision_is_known_to_fail": "needs a spec that is not refused",
    "promoted_primary_overdue": "the first rule of its stage",
    "draining": "the first rule of its stage",
}
"""Rules that no earlier one of their phase can come before, and why; the first rule of each phase is another."""


def answering(row: Row) -> list[Rule]:
    """The rules of the row's phase that would answer, in their order; the first one wins."""
    observation = row.scene
    assert observation.settings is not None
    check = observation.committed.checks[0] if observation.committed.checks else None
    situation = Situation(observation, observation.settings, tick(observation, NOW), check, NOW)
    outcomes = [(rule, rule(situation)) for rule in RULES[observation.committed.phase]]
    assert all(outcome is None or isinstance(outcome, Outcome) for _, outcome in outcomes)
    return [rule for rule, outcome in outcomes if outcome]


def phases_and_rules() -> list[tuple[Phase, Rule]]:
    """Every rule of every table."""
    return [(phase, rule) for phase in TABLES for rule in RULES[phase]]


def named(value: object) -> str:
    """A readable id."""
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("phase", "rule"), phases_and_rules(), ids=named)
def test_every_rule_answers_in_some_row(phase: Phase, rule: Rule) -> None:
    """No rule is without an example."""
    assert any(answering(row)[0] is rule for row in TABLES[phase])


@pytest.mark.parametrize(("phase", "rule"), phases_and_rules(), ids=named)
def test_every_rule_yields_to_an_earlier_one_in_some_row(phase: Phase, rule: Rule) -> None:
    """The order of the rules is promised: each has an example where an earlier one comes first."""
    yields = any(rule in answering(row)[1:] for row in TABLES[phase])
    cannot = rule is RULES[phase][0] or rule.__name__ in ALONE
    assert yields is not cannot


@pytest.mark.parametrize("reason", Reason, ids=str)
def test_every_reason_is_given_in_some_row(reason: Reason) -> None:
    """No reason is without an example."""
    assert any(row.reason is reason for row in every_row())


def test_every_way_between_phases_is_taken_in_some_row() -> None:
    """The transition table has no way that no rule takes."""
    taken = {
        (row.scene.committed.phase, row.to[0])
        for row in every_row()
        if row.to and row.to[0] is not row.scene.committed.phase
    }
    assert taken == set(TRANSITIONS)


def test_the_sentences_of_a_table_are_told_apart() -> None:
    """A row that fails can be found by its sentence."""
    for table in TABLES.values():
        names = [row.name for row in table]
        assert len(set(names)) == len(names)


def test_reasons_are_camel_case_and_messages_are_sentences() -> None:
    """Reasons are as the Kubernetes API conventions ask for; messages begin like a sentence and fit the schema."""
    for row in every_row():
        record = decide(row.scene, (), NOW).status.decision
        assert record is not None
        assert record.reason.isalnum()
        assert record.reason[0].isupper()
        assert record.message[0].isupper()
        assert len(record.message) <= 1024


def test_what_waits_for_something_says_what_or_when() -> None:
    """A hold that is not at rest names what would end it, or when it ends by itself (rule R10)."""
    for row in every_row():
        if row.to is None and row.reason is not Reason.UP_TO_DATE:
            assert row.unblocked_by or row.look_in, row.name
