"""The metrics are Istio's: both sides count, a scrape takes what runs."""

import pytest

from app.simulation.kubernetes.images import PodBehaviour
from app.simulation.kubernetes.objects import key_of
from app.simulation.mesh.metrics import BUCKETS, DURATION, REQUESTS, Peer, peer_of
from app.simulation.mesh.routing import Caller
from app.simulation.mesh.traffic import Stream
from tests.simulation.kubernetes.manifests import START, destination_rule, service, virtual_service
from tests.simulation.mesh.road import Road, pod

GATEWAY_POD = "istio-ingressgateway-0"


def _road(caller: Caller = Caller.GATEWAY, **tags: PodBehaviour) -> Road:
    mesh = virtual_service({"primary": 75, "secondary": 25}, "shop.mesh", gateways=("mesh",), host="shop")
    road = Road(service(), destination_rule(), virtual_service({"primary": 75, "secondary": 25}), mesh, **tags)
    road.pods = [pod("primary"), pod("secondary", tag="v2")]
    road.traffic.add(Stream("shop", rate=20.0, callers={caller: 1.0}))
    return road


def _scrape(road: Road, *gone: str) -> None:
    road.sink.samples.clear()
    road.metrics.scrape(road.clock.now, {one.name for one in road.pods} - set(gone))


def test_a_request_is_counted_on_both_sides() -> None:
    """The caller's proxy as source, the pod's as destination; the labels are Istio's standard ones."""
    road = _road()
    road.send(1.0)
    _scrape(road)
    found = {labels["reporter"]: labels for labels, _ in road.sink.named(REQUESTS, destination_workload="shop-primary")}
    common = {
        "__name__": "istio_requests_total",
        "source_workload": "istio-ingressgateway",
        "source_workload_namespace": "istio-system",
        "source_app": "istio-ingressgateway",
        "source_version": "unknown",
        "source_canonical_service": "istio-ingressgateway",
        "source_canonical_revision": "latest",
        "destination_workload": "shop-primary",
        "destination_workload_namespace": "default",
        "destination_app": "shop",
        "destination_version": "unknown",
        "destination_service": "shop.default.svc.cluster.local",
        "destination_service_name": "shop",
        "destination_service_namespace": "default",
        "destination_canonical_service": "shop",
        "destination_canonical_revision": "latest",
        "request_protocol": "http",
        "response_code": "200",
        "response_flags": "-",
    }
    source = {"reporter": "source", "namespace": "istio-system", "pod": GATEWAY_POD}
    destination = {"reporter": "destination", "namespace": "default", "pod": "shop-primary-1"}
    assert found == {
        "source": {**common, **source, "connection_security_policy": "unknown"},
        "destination": {**common, **destination, "connection_security_policy": "mutual_tls"},
    }
    assert {at for _, _, at in road.sink.samples} == {START + 1.0}


@pytest.mark.parametrize("caller", list(Caller))
def test_the_sums_match_what_was_answered(caller: Caller) -> None:
    """Every request that was answered is counted once by its pod, and once by its caller if that has a proxy."""
    road = _road(caller, v2=PodBehaviour(answers={}))
    for _ in range(7):
        road.send(0.9)
    _scrape(road)
    answered = road.traffic.answered
    assert sum(answered.values()) == 126
    for (name, workload, code), number in answered.items():
        labels = {"destination_service_name": name, "destination_workload": workload, "response_code": str(code)}
        assert road.sink.requests(reporter="destination", **labels) == number
        assert road.sink.requests(reporter="source", **labels) == (0 if caller is Caller.DIRECT else number)


@pytest.mark.parametrize(
    ("caller", "source", "policy"),
    [(Caller.MESH, "client", "mutual_tls"), (Caller.DIRECT, "unknown", "none")],
    ids=["in the mesh", "without a proxy"],
)
def test_a_pod_says_who_called(caller: Caller, source: str, policy: str) -> None:
    """A caller without a proxy is unknown, and its connection is not secured."""
    road = _road(caller)
    road.send(1.0)
    _scrape(road)
    labels = [labels for labels, _ in road.sink.named(REQUESTS, reporter="destination")]
    assert {(found["source_workload"], found["connection_security_policy"]) for found in labels} == {(source, policy)}


@pytest.mark.parametrize(
    ("labels", "version", "revision"),
    [
        ({}, "unknown", "latest"),
        ({"version": "v7"}, "v7", "v7"),
        ({"version": "v7", "app.kubernetes.io/version": "7.1"}, "v7", "7.1"),
        ({"app.kubernetes.io/version": "7.1", "service.istio.io/canonical-revision": "c"}, "unknown", "c"),
        ({"canary.atze.io/revision": "abc"}, "unknown", "latest"),
    ],
    ids=["no labels", "version", "app.kubernetes.io/version", "canonical revision", "ours is not Istio's"],
)
def test_version_and_revision_come_from_istios_labels(labels: dict[str, str], version: str, revision: str) -> None:
    """Istio knows the label `version`, and the canonical ones; it does not know ours."""
    made = pod("primary")
    made.labels = {**made.labels, **labels}
    peer = peer_of(made)
    assert peer == Peer("shop-primary", "default", "shop", version, revision, "shop-primary-1")


def test_durations_are_a_histogram() -> None:
    """Buckets are cumulative and end with all of them; sum and count fit; `le` is as Prometheus 3 stores it."""
    road = _road(v1=PodBehaviour(latency=25.0), v2=PodBehaviour(latency=4e6))
    road.send(2.0)
    _scrape(road)
    labels = {"reporter": "destination", "destination_workload": "shop-primary"}
    buckets = {found["le"]: value for found, value in road.sink.named(f"{DURATION}_bucket", **labels)}
    assert [(le, buckets[le]) for le in ("0.5", "10.0", "25.0", "1000.0", "3.6e+06", "+Inf")] == [
        ("0.5", 0),
        ("10.0", 0),
        ("25.0", 30),
        ("1000.0", 30),
        ("3.6e+06", 30),
        ("+Inf", 30),
    ]
    assert len(buckets) == len(BUCKETS) + 1
    assert [value for _, value in road.sink.named(f"{DURATION}_sum", **labels)] == [750.0]
    assert [value for _, value in road.sink.named(f"{DURATION}_count", **labels)] == [30.0]
    slow = {"reporter": "destination", "destination_workload": "shop-secondary"}
    assert [value for _, value in road.sink.named(f"{DURATION}_bucket", **slow, le="3.6e+06")] == [0.0]
    assert [value for _, value in road.sink.named(f"{DURATION}_bucket", **slow, le="+Inf")] == [10.0]


def test_a_request_that_no_pod_takes_is_counted_by_the_caller() -> None:
    """503 with the flag UH; the service is known, the workload is not."""
    road = _road()
    road.pods = []
    road.send(1.0)
    _scrape(road)
    labels, value = road.sink.named(REQUESTS)[0]
    assert value == len(road.lost) == 20
    assert (labels["response_code"], labels["response_flags"], labels["reporter"]) == ("503", "UH", "source")
    assert (labels["destination_service_name"], labels["destination_workload"]) == ("shop", "unknown")


def test_a_request_without_a_route_is_counted_for_nobody() -> None:
    """404 with the flag NR; a gateway does not know which service was meant."""
    road = _road()
    road.store.delete(key_of(virtual_service({})), "person")
    road.send(2.0)
    _scrape(road)
    found = road.sink.named(REQUESTS, response_code="404")
    assert [(labels["response_flags"], labels["destination_service_name"]) for labels, _ in found] == [
        ("NR", "unknown")
    ]


def test_a_caller_without_a_proxy_counts_nothing() -> None:
    """What is lost on a way without proxies is in no metric at all."""
    road = _road(Caller.DIRECT)
    road.pods = []
    road.send(1.0)
    _scrape(road)
    assert len(road.lost) == 20
    assert road.sink.samples == []


def test_a_pod_that_is_gone_is_not_scraped() -> None:
    """Its counters are no longer read; those of the others, and the caller's, are."""
    road = _road()
    road.send(1.0)
    _scrape(road, "shop-secondary-1")
    assert road.sink.requests(reporter="destination", destination_workload="shop-secondary") == 0
    assert road.sink.requests(reporter="source", destination_workload="shop-secondary") == 5
    assert road.sink.requests(reporter="destination", destination_workload="shop-primary") == 15
