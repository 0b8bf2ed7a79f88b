"""Finding a place in a JSON value."""

from random import Random
from typing import Any, NamedTuple

_DEEPER = 0.85
"""How often the way goes on where there is something below."""


class Place(NamedTuple):
    """An entry of an object or of a list, by its name or number."""

    inside: Any
    key: Any

    @property
    def value(self) -> Any:
        """What stands there."""
        return self.inside[self.key]

    def put(self, value: Any) -> None:
        """Another value instead."""
        self.inside[self.key] = value


def entries(value: Any) -> list[Any]:
    """The names or numbers of what is in a value; none for a scalar."""
    return list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []


def any_place(random: Random, value: Any) -> Place | None:
    """A place, found by going down at random; None where there is none.

    What is near the root is found as often as what is deep: most of a request's places are in the children's details.
    """
    found = None
    while keys := entries(value):
        found = Place(value, random.choice(keys))
        value = found.value
        if random.random() > _DEEPER:
            break
    return found


def likely_place(random: Random, request: Any) -> Place | None:
    """A place in a request, mostly in what the hook reads: the CanaryApp and the children."""
    around = [part for part in (request.get("parent"), request.get("children")) if entries(part)]
    read = [part[key] for part in around for key in entries(part) if entries(part[key])]
    return any_place(random, random.choice(read) if read and random.random() < _DEEPER else request)
