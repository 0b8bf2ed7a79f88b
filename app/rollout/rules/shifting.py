"""Shifting: the weight rises step by step, checked during each step and at its end."""

from datetime import datetime, timedelta
from typing import Final

from app.resource.status import Action, Phase, Stage, Verdict
from app.rollout.checking import step_end
from app.rollout.fit import secondary_whole, way_stands
from app.rollout.reasons import Reason
from app.rollout.rules import given_up
from app.rollout.rules.starting import pods
from app.rollout.situation import Move, Outcome, Rule, Situation, advance, hold, hold_back


def check_failed(s: Situation) -> Outcome | None:
    """A failed check ends the rollout at once."""
    if s.check is None or s.check.verdict is not Verdict.FAILED:
        return None
    return given_up.failed(
        s, Reason.CHECK_FAILED, f"At {s.committed.weight} % the candidate fails its check: {s.check.message}"
    )


def secondary_lost(s: Situation) -> Outcome | None:
    """The secondary was deleted under way: the traffic goes back, and the rollout starts anew."""
    if s.children.secondary is not None:
        return None
    return given_up.interrupted(
        s, Reason.SECONDARY_LOST, f"The secondary is gone while it should get {s.committed.weight} % of the traffic."
    )


def secondary_unavailable(s: Situation) -> Outcome | None:
    """No pod of the secondary is ready: its share of the requests would be lost."""
    secondary = s.children.secondary
    if secondary is None or secondary.ready > 0:
        return None
    return given_up.failed(
        s,
        Reason.SECONDARY_UNAVAILABLE,
        f"No pod of the secondary is ready while it should get {s.committed.weight} % of the traffic: {pods(s)}.",
    )


def way_lost(s: Situation) -> Outcome | None:
    """Somebody took the Service or the subsets away: they are made again, and settle before any traffic (rule R1)."""
    if way_stands(s.observation):
        return None
    return hold_back(
        Reason.WAY_LOST,
        f"{_step(s)} is broken off: the Service or the subsets no longer lead to both versions. The primary takes all "
        "traffic, and the steps begin again.",
        Move(Phase.STARTING, Stage.CONNECTING, {"step": 0}),
    )


def overdue(s: Situation) -> Outcome | None:
    """The step never gets into place."""
    if not s.overdue:
        return None
    waited = f"after {s.settings.progress_deadline_seconds} s"
    if secondary_whole(s.observation):
        message = f"The weight of {s.committed.weight} % is not observed {waited}; {_observed_weight(s)}."
        return given_up.interrupted(s, Reason.ROUTE_DEADLINE_EXCEEDED, message)
    return given_up.failed(
        s, Reason.PROGRESS_DEADLINE_EXCEEDED, f"The secondary is not wholly available {waited}: {pods(s)}."
    )


def prometheus_silent(s: Situation) -> Outcome | None:
    """Prometheus has given no answer for longer than is tolerated, and the team wants that to end the rollout."""
    if not s.settings.fail_when_prometheus_fails or not _silent_too_long(s) or s.check is None:
        return None
    return given_up.failed(
        s,
        Reason.PROMETHEUS_UNAVAILABLE,
        f"No answer from Prometheus for {s.observation.timings.prometheus_tolerance:g} s: {s.check.message}",
    )


def waiting_for_route(s: Situation) -> Outcome | None:
    """The step's time does not run while the children do not match it (rule R3)."""
    if s.clock.in_place:
        return None
    return hold(
        Reason.WAITING_FOR_ROUTE,
        f"{_step(s)}; {_observed_weight(s)}; the secondary has {pods(s)}.",
        look_at=s.deadline,
        unblocked_by=f"a route of {s.committed.weight} % and an available secondary, observed",
    )


def step_running(s: Situation) -> Outcome | None:
    """The step's time is not up."""
    end = step_end(s.observation, s.now)
    if end is None or s.now >= end:
        return None
    return hold(Reason.STEP_RUNNING, f"{_step(s)} for {s.settings.step_seconds(s.committed.step)} s.", look_at=end)


def check_undecided(s: Situation) -> Outcome | None:
    """The step's time is up, but its last check has not passed."""
    end = step_end(s.observation, s.now)
    if s.settings.prometheus_query is None or end is None:
        return None
    limit = end + timedelta(seconds=s.settings.progress_deadline_seconds)
    if s.check is None or s.check.measured_at < end:
        return _unmeasured(s, limit)
    if s.check.verdict is Verdict.PASSED or _silent_too_long(s):
        return None
    if s.check.verdict is Verdict.UNAVAILABLE:
        return hold(
            Reason.PROMETHEUS_UNAVAILABLE,
            f"{_step(s)} is over, but: {s.check.message}",
            unblocked_by="an answer from Prometheus",
        )
    if s.now >= limit:
        message = f"No verdict {s.settings.progress_deadline_seconds} s after the end of the step: {s.check.message}"
        return given_up.failed(s, Reason.CHECK_INCONCLUSIVE, message)
    return hold(
        Reason.CHECK_INCONCLUSIVE,
        f"{_step(s)} is over, but: {s.check.message}",
        look_at=limit,
        unblocked_by="an answer with numbers, or without any sample",
    )


def _unmeasured(s: Situation, limit: datetime) -> Outcome:
    """The query cannot be asked before the candidate has had traffic for as long as it looks back."""
    if s.now < limit:
        return hold(
            Reason.WAITING_FOR_CHECK,
            f"{_step(s)} is over; the query looks back further than this candidate has had traffic.",
            look_at=limit,
            unblocked_by="enough time under traffic for the query's subquery",
        )
    message = (
        f"No check {s.settings.progress_deadline_seconds} s after the end of the step: the query looks back too far."
    )
    return given_up.failed(s, Reason.CHECK_INCONCLUSIVE, message)


def paused(s: Situation) -> Outcome | None:
    """A person asked to wait before the next step."""
    if not s.settings.paused:
        return None
    return hold(
        Reason.PAUSED,
        f"{_step(s)} has passed; the rollout is paused before the next step.",
        unblocked_by="spec.paused: false",
    )


def next_step(s: Situation) -> Outcome | None:
    """More traffic."""
    following = _following_step(s)
    if following is None:
        return None
    weight = s.settings.strategy.steps[following - 1].weight
    return advance(
        Reason.NEXT_STEP,
        f"{_step(s)} passed{_remark(s)}; step {following}: {weight} %.",
        Move(Phase.SHIFTING, Stage.STEPPING, {"step": following, "weight": weight}),
    )


def all_steps_passed(s: Situation) -> Outcome | None:
    """The candidate is promoted: the primary takes its template while the secondary keeps its share."""
    return Outcome(
        Action.PROMOTE,
        Reason.ALL_STEPS_PASSED,
        f"{_step(s)} passed{_remark(s)}, the last one; the primary takes revision "
        f"{s.committed.candidate_revision} ({s.committed.candidate_image}).",
        Move(Phase.PROMOTING, Stage.UPDATING),
    )


def _following_step(s: Situation) -> int | None:
    """The step after this one; where the plan was changed under way, the first one with more weight than there is."""
    steps, here = s.settings.strategy.steps, s.committed.step
    if here < len(steps) and steps[here - 1].weight == s.committed.weight:
        return here + 1
    return next((number for number, step in enumerate(steps, start=1) if step.weight > s.committed.weight), None)


def _silent_too_long(s: Situation) -> bool:
    since = s.check.unavailable_since if s.check else None
    return since is not None and (s.now - since).total_seconds() >= s.observation.timings.prometheus_tolerance


def _remark(s: Situation) -> str:
    if s.check is not None and s.check.verdict is Verdict.UNAVAILABLE:
        return " without an answer from Prometheus, which failWhenPrometheusFails: false allows"
    return ""


def _step(s: Situation) -> str:
    # A plan that was shortened under way may have fewer steps than were taken.
    steps = max(s.committed.step, len(s.settings.strategy.steps))
    return f"Step {s.committed.step} of {steps} at {s.committed.weight} %"


def _observed_weight(s: Situation) -> str:
    agreed = s.observation.route.agreed
    return "the observed routes do not agree" if agreed is None else f"the observed weight is {agreed} %"


RULES: Final[tuple[Rule, ...]] = (
    given_up.unwanted,
    check_failed,
    secondary_lost,
    secondary_unavailable,
    way_lost,
    overdue,
    prometheus_silent,
    waiting_for_route,
    step_running,
    check_undecided,
    paused,
    next_step,
    all_steps_passed,
)
