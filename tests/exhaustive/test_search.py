"""Every order of things within a bound: no safety rule is broken, and there is always a way to rest."""

import pytest

from app.resource.status import Phase, Stage
from app.rollout.reasons import Reason
from app.rollout.rules import RULES
from app.rollout.situation import Move, Outcome, Situation, advance
from app.rollout.transitions import STAGES
from app.simulation.safety import INVARIANTS
from tests.exhaustive.search import Bounds, Search
from tests.safety.test_every_rule_is_watched import ROWS, Patch, Sabotage

EVERY_PLACE = {(phase.value, stage.value) for phase, stages in STAGES.items() for stage in stages}
NO_STATUS = ("None", "None")


def untested(patch: Patch) -> None:
    """Whatever the spec asks for serves at once."""

    def trusted(s: Situation) -> Outcome | None:
        if s.wanted is None or s.wanted.name == s.committed.stable_revision:
            return None
        changes = {"stable_revision": s.wanted.name, "stable_image": s.wanted.image}
        return advance(Reason.PROMOTED, "It will be all right.", Move(Phase.STABLE, Stage.SETTLED, changes))

    patch.setitem(RULES, Phase.STABLE, (trusted, *RULES[Phase.STABLE]))


SOUGHT: dict[str, tuple[str, Sabotage]] = {
    name: (rule, sabotage)
    for name, (rule, sabotage, _) in ROWS.items()
    # Left to the state machine: two accidents, a second change, and asking the same question twice.
    if name
    not in (
        "the-service-narrowed-under-traffic",
        "an-untested-image-promoted",
        "another-answer-to-the-same-question",
    )
} | {"a-revision-that-nobody-tried": ("R7", untested)}


def test_one_accident_and_one_change_of_mind_in_any_order_break_no_rule() -> None:
    """From the creation of an app on every state is visited, R1 to R10 hold in each, and from each there is a way to
    rest, past which a fix gets through.
    """
    report = Search(Bounds(faults=1, changes=1)).run()
    assert not report.findings, str(report)
    assert report.complete
    assert report.places == {NO_STATUS, *EVERY_PLACE}


@pytest.mark.parametrize(("rule", "sabotage"), SOUGHT.values(), ids=SOUGHT)
def test_a_broken_rule_is_found(rule: str, sabotage: Sabotage, monkeypatch: Patch) -> None:
    """Code that breaks a safety rule is found, with the story that leads there."""
    sabotage(monkeypatch)
    report = Search(Bounds(faults=0, changes=1, until=rule)).run()
    assert rule in report.findings, str(report)
    found = report.findings[rule]
    assert str(found).startswith(f"{rule}: {found.sentence}")
    assert all(f"{number:3}. " in str(found) for number in range(1, len(found.story) + 1))


def test_every_rule_is_broken_by_a_row() -> None:
    """No rule goes without a proof that the search notices."""
    assert {rule for rule, _ in SOUGHT.values()} == set(INVARIANTS)


def test_a_story_is_a_shortest_one() -> None:
    """The first revision is committed by the first sync, so a defect in its sentence has a story of one line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RULES, Phase.INITIALIZING, (lambda _: advance(Reason.FIRST_REVISION, "hm", INITIAL),))
        found = Search(Bounds(faults=1, changes=1, until="R10")).run().findings["R10"]
    assert [line.partition(":")[0] for line in found.story] == ["Sync"]


INITIAL = Move(Phase.INITIALIZING, Stage.SETTLED)
