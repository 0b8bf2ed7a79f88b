"""Reading JSON whose shape nobody promises: what is not what we look for counts as absent."""

from collections.abc import Mapping
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """The object, or an empty one."""
    # Almost everything is a dict; to ask for a Mapping takes ten times as long.
    return value if isinstance(value, dict) or isinstance(value, Mapping) else {}  # noqa: SIM101 - in this order


def entries(value: object) -> list[Mapping[str, Any]]:
    """The objects of a list; what is no object in it is empty, what is no list has none."""
    return [mapping(entry) for entry in value] if isinstance(value, list) else []
