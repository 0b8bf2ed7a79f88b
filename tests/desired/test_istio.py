"""Istio's objects: subsets, the way in, and the weights."""

from typing import Any, Final

import pytest

from app.desired.istio import destination_rule, gateways, virtual_services
from app.resource.status import Phase
from app.rollout.observation import Observation
from app.rollout.route import read_route, read_subsets
from tests.rules.scene import scene

Json = dict[str, Any]


def with_traffic(**traffic: Any) -> Observation:
    """A settled app with hosts or gateways."""
    return scene(phase=Phase.STABLE, spec={"traffic": traffic})


def ways(observation: Observation) -> dict[str, tuple[list[str], list[str]]]:
    """Hosts and gateways of each VirtualService."""
    assert observation.settings is not None
    made = virtual_services(observation, observation.settings, lambda _: 0)
    return {each["metadata"]["name"]: (each["spec"]["hosts"], each["spec"]["gateways"]) for each in made}


def own_gateways(observation: Observation) -> list[Json]:
    """The Gateways that are made for an app."""
    assert observation.settings is not None
    return gateways(observation, observation.settings)


MESH: Final = (["shop"], ["mesh"])


@pytest.mark.parametrize(
    ("traffic", "expected"),
    [
        pytest.param({}, {"shop": (["*"], ["shop"]), "shop.mesh": MESH}, id="nothing said: every host, a Gateway"),
        pytest.param(
            {"hosts": ["a.example", "b.example"]},
            {"shop": (["a.example", "b.example"], ["shop"]), "shop.mesh": MESH},
            id="hosts: on the app's own Gateway",
        ),
        pytest.param(
            {"gateways": ["infra/public"]},
            {"shop": (["*"], ["infra/public"]), "shop.mesh": MESH},
            id="a gateway that exists: every host",
        ),
        pytest.param(
            {"hosts": ["a.example"], "gateways": ["infra/public", "infra/internal"]},
            {"shop": (["a.example"], ["infra/public", "infra/internal"]), "shop.mesh": MESH},
            id="hosts on gateways that exist",
        ),
        pytest.param(
            {"hosts": ["a.example"], "gateways": ["infra/public", "mesh"]},
            {"shop": (["a.example"], ["infra/public", "mesh"]), "shop.mesh": MESH},
            id="hosts on a gateway and inside the mesh",
        ),
        pytest.param(
            {"hosts": ["a.example"], "gateways": ["mesh"]},
            {"shop": (["a.example"], ["mesh"]), "shop.mesh": MESH},
            id="hosts inside the mesh",
        ),
        pytest.param({"gateways": ["mesh"]}, {"shop.mesh": MESH}, id="the mesh alone"),
    ],
)
def test_hosts_and_gateways(traffic: Json, expected: dict[str, tuple[list[str], list[str]]]) -> None:
    """The Service's own host is always routed inside the mesh, so that its callers follow the weights, too."""
    assert ways(with_traffic(**traffic)) == expected


@pytest.mark.parametrize("traffic", [{"gateways": ["infra/public"]}, {"gateways": ["mesh"]}], ids=str)
def test_no_gateway_is_made_where_others_are_named(traffic: Json) -> None:
    """A team that names gateways has them."""
    assert own_gateways(with_traffic(**traffic)) == []


@pytest.mark.parametrize(("traffic", "hosts"), [({}, ["*"]), ({"hosts": ["a.example"]}, ["a.example"])], ids=str)
def test_a_gateway_of_the_app_s_own(traffic: Json, hosts: list[str]) -> None:
    """Port 80 of istio-ingressgateway, for the hosts of the spec, so that two apps need not fight over every host."""
    (made,) = own_gateways(with_traffic(**traffic))
    assert made["metadata"]["name"] == "shop"
    assert made["spec"] == {
        "selector": {"istio": "ingressgateway"},
        "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": hosts}],
    }


def test_every_virtual_service_has_its_own_weight() -> None:
    """A guard may hold one of them and let the other pass."""
    observation = scene(phase=Phase.STABLE)
    assert observation.settings is not None
    made = virtual_services(observation, observation.settings, lambda name: 30 if name == "shop" else 0)
    shares = [[entry["weight"] for entry in each["spec"]["http"][0]["route"]] for each in made]
    assert shares == [[70, 30], [100, 0]]


@pytest.mark.parametrize("weight", range(101))
def test_weights_add_up_and_are_read_as_they_were_written(weight: int) -> None:
    """A weight that we write is the weight that we observe."""
    observation = scene(phase=Phase.STABLE)
    assert observation.settings is not None
    made = virtual_services(observation, observation.settings, lambda _: weight)
    names = tuple(each["metadata"]["name"] for each in made)
    assert read_route({each["metadata"]["name"]: each for each in made}, names).agreed == weight
    assert all(sum(entry["weight"] for entry in each["spec"]["http"][0]["route"]) == 100 for each in made)


def test_a_route_goes_to_the_port_of_the_spec() -> None:
    """The port is the Service's, which follows the spec at once."""
    observation = scene(phase=Phase.STABLE, spec={"imageListenPort": 9999})
    assert observation.settings is not None
    for each in virtual_services(observation, observation.settings, lambda _: 0):
        assert {entry["destination"]["port"]["number"] for entry in each["spec"]["http"][0]["route"]} == {9999}


def test_a_route_has_no_name() -> None:
    """Metacontroller replaces lists without a merge key; named routes would be merged with foreign ones."""
    observation = scene(phase=Phase.STABLE)
    assert observation.settings is not None
    for each in virtual_services(observation, observation.settings, lambda _: 0):
        assert [set(route) for route in each["spec"]["http"]] == [{"route"}]


def test_the_subsets_that_are_written_are_those_that_are_read() -> None:
    """Primary and secondary are told apart by their role."""
    assert read_subsets(destination_rule(scene(phase=Phase.STABLE)), "shop")
