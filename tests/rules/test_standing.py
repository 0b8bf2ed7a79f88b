"""What a revision is to its app."""

from typing import Final

import pytest

from app.resource.status import Phase, Status
from app.rollout.standing import Standing, standing_of

TRYING: Final = (Phase.STARTING, Phase.SHIFTING, Phase.PROMOTING, Phase.ROLLING_BACK)


def committed(phase: Phase) -> Status:
    """Each part is played by the revision of its name."""
    return Status(phase=phase, stable_revision="stable", candidate_revision="candidate", failed_revision="failed")


@pytest.mark.parametrize("phase", Phase, ids=str)
@pytest.mark.parametrize(
    ("revision", "standing"),
    [
        ("stable", Standing.STABLE),
        ("failed", Standing.FAILED),
        ("wanted", Standing.WAITING),
        ("another", Standing.RETIRED),
    ],
)
def test_the_standing_of_a_revision(phase: Phase, revision: str, standing: Standing) -> None:
    """What serves, what failed, what the spec asks for, and the rest are told apart in every phase."""
    assert standing_of(revision, committed(phase), "wanted") is standing


@pytest.mark.parametrize("phase", Phase, ids=str)
def test_a_candidate_is_one_while_it_is_tried(phase: Phase) -> None:
    """Before and after its rollout a candidate is a revision like any other."""
    expected = Standing.CANDIDATE if phase in TRYING else Standing.RETIRED
    assert standing_of("candidate", committed(phase), "wanted") is expected


@pytest.mark.parametrize("part", ["failed_revision", "candidate_revision"])
def test_what_serves_is_stable_whatever_else_it_is(part: str) -> None:
    """A lost status must find the stable revision first."""
    status = committed(Phase.SHIFTING).model_copy(update={part: "stable"})
    assert standing_of("stable", status, "stable") is Standing.STABLE


def test_what_failed_is_not_waiting() -> None:
    """A failed revision that the spec still asks for is remembered as failed (rule R6)."""
    assert standing_of("failed", committed(Phase.FAILED), "failed") is Standing.FAILED
