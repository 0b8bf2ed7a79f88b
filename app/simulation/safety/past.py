"""What had happened before a sync, as far as a rule asks for it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Self

from app.simulation.kubernetes.objects import DESTINATION_RULE, SERVICE, VIRTUAL_SERVICE, Key, Object
from app.simulation.kubernetes.store import Write
from app.simulation.safety.seen import Seen, leads, selects_both, share, subsets_stand

DRAIN: Final = 30
"""Seconds; the default of `drainSeconds`."""


@dataclass(frozen=True)
class Past:
    """The history before a sync, gathered write by write and sync by sync.

    Attributes:
        settle: seconds that a way must have stood before traffic follows it; of the operator's settings.
        apart: seconds by which the clocks of the hook's replicas may differ; a wait may be shorter by so much.
        widened_at: when the Service last began to select both versions, unix seconds; infinity where it does not.
        told_apart_at: when the subsets last began to tell the versions apart, likewise.
        ways: routes and Services that give the secondary traffic.
        left_at: when the secondary last lost its last way, unix seconds.
        way_seen: since which sync the way to both versions has been observed, infinity where it was not.
        quiet_seen: since which sync no way to the secondary has been observed, likewise.
        drain: `drainSeconds` as it was when the secondary was last found to be drained.
        tried: the candidate that was started last, and what the spec said then.
        failed: the revision that failed last, and what the spec said then; None once the spec has named another.
        previous: the sync before, None for the first.
    """

    settle: float
    apart: float = 0.0
    widened_at: float = math.inf
    told_apart_at: float = -math.inf
    ways: frozenset[Key] = frozenset()
    left_at: float = -math.inf
    way_seen: float = math.inf
    quiet_seen: float = math.inf
    drain: float = math.inf
    tried: tuple[str, str] | None = None
    failed: tuple[str, str] | None = None
    previous: Seen | None = None

    @property
    def last_traffic(self) -> float:
        """When the secondary last got traffic by a route or by the Service's selector; infinity while it does."""
        return math.inf if self.ways else self.left_at

    @property
    def way_since(self) -> float:
        """Since when the Service and the subsets have led to both versions; infinity where they do not."""
        return max(self.widened_at, self.told_apart_at)

    def way_stood(self, at: float) -> float:
        """Seconds that the way has stood at a moment: by the writes, or as observed, since a cache may be behind."""
        return at - min(self.way_since, self.way_seen)

    def quiet(self, at: float) -> float:
        """Seconds that the secondary has had no traffic at a moment, likewise.

        What was written at this very moment was written before, if it is observed.
        """
        return max(0.0, at - min(self.last_traffic, self.quiet_seen))

    def follows(self, seen: Seen) -> bool:
        """Whether a sync was shown what the sync before it had committed, or the same status again.

        Otherwise the status was changed by somebody, its write was lost, or it came from a cache that was behind.
        """
        if self.previous is None:
            return True
        shown = _status(seen.request)
        return shown in (_without_generation(self.previous.following), _status(self.previous.request))

    def wrote(self, at: float, key: Key, after: Object | None) -> Self:
        """The past with one more write: the object as it is from `at` on, None where it is gone."""
        if key.kind == DESTINATION_RULE:
            return replace(self, told_apart_at=_since(self.told_apart_at, at, stands=subsets_stand(after)))
        if key.kind not in (SERVICE, VIRTUAL_SERVICE):
            return self
        way = leads(after) if key.kind == SERVICE else share(after) > 0
        changed = replace(
            self,
            ways=self.ways | {key} if way else self.ways - {key},
            left_at=at if self.ways else self.left_at,
        )
        if key.kind == SERVICE:
            changed = replace(changed, widened_at=_since(self.widened_at, at, stands=selects_both(after)))
        return changed

    def after(self, writes: Iterable[Write], previous: Seen | None) -> Self:
        """The past with these writes, and with another sync before."""
        gathered = self
        for write in writes:
            gathered = gathered.wrote(write.at, write.key, write.after)
        if previous is not None and previous is not self.previous:
            gathered = gathered.remembering(previous)
        return replace(gathered, previous=previous)

    def remembering(self, seen: Seen) -> Self:
        """The past with what a sync decided."""
        before, after = seen.committed, seen.following
        made = replace(
            self,
            way_seen=_since(self.way_seen, seen.at, stands=seen.connected),
            quiet_seen=_since(self.quiet_seen, seen.at, stands=not seen.routed and not leads(seen.service)),
        )
        if after["phase"] == "Starting" and before.get("phase") not in {"Starting", "Shifting"}:
            made = replace(made, tried=(after["candidateRevision"], seen.identity))
        if after["stage"] == "Removing" != before.get("stage"):
            made = replace(made, drain=float(seen.setting("drainSeconds", DRAIN)))
        failed = after.get("failedRevision") or ""
        if failed and (
            failed != before.get("failedRevision") or after.get("ending") == "Failed" != before.get("ending")
        ):
            return replace(made, failed=(failed, seen.identity))
        named_another = made.failed is not None and made.failed != (failed, seen.identity)
        return replace(made, failed=None) if named_another else made


def _status(request: Mapping[str, Any]) -> dict[str, Any]:
    return _without_generation(request["parent"].get("status") or {})


def _without_generation(status: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in status.items() if name != "observedGeneration"}


def _since(before: float, at: float, *, stands: bool) -> float:
    """Since when something stands: since it first did, and no more once it does not."""
    if not stands:
        return math.inf
    return at if before == math.inf else before
