"""The way that traffic takes: weights, the Service's selector, the subsets."""

from typing import Any, Final

import pytest

from app.rollout.route import Scope, read_route, read_scope, read_subsets, selector, subset_labels
from tests.observation.requests import APP, destination, destination_rule, virtual_service

Json = dict[str, Any]

NAMES: Final = (APP, f"{APP}.mesh")


def http(*destinations: Json) -> Json:
    """A VirtualService with one route."""
    return {"spec": {"http": [{"route": list(destinations)}]}}


@pytest.mark.parametrize(
    ("observed", "share"),
    [
        pytest.param(http(destination("primary", 80), destination("secondary", 20)), 20, id="as we write it"),
        pytest.param(http(destination("primary", 100), destination("secondary", 0)), 0, id="nothing"),
        pytest.param(http(destination("secondary", 20), destination("primary", 80)), 20, id="in another order"),
        pytest.param(http(destination("primary", 1), destination("secondary", 2)), 67, id="weights that add to 3"),
        pytest.param(http(destination("primary", 999), destination("secondary", 1)), 1, id="a little is not nothing"),
        pytest.param(http(destination("secondary", None)), 100, id="a lone destination without weight"),
        pytest.param(http(destination("secondary", 0)), 100, id="a lone destination, whatever its weight"),
        pytest.param(http(destination("primary", None)), 0, id="the primary alone"),
        pytest.param(http(destination(None, 30), destination("primary", 70)), 30, id="both versions, not told apart"),
        pytest.param(
            http(destination("primary", 50), destination("blue", 50, host="other")), 50, id="a foreign destination"
        ),
        pytest.param(http(destination("primary", 0), destination("secondary", 0)), 0, id="no weight at all"),
        pytest.param(http(destination("primary", None), destination("secondary", 5)), 100, id="a weight left out is 0"),
        pytest.param(http(destination("primary", 5), destination("secondary", -5)), 0, id="a negative weight"),
        pytest.param(http({"weight": "80"}, destination("secondary", 20)), 100, id="a weight of a wrong type"),
        pytest.param(http({}, {"destination": "x", "weight": 10}), 100, id="destinations of a wrong type"),
        pytest.param(http(), 0, id="a route without destinations"),
        pytest.param({"spec": {"http": [{"route": None}]}}, 0, id="destinations that are null"),
        pytest.param(
            {"spec": {"http": [virtual_service(10)["spec"]["http"][0], virtual_service(40)["spec"]["http"][0]]}},
            40,
            id="the highest of several routes",
        ),
    ],
)
def test_the_share_of_the_secondary_is_read(observed: Json, share: int) -> None:
    """Whatever does not surely reach the primary counts as traffic for the secondary, rounded up."""
    route = read_route({APP: observed}, (APP,))
    assert (route.highest, route.share(APP)) == (share, share)


@pytest.mark.parametrize(
    "observed",
    [{}, {"spec": None}, {"spec": {}}, {"spec": {"http": None}}, {"spec": {"http": []}}, {"spec": {"tcp": []}}],
    ids=str,
)
def test_a_virtual_service_without_http_sends_nothing(observed: Json) -> None:
    """Without a route there is no traffic that a proxy would split."""
    route = read_route({APP: observed}, (APP,))
    assert (route.highest, route.agreed) == (0, None)


@pytest.mark.parametrize(
    ("shares", "agreed", "highest"),
    [
        pytest.param({APP: 20, f"{APP}.mesh": 20}, 20, 20, id="both alike"),
        pytest.param({APP: 20, f"{APP}.mesh": 10}, None, 20, id="both, not alike"),
        pytest.param({APP: 20}, None, 20, id="one is missing"),
        pytest.param({}, None, 0, id="both are missing"),
        pytest.param({APP: 0, f"{APP}.mesh": 0, "old": 5}, 0, 5, id="a further one that is on its way out"),
    ],
)
def test_routes_agree_only_where_all_say_the_same(shares: dict[str, int], agreed: int | None, highest: int) -> None:
    """A step is observed once every route gives its weight; any route that gives some keeps the secondary."""
    route = read_route({name: virtual_service(share) for name, share in shares.items()}, NAMES)
    assert (route.agreed, route.highest) == (agreed, highest)


def test_routes_of_one_virtual_service_must_agree_as_well() -> None:
    """A route that was added by hand is seen."""
    both = {"spec": {"http": [virtual_service(10)["spec"]["http"][0], virtual_service(40)["spec"]["http"][0]]}}
    assert read_route({APP: both}, (APP,)).agreed is None


def test_each_route_is_told_apart() -> None:
    """The share of a VirtualService is its own; of one that is missing it is nothing."""
    route = read_route({APP: virtual_service(20)}, NAMES)
    assert [route.share(name) for name in NAMES] == [20, 0]


@pytest.mark.parametrize(
    ("observed", "scope"),
    [
        (None, None),
        ({"spec": {"selector": {"app": APP, "service": "primary"}}}, Scope.PRIMARY),
        ({"spec": {"selector": {"app": APP}}}, Scope.BOTH),
        ({"spec": {"selector": {"app": APP, "service": "secondary"}}}, Scope.OTHER),
        ({"spec": {"selector": {"app": "another"}}}, Scope.OTHER),
        ({"spec": {"selector": {"app": APP, "team": "x"}}}, Scope.OTHER),
        ({"spec": {"selector": None}}, Scope.OTHER),
        ({"spec": {}}, Scope.OTHER),
        ({"spec": "junk"}, Scope.OTHER),
        ({}, Scope.OTHER),
    ],
    ids=str,
)
def test_whose_pods_the_service_selects(observed: Json | None, scope: Scope | None) -> None:
    """A selector is one of ours to the letter, or it is another."""
    assert read_scope(observed, APP) is scope


@pytest.mark.parametrize("scope", [Scope.PRIMARY, Scope.BOTH])
def test_what_is_written_is_read(scope: Scope) -> None:
    """A selector that we write is the scope that we read."""
    assert read_scope({"spec": {"selector": selector(APP, scope)}}, APP) is scope


def test_subsets_are_told_apart_by_the_role() -> None:
    """The labels of a subset are those of its pods."""
    assert subset_labels(APP, "secondary") == {"app": APP, "service": "secondary"}


def subsets(*entries: Any, host: str = APP) -> Json:
    """A DestinationRule."""
    return {"spec": {"host": host, "subsets": list(entries)}}


PRIMARY: Final = {"name": "primary", "labels": {"app": APP, "service": "primary"}}
SECONDARY: Final = {"name": "secondary", "labels": {"app": APP, "service": "secondary"}}


@pytest.mark.parametrize(
    ("observed", "told_apart"),
    [
        pytest.param(destination_rule(), True, id="as we write it"),
        pytest.param(subsets(SECONDARY, PRIMARY, {"name": "third"}), True, id="with a further one"),
        pytest.param(None, False, id="no DestinationRule"),
        pytest.param({}, False, id="an empty one"),
        pytest.param(subsets(PRIMARY, SECONDARY, host="other"), False, id="another host"),
        pytest.param(subsets(PRIMARY), False, id="one is missing"),
        pytest.param(subsets(PRIMARY, SECONDARY | {"labels": {"app": APP}}), False, id="the secondary is everything"),
        pytest.param(subsets(PRIMARY | {"labels": None}, SECONDARY), False, id="no labels"),
        pytest.param(subsets("junk", None), False, id="no subsets"),
        pytest.param(subsets(PRIMARY, SECONDARY, {"name": {}}), True, id="a further one of a name that is none"),
        pytest.param({"spec": {"host": APP, "subsets": None}}, False, id="subsets of a wrong type"),
    ],
)
def test_whether_the_subsets_tell_primary_from_secondary(observed: Json | None, told_apart: bool) -> None:  # noqa: FBT001
    """Weights mean nothing where the subsets are not ours."""
    assert read_subsets(observed, APP) is told_apart


def test_a_virtual_service_without_http_agrees_with_nothing() -> None:
    """A step is not in place while one of its routes is empty."""
    observed = {APP: virtual_service(20), f"{APP}.mesh": {"spec": {}}}
    assert read_route(observed, NAMES).agreed is None
