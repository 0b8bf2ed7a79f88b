"""What can be out of order around the cluster: the hook, and Prometheus."""

from dataclasses import dataclass

from app.simulation.prometheus.faults import Fault


@dataclass
class Outages:
    """Set and lifted at any time, by a test or a scenario.

    Attributes:
        prometheus_fault: what is wrong with Prometheus.
        hook_down: whether the hook is out of reach.
    """

    prometheus_fault: Fault | None = None
    hook_down: bool = False
