"""The reason of every decision, for machines. People read the message beside it."""

from enum import StrEnum


class Reason(StrEnum):
    """CamelCase reasons, as the Kubernetes API conventions ask for."""

    # at rest
    FIRST_REVISION = "FirstRevision"
    FIRST_REVISION_FAILED = "FirstRevisionFailed"
    FIRST_REVISION_SERVES = "FirstRevisionServes"
    WAITING_FOR_PRIMARY = "WaitingForPrimary"
    PRIMARY_DEADLINE_EXCEEDED = "PrimaryDeadlineExceeded"
    UP_TO_DATE = "UpToDate"
    INVALID_SPEC = "InvalidSpec"
    PAUSED = "Paused"
    STRAY_SECONDARY = "StraySecondary"
    FAILED_REVISION = "FailedRevision"
    BACK_TO_STABLE = "BackToStable"
    ROLLOUT_STARTED = "RolloutStarted"
    RETRY_REQUESTED = "RetryRequested"
    # the candidate comes up
    WAITING_FOR_SECONDARY = "WaitingForSecondary"
    SECONDARY_READY = "SecondaryReady"
    WAITING_FOR_SERVICE = "WaitingForService"
    SETTLING = "Settling"
    FIRST_STEP = "FirstStep"
    # traffic is shifted
    WAITING_FOR_ROUTE = "WaitingForRoute"
    WAY_LOST = "WayLost"
    STEP_RUNNING = "StepRunning"
    WAITING_FOR_CHECK = "WaitingForCheck"
    CHECK_INCONCLUSIVE = "CheckInconclusive"
    PROMETHEUS_UNAVAILABLE = "PrometheusUnavailable"
    NEXT_STEP = "NextStep"
    ALL_STEPS_PASSED = "AllStepsPassed"
    # the candidate is given up
    CHECK_FAILED = "CheckFailed"
    PROGRESS_DEADLINE_EXCEEDED = "ProgressDeadlineExceeded"
    ROUTE_DEADLINE_EXCEEDED = "RouteDeadlineExceeded"
    SECONDARY_UNAVAILABLE = "SecondaryUnavailable"
    SECONDARY_LOST = "SecondaryLost"
    CANCELLED = "Cancelled"
    SUPERSEDED = "Superseded"
    # promotion and the way back
    PRIMARY_UPDATED = "PrimaryUpdated"
    PROMOTION_DEADLINE_EXCEEDED = "PromotionDeadlineExceeded"
    PRIMARY_RESTORED = "PrimaryRestored"
    RESTORE_DEADLINE_EXCEEDED = "RestoreDeadlineExceeded"
    WITHDRAWAL_DEADLINE_EXCEEDED = "WithdrawalDeadlineExceeded"
    TRAFFIC_WITHDRAWN = "TrafficWithdrawn"
    DRAINING = "Draining"
    DRAINED = "Drained"
    TRAFFIC_RETURNED = "TrafficReturned"
    WAITING_FOR_REMOVAL = "WaitingForRemoval"
    PROMOTED = "Promoted"
    ROLLED_BACK = "RolledBack"
