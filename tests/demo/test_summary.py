"""What the demo says at its end."""

import re

import pytest

from app.cli.summary import Summary, summarize
from app.simulation.play.script import Expectation, Scenario
from app.simulation.scenarios import SCENARIOS
from tests.scenarios.virtual import QUICK, at_the_beginning, at_the_end


def _summary(name: str) -> Summary:
    return summarize(at_the_end(name).stage, SCENARIOS[name], QUICK.settings.settle_seconds)


def test_a_release_is_told_in_plain_words() -> None:
    """v2 was promoted and over which weights; v3 was rolled back, why, and that it is remembered."""
    summary = _summary("release")
    promoted, rolled_back, end = summary.story
    assert re.fullmatch(r"go-status-code-server:v2 was promoted over 10, 20, 30, 40, 50 % in \d+ s\.", promoted)
    assert re.match(
        r"go-status-code-server:v3 was rolled back at \d0 %, and is remembered as failed: "
        r"At \d0 % the candidate fails its check: ",
        rolled_back,
    )
    assert end == "At the end go-status-code-server:v2 serves; the phase is Failed."
    assert re.fullmatch(
        r"\d+ requests answered \([1-9]\d* of them with a 5xx\), 0 lost, \d+ syncs, \d+ writes", summary.figures
    )
    assert summary.good


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        pytest.param(
            "cancel",
            r"go-status-code-server:v2 was given up at 20 %: .* the spec is back at the stable revision \w+\.",
            id="given up",
        ),
        pytest.param(
            "never-ready",
            r"go-status-code-server:never-ready was rolled back before it got traffic, and is remembered as failed: "
            r"The secondary is not available after 10 s: .*",
            id="no traffic",
        ),
    ],
)
def test_other_ends_are_told_apart(name: str, sentence: str) -> None:
    """A version that was given up is not called failed, and one that got no traffic has no weights."""
    assert re.fullmatch(sentence, _summary(name).story[0])


def test_an_expectation_that_does_not_hold_spoils_the_end() -> None:
    """It is shown with its sentence, and it is not good."""
    ends = (Expectation("water is wet", lambda _: True), Expectation("the moon is green", lambda _: False))
    summary = summarize(at_the_beginning().stage, Scenario("a test", (), ends), 0.5)
    assert summary.held == (
        ("water is wet", True),
        ("the moon is green", False),
        ("no request is lost", True),
        ("no safety rule was broken", True),
    )
    assert not summary.good


def test_a_safety_rule_that_was_broken_spoils_the_end() -> None:
    """Each time is told; here the proxies had less time to learn of the secondary than they should have had."""
    summary = summarize(at_the_end("release").stage, SCENARIOS["release"], settle=60.0)
    assert summary.held[-1] == ("no safety rule was broken", False)
    assert summary.broken
    assert all(
        re.fullmatch(r"R1: .* while the way to the secondary has stood for .* s\.", one) for one in summary.broken
    )
    assert not summary.good
