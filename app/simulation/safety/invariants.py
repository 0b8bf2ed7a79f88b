"""The safety rules of the design as named invariants; each yields a sentence for everything that breaks it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.simulation.kubernetes.store import Write
from app.simulation.metacontroller.controller import Sync
from app.simulation.safety.commitment import committed_before_acted_on
from app.simulation.safety.past import Past
from app.simulation.safety.progress import every_decision_explains_itself, nothing_wedges, quiet_when_nothing_happens
from app.simulation.safety.seen import Seen, read
from app.simulation.safety.traffic import make_before_break, only_what_is_ready_gets_more_traffic
from app.simulation.safety.versions import (
    a_failed_revision_is_not_tried_again,
    nothing_is_deleted_by_mistake,
    only_what_was_tested_is_promoted,
    the_primary_changes_at_promotion_alone,
)

Invariant = Callable[[Seen, Past], Iterator[str]]
"""Judges one sync in the light of its past."""

INVARIANTS: Final[dict[str, Invariant]] = {
    "R1": only_what_is_ready_gets_more_traffic,
    "R2": make_before_break,
    "R3": committed_before_acted_on,
    "R4": nothing_is_deleted_by_mistake,
    "R5": the_primary_changes_at_promotion_alone,
    "R6": a_failed_revision_is_not_tried_again,
    "R7": only_what_was_tested_is_promoted,
    "R8": nothing_wedges,
    "R9": quiet_when_nothing_happens,
    "R10": every_decision_explains_itself,
}
"""By rule. That everything comes to rest (R8), without a write (R9), is also asked of whole histories, by those who
make them: only they know when the last disturbance was.
"""


@dataclass(frozen=True)
class Breach:
    """A rule that was broken: which, when (unix seconds), and what happened."""

    rule: str
    at: float
    sentence: str

    def __str__(self) -> str:
        """For people."""
        return f"{self.rule} at {self.at:.2f}: {self.sentence}"


def judge(seen: Seen, past: Past) -> Iterator[Breach]:
    """Everything that one sync breaks."""
    for rule, invariant in INVARIANTS.items():
        for sentence in invariant(seen, past):
            yield Breach(rule, seen.at, sentence)


def breaches(syncs: Sequence[Sync], writes: Sequence[Write], settle: float = 5.0, apart: float = 0.0) -> list[Breach]:
    """Everything that broke a rule, in the order of time, for the history of one CanaryApp.

    A recording of a real cluster must hold every call of the hook (request, HTTP status and response, as bytes, with
    its moment), and every change of the CanaryApp's Services, VirtualServices and DestinationRules from before the
    first call on, as a watch delivers it: the moment, kind, namespace and name, and the object after the change. Writes
    of other kinds, who wrote, and the objects before are not needed. Where calls are missing, what spans two calls
    (R5, R6, R7 and R9) is judged from those that are there.

    Args:
        syncs: every call of the hook, in the order of time.
        writes: every write to the API server, in the order of time.
        settle: the operator's `CANARYAPP_SETTLE_SECONDS`.
        apart: seconds by which the clocks of the hook's replicas may differ; a wait may be shorter by so much.
    """
    found: list[Breach] = []
    past, position = Past(settle, apart), 0
    previous: Seen | None = None
    for sync in syncs:
        start = position
        while position < len(writes) and writes[position].at < sync.at:
            position += 1
        past = past.after(writes[start:position], previous)
        if seen := read(sync):
            found += judge(seen, past)
            previous = seen
    return found
