"""What a revision is to its app; kept on its ControllerRevision, so that a lost status can be recovered."""

from enum import StrEnum

from app.resource.status import Phase, Status


class Standing(StrEnum):
    """The standing of a revision."""

    STABLE = "Stable"
    CANDIDATE = "Candidate"
    FAILED = "Failed"
    WAITING = "Waiting"
    RETIRED = "Retired"


def standing_of(revision: str, committed: Status, wanted: str) -> Standing:
    """The standing of a revision under a committed status, where the spec asks for `wanted`."""
    if revision == committed.stable_revision:
        return Standing.STABLE
    if revision == committed.failed_revision:
        return Standing.FAILED
    rolling = committed.phase in (Phase.STARTING, Phase.SHIFTING, Phase.PROMOTING, Phase.ROLLING_BACK)
    if rolling and revision == committed.candidate_revision:
        return Standing.CANDIDATE
    return Standing.WAITING if revision == wanted else Standing.RETIRED
