"""Istio's standard metrics, counted per proxy and scraped into a time series store (Istio, "Standard Metrics")."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

REQUESTS: Final = "istio_requests_total"
DURATION: Final = "istio_request_duration_milliseconds"
BUCKETS: Final = (
    *(0.5, 1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10000.0),
    *(30000.0, 60000.0, 300000.0, 600000.0, 1800000.0, 3600000.0),
)
_GATEWAY: Final = "istio-ingressgateway"


class SeriesSink(Protocol):
    """Whatever keeps samples."""

    def append(self, labels: Mapping[str, str], value: float, at: float) -> None:
        """Adds a sample; `labels` include `__name__`, `at` is unix seconds."""
        ...


@dataclass(frozen=True)
class Served:
    """One request that was answered, or lost.

    Attributes:
        namespace: of the service.
        service: that was asked.
        workload: that answered, "" where none did.
        version: of the pod, from its revision label.
        pod: that answered, "" where none did.
        code: HTTP status.
        latency: milliseconds.
    """

    namespace: str
    service: str
    workload: str
    version: str
    pod: str
    code: int
    latency: float


class Metrics:
    """Counters as the proxies hold them: the gateway's as source, each pod's as destination."""

    def __init__(self, sink: SeriesSink) -> None:
        """Starts from zero."""
        self._sink = sink
        self._counters: dict[tuple[tuple[str, str], ...], float] = {}

    def count(self, served: Served) -> None:
        """Counts one request on both sides."""
        self._record(served, "source", _GATEWAY, "" if served.workload else "UH")
        if served.pod:
            self._record(served, "destination", served.pod, "-")

    def scrape(self, at: float, pods: set[str]) -> None:
        """Takes a sample of every counter whose proxy still runs; `pods` are the names of those that do."""
        alive = pods | {_GATEWAY}
        for labels, value in self._counters.items():
            if dict(labels)["pod"] in alive:
                self._sink.append(dict(labels), value, at)

    def _record(self, served: Served, reporter: str, proxy: str, flags: str) -> None:
        labels = {
            "reporter": reporter,
            "pod": proxy,
            "source_workload": _GATEWAY,
            "destination_service_name": served.service,
            "destination_service_namespace": served.namespace,
            "destination_service": f"{served.service}.{served.namespace}.svc.cluster.local",
            "destination_workload": served.workload or "unknown",
            "destination_workload_namespace": served.namespace,
            "destination_version": served.version or "unknown",
            "response_code": str(served.code),
            "response_flags": flags or "-",
            "request_protocol": "http",
        }
        self._add({"__name__": REQUESTS, **labels}, 1.0)
        for bound in BUCKETS:
            self._add({"__name__": f"{DURATION}_bucket", **labels, "le": f"{bound:g}"}, float(served.latency <= bound))
        self._add({"__name__": f"{DURATION}_bucket", **labels, "le": "+Inf"}, 1.0)
        self._add({"__name__": f"{DURATION}_sum", **labels}, served.latency)
        self._add({"__name__": f"{DURATION}_count", **labels}, 1.0)

    def _add(self, labels: dict[str, str], amount: float) -> None:
        key = tuple(sorted(labels.items()))
        self._counters[key] = self._counters.get(key, 0.0) + amount
