"""`CanaryApp.status`: canaryop's fields, the committed state of the rollout, the decision record and the conditions.

The committed state is the operator's only memory. The children of a response are built from it (rule R3), so every
field here is written by a decision and read by the next sync.
"""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from app.resource.base import MAX_IMAGE, MAX_REVISION_NAME, ApiModel, Duration, Time

MAX_MESSAGE: Final = 1024
"""Characters of a sentence in the status; longer ones are cut (rule R10: bounded in size)."""


REASON_LOST: Final = "The reason was lost with the status."
"""Stands for the message of a failure that nobody knows any more."""

MAX_LOST: Final = 1_000_000_000
"""Seconds that a stage can have been out of place; longer than any deadline."""


class Phase(StrEnum):
    """Where the app is; the states of the diagram in the docs."""

    INITIALIZING = "Initializing"
    STABLE = "Stable"
    STARTING = "Starting"
    SHIFTING = "Shifting"
    PROMOTING = "Promoting"
    DRAINING = "Draining"
    ROLLING_BACK = "RollingBack"
    FAILED = "Failed"


class Stage(StrEnum):
    """What the children are made to look like within a phase; each stage has one posture (`rollout/posture.py`)."""

    SETTLED = "Settled"
    LAUNCHING = "Launching"
    CONNECTING = "Connecting"
    STEPPING = "Stepping"
    UPDATING = "Updating"
    RESTORING = "Restoring"
    WITHDRAWING = "Withdrawing"
    DISCONNECTING = "Disconnecting"
    REMOVING = "Removing"


class Ending(StrEnum):
    """Why a rollout is rolled back."""

    FAILED = "Failed"
    CANCELLED = "Cancelled"
    SUPERSEDED = "Superseded"
    INTERRUPTED = "Interrupted"


class Action(StrEnum):
    """The four things a decision can do."""

    ADVANCE = "Advance"
    HOLD = "Hold"
    PROMOTE = "Promote"
    ROLL_BACK = "RollBack"


class Verdict(StrEnum):
    """What a check says of the candidate: four values, never a bool."""

    PASSED = "Passed"
    FAILED = "Failed"
    INCONCLUSIVE = "Inconclusive"
    UNAVAILABLE = "Unavailable"


Message = Annotated[str, Field(max_length=MAX_MESSAGE)]
RevisionName = Annotated[str, Field(max_length=MAX_REVISION_NAME)]
Image = Annotated[str, Field(max_length=MAX_IMAGE)]


class Clock(ApiModel):
    """How long the observed children have agreed, or disagreed, with the committed stage."""

    in_place: Annotated[bool, Field(description="Whether the observed children match the committed stage.")] = False
    since: Annotated[Time | None, Field(description="Since when that is so.")] = None
    lost_seconds: Annotated[
        Duration, Field(ge=0, le=MAX_LOST, description="Seconds that this stage had been out of place before.")
    ] = 0.0


class CheckRecord(ApiModel):
    """What a check saw when it last looked."""

    name: Annotated[str, Field(max_length=63, description="The field of the spec that asks.")]
    verdict: Annotated[Verdict, Field(description="What the answer says of the candidate.")]
    message: Annotated[Message, Field(description="The answer, as a sentence.")]
    query: Annotated[str, Field(max_length=MAX_MESSAGE, description="The query as it was sent, cut if long.")]
    measured_at: Annotated[Time, Field(description="When Prometheus was asked.")]
    window_start: Annotated[Time, Field(description="Start of the time asked for; never before the traffic.")]
    unavailable_since: Annotated[
        Time | None, Field(description="Since when Prometheus has not given an answer to this check.")
    ] = None


class DecisionRecord(ApiModel):
    """The last decision: what was done, why, and what comes next (rule R10)."""

    action: Annotated[Action, Field(description="What was done.")]
    reason: Annotated[str, Field(max_length=63, description="Why, for machines.")]
    message: Annotated[Message, Field(description="Why, as a sentence with the numbers.")]
    unblocked_by: Annotated[str, Field(max_length=MAX_MESSAGE, description="What would end the waiting.")] = ""
    next_look: Annotated[Time | None, Field(description="When the operator looks again without an event.")] = None
    since: Annotated[Time | None, Field(description="Since when this has been the decision.")] = None


class ConditionStatus(StrEnum):
    """The status of a Kubernetes condition."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Condition(ApiModel):
    """A Kubernetes condition (API conventions, "Typical status properties"), of the types that kstatus reads."""

    type: Annotated[str, Field(max_length=63, description="Ready, Reconciling or Stalled.")]
    status: Annotated[ConditionStatus, Field(description="True, False or Unknown.")]
    reason: Annotated[str, Field(max_length=63, description="Why the status is what it is, for machines.")]
    message: Annotated[Message, Field(description="Why the status is what it is, as a sentence.")]
    last_transition_time: Annotated[Time, Field(description="When the status last changed.")]
    observed_generation: Annotated[int | None, Field(description="The generation of the spec that this is about.")] = (
        None
    )


class Status(ApiModel):
    """What the operator observed, committed and decided."""

    successful_release: Annotated[bool, Field(description="Whether the last finished rollout was promoted.")] = False
    test_running: Annotated[bool, Field(description="Whether a candidate is being tried.")] = False
    traffic_shift: Annotated[int, Field(ge=0, le=100, description="Percent of the traffic on the secondary.")] = 0
    last_failed_tag: Annotated[Image, Field(description="The image that failed last.")] = ""
    last_traffic_shift: Annotated[Time | None, Field(description="When the weight was last changed.")] = None

    phase: Annotated[
        Phase, Field(description="Where the app is. Stable and Failed are at rest, every other phase comes to an end.")
    ] = Phase.INITIALIZING
    stage: Annotated[Stage, Field(description="What is being done within the phase.")] = Stage.SETTLED
    step: Annotated[int, Field(ge=0, le=50, description="Which step of the plan is running, from 1; 0 for none.")] = 0
    steps: Annotated[int, Field(ge=0, le=50, description="How many steps the plan has.")] = 0
    weight: Annotated[int, Field(ge=0, le=100, description="The committed percent for the secondary.")] = 0
    ending: Annotated[Ending | None, Field(description="Why the rollout is being rolled back.")] = None
    stable_revision: Annotated[RevisionName, Field(description="The revision that serves users.")] = ""
    stable_image: Annotated[Image, Field(description="Its image.")] = ""
    candidate_revision: Annotated[RevisionName, Field(description="The revision that is being tried.")] = ""
    candidate_image: Annotated[Image, Field(description="Its image.")] = ""
    failed_revision: Annotated[
        RevisionName, Field(description="The revision that failed last, which is not tried again by itself.")
    ] = ""
    failure_reason: Annotated[
        str, Field(max_length=63, description="Why the failed revision failed, for machines.")
    ] = ""
    failure_message: Annotated[Message, Field(description="Why the failed revision failed, as a sentence.")] = ""
    retry_handled: Annotated[str, Field(max_length=253, description="The last retry request that was seen.")] = ""
    phase_since: Annotated[Time | None, Field(description="Since when the app is in this phase.")] = None
    traffic_since: Annotated[Time | None, Field(description="When this candidate first got traffic.")] = None
    clock: Annotated[Clock, Field(description="How long the children have agreed, or disagreed, with the stage.")] = (
        Clock()
    )
    checks: Annotated[
        tuple[CheckRecord, ...], Field(max_length=10, description="What the checks saw when they last looked.")
    ] = ()
    decision: Annotated[
        DecisionRecord | None, Field(description="The last decision: what was done, why, and what comes next.")
    ] = None
    conditions: Annotated[
        tuple[Condition, ...],
        Field(
            max_length=10,
            description="Ready, Reconciling and Stalled, as kstatus reads them.",
            json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
        ),
    ] = ()
    observed_generation: Annotated[
        int | None, Field(description="The generation of the spec that this status is about.")
    ] = None


def cut(sentence: str, limit: int = MAX_MESSAGE) -> str:
    """The sentence, cut to `limit` characters with an ellipsis where it was longer."""
    return sentence if len(sentence) <= limit else sentence[: limit - 1] + "…"
