"""Objects by number: two states are the same where their numbers are, and an object is written out only once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from app.resource import names
from app.resource.names import LAST_APPLIED

Object = dict[str, Any]

KINDS: Final = ("Service", "ControllerRevision", "Deployment", "DestinationRule", "Gateway", "VirtualService")
"""In Metacontroller's order: by group, version and kind."""
_GROUPS: Final = {group.partition(".")[0]: group for group in names.CHILD_GROUPS}


class Health(IntEnum):
    """A Deployment's pods in one word; other objects have none."""

    NONE = 0
    UNSEEN = 1
    """The Deployment controller has not seen the object as it is; no pod is ready."""
    UNSEEN_SERVING = 2
    """The same, and the pods of before are ready."""
    DOWN = 3
    """Seen; no pod is ready."""
    ROLLING = 4
    """Seen; the pods of before are ready, those of the new template are not."""
    WHOLE = 5
    """Seen, updated, available."""


@dataclass(frozen=True)
class Thing:
    """An object as it stands.

    Attributes:
        live: what a request shows of it, without what the API server and the Deployment controller add.
        applied: what was applied last; differs from `live` where somebody edited it by hand.
    """

    live: Object
    applied: Object

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.live["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.live["metadata"]["name"])


class Things:
    """All objects that were ever seen, by number."""

    def __init__(self) -> None:
        """Knows none."""
        self._numbers: dict[str, int] = {}
        self._things: list[Thing] = []
        self._shown: dict[tuple[int, Health], Object] = {}

    def __getitem__(self, number: int) -> Thing:
        """The object with that number."""
        return self._things[number]

    def number(self, live: Object, applied: Object | None = None) -> int:
        """The number of an object; `applied` where somebody has edited what was applied."""
        text = json.dumps([live, applied], sort_keys=True)
        if text not in self._numbers:
            self._numbers[text] = len(self._things)
            self._things.append(Thing(live, applied or live))
        return self._numbers[text]

    def shown(self, number: int, health: Health) -> Object:
        """The object as a request shows it."""
        key = (number, health)
        if key not in self._shown:
            self._shown[key] = _show(self[number], health)
        return self._shown[key]


def group_of(kind: str) -> str:
    """The group of a kind in Metacontroller's request."""
    return _GROUPS[kind]


def _show(thing: Thing, health: Health) -> Object:
    metadata = dict(thing.live["metadata"])
    annotations = {**metadata.get("annotations", {}), LAST_APPLIED: json.dumps(thing.applied)}
    shown = {**thing.live, "metadata": {**metadata, "annotations": annotations, "generation": 2}}
    return shown if health is Health.NONE else {**shown, "status": _status(health, thing.live["spec"]["replicas"])}


def _status(health: Health, replicas: int) -> Mapping[str, int]:
    serving = replicas if health in (Health.UNSEEN_SERVING, Health.ROLLING, Health.WHOLE) else 0
    updated = 0 if health is Health.ROLLING else replicas
    return {
        "observedGeneration": 1 if health in (Health.UNSEEN, Health.UNSEEN_SERVING) else 2,
        "replicas": replicas,
        "updatedReplicas": updated,
        "readyReplicas": serving,
        "availableReplicas": serving,
    }
