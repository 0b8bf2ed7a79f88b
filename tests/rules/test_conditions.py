"""Conditions, as kstatus reads them: Ready, Reconciling, Stalled."""

from dataclasses import replace
from typing import Final

import pytest

from app.resource.status import Condition, ConditionStatus, Ending, Phase, Stage
from app.rollout.decision import decide
from app.rollout.observation import Observation
from tests.rules.scene import NOW, REFUSED, V1, V2, ago, pods, scene

TRUE: Final = ConditionStatus.TRUE
FALSE: Final = ConditionStatus.FALSE
UNKNOWN: Final = ConditionStatus.UNKNOWN
Told = tuple[ConditionStatus, str, str]

UP_TO_DATE: Final = "Revision one (shop:v1) serves all traffic, as the spec asks."
SERVES: Final = "Revision one (shop:v1) serves all traffic."
REFUSAL: Final = "The spec is refused. spec.replicas: input should be greater than or equal to 0, got -1"
NOT_AGAIN: Final = "Revision two (shop:v2) failed and is not tried again: The query returned 3 samples."
COMING_UP: Final = "The primary comes up with shop:v1: 1 of 1 pods updated, 0 available."
UNSURE: Final = "The primary comes up with shop:v1: 1 of 1 pods updated, 1 available."
SHORT: Final = "The primary is not whole: 1 of 1 pods updated, 0 available."
LATE: Final = "The primary is not available after 600 s: 1 of 1 pods updated, 0 available."
STEP: Final = "Step 1 of 5 at 10 % for 30 s."
GIVEN_UP: Final = "Revision two (shop:v2) is given up: the spec is refused."
STARTED: Final = "Revision two (shop:v2) comes up in the secondary."
PAUSED: Final = "Revision two (shop:v2) waits: spec.paused is set."
FIRST_FAILED: Final = "Revision two (shop:v2) failed before, and no other revision is known to serve."
MOVING: Final = (FALSE, "Moving", "")
AT_REST: Final = (FALSE, "Settled", "")


def told(observation: Observation) -> dict[str, Told]:
    """The conditions by their type."""
    conditions = decide(observation, (), NOW).status.conditions
    return {condition.type: (condition.status, condition.reason, condition.message) for condition in conditions}


CASES: Final[dict[str, tuple[Observation, Told, Told, Told]]] = {
    "a settled app is ready": (
        scene(phase=Phase.STABLE, in_place_for=60),
        (TRUE, "UpToDate", SERVES),
        (FALSE, "Settled", UP_TO_DATE),
        AT_REST,
    ),
    "an app that just became stable is ready": (
        scene(phase=Phase.INITIALIZING),
        (TRUE, "UpToDate", SERVES),
        (FALSE, "Settled", "The primary runs revision one (shop:v1) and is available."),
        AT_REST,
    ),
    "a first revision that comes up is in progress": (
        scene(phase=Phase.INITIALIZING, primary=pods(V1, ready=0)),
        (UNKNOWN, "WaitingForPrimary", COMING_UP),
        (TRUE, "WaitingForPrimary", COMING_UP),
        MOVING,
    ),
    "a first revision that does not come up is stalled": (
        scene(phase=Phase.INITIALIZING, primary=pods(V1, ready=0), out_of_place_for=600),
        (FALSE, "PrimaryDeadlineExceeded", LATE),
        (FALSE, "Settled", LATE),
        (TRUE, "PrimaryDeadlineExceeded", LATE),
    ),
    "a first revision that has failed before is stalled": (
        scene(phase=Phase.INITIALIZING, stable=None, wanted=V2, failed=V2),
        (FALSE, "FirstRevisionFailed", FIRST_FAILED),
        (FALSE, "Settled", FIRST_FAILED),
        (TRUE, "FirstRevisionFailed", FIRST_FAILED),
    ),
    "a primary short of pods is not ready, and in progress": (
        scene(phase=Phase.STABLE, primary=pods(V1, ready=0)),
        (FALSE, "PrimaryUnavailable", SHORT),
        (TRUE, "PrimaryUnavailable", SHORT),
        MOVING,
    ),
    "a primary that is gone is not ready, and in progress": (
        scene(phase=Phase.STABLE, primary=None),
        (FALSE, "PrimaryUnavailable", "The primary is not whole: its Deployment is gone."),
        (TRUE, "PrimaryUnavailable", "The primary is not whole: its Deployment is gone."),
        MOVING,
    ),
    "a primary that stays short of pods is stalled": (
        scene(phase=Phase.STABLE, primary=pods(V1, ready=0), out_of_place_for=600),
        (FALSE, "PrimaryDeadlineExceeded", LATE),
        (FALSE, "Settled", LATE),
        (TRUE, "PrimaryDeadlineExceeded", LATE),
    ),
    "a spec that is refused is stalled while the stable revision serves": (
        scene(phase=Phase.STABLE, wanted=REFUSED, in_place_for=60),
        (FALSE, "InvalidSpec", REFUSAL),
        (FALSE, "Settled", "Revision one (shop:v1) keeps serving: the spec is refused."),
        (TRUE, "InvalidSpec", REFUSAL),
    ),
    "a spec that is refused under way is stalled, and the way back is in progress": (
        scene(phase=Phase.SHIFTING, step=1, weight=10, wanted=REFUSED),
        (FALSE, "InvalidSpec", REFUSAL),
        (TRUE, "InvalidSpec", REFUSAL),
        (TRUE, "InvalidSpec", REFUSAL),
    ),
    "a primary whose template nobody knows is not called ready": (
        scene(phase=Phase.STABLE, primary=pods(V1), known=(V2,)),
        (UNKNOWN, "WaitingForPrimary", UNSURE),
        (TRUE, "WaitingForPrimary", UNSURE),
        MOVING,
    ),
    "a rollout that starts is in progress": (
        scene(phase=Phase.STABLE, wanted=V2, in_place_for=60),
        (UNKNOWN, "RolloutStarted", STARTED),
        (TRUE, "RolloutStarted", STARTED),
        MOVING,
    ),
    "a rollout that is held before it starts is in progress": (
        scene(phase=Phase.STABLE, wanted=V2, spec={"paused": True}, in_place_for=60),
        (UNKNOWN, "Paused", PAUSED),
        (TRUE, "Paused", PAUSED),
        MOVING,
    ),
    "a step is in progress": (
        scene(phase=Phase.SHIFTING, step=1, weight=10, traffic_for=9),
        (UNKNOWN, "StepRunning", STEP),
        (TRUE, "StepRunning", STEP),
        MOVING,
    ),
    "a promoted revision is ready": (
        scene(phase=Phase.DRAINING, stage=Stage.REMOVING, stable=V2),
        (TRUE, "UpToDate", "Revision two (shop:v2) serves all traffic."),
        (FALSE, "Settled", "Revision two (shop:v2) is promoted."),
        AT_REST,
    ),
    "a rollback that ends is in progress until the failure is stated": (
        scene(phase=Phase.ROLLING_BACK, stage=Stage.REMOVING, ending=Ending.FAILED, failed=V2),
        (UNKNOWN, "RolledBack", "Revision two (shop:v2) is rolled back: The query returned 3 samples."),
        (TRUE, "RolledBack", "Revision two (shop:v2) is rolled back: The query returned 3 samples."),
        MOVING,
    ),
    "a failed revision is stalled, with the reason of its failure": (
        scene(phase=Phase.FAILED, wanted=V2, failed=V2, in_place_for=60),
        (FALSE, "CheckFailed", NOT_AGAIN),
        (FALSE, "Settled", NOT_AGAIN),
        (TRUE, "CheckFailed", NOT_AGAIN),
    ),
    "a retry is in progress": (
        scene(phase=Phase.FAILED, wanted=V2, failed=V2, retry="again", in_place_for=60),
        (UNKNOWN, "RetryRequested", f"Another try, as requested. {STARTED}"),
        (TRUE, "RetryRequested", f"Another try, as requested. {STARTED}"),
        MOVING,
    ),
    "a stray secondary is in progress": (
        scene(phase=Phase.STABLE, secondary=pods(V2)),
        (
            UNKNOWN,
            "StraySecondary",
            "A secondary stands although no rollout is running; it is drained and removed.",
        ),
        (
            TRUE,
            "StraySecondary",
            "A secondary stands although no rollout is running; it is drained and removed.",
        ),
        MOVING,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_conditions(case: str) -> None:
    """Ready is true only where the spec's revision serves whole; Stalled where only a person can help."""
    observation, ready, reconciling, stalled = CASES[case]
    assert told(observation) == {"Ready": ready, "Reconciling": reconciling, "Stalled": stalled}


def test_several_refusals_are_told_in_one_sentence_each() -> None:
    """Stalled says all that is wrong, and where."""
    observation = scene(phase=Phase.STABLE, wanted=REFUSED, in_place_for=60)
    both = replace(observation, refusals=(*observation.refusals, *observation.refusals))
    problem = "spec.replicas: input should be greater than or equal to 0, got -1"
    assert told(both)["Stalled"] == (TRUE, "InvalidSpec", f"The spec is refused. {problem}; {problem}")


def test_a_failure_without_a_reason_is_told_by_the_rule() -> None:
    """A status of another version may lack the reason of a failure."""
    failed = scene(phase=Phase.FAILED, wanted=V2, failed=V2, in_place_for=60)
    unnamed = replace(failed, committed=failed.committed.model_copy(update={"failure_reason": ""}))
    assert told(unnamed)["Stalled"] == (TRUE, "FailedRevision", NOT_AGAIN)


def test_a_condition_keeps_its_time_as_long_as_its_status_stays() -> None:
    """`lastTransitionTime` moves with the status, not with reason or message; the generation is always today's."""
    before = tuple(
        Condition(
            type=kind,
            status=status,
            reason="Earlier",
            message="Earlier.",
            last_transition_time=ago(300),
            observed_generation=1,
        )
        for kind, status in (("Ready", FALSE), ("Reconciling", FALSE), ("Stalled", FALSE))
    )
    after = decide(scene(phase=Phase.STABLE, in_place_for=60, conditions=before), (), NOW).status.conditions
    assert {condition.type: condition.last_transition_time for condition in after} == {
        "Ready": NOW,
        "Reconciling": ago(300),
        "Stalled": ago(300),
    }
    assert {condition.observed_generation for condition in after} == {3}


def test_a_long_condition_is_cut() -> None:
    """A condition's message has at most 1024 characters."""
    failed = scene(phase=Phase.FAILED, wanted=V2, failed=V2, why_failed="x" * 1024, in_place_for=60)
    message = told(failed)["Stalled"][2]
    assert len(message) == 1024
    assert message.endswith("x…")


def test_a_template_that_an_older_operator_rendered_is_ready() -> None:
    """After an upgrade of the operator a settled app stays ready: its revision counts, not how it would be rendered."""
    settled = scene(phase=Phase.STABLE)
    rendered_anew = replace(V1, template={**V1.template, "spec": {**V1.template["spec"], "dnsPolicy": "ClusterFirst"}})
    assert told(replace(settled, wanted=rendered_anew)) == told(settled)
