"""Requests go where Istio would send them, by the objects as the proxies know them."""

from typing import Any

import pytest

from app.simulation.kubernetes.objects import Object, key_of
from app.simulation.kubernetes.store import ObjectStore
from app.simulation.mesh.routing import Caller, RouteTable, Share, Target
from tests.simulation.kubernetes.manifests import (
    START,
    Clock,
    changed,
    deployment,
    destination_rule,
    service,
    virtual_service,
    with_metadata,
)

WHOLE = Target((Share("", {"app": "shop"}, 1),))
NOWHERE = Target(())
PRIMARY = {"app": "shop", "service": "primary"}
SECONDARY = {"app": "shop", "service": "secondary"}
MESH_ROUTE = virtual_service({"primary": 90, "secondary": 10}, "shop.mesh", gateways=("mesh",), host="shop")
GATEWAY_ROUTE = virtual_service({"primary": 70, "secondary": 30})


def _target(caller: Caller, *objects: Object, name: str = "shop", namespace: str = "default") -> Target:
    store = ObjectStore(lambda: START)
    routes = RouteTable(store)
    for obj in objects:
        store.create(obj, "person")
    return routes.target(caller, namespace, name, START)


def _destination(host: str, **fields: Any) -> Object:
    return changed(GATEWAY_ROUTE, http=[{"route": [{"destination": {"host": host}, **fields}]}])


@pytest.mark.parametrize(
    ("caller", "objects", "target"),
    [
        pytest.param(Caller.GATEWAY, (), NOWHERE, id="gateway: no Service"),
        pytest.param(Caller.MESH, (), NOWHERE, id="mesh: no Service"),
        pytest.param(Caller.DIRECT, (deployment(),), NOWHERE, id="direct: no Service"),
        pytest.param(Caller.DIRECT, (service(), MESH_ROUTE), WHOLE, id="direct: no proxy, no route, the whole Service"),
        pytest.param(Caller.MESH, (service(),), WHOLE, id="mesh: a Service needs no route"),
        pytest.param(Caller.GATEWAY, (service(),), NOWHERE, id="gateway: nothing leads there without a route"),
        pytest.param(Caller.MESH, (service(), GATEWAY_ROUTE), WHOLE, id="mesh: a route of a gateway does not bind it"),
        pytest.param(
            Caller.GATEWAY, (service(), MESH_ROUTE), NOWHERE, id="gateway: a route of the mesh does not bind it"
        ),
        pytest.param(
            Caller.MESH,
            (service(), destination_rule(), MESH_ROUTE, GATEWAY_ROUTE),
            Target((Share("primary", PRIMARY, 90), Share("secondary", SECONDARY, 10))),
            id="mesh: its own weights",
        ),
        pytest.param(
            Caller.GATEWAY,
            (service(), destination_rule(), MESH_ROUTE, GATEWAY_ROUTE),
            Target((Share("primary", PRIMARY, 70), Share("secondary", SECONDARY, 30))),
            id="gateway: its own weights",
        ),
        pytest.param(
            Caller.MESH,
            (service(), destination_rule(), changed(MESH_ROUTE, gateways=[])),
            Target((Share("primary", PRIMARY, 90), Share("secondary", SECONDARY, 10))),
            id="mesh: a route without gateways is for the mesh",
        ),
        pytest.param(
            Caller.MESH, (service(), changed(MESH_ROUTE, hosts=["other"])), WHOLE, id="mesh: a route for another host"
        ),
        pytest.param(
            Caller.MESH, (service(), changed(MESH_ROUTE, hosts=["*"])), WHOLE, id="mesh: * is no host of a Service"
        ),
        pytest.param(
            Caller.MESH,
            (service(), destination_rule(), changed(MESH_ROUTE, hosts=["shop.default.svc.cluster.local"])),
            Target((Share("primary", PRIMARY, 90), Share("secondary", SECONDARY, 10))),
            id="mesh: the full name",
        ),
        pytest.param(
            Caller.MESH,
            (service(), changed(MESH_ROUTE, hosts=["shop.other"])),
            WHOLE,
            id="mesh: the same name in another namespace",
        ),
        pytest.param(Caller.GATEWAY, (service(), _destination("other")), NOWHERE, id="gateway: a route elsewhere"),
        pytest.param(Caller.GATEWAY, (service(), _destination("shop")), WHOLE, id="gateway: no subset, everyone"),
        pytest.param(
            Caller.GATEWAY,
            (service(), with_metadata(_destination("shop.default"), namespace="elsewhere")),
            WHOLE,
            id="gateway: a route from another namespace",
        ),
        pytest.param(
            Caller.GATEWAY, (service(), changed(GATEWAY_ROUTE, http=[])), NOWHERE, id="gateway: an empty route"
        ),
        pytest.param(
            Caller.GATEWAY, (service(), _destination("shop", weight=0)), WHOLE, id="a lone destination gets everything"
        ),
        pytest.param(
            Caller.GATEWAY,
            (service(), destination_rule(), virtual_service({"primary": 100, "secondary": 0})),
            Target((Share("primary", PRIMARY, 100),)),
            id="weight 0 gets nothing",
        ),
        pytest.param(
            Caller.GATEWAY,
            (service(), virtual_service({"primary": 100})),
            Target((Share("primary", None, 1),)),
            id="a subset that nobody defines has no pods",
        ),
        pytest.param(
            Caller.GATEWAY,
            (service(), destination_rule("other"), virtual_service({"primary": 100})),
            Target((Share("primary", None, 1),)),
            id="a subset of another host has no pods",
        ),
        pytest.param(
            Caller.GATEWAY,
            (service(), destination_rule(), virtual_service({"third": 100})),
            Target((Share("third", None, 1),)),
            id="an unknown subset has no pods",
        ),
        pytest.param(
            Caller.GATEWAY,
            (service(), destination_rule("shop.default.svc.cluster.local"), virtual_service({"primary": 100})),
            Target((Share("primary", PRIMARY, 1),)),
            id="subsets by the full name",
        ),
        pytest.param(
            Caller.GATEWAY,
            (service(service="primary"), destination_rule(), virtual_service({"primary": 50, "secondary": 50})),
            Target((Share("primary", PRIMARY, 50), Share("secondary", None, 50))),
            id="a subset selects among the Service's pods",
        ),
        pytest.param(
            Caller.GATEWAY,
            (
                *(service(), service("new", role="new")),
                changed(
                    GATEWAY_ROUTE,
                    http=[
                        {
                            "route": [
                                {"destination": {"host": "shop"}, "weight": 1},
                                {"destination": {"host": "new"}, "weight": 2},
                                {"destination": {"host": "gone"}, "weight": 3},
                            ]
                        }
                    ],
                ),
            ),
            Target((Share("", {"app": "shop"}, 1), Share("", {"app": "shop", "role": "new"}, 2), Share("", None, 3))),
            id="each destination is a Service of its own",
        ),
    ],
)
def test_a_request_finds_its_way(caller: Caller, objects: tuple[Object, ...], target: Target) -> None:
    """Who asks, by which objects, and where that leads."""
    assert _target(caller, *objects) == target


def test_subsets_are_looked_up_in_every_rule_of_the_host() -> None:
    """Two DestinationRules for one host are read together, as Istio merges them."""
    second = with_metadata(destination_rule(), name="second")
    second["spec"] = {"host": "shop", "subsets": [{"name": "third", "labels": {"service": "third"}}, {"name": "all"}]}
    target = _target(Caller.GATEWAY, service(), destination_rule(), second, virtual_service({"third": 50, "all": 50}))
    assert target.shares == (Share("third", {"app": "shop", "service": "third"}, 50), Share("all", {"app": "shop"}, 50))


def test_namespaces_do_not_mix() -> None:
    """A Service is asked for in its own namespace."""
    assert _target(Caller.MESH, service(), namespace="other") == NOWHERE


def test_of_two_routes_for_one_host_the_oldest_is_followed() -> None:
    """A second VirtualService for the same host changes nothing."""
    clock = Clock()
    store = ObjectStore(clock)
    routes = RouteTable(store)
    store.create(service(), "person")
    store.create(destination_rule(), "person")
    store.create(virtual_service({"primary": 100}, "z-first"), "person")
    clock.now += 10
    store.create(virtual_service({"secondary": 100}, "a-second"), "person")
    target = routes.target(Caller.GATEWAY, "default", "shop", clock.now)
    assert [share.subset for share in target.shares] == ["primary"]


def test_the_past_can_be_asked() -> None:
    """Every moment has the configuration that was written until then."""
    clock = Clock()
    store = ObjectStore(clock)
    routes = RouteTable(store)
    moments = []
    for weights in ({"primary": 100}, {"primary": 90, "secondary": 10}, {"primary": 100}):
        clock.now += 10
        for obj in (service(), destination_rule(), virtual_service(weights)):
            if store.get(key_of(obj)):
                store.update(obj, "person")
            else:
                store.create(obj, "person")
        moments.append(clock.now)
    store.create(deployment(), "person")
    counts = [len(routes.target(Caller.GATEWAY, "default", "shop", moment).shares) for moment in moments]
    assert counts == [1, 2, 1]
    between = routes.target(Caller.GATEWAY, "default", "shop", moments[1] - 0.001)
    assert [share.subset for share in between.shares] == ["primary"]
    assert routes.target(Caller.GATEWAY, "default", "shop", START) == NOWHERE
