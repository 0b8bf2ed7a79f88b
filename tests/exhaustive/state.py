"""One state of the small model: all that the next sync, or the next judgement of one, depends on."""

import math
from typing import Final, NamedTuple

from app.simulation.kubernetes.objects import Key
from tests.exhaustive.things import Health

APP: Final = "shop"
PRIMARY: Final = f"Deployment {APP}-primary"
SECONDARY: Final = f"Deployment {APP}-secondary"


LONG_AGO: Final = 2
"""Ticks; what happened so long ago, or before, is the same: everything has settled and is drained."""


class Spec(NamedTuple):
    """What the team asks for.

    Attributes:
        image: the version: "A", "B", "C"; or "D", the fix.
        paused: whether a rollout is held before its next step.
        refused: whether the port is one that no schema would let pass.
    """

    image: str
    paused: bool = False
    refused: bool = False


class Child(NamedTuple):
    """A child that stands.

    Attributes:
        key: kind and name.
        thing: the object's number.
        health: of a Deployment's pods.
    """

    key: str
    thing: int
    health: Health = Health.NONE


Children = tuple[Child, ...]
"""Sorted by key."""


class Parent(NamedTuple):
    """The CanaryApp.

    Attributes:
        spec: what the team asks for.
        retry: how often another try was asked for.
        status: number of the committed status; see `moments.py`.
    """

    spec: Spec
    retry: int
    status: int


class History(NamedTuple):
    """What the invariants need of the past (`Past`), with ticks before now in the place of moments, None for never.

    Attributes:
        widened: since when the Service selects both versions.
        told_apart: since when the subsets tell them apart.
        ways: routes and Services that give the secondary traffic.
        left: since when there has been no such way.
        way_seen: since when the way to both versions has been observed.
        quiet_seen: since when no way to the secondary has been observed.
        drain: seconds that a drained secondary was to be kept.
        tried: the candidate that was started last, and what the spec said then.
        failed: the revision that failed last, and what the spec said then.
        edited: whether somebody has changed the status since the last sync.
        skewed: whether a replica with another clock has answered.
    """

    widened: int | None = None
    told_apart: int | None = None
    ways: frozenset[Key] = frozenset()
    left: int | None = LONG_AGO
    way_seen: int | None = None
    quiet_seen: int | None = None
    drain: float = math.inf
    tried: tuple[str, str] | None = None
    failed: tuple[str, str] | None = None
    edited: bool = False
    skewed: bool = False


class State(NamedTuple):
    """One state.

    Attributes:
        parent: the CanaryApp.
        children: what stands.
        bad: versions whose pods never get ready.
        history: what the invariants need of the past.
        old_parent: what the cache of CanaryApps holds, where it is behind.
        old_children: what the caches of children hold, where they are behind.
        faults: how many may still happen.
        changes: how often the team may still change its mind.
    """

    parent: Parent
    children: Children
    bad: frozenset[str]
    history: History
    old_parent: Parent | None
    old_children: Children | None
    faults: int
    changes: int


def child(children: Children, key: str) -> Child | None:
    """The child with that key."""
    return next((one for one in children if one.key == key), None)


def put(children: Children, *changed: Child) -> Children:
    """The children with some of them new or changed."""
    return tuple(sorted({one.key: one for one in (*children, *changed)}.values()))


def without(children: Children, key: str) -> Children:
    """The children without one of them."""
    return tuple(one for one in children if one.key != key)
