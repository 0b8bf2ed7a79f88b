"""JSON whose shape nobody promises."""

from typing import Any

import pytest

from app.rollout.reading import entries, mapping


@pytest.mark.parametrize(("value", "read"), [({"a": 1}, {"a": 1}), (None, {}), ([], {}), ("a", {}), (7, {})], ids=repr)
def test_what_is_no_object_is_an_empty_one(value: Any, read: dict[str, Any]) -> None:
    """A part of another shape counts as absent."""
    assert mapping(value) == read


@pytest.mark.parametrize(
    ("value", "read"),
    [([{"a": 1}, {}], [{"a": 1}, {}]), ([{"a": 1}, 7], [{"a": 1}, {}]), (None, []), ({"a": 1}, []), ("a", []), (7, [])],
    ids=repr,
)
def test_what_is_no_list_has_no_entries(value: Any, read: list[Any]) -> None:
    """Every entry keeps its place, whatever it is."""
    assert entries(value) == read
