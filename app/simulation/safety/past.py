"""What had happened before a sync, as far as a rule asks for it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from app.simulation.kubernetes.objects import SERVICE, VIRTUAL_SERVICE, Key, Object
from app.simulation.kubernetes.store import Write
from app.simulation.safety.seen import Seen, selects_both, share


@dataclass(frozen=True)
class Past:
    """The history before a sync, gathered write by write.

    Attributes:
        settle: seconds that a way must have stood before traffic follows it; of the operator's settings.
        apart: seconds by which the clocks of the hook's replicas may differ.
        widened_at: when the Service last began to select both versions, unix seconds; infinity where it does not.
        ways: routes and Services that give the secondary traffic.
        left_at: when the secondary last lost its last way, unix seconds.
        previous: the sync before, None for the first.
    """

    settle: float
    apart: float = 0.0
    widened_at: float = math.inf
    ways: frozenset[Key] = frozenset()
    left_at: float = -math.inf
    previous: Seen | None = None

    @property
    def last_traffic(self) -> float:
        """When the secondary last got traffic by a route or by the Service's selector; infinity while it does."""
        return math.inf if self.ways else self.left_at

    def wrote(self, at: float, key: Key, after: Object | None) -> Self:
        """The past with one more write: the object as it is from `at` on, None where it is gone."""
        if key.kind not in (SERVICE, VIRTUAL_SERVICE):
            return self
        leads = selects_both(after) if key.kind == SERVICE else share(after) > 0
        changed = replace(
            self,
            ways=self.ways | {key} if leads else self.ways - {key},
            left_at=at if self.ways else self.left_at,
        )
        if key.kind == SERVICE:
            changed = replace(changed, widened_at=min(self.widened_at, at) if leads else math.inf)
        return changed

    def after(self, writes: Iterable[Write], previous: Seen | None) -> Self:
        """The past with these writes, and with another sync before."""
        gathered = self
        for write in writes:
            gathered = gathered.wrote(write.at, write.key, write.after)
        return replace(gathered, previous=previous)
