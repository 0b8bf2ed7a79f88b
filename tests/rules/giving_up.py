"""What the status says once a candidate is given up, for the phases that have one."""

from typing import Any, Final

from app.resource.status import Ending, Phase, Stage
from tests.rules.scene import NOW, V3

WITHDRAWING: Final = (Phase.ROLLING_BACK, Stage.WITHDRAWING)
RESTORING: Final = (Phase.ROLLING_BACK, Stage.RESTORING)
NO_TRAFFIC: Final = {"weight": 0, "traffic_shift": 0, "last_traffic_shift": NOW}
"""The weight falls at once where the primary runs the stable revision."""

REFUSED_MESSAGE: Final = "Revision two (shop:v2) is given up: the spec is refused."
CANCELLED_MESSAGE: Final = "Revision two (shop:v2) is given up: the spec is back at the stable revision one."
SUPERSEDED_MESSAGE: Final = f"Revision two (shop:v2) is given up: the spec asks for {V3.name} ({V3.image})."


def remembered(reason: str, message: str) -> dict[str, Any]:
    """The fields that remember the candidate `two` as failed."""
    return {
        "ending": Ending.FAILED,
        "failed_revision": "two",
        "last_failed_tag": "shop:v2",
        "failure_reason": reason,
        "failure_message": message,
    }
