"""How many pods each replica set may have: the numbers of the real Deployment controller."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.simulation.kubernetes.rolling import Limits, Size, grown, read_limits, rescaled, shrunk


@pytest.mark.parametrize(
    ("replicas", "surge", "unavailable", "limits"),
    [
        pytest.param(4, "25%", "25%", Limits(4, 1, 1), id="a quarter of 4"),
        pytest.param(5, "25%", "25%", Limits(5, 2, 1), id="surge is rounded up, unavailability down"),
        pytest.param(1, "25%", "25%", Limits(1, 1, 0), id="one pod is replaced by surge"),
        pytest.param(2, "25%", 0, Limits(2, 1, 0), id="numbers and percentages mix"),
        pytest.param(1, 0, "25%", Limits(1, 0, 1), id="both rounded to 0: one may be missing"),
        pytest.param(0, "25%", "25%", Limits(0, 0, 0), id="no pods"),
        pytest.param(2, 1, 5, Limits(2, 1, 2), id="no more can be missing than there are"),
    ],
)
def test_limits_are_resolved(replicas: int, surge: Any, unavailable: Any, limits: Limits) -> None:
    """Percentages count from the replicas."""
    rolling = {"maxSurge": surge, "maxUnavailable": unavailable}
    read = read_limits({"replicas": replicas, "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}})
    assert read == limits
    assert (read.ceiling, read.floor) == (replicas + limits.surge, replicas - limits.unavailable)


@pytest.mark.parametrize(
    ("limits", "new", "total", "size"),
    [
        pytest.param(Limits(4, 1, 0), 0, 4, 1, id="by the surge"),
        pytest.param(Limits(4, 1, 0), 1, 5, 1, id="not above the ceiling"),
        pytest.param(Limits(4, 9, 0), 0, 4, 4, id="not above the replicas"),
        pytest.param(Limits(4, 1, 0), 0, 0, 4, id="at once where nothing is in the way"),
        pytest.param(Limits(4, 0, 2), 0, 7, 0, id="not while there are too many"),
        pytest.param(Limits(2, 1, 0), 5, 5, 2, id="too large shrinks at once"),
    ],
)
def test_the_newest_replica_set_grows(limits: Limits, new: int, total: int, size: int) -> None:
    """It grows as far as the ceiling lets it."""
    assert grown(limits, new, total) == size


@pytest.mark.parametrize(
    ("limits", "new", "old", "sizes"),
    [
        pytest.param(Limits(2, 1, 0), Size(1, 0), [Size(2, 2)], [2], id="nothing goes before the new pod is available"),
        pytest.param(Limits(2, 1, 0), Size(1, 1), [Size(2, 2)], [1], id="one for one"),
        pytest.param(Limits(4, 1, 1), Size(1, 0), [Size(4, 4)], [3], id="as many as may be missing"),
        pytest.param(Limits(2, 1, 0), Size(1, 0), [Size(2, 1)], [2], id="a broken new pod takes no old one's place"),
        pytest.param(Limits(2, 1, 0), Size(1, 1), [Size(2, 1)], [1], id="what is not available goes first"),
        pytest.param(Limits(10, 3, 2), Size(5, 0), [Size(8, 7)], [8], id="a crash-looping update moves nothing"),
        pytest.param(Limits(10, 3, 2), Size(8, 7), [Size(5, 0)], [1], id="rolled back: broken pods go, in bounds"),
        pytest.param(Limits(4, 1, 0), Size(4, 4), [Size(1, 1), Size(2, 0)], [0, 0], id="at the end all of them"),
        pytest.param(Limits(4, 1, 0), Size(2, 2), [Size(2, 2), Size(1, 1)], [1, 1], id="the oldest first"),
        pytest.param(Limits(0, 0, 0), Size(0, 0), [Size(3, 3)], [0], id="no replicas, no pods"),
    ],
)
def test_older_replica_sets_shrink(limits: Limits, new: Size, old: list[Size], sizes: list[int]) -> None:
    """Broken pods first, then as many as the floor allows."""
    assert shrunk(limits, new, old) == sizes


@pytest.mark.parametrize(
    ("limits", "old_ceiling", "sizes", "after"),
    [
        pytest.param(Limits(4, 1, 0), 3, [2, 0], [4, 0], id="one alone follows, even if it is an old one"),
        pytest.param(Limits(1, 1, 0), 5, [0, 4], [0, 1], id="down at once"),
        pytest.param(Limits(3, 1, 0), 6, [2, 3], [0, 3], id="a newest one that has them all ends the update"),
        pytest.param(Limits(15, 3, 2), 13, [8, 5], [11, 7], id="up in proportion"),
        pytest.param(Limits(6, 1, 1), 13, [8, 5], [4, 3], id="down in proportion"),
        pytest.param(Limits(6, 2, 0), 5, [2, 2, 1], [3, 3, 2], id="the largest takes what rounding leaves"),
        pytest.param(Limits(4, 1, 0), 4, [2, 2], [2, 3], id="up: of equal ones the newer first"),
        pytest.param(Limits(2, 1, 0), 6, [3, 3], [1, 2], id="down: of equal ones the older first"),
        pytest.param(Limits(0, 0, 0), 5, [3, 2], [0, 0], id="to nothing"),
        pytest.param(Limits(4, 1, 0), 5, [3, 2], [3, 2], id="nothing missing, nothing moved"),
    ],
)
def test_a_change_of_replicas_is_shared(limits: Limits, old_ceiling: int, sizes: list[int], after: list[int]) -> None:
    """In the middle of an update every replica set gets its part."""
    assert rescaled(limits, old_ceiling, sizes) == after


LIMITS = st.builds(
    lambda replicas, surge, unavailable: read_limits(
        {"replicas": replicas, "strategy": {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}}
    ),
    st.integers(0, 12),
    st.one_of(st.integers(0, 5), st.integers(1, 100).map(lambda number: f"{number}%")),
    st.one_of(st.integers(0, 5), st.integers(1, 100).map(lambda number: f"{number}%")),
)
SIZES = st.integers(0, 12).flatmap(lambda wanted: st.builds(Size, st.just(wanted), st.integers(0, wanted)))


@settings(derandomize=True, deadline=None, database=None)
@given(LIMITS, SIZES, st.lists(SIZES, min_size=1, max_size=3))
def test_no_step_goes_below_the_floor_or_above_the_ceiling(limits: Limits, new: Size, old: list[Size]) -> None:
    """Whatever is broken, a step leaves as many available pods as the floor asks for, or touches none of them."""
    total = new.wanted + sum(size.wanted for size in old)
    size = grown(limits, new.wanted, total)
    assert size <= limits.replicas
    assert size <= new.wanted or size - new.wanted + total <= limits.ceiling
    after = shrunk(limits, new, old)
    available = new.available + sum(size.available for size in old)
    left = new.available + sum(min(kept, size.available) for kept, size in zip(after, old, strict=True))
    assert left >= min(limits.floor, available)
    assert all(0 <= kept <= size.wanted for kept, size in zip(after, old, strict=True))


@settings(derandomize=True, deadline=None, database=None)
@given(LIMITS, st.integers(0, 3), st.lists(st.integers(0, 12), min_size=1, max_size=4).filter(any))
def test_rescaling_fills_the_room_there_is(limits: Limits, spare: int, sizes: list[int]) -> None:
    """A change of replicas ends at the new count, or at the new ceiling in the middle of an update."""
    after = rescaled(limits, sum(sizes) + spare, sizes)
    assert all(size >= 0 for size in after)
    assert sum(after) in {limits.replicas, limits.ceiling if limits.replicas else 0}
