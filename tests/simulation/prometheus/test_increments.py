"""The increments of counters per step, exactly. Checked with Prometheus 3.14.0 and 2.42.0 on the same data.

The limits of the query are Prometheus's: what a counter counted between the last step and its restart is lost, and a
series that was away for longer than the ten minutes counts from 0 again.
"""

import pytest

from tests.simulation.prometheus.notation import Points, ask_range, load

QUERY = (
    "sum by (version) (((last_over_time(m[30s]) - last_over_time(m[10m] offset 30s)) >= 0) or last_over_time(m[30s]))"
)

# Scraped every 5 seconds, asked every 30.
COUNTERS = {
    'm{version="steady",pod="a"}': "0+1x60",
    'm{version="uneven",pod="a"}': "0 0 0 0 0 0 1 1 1 1 1 2 4 4 4 4 4 4 4 4 4 4 4 4 10 10 10 10 10 10 11 11x30",
    'm{version="new",pod="a"}': "_x8 3 3 3 3 5x48",
    'm{version="restarted",pod="a"}': "100+2x14 1+1x45",
    'm{version="restarted twice",pod="a"}': "50x8 2x3 4x4 1x44",
    'm{version="gap",pod="a"}': "7+1x9 _x17 30+1x33",
    'm{version="gone",pod="a"}': "5+1x20",
    'm{version="two pods",pod="a"}': "10+1x60",
    'm{version="two pods",pod="b"}': "_x13 4+3x47",
}

EXPECTED: dict[str, Points] = {
    '{version="gap"}': [(30, 6), (60, 3), (150, 17), (180, 6), (210, 6), (240, 6), (270, 6), (300, 6)],
    '{version="gone"}': [(30, 6), (60, 6), (90, 6), (120, 2)],
    '{version="new"}': [(60, 5), (90, 0), (120, 0), (150, 0), (180, 0), (210, 0), (240, 0), (270, 0), (300, 0)],
    '{version="restarted"}': [
        (30, 12),
        (60, 12),
        (90, 4),
        (120, 6),
        (150, 6),
        (180, 6),
        (210, 6),
        (240, 6),
        (270, 6),
        (300, 6),
    ],
    '{version="restarted twice"}': [
        (30, 0),
        (60, 2),
        (90, 1),
        (120, 0),
        (150, 0),
        (180, 0),
        (210, 0),
        (240, 0),
        (270, 0),
        (300, 0),
    ],
    '{version="steady"}': [
        (30, 6),
        (60, 6),
        (90, 6),
        (120, 6),
        (150, 6),
        (180, 6),
        (210, 6),
        (240, 6),
        (270, 6),
        (300, 6),
    ],
    '{version="two pods"}': [
        (30, 6),
        (60, 6),
        (90, 25),
        (120, 24),
        (150, 24),
        (180, 24),
        (210, 24),
        (240, 24),
        (270, 24),
        (300, 24),
    ],
    '{version="uneven"}': [
        (30, 1),
        (60, 3),
        (90, 0),
        (120, 6),
        (150, 1),
        (180, 0),
        (210, 0),
        (240, 0),
        (270, 0),
        (300, 0),
    ],
}


def test_increments_are_whole_numbers_and_lose_nothing() -> None:
    """A new series counts from 0, a gap in the scrapes is made up for, and after a restart the new value counts."""
    assert ask_range(load(5, COUNTERS), QUERY, 30, 300, 30) == EXPECTED


@pytest.mark.parametrize(
    ("version", "counted"), [("steady", 60), ("uneven", 11), ("new", 5), ("gap", 56), ("gone", 20), ("two pods", 205)]
)
def test_increments_add_up_to_what_was_counted(version: str, counted: float) -> None:
    """Without a restart, the sum over all steps is what the counter counted, to the last request."""
    found = ask_range(load(5, COUNTERS), QUERY, 30, 300, 30)[f'{{version="{version}"}}']
    assert sum(value for _, value in found) == counted


@pytest.mark.parametrize(("missing", "expected"), [(118, 3), (124, 403)], ids=["10 minutes", "10 minutes and a half"])
def test_a_gap_is_made_up_for_within_ten_minutes(missing: int, expected: float) -> None:
    """A series that was away for longer counts from 0 again, as it would in Prometheus."""
    store = load(5, {'m{version="v"}': f"400x6 _x{missing} 403x12"})
    found = ask_range(store, QUERY, 60, 690, 30)['{version="v"}']
    assert sum(value for _, value in found) == expected
