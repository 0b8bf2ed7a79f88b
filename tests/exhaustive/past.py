"""The past of a state: kept in ticks, and told to the invariants in moments."""

import math
from collections.abc import Mapping
from typing import Any, Final

from app.simulation.kubernetes.objects import Key, key_of
from app.simulation.safety.past import Past
from app.simulation.safety.seen import Seen
from tests.exhaustive.moments import NOW, SETTLE, TICK
from tests.exhaustive.state import APP, LONG_AGO, Children, History
from tests.exhaustive.things import Things

_AGES: Final = ("widened", "told_apart", "left", "way_seen", "quiet_seen")
_MOMENTS: Final = ("widened_at", "told_apart_at", "left_at", "way_seen", "quiet_seen")
_STRANGER: Final = Seen(
    at=0.0,
    request={"parent": {"metadata": {"name": APP, "generation": 0}}, "children": {}},
    response={
        "status": {"phase": "Elsewhere", "conditions": [{"type": "Reconciling", "status": "True"}]},
        "children": [],
    },
)
"""A sync after which the status was changed by somebody."""


def past_of(history: History) -> Past:
    """As the invariants take it, at `NOW`."""
    ages = (getattr(history, field) for field in _AGES)
    moments = dict(zip(_MOMENTS, map(_moment, ages), strict=True))
    return Past(
        settle=SETTLE * TICK,
        apart=TICK if history.skewed else 0.0,
        ways=history.ways,
        drain=history.drain,
        tried=history.tried,
        failed=history.failed,
        previous=_STRANGER if history.edited else None,
        **moments,
    )


def later(history: History) -> History:
    """One tick later."""
    ages: dict[str, Any] = {}
    for field in _AGES:
        age = getattr(history, field)
        ages[field] = None if age is None else min(age + 1, LONG_AGO)
    return history._replace(**ages)


def answered(history: History, seen: Seen) -> History:
    """With a sync that was answered; the next one follows it."""
    return _history(past_of(history).remembering(seen), history)._replace(edited=False)


def written(history: History, before: Children, after: Children, things: Things) -> History:
    """With all that changed from some children to others."""
    if before == after:
        return history
    past = past_of(history)
    old, new = ({one.key: one.thing for one in children} for children in (before, after))
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            live = things[new[key]].live if key in new else None
            past = past.wrote(NOW.timestamp(), _key(things[new.get(key, old.get(key, 0))].live), live)
    return _history(past, history)


def _key(live: Mapping[str, Any]) -> Key:
    return key_of(dict(live))


def _history(past: Past, before: History) -> History:
    ages: dict[str, Any] = {field: _age(getattr(past, moment)) for field, moment in zip(_AGES, _MOMENTS, strict=True)}
    return before._replace(ways=past.ways, drain=past.drain, tried=past.tried, failed=past.failed, **ages)


def _moment(age: int | None) -> float:
    return math.inf if age is None else NOW.timestamp() - age * TICK


def _age(moment: float) -> int | None:
    if moment == math.inf:
        return None
    return LONG_AGO if moment == -math.inf else min(LONG_AGO, round((NOW.timestamp() - moment) / TICK))
