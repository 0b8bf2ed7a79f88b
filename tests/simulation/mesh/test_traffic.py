"""Users are steady, weights are kept exactly, and whoever is not answered is counted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.simulation.kubernetes.images import PodBehaviour
from app.simulation.mesh.routing import Caller
from app.simulation.mesh.traffic import Lost, Stream
from tests.simulation.kubernetes.manifests import START, changed, destination_rule, service, virtual_service
from tests.simulation.mesh.road import LAG, STOP_DELAY, Road, pod

NO_ROUTE = "no route leads to the service"


def _road(weights: dict[str, int], **tags: PodBehaviour) -> Road:
    road = Road(service(), destination_rule(), virtual_service(weights), **tags)
    road.pods = [pod("primary", 1), pod("primary", 2), pod("secondary", tag="v2")]
    return road


def test_requests_come_at_their_rate() -> None:
    """The rate holds over time, whatever the size of the ticks."""
    road = _road({"primary": 100})
    road.traffic.add(Stream("shop", rate=7.0))
    for _ in range(40):
        road.send(0.25)
    assert sum(road.by_workload().values()) == 70


@settings(derandomize=True, deadline=None, database=None, max_examples=30)
@given(st.integers(0, 100), st.integers(1, 3))
def test_the_split_follows_the_weights_exactly(secondary: int, hundreds: int) -> None:
    """Of every hundred requests, as many go to a subset as its weight says; there is no chance in it."""
    road = _road({"primary": 100 - secondary, "secondary": secondary})
    road.traffic.add(Stream("shop", rate=100.0))
    road.send(hundreds)
    answered = road.by_workload()
    assert answered.get("shop-secondary", 0) == secondary * hundreds
    assert answered.get("shop-primary", 0) == (100 - secondary) * hundreds
    assert road.lost == []


def test_a_change_of_weights_is_followed_after_the_lag() -> None:
    """Until the proxies know, they do as before; from then on the new weights hold."""
    road = _road({"primary": 100})
    road.traffic.add(Stream("shop", rate=100.0))
    changed_at = road.clock.now
    road.store.update(virtual_service({"primary": 60, "secondary": 40}), "person")
    road.send(LAG - 0.01)
    assert road.by_workload() == {"shop-primary": 99}
    road.send(0.01)
    before = road.by_workload()
    road.send(2.0)
    assert road.clock.now == changed_at + LAG + 2.0
    assert road.by_workload()["shop-secondary"] - before.get("shop-secondary", 0) == 80


def test_pods_of_a_subset_take_turns() -> None:
    """Every pod gets its part."""
    road = _road({"primary": 100})
    road.traffic.add(Stream("shop", rate=10.0))
    road.send(1.0)
    road.metrics.scrape(road.clock.now, {one.name for one in road.pods})
    assert [road.sink.requests(reporter="destination", pod=f"shop-primary-{number}") for number in (1, 2)] == [5, 5]


def test_paths_and_callers_are_shared_out() -> None:
    """Paths by their weights, per caller and workload; an image answers each in its way."""
    road = _road({"primary": 50, "secondary": 50}, v2=PodBehaviour(answers={"/hello": 200, "/nothello": 500}))
    callers = {Caller.GATEWAY: 1.0, Caller.DIRECT: 1.0}
    road.traffic.add(Stream("shop", rate=60.0, paths={"/hello": 2.0, "/nothello": 1.0}, callers=callers))
    road.send(1.0)
    assert road.traffic.answered == {
        ("shop", "shop-primary", 200): 23,
        ("shop", "shop-primary", 404): 12,
        ("shop", "shop-secondary", 200): 17,
        ("shop", "shop-secondary", 500): 8,
    }


@pytest.mark.parametrize(
    ("caller", "why"),
    [
        pytest.param(Caller.GATEWAY, NO_ROUTE, id="at a gateway"),
        pytest.param(Caller.MESH, NO_ROUTE, id="in the mesh"),
        pytest.param(Caller.DIRECT, NO_ROUTE, id="without a proxy"),
    ],
)
def test_a_service_that_is_not_there_loses_every_request(caller: Caller, why: str) -> None:
    """Each lost request is told with its moment, its caller and a reason."""
    road = Road()
    road.traffic.add(Stream("shop", rate=2.0, callers={caller: 1.0}))
    road.send(1.0)
    assert road.lost == [Lost(START + 1.0, "shop", caller, why)] * 2
    assert road.by_workload() == {}


@pytest.mark.parametrize(
    ("subset", "why"),
    [("secondary", "no pod of secondary answers"), ("third", "no pod of third answers")],
    ids=["a subset without pods", "an unknown subset"],
)
def test_a_share_without_pods_is_lost(subset: str, why: str) -> None:
    """A proxy chooses the subset first: nobody else takes its requests."""
    road = _road({"primary": 50, subset: 50})
    road.pods.pop()
    road.traffic.add(Stream("shop", rate=10.0))
    road.send(1.0)
    assert [lost.why for lost in road.lost] == [why] * 5
    assert road.by_workload() == {"shop-primary": 5}


def test_a_service_without_pods_is_lost() -> None:
    """Without a subset it is the service that does not answer."""
    road = Road(service())
    road.traffic.add(Stream("shop", rate=1.0, callers={Caller.MESH: 1.0}))
    road.send(1.0)
    assert [lost.why for lost in road.lost] == ["no pod of the service answers"]


def test_a_selector_that_names_one_role_keeps_the_others_out() -> None:
    """Without a proxy, the Service's selector alone decides."""
    road = _road({"primary": 100})
    road.traffic.add(Stream("shop", rate=9.0, callers={Caller.DIRECT: 1.0}))
    road.send(1.0)
    assert road.by_workload() == {"shop-primary": 6, "shop-secondary": 3}
    road.store.update(changed(service(), selector={"app": "shop", "service": "primary"}), "person")
    road.send(LAG)
    before = road.by_workload()["shop-secondary"]
    road.send(10.0)
    assert road.by_workload()["shop-secondary"] == before


def test_a_pod_gets_requests_once_the_proxies_know_it() -> None:
    """A pod that has just got ready waits for the lag."""
    road = _road({"primary": 50, "secondary": 50})
    road.pods[2] = pod("secondary", ready=START)
    road.traffic.add(Stream("shop", rate=4.0))
    road.send(LAG / 2)
    assert len(road.lost) == 1
    road.send(LAG / 2)
    assert len(road.lost) == 1
    assert road.by_workload() == {"shop-primary": 2, "shop-secondary": 1}


def test_a_pod_that_stops_answers_until_the_proxies_know() -> None:
    """A deleted pod still serves what is sent to it; with a stop that outlasts the lag nothing is lost."""
    road = _road({"primary": 50, "secondary": 50})
    road.traffic.add(Stream("shop", rate=20.0))
    secondary = road.pods[2]
    secondary.deleted, secondary.ready_since = START, None
    secondary.turns.append((START, False))
    road.send(LAG / 2)
    assert road.lost == []
    road.send(LAG / 2)
    assert {lost.why for lost in road.lost} == {"no pod of secondary answers"}
    assert road.clock.now < START + STOP_DELAY


def test_a_pod_that_crashed_is_passed_over() -> None:
    """A proxy that still takes it for an endpoint tries another, as Istio's retries do."""
    road = _road({"primary": 100})
    road.pods[0].ready_since = None
    road.pods[0].turns.append((START, False))
    road.traffic.add(Stream("shop", rate=20.0))
    road.send(0.5)
    assert (road.lost, road.by_workload()) == ([], {"shop-primary": 10})


def test_a_stream_can_be_replaced() -> None:
    """The stream of a service changes; the others stay; a service without one gets none."""
    road = _road({"primary": 100})
    road.traffic.add(Stream("shop", rate=10.0))
    road.traffic.replace(Stream("shop", namespace="other", rate=99.0))
    road.traffic.replace(Stream("shop", rate=1.0))
    road.send(2.0)
    assert sum(road.by_workload().values()) == 2
