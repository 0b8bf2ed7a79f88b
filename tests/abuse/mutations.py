"""What can be done to a request: each kind changes a parsed one in place, at a place that `random` chooses."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

from app.resource import names
from tests.abuse import odd
from tests.abuse.places import Place, entries, likely_place
from tests.abuse.plausible import edited
from tests.abuse.recorded import any_request
from tests.abuse.rendering import twice

Mutation = Callable[[Random, Any], None]


def _with(values: Callable[[Random], Any]) -> Mutation:
    """Another value in some place."""

    def mutate(random: Random, request: Any) -> None:
        if place := likely_place(random, request):
            place.put(values(random))

    return mutate


def _dropped(random: Random, request: Any) -> None:
    if place := likely_place(random, request):
        del place.inside[place.key]


def _retyped(random: Random, request: Any) -> None:
    if place := likely_place(random, request):
        place.put(odd.of_another_type(random, place.value))


def _duplicated(random: Random, request: Any) -> None:
    """The same name twice in an object, with another value; JSON does not say which one counts."""
    place = _named(random, request)
    if place is None:
        return
    other: Any = random.choice((None, {}, odd.scalar(random), odd.copy(place.value)))
    order = list(place.inside.items())
    order.insert(random.randrange(len(order) + 1), (twice(place.key), other))
    _refill(place.inside, order)


def _renamed(random: Random, request: Any) -> None:
    place = _named(random, request)
    if place is not None:
        order = [(odd.name(random, key) if key == place.key else key, one) for key, one in place.inside.items()]
        _refill(place.inside, order)


def _odd_text(random: Random, request: Any) -> None:
    """Odd characters within a string, or within a name."""
    if random.random() < 1 / 4:
        place = _named(random, request)
        if place is not None:
            place.inside[odd.text(random, place.key)] = place.inside.pop(place.key)
        return
    for _ in range(20):
        found = likely_place(random, request)
        if found and isinstance(found.value, str):
            found.put(odd.text(random, found.value))
            return


def _moved(random: Random, request: Any) -> None:
    """A child in another group, or a whole group under another kind."""
    children = request.get("children")
    if not isinstance(children, dict) or not children:
        return
    source, target = random.choice(list(children)), random.choice([*names.CHILD_GROUPS, "Deployment.apps/v2", "Pod.v1"])
    if random.random() < 1 / 4:
        children[target] = children.pop(source)
    elif entries(children[source]) and isinstance(children.setdefault(target, {}), dict):
        name = random.choice(entries(children[source]))
        children[target][name] = children[source].pop(name)


def _swapped(random: Random, request: Any) -> None:
    """Two children under each other's name, or two places with each other's value."""
    children = request.get("children")
    groups = [group for group in children.values() if entries(group)] if isinstance(children, dict) else []
    if groups and random.random() < 1 / 2:
        one, other = random.choice(groups), random.choice(groups)
        first, second = Place(one, random.choice(entries(one))), Place(other, random.choice(entries(other)))
    else:
        found, another = likely_place(random, request), likely_place(random, request)
        if found is None or another is None:
            return
        first, second = found, another
    value, other_value = first.value, second.value
    first.put(other_value if first.inside is second.inside else odd.copy(other_value))
    second.put(value if first.inside is second.inside else odd.copy(value))


def _spliced(random: Random, request: Any) -> None:
    """A part of another real request in the place where it belongs."""
    other = any_request(random)
    part = random.choice(("status", "spec", "metadata", "children", "group"))
    if part == "group" and isinstance(request.get("children"), dict):
        group = random.choice(names.CHILD_GROUPS)
        request["children"][group] = other["children"].get(group)
    elif part == "children":
        request["children"] = other["children"]
    elif isinstance(request.get("parent"), dict):
        request["parent"][part] = other["parent"].get(part)


def _named(random: Random, request: Any) -> Place | None:
    """A place in an object, which has a name."""
    for _ in range(20):
        place = likely_place(random, request)
        if place and isinstance(place.inside, dict):
            return place
    return None


def _refill(target: dict[str, Any], order: list[tuple[str, Any]]) -> None:
    target.clear()
    target.update(order)


MUTATIONS: Final[dict[str, Mutation]] = {
    "dropped": _dropped,
    "nulled": _with(lambda _: None),
    "retyped": _retyped,
    "huge": _with(odd.huge),
    "number": _with(odd.number),
    "nested": _with(odd.nested),
    "duplicated": _duplicated,
    "renamed": _renamed,
    "unicode": _odd_text,
    "moved": _moved,
    "swapped": _swapped,
    "spliced": _spliced,
    "edited": edited,
}
"""By kind. None raises, whatever was done to the request before."""
