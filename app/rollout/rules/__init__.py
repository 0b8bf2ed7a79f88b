"""The rules of each phase, in the order in which one would explain them. The first that answers wins."""

from typing import Final

from app.resource.status import Phase
from app.rollout.rules import failed, initializing, leaving, promoting, shifting, stable, starting
from app.rollout.situation import Rule

RULES: Final[dict[Phase, tuple[Rule, ...]]] = {
    Phase.INITIALIZING: initializing.RULES,
    Phase.STABLE: stable.RULES,
    Phase.STARTING: starting.RULES,
    Phase.SHIFTING: shifting.RULES,
    Phase.PROMOTING: promoting.RULES,
    Phase.DRAINING: leaving.RULES,
    Phase.ROLLING_BACK: leaving.RULES,
    Phase.FAILED: failed.RULES,
}
