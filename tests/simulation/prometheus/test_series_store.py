"""The store of time series."""

import pytest

from app.simulation.prometheus.promql.values import Labels
from app.simulation.prometheus.series import SeriesStore


def everything(_: Labels) -> bool:
    """Whatever the labels."""
    return True


def test_samples_of_one_series_come_back_in_their_order() -> None:
    """Whatever the order of the labels they were appended with."""
    store = SeriesStore()
    store.append({"__name__": "m", "a": "1", "b": "2"}, 7.0, 10.0)
    store.append({"b": "2", "a": "1", "__name__": "m"}, 8.0, 20.0)
    (series,) = store.select("m", everything)
    assert (series.times, series.values) == ([10.0, 20.0], [7.0, 8.0])
    assert series.by_label == {"__name__": "m", "a": "1", "b": "2"}


def test_an_empty_label_is_no_label() -> None:
    """As in Prometheus: both are one series."""
    store = SeriesStore()
    store.append({"__name__": "m", "a": ""}, 1.0, 10.0)
    store.append({"__name__": "m"}, 2.0, 20.0)
    assert [series.values for series in store.select("m", everything)] == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("m", ["m b", "m a"]), ("k", ["k a"]), (None, ["k a", "m b", "m a"]), ("x", [])],
    ids=["one metric", "another", "any metric", "none"],
)
def test_series_are_selected_by_metric_in_the_order_of_their_labels(name: str | None, expected: list[str]) -> None:
    """Not in the order of their appearance."""
    store = SeriesStore()
    for metric, pod, zone in (("m", "a", "2"), ("k", "a", "1"), ("m", "b", "1")):
        store.append({"__name__": metric, "a_zone": zone, "pod": pod}, 1.0, 10.0)
    found = [f"{one.by_label['__name__']} {one.by_label['pod']}" for one in store.select(name, everything)]
    assert found == expected


def test_series_are_selected_by_what_matches() -> None:
    """The matcher sees all labels, the name among them."""
    store = SeriesStore()
    store.append({"__name__": "m", "a": "1"}, 1.0, 10.0)
    store.append({"a": "1"}, 2.0, 10.0)
    assert [one.values for one in store.select(None, lambda labels: "__name__" not in labels)] == [[2.0]]
    assert [one.values for one in store.select("m", lambda labels: labels["a"] == "2")] == []


@pytest.mark.parametrize(
    "at", [20.0, 19.999, 20.0004, 0.0], ids=["twice", "earlier", "in the same millisecond", "first"]
)
def test_a_sample_out_of_order_is_refused(at: float) -> None:
    """The series stays as it was, and takes the next sample in order."""
    store = SeriesStore()
    store.append({"__name__": "m"}, 1.0, 20.0)
    with pytest.raises(ValueError, match=r"^A sample at \S+ is out of order: the series has one at 20\.0\.$"):
        store.append({"__name__": "m"}, 2.0, at)
    store.append({"__name__": "m"}, 3.0, 20.001)
    (series,) = store.select("m", everything)
    assert (series.times, series.values) == ([20.0, 20.001], [1.0, 3.0])


def test_series_do_not_order_each_other() -> None:
    """Scrapes of two proxies need not come at once."""
    store = SeriesStore()
    store.append({"__name__": "m", "pod": "a"}, 1.0, 20.0)
    store.append({"__name__": "m", "pod": "b"}, 2.0, 10.0)
    assert [series.times for series in store.select("m", everything)] == [[20.0], [10.0]]


def test_samples_older_than_the_retention_are_dropped() -> None:
    """Seen from the newest sample; one that is exactly as old is kept."""
    store = SeriesStore(retention=60.0)
    for at in (0.0, 30.0, 60.0, 90.0):
        store.append({"__name__": "m"}, at, at)
    (series,) = store.select("m", everything)
    assert (series.times, series.values) == ([30.0, 60.0, 90.0], [30.0, 60.0, 90.0])


def test_series_that_ended_are_forgotten() -> None:
    """A demo that replaces its pods for hours does not grow; a series that comes back starts anew."""
    store = SeriesStore(retention=60.0)
    store.append({"__name__": "m", "pod": "gone"}, 1.0, 0.0)
    for at in range(0, 200, 5):
        store.append({"__name__": "m", "pod": "there"}, 1.0, float(at))
    assert [one.by_label["pod"] for one in store.select("m", everything)] == ["there"]
    assert [one.by_label["pod"] for one in store.select(None, everything)] == ["there"]
    store.append({"__name__": "m", "pod": "gone"}, 2.0, 200.0)
    assert [one.times[-1] for one in store.select("m", everything)] == [200.0, 195.0]


def test_a_series_gives_the_samples_of_a_span() -> None:
    """Open on the left, closed on the right."""
    store = SeriesStore()
    for at in (10.0, 20.0, 30.0):
        store.append({"__name__": "m"}, at * 2, at)
    (series,) = store.select("m", everything)
    assert series.between(10.0, 30.0) == ([20.0, 30.0], [40.0, 60.0])
    assert series.between(30.0, 90.0) == ([], [])
    assert [series.last(0.0, 29.0), series.last(20.0, 29.0), series.last(-10.0, 5.0)] == [40.0, None, None]
