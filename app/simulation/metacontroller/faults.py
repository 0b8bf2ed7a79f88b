"""Faults that can be played: each is armed by a test or a scenario and goes off once, or until it is lifted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from app.simulation.kubernetes.errors import AdmissionError
from app.simulation.kubernetes.objects import Object

ChildVerb = Literal["create", "update", "delete", "status"]


class StoppedError(Exception):
    """The process of Metacontroller ends here."""


@dataclass
class Refusal:
    """What an admission rule refuses to Metacontroller (Kubernetes, "Dynamic Admission Control": operations and rules).

    Attributes:
        kind: of the objects, "" for every kind.
        name: of the object, "" for every name.
        verbs: what is refused; `status` is the write of the CanaryApp's own status.
        times: so often; None until it is lifted.
    """

    kind: str = ""
    name: str = ""
    verbs: frozenset[ChildVerb] = frozenset({"create", "update", "delete"})
    times: int | None = None

    def takes(self, verb: ChildVerb, obj: Object) -> bool:
        """Whether it refuses this; counts down where it does."""
        meant = self.kind in {"", obj["kind"]} and self.name in {"", obj["metadata"]["name"]}
        if verb not in self.verbs or not meant or self.times == 0:
            return False
        self.times = None if self.times is None else self.times - 1
        return True


@dataclass
class Stop:
    """The end of the process, and when its successor begins.

    Attributes:
        writes: that it still does: of children, and of the status.
        seconds: without a Metacontroller.
    """

    writes: int
    seconds: float = 0.0


@dataclass
class Faults:
    """What goes wrong.

    Attributes:
        lose_status_writes: so many status writes are lost without an error.
        swallow_syncs: so many syncs do not happen, and nobody notices.
        repeat_syncs: so many syncs are followed by another one without a cause.
        delay_syncs: so many syncs happen later, by `delay_seconds`: all workers are busy.
        delay_seconds: see there.
        stale_parent: served once instead of the parent, then dropped; the cache catches up, and that brings a sync.
        stale_children: served once instead of the children, likewise.
        refuse: a child for which this returns a sentence is refused with it, whether it is to be created or updated.
        refusals: further rules of admission.
        stop: the process ends in the middle of its writes.
    """

    lose_status_writes: int = 0
    swallow_syncs: int = 0
    repeat_syncs: int = 0
    delay_syncs: int = 0
    delay_seconds: float = 0.0
    stale_parent: Object | None = None
    stale_children: list[Object] | None = None
    refuse: Callable[[Object], str | None] = field(default=lambda _: None)
    refusals: list[Refusal] = field(default_factory=list)
    stop: Stop | None = None

    def take_status_write(self) -> bool:
        """Whether this status write is lost."""
        lost = self.lose_status_writes > 0
        self.lose_status_writes -= lost
        return lost

    def take_sync(self) -> bool:
        """Whether this sync is swallowed."""
        swallowed = self.swallow_syncs > 0
        self.swallow_syncs -= swallowed
        return swallowed

    def take_delay(self) -> float:
        """The seconds by which this sync is late."""
        late = self.delay_syncs > 0
        self.delay_syncs -= late
        return self.delay_seconds if late else 0.0

    def take_repeat(self) -> bool:
        """Whether this sync is followed by another one."""
        repeated = self.repeat_syncs > 0
        self.repeat_syncs -= repeated
        return repeated

    def before_write(self, verb: ChildVerb, obj: Object) -> None:
        """Lets a write pass, or does not.

        Raises:
            StoppedError: the process ends before it.
            AdmissionError: it is refused.
        """
        if self.stop is not None:
            if self.stop.writes <= 0:
                raise StoppedError
            self.stop.writes -= 1
        sentence = self.refuse(obj) if verb in {"create", "update"} else None
        if sentence or any(refusal.takes(verb, obj) for refusal in self.refusals):
            raise AdmissionError(sentence or f"The {verb} of {obj['kind']} {obj['metadata']['name']} is refused.")
