"""Draining and RollingBack: the traffic leaves the secondary, then the Service, then the secondary goes.

Make before break (rule R2): each thing is taken away only after it was *observed* that nothing needs it any more.
"""

from typing import Final

from app.resource.status import Ending, Phase, Stage
from app.rollout.reasons import Reason
from app.rollout.route import Scope
from app.rollout.rules import stable
from app.rollout.rules.initializing import pods
from app.rollout.situation import Move, Outcome, Rule, Situation, advance, hold


def restored(s: Situation) -> Outcome | None:
    """A primary that was being updated is whole with the stable revision again, and can take all traffic."""
    until = s.standing_until(s.observation.timings.settle)
    if s.committed.stage is not Stage.RESTORING or until is None or s.now < until:
        return None
    return _withdraw(s, Reason.PRIMARY_RESTORED, f"The primary runs {s.committed.stable_image} again ({pods(s)}).")


def nothing_healthier_to_wait_for(s: Situation) -> Outcome | None:
    """The secondary has no ready pod, so a primary with the stable template is no worse, whole or not (rule R1)."""
    if s.committed.stage is not Stage.RESTORING or not _primary_runs_stable(s):
        return None
    if s.children.secondary is not None and s.children.secondary.ready > 0:
        return None
    return _withdraw(
        s,
        Reason.SECONDARY_UNAVAILABLE,
        f"No pod of the secondary is ready, so the primary takes all traffic: {pods(s)}.",
    )


def restore_overdue(s: Situation) -> Outcome | None:
    """The primary stays incomplete: go on where it serves at all, or where a new revision is waiting (rule R8)."""
    if s.committed.stage is not Stage.RESTORING or not s.overdue or not _primary_runs_stable(s):
        return None
    serves = s.children.primary is not None and s.children.primary.available > 0
    known = {s.committed.stable_revision, s.committed.candidate_revision}
    fix_waits = s.wanted is not None and s.wanted.name not in known
    if not serves and not fix_waits:
        return None
    return _withdraw(
        s,
        Reason.RESTORE_DEADLINE_EXCEEDED,
        f"The primary is not whole with {s.committed.stable_image} after {s.settings.progress_deadline_seconds} s "
        f"({pods(s)}); it takes all traffic, so that the rollout can end.",
    )


def waiting_to_restore(s: Situation) -> Outcome | None:
    """Traffic stays where healthy pods are."""
    if s.committed.stage is not Stage.RESTORING:
        return None
    return hold(
        Reason.WAITING_FOR_PRIMARY,
        f"The primary goes back to {s.committed.stable_image} before it gets all traffic: {pods(s)}.",
        look_at=s.standing_until(s.observation.timings.settle) or s.deadline,
        unblocked_by="a primary that is available with the stable revision, or a fix in the spec",
    )


def promoted_primary_overdue(s: Situation) -> Outcome | None:
    """A primary that broke right after its promotion must not hold the rollout for ever (rule R8)."""
    if s.committed.phase is not Phase.DRAINING or s.committed.stage is not Stage.WITHDRAWING or not s.overdue:
        return None
    return advance(
        Reason.WITHDRAWAL_DEADLINE_EXCEEDED,
        f"The secondary still has traffic after {s.settings.progress_deadline_seconds} s; the primary takes it as it "
        f"is: {pods(s)}.",
        Move(Phase.DRAINING, Stage.DISCONNECTING),
    )


def waiting_for_withdrawal(s: Situation) -> Outcome | None:
    """The proxies must have stopped sending before the Service forgets the secondary's pods."""
    if s.committed.stage is not Stage.WITHDRAWING:
        return None
    until = s.standing_until(s.observation.timings.settle)
    if until is None:
        return hold(
            Reason.WAITING_FOR_ROUTE,
            f"All traffic goes to the primary ({pods(s)}); a route still gives the secondary "
            f"{s.observation.route.highest} %."
            if s.observation.route.highest
            else "All traffic goes to the primary; its routes are not in place.",
            look_at=s.deadline if s.committed.phase is Phase.DRAINING else None,
            unblocked_by="routes that give the secondary nothing, observed",
        )
    if s.now < until:
        return hold(
            Reason.SETTLING, f"The proxies get {s.observation.timings.settle:g} s to learn of the route.", look_at=until
        )
    return None


def withdrawn(s: Situation) -> Outcome | None:
    """No route sends the secondary anything: the Service selects the primary alone."""
    if s.committed.stage is not Stage.WITHDRAWING:
        return None
    return advance(
        Reason.TRAFFIC_WITHDRAWN,
        "No route sends the secondary anything; the Service goes back to the primary alone.",
        Move(s.committed.phase, Stage.DISCONNECTING),
    )


def draining(s: Situation) -> Outcome | None:
    """Requests under way get `drainSeconds` to end."""
    if s.committed.stage is not Stage.DISCONNECTING:
        return None
    until = s.standing_until(s.settings.drain_seconds)
    if until is None:
        return hold(
            Reason.WAITING_FOR_SERVICE,
            "The Service goes back to the primary alone.",
            unblocked_by="the Service's selector and routes without the secondary, observed",
        )
    if s.now < until:
        return hold(Reason.DRAINING, f"Requests under way get {s.settings.drain_seconds} s to end.", look_at=until)
    return None


def drained(s: Situation) -> Outcome | None:
    """The secondary can go (rule R2)."""
    if s.committed.stage is not Stage.DISCONNECTING:
        return None
    return advance(
        Reason.DRAINED,
        f"The secondary has had no traffic for {s.settings.drain_seconds} s; it is removed.",
        Move(s.committed.phase, Stage.REMOVING),
    )


def traffic_returned(s: Situation) -> Outcome | None:
    """Somebody gave a drained secondary traffic again: it is drained once more before it goes (rule R2)."""
    if s.clock.in_place or (s.observation.route.highest == 0 and s.children.scope is Scope.PRIMARY):
        return None
    return advance(
        Reason.TRAFFIC_RETURNED,
        f"A route gives the secondary {s.observation.route.highest} % again, or the Service selects it; it is drained "
        "once more.",
        Move(s.committed.phase, Stage.DISCONNECTING),
    )


def waiting_for_removal(s: Situation) -> Outcome | None:
    """The secondary is on its way out."""
    if s.clock.in_place:
        return None
    return hold(Reason.WAITING_FOR_REMOVAL, "The secondary is being removed.", unblocked_by="its end, observed")


def promoted(s: Situation) -> Outcome | None:
    """The rollout has succeeded."""
    if s.committed.phase is not Phase.DRAINING:
        return None
    return advance(
        Reason.PROMOTED,
        f"Revision {s.committed.stable_revision} ({s.committed.stable_image}) is promoted.",
        Move(Phase.STABLE, Stage.SETTLED, {**_OVER, "successful_release": True}),
    )


def rolled_back_as_failed(s: Situation) -> Outcome | None:
    """The rollout has failed, or was interrupted while the spec asks for what failed before (rule R6)."""
    failed_before = s.wanted is not None and s.wanted.name == s.committed.failed_revision
    if s.committed.ending is not Ending.FAILED and not (s.committed.ending is Ending.INTERRUPTED and failed_before):
        return None
    return advance(
        Reason.ROLLED_BACK,
        f"Revision {s.committed.failed_revision} ({s.committed.last_failed_tag}) is rolled back: {s.failure}",
        Move(Phase.FAILED, Stage.SETTLED, {**_OVER, "successful_release": False}),
    )


def next_revision_waits(s: Situation) -> Outcome | None:
    """The newest spec starts at the first step (rule R7)."""
    if s.wanted is None or s.wanted.name == s.committed.stable_revision or s.settings.paused:
        return None
    return advance(Reason.ROLLOUT_STARTED, stable.started(s.wanted), stable.start(s, s.wanted))


def rolled_back(s: Situation) -> Outcome | None:
    """The stable revision serves as before."""
    return advance(
        Reason.ROLLED_BACK,
        f"Revision {s.committed.stable_revision} ({s.committed.stable_image}) serves all traffic again.",
        Move(Phase.STABLE, Stage.SETTLED, _OVER),
    )


_OVER: Final[dict[str, object]] = {
    "candidate_revision": "",
    "candidate_image": "",
    "ending": None,
    "test_running": False,
    "step": 0,
    "traffic_since": None,
    "checks": (),
}


def _withdraw(s: Situation, reason: Reason, message: str) -> Outcome:
    return advance(reason, message, Move(s.committed.phase, Stage.WITHDRAWING))


def _primary_runs_stable(s: Situation) -> bool:
    known = s.observation.revisions.get(s.committed.stable_revision)
    return s.children.primary is not None and known is not None and s.children.primary.runs(known)


RULES: Final[tuple[Rule, ...]] = (
    restored,
    nothing_healthier_to_wait_for,
    restore_overdue,
    waiting_to_restore,
    promoted_primary_overdue,
    waiting_for_withdrawal,
    withdrawn,
    draining,
    drained,
    traffic_returned,
    waiting_for_removal,
    promoted,
    rolled_back_as_failed,
    next_revision_waits,
    rolled_back,
)
