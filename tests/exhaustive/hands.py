"""What careless people edit by hand."""

import copy
from collections.abc import Callable
from typing import Final

from tests.exhaustive.state import APP, PRIMARY
from tests.exhaustive.things import Object

_BY_HAND: Final = 60
"""Percent."""


def _weight(percent: int) -> Callable[[Object], Object]:
    def edit(live: Object) -> Object:
        made = copy.deepcopy(live)
        for destination in made["spec"]["http"][0]["route"]:
            secondary = destination["destination"]["subset"] == "secondary"
            destination["weight"] = percent if secondary else 100 - percent
        return made

    return edit


def _widened(live: Object) -> Object:
    made = copy.deepcopy(live)
    made["spec"]["selector"].pop("service", None)
    return made


def _another_image(live: Object) -> Object:
    made = copy.deepcopy(live)
    made["spec"]["template"]["spec"]["containers"][0]["image"] = "shop:by-hand"
    return made


EDITS: Final[tuple[tuple[str, str, Callable[[Object], Object]], ...]] = (
    (f"Somebody gives the secondary {_BY_HAND} %.", f"VirtualService {APP}.mesh", _weight(_BY_HAND)),
    ("Somebody takes the secondary's traffic.", f"VirtualService {APP}.mesh", _weight(0)),
    ("Somebody widens the Service.", f"Service {APP}", _widened),
    ("Somebody sets the primary's image.", PRIMARY, _another_image),
)
"""What is said of it, the child, and what is done to it."""
