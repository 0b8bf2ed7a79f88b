"""What can be out of order around the cluster: the hook, and Prometheus."""

from dataclasses import dataclass

from app.simulation.prometheus.faults import Fault


@dataclass
class Outages:
    """Set and lifted at any time, by a test or a scenario.

    Attributes:
        prometheus_fault: what is wrong with Prometheus.
        hook_down: whether the hook is out of reach.
        answers_lost: so many answers do not arrive: the hook is killed after it was asked.
    """

    prometheus_fault: Fault | None = None
    hook_down: bool = False
    answers_lost: int = 0

    def take_answer(self) -> bool:
        """Whether this answer is lost."""
        lost = self.answers_lost > 0
        self.answers_lost -= lost
        return lost
