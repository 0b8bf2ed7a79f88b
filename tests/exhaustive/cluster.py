"""What a cluster makes of a sync: writes in Metacontroller's order, each of which may fail; pods that come and go."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from tests.exhaustive.state import Child, Children, child, put, without
from tests.exhaustive.things import Health, Object, Things

_SEEN: Final = {Health.UNSEEN: Health.DOWN, Health.UNSEEN_SERVING: Health.ROLLING}
_SERVING: Final = (Health.UNSEEN_SERVING, Health.ROLLING, Health.WHOLE)


class Write(NamedTuple):
    """One write of a sync.

    Attributes:
        key: kind and name.
        before: number of the object that the caches showed, None to create it.
        after: number of the object that is wanted, None to delete it.
    """

    key: str
    before: int | None
    after: int | None

    def __str__(self) -> str:
        """For a story."""
        verb = "created" if self.before is None else "deleted" if self.after is None else "changed"
        return f"{self.key} {verb}"


def writes_of(observed: Children, wanted: dict[str, int]) -> tuple[Write, ...]:
    """What Metacontroller writes: deletes first, then kind by kind."""
    there = {one.key: one.thing for one in observed}
    deletes = [Write(key, thing, None) for key, thing in there.items() if key not in wanted]
    applied = [Write(key, there.get(key), thing) for key, thing in wanted.items() if there.get(key) != thing]
    return (*deletes, *applied)


def applied(children: Children, writes: Iterable[Write], things: Things) -> Children:
    """The children after these writes; one that builds on what is no more so is a conflict, and is left."""
    for write in writes:
        live = child(children, write.key)
        if write.after is None:
            children = without(children, write.key)
        elif (live.thing if live else None) == write.before:
            children = put(children, _written(live, write, things))
    return children


def _written(live: Child | None, write: Write, things: Things) -> Child:
    after = things[write.after or 0].live
    if after["kind"] != "Deployment":
        return Child(write.key, write.after or 0)
    if live is None:
        return Child(write.key, write.after or 0, Health.UNSEEN)
    if things[live.thing].live["spec"] == after["spec"]:
        return Child(write.key, write.after or 0, live.health)
    return Child(write.key, write.after or 0, Health.UNSEEN_SERVING if live.health in _SERVING else Health.UNSEEN)


def edited(live: Child, edit: Callable[[Object], Object], things: Things) -> Child:
    """The child after somebody edited it by hand; what was applied last stays."""
    thing = things[live.thing]
    number = things.number(edit(thing.live), thing.applied)
    return _written(live, Write(live.key, live.thing, number), things)


def image(live: Object) -> str:
    """The version that a Deployment runs."""
    return str(live["spec"]["template"]["spec"]["containers"][0]["image"]).removeprefix("shop:")


def progress(one: Child, bad: frozenset[str], things: Things) -> Child | None:
    """What the Deployment controller and the kubelets do next; None where they have nothing to do."""
    if one.health in _SEEN:
        return one._replace(health=_SEEN[one.health])
    if one.health in (Health.DOWN, Health.ROLLING) and image(things[one.thing].live) not in bad:
        return one._replace(health=Health.WHOLE)
    return None


def breaking(one: Child) -> Child | None:
    """The pods stop being ready; None where none is, or where it is no Deployment."""
    if one.health in _SERVING:
        return one._replace(health=Health.UNSEEN if one.health is Health.UNSEEN_SERVING else Health.DOWN)
    return None
