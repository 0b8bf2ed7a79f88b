"""Metrics of the hook, for `/metrics` (prometheus-client)."""

from itertools import product

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

# They would double the series and say only when this process started.
disable_created_metrics()  # type: ignore[no-untyped-call]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Telemetry:
    """Counters and histograms of one hook, in a registry of their own."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        """Starts from zero."""
        self._registry = CollectorRegistry()
        syncs = Histogram(
            "canaryapp_sync_duration_seconds",
            "Requests of Metacontroller by hook and outcome.",
            ("hook", "outcome"),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._queries = Histogram(
            "canaryapp_prometheus_query_duration_seconds",
            "Queries to Prometheus by outcome.",
            ("outcome",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._decisions = Counter(
            "canaryapp_decisions", "Decisions by kind and reason.", ("action", "reason"), registry=self._registry
        )
        # Known series begin at zero, so that `increase()` sees the first error, too.
        ends = product(("sync", "finalize", "customize"), ("ok", "refused", "error"))
        self._sync_ends = {end: syncs.labels(*end) for end in ends}
        for outcome in ("answered", "unanswered"):
            self._queries.labels(outcome)

    def sync_ended(self, hook: str, outcome: str, seconds: float) -> None:
        """`outcome` is `ok`, `refused` (4xx) or `error` (500)."""
        self._sync_ends[hook, outcome].observe(seconds)

    def query_ended(self, outcome: str, seconds: float) -> None:
        """`outcome` is `answered` or `unanswered`."""
        self._queries.labels(outcome).observe(seconds)

    def decided(self, action: str, reason: str) -> None:
        """A decision was made."""
        self._decisions.labels(action, reason).inc()

    def render(self) -> bytes:
        """Prometheus's text format."""
        return generate_latest(self._registry)
