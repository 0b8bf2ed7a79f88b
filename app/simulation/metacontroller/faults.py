"""Faults that can be played: each is armed by a test or a scenario and goes off once, or until it is lifted."""

from collections.abc import Callable
from dataclasses import dataclass, field

from app.simulation.kubernetes.objects import Object


@dataclass
class Faults:
    """What goes wrong.

    Attributes:
        lose_status_writes: so many status writes are lost without an error.
        swallow_syncs: so many syncs do not happen, and nobody notices.
        stale_parent: served once instead of the parent, then dropped; the cache catches up, and that brings a sync.
        stale_children: served once instead of the children, likewise.
        refuse: a child for which this returns a sentence is refused with it.
    """

    lose_status_writes: int = 0
    swallow_syncs: int = 0
    stale_parent: Object | None = None
    stale_children: list[Object] | None = None
    refuse: Callable[[Object], str | None] = field(default=lambda _: None)

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
