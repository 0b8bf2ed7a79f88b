"""What `make soak-rollouts` says at its end."""

from app.rollout.transitions import STAGES
from tests.safety.storm.soak import Report, summary

SHIFTING = frozenset({("Shifting", "Stepping")})


def test_the_soak_says_how_much_it_has_seen() -> None:
    """Runs, stories, steps, syncs and virtual hours of all processes, and which places were not visited."""
    reports = [
        Report(2, 40, 1600, 5000, 7200.0, SHIFTING, frozenset({"StepRunning"})),
        Report(1, 20, 800, 2500, 3600.0, frozenset({("Stable", "Settled")}), frozenset({"UpToDate", "StepRunning"})),
    ]
    first, second = summary(reports, 10).splitlines()
    assert first.startswith("3 runs in 10 minutes on 2 processes: 60 stories of ")
    assert first.endswith(" 2400 steps, 7500 syncs, 3.0 simulated hours.")
    places = sum(map(len, STAGES.values()))
    assert second.startswith(
        f"2 of {places} places (phase and stage) and 2 reasons were visited; missing: Initializing/"
    )
    assert "Shifting/Stepping" not in second


def test_nothing_is_missing_where_all_was_visited() -> None:
    """Then there is no list."""
    everywhere = frozenset((str(phase), str(stage)) for phase, stages in STAGES.items() for stage in stages)
    report = Report(1, 1, 1, 1, 1.0, everywhere, frozenset())
    assert summary([report], 0.5).endswith("places (phase and stage) and 0 reasons were visited.")
