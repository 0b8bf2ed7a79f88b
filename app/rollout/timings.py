"""The operator's own intervals, the same for every app."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Timings:
    """All in seconds.

    Attributes:
        settle: how long a change of the route or of a Deployment must have stood before traffic follows it, so that
            every proxy knows it (rule R1).
        check_interval: between two questions to Prometheus during a rollout.
        prometheus_tolerance: how long Prometheus may give no answer before `failWhenPrometheusFails` decides.
        prometheus_url: asked where a spec names no other.
    """

    settle: float = 5.0
    check_interval: float = 10.0
    prometheus_tolerance: float = 30.0
    prometheus_url: str = "http://prometheus.istio-system.svc:9090"
