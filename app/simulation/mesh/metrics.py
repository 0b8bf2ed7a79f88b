"""Istio's standard metrics, counted per proxy and scraped into a time series store (Istio, "Standard Metrics")."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final, Protocol

from app.simulation.kubernetes.pods import Pod
from app.simulation.mesh.routing import Caller

REQUESTS: Final = "istio_requests_total"
DURATION: Final = "istio_request_duration_milliseconds"
BUCKETS: Final = (
    *(0.5, 1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10000.0),
    *(30000.0, 60000.0, 300000.0, 600000.0, 1800000.0, 3600000.0),
)
# As Prometheus 3 writes `le`: a whole number has a fraction, too.
_BOUNDS: Final = (*(f"{bound:g}" if bound % 1 or bound >= 1e6 else f"{bound:.1f}" for bound in BUCKETS), "+Inf")  # noqa: PLR2004
UNKNOWN: Final = "unknown"
NO_FLAGS: Final = "-"


class SeriesSink(Protocol):
    """Whatever keeps samples."""

    def append(self, labels: Mapping[str, str], value: float, at: float) -> None:
        """Adds a sample; `labels` include `__name__`, `at` is unix seconds."""
        ...


@dataclass(frozen=True)
class Peer:
    """One end of a request, as a proxy tells it.

    Attributes:
        workload: name of the Deployment.
        namespace: of the Deployment.
        app: the pods' label `app`.
        version: the pods' label `version`.
        revision: the canonical revision.
        pod: whose proxy reports, "" where there is no proxy.
    """

    workload: str = UNKNOWN
    namespace: str = UNKNOWN
    app: str = UNKNOWN
    version: str = UNKNOWN
    revision: str = "latest"
    pod: str = ""


CALLERS: Final[Mapping[Caller, Peer]] = {
    Caller.GATEWAY: Peer(
        "istio-ingressgateway", "istio-system", "istio-ingressgateway", UNKNOWN, "latest", "istio-ingressgateway-0"
    ),
    Caller.MESH: Peer("client", "default", "client", UNKNOWN, "latest", "client-0"),
    Caller.DIRECT: Peer(),
}
NOBODY: Final = Peer()


def peer_of(pod: Pod) -> Peer:
    """A pod as the other end of a request (Istio: canonical service and revision come from labels)."""
    version = pod.labels.get("version", UNKNOWN)
    revision = pod.labels.get("service.istio.io/canonical-revision") or pod.labels.get("app.kubernetes.io/version")
    return Peer(
        workload=pod.workload,
        namespace=pod.namespace,
        app=pod.labels.get("app", UNKNOWN),
        version=version,
        revision=revision or (version if version != UNKNOWN else "latest"),
        pod=pod.name,
    )


@dataclass(frozen=True)
class Served:
    """One request that was answered, or lost.

    Attributes:
        caller: from where it came.
        namespace: of the service; "" where no route led to one.
        service: that was asked; "" where no route led to one.
        peer: who answered; NOBODY where none did.
        code: HTTP status.
        flags: Envoy's response flags: "UH" no healthy upstream, "NR" no route, "-" none.
        latency: milliseconds.
    """

    caller: Caller
    namespace: str
    service: str
    peer: Peer
    code: int
    flags: str
    latency: float


@dataclass
class _Counter:
    """Requests with the same labels: their number is that of all buckets; the last one is `+Inf`."""

    proxy: str
    total: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))

    def samples(self) -> Iterator[tuple[str, str, float]]:
        """Name, `le`, value."""
        count = float(sum(self.buckets))
        yield REQUESTS, "", count
        for bound, value in zip(_BOUNDS, accumulate(self.buckets), strict=True):
            yield f"{DURATION}_bucket", bound, float(value)
        yield f"{DURATION}_sum", "", self.total
        yield f"{DURATION}_count", "", count


class Metrics:
    """Counters as the proxies hold them: the caller's as source, each pod's as destination."""

    def __init__(self, sink: SeriesSink) -> None:
        """Starts from zero."""
        self._sink = sink
        self._counters: dict[tuple[tuple[str, str], ...], _Counter] = {}

    def count(self, served: Served) -> None:
        """Counts one request on each side that has a proxy."""
        for reporter, proxy in (("source", CALLERS[served.caller].pod), ("destination", served.peer.pod)):
            if proxy:
                key = tuple(sorted(_labels(served, reporter, proxy).items()))
                counter = self._counters.setdefault(key, _Counter(proxy))
                counter.total += served.latency
                counter.buckets[bisect_left(BUCKETS, served.latency)] += 1

    def scrape(self, at: float, pods: set[str]) -> None:
        """Takes a sample of every counter whose proxy still runs; `pods` are the names of those that do."""
        alive = pods | {peer.pod for peer in CALLERS.values()}
        for key, counter in self._counters.items():
            if counter.proxy in alive:
                for name, bound, value in counter.samples():
                    self._sink.append({"__name__": name, **dict(key), **({"le": bound} if bound else {})}, value, at)


def _labels(served: Served, reporter: str, proxy: str) -> dict[str, str]:
    source, peer = CALLERS[served.caller], served.peer
    host = f"{served.service}.{served.namespace}.svc.cluster.local" if served.service else UNKNOWN
    reports = source if reporter == "source" else peer
    secured = reporter == "destination" and served.caller is not Caller.DIRECT
    return {
        "reporter": reporter,
        "namespace": reports.namespace,
        "pod": proxy,
        "source_workload": source.workload,
        "source_workload_namespace": source.namespace,
        "source_app": source.app,
        "source_version": source.version,
        "source_canonical_service": source.app,
        "source_canonical_revision": source.revision,
        "destination_workload": peer.workload,
        "destination_workload_namespace": peer.namespace,
        "destination_app": peer.app,
        "destination_version": peer.version,
        "destination_service": host,
        "destination_service_name": served.service or UNKNOWN,
        "destination_service_namespace": served.namespace or UNKNOWN,
        "destination_canonical_service": peer.app,
        "destination_canonical_revision": peer.revision,
        "request_protocol": "http",
        "response_code": str(served.code),
        "response_flags": served.flags,
        "connection_security_policy": "mutual_tls" if secured else UNKNOWN if reporter == "source" else "none",
    }
