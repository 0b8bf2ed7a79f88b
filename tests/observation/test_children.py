"""The children that stand, read into facts."""

from typing import Any, Final

import pytest

from app.rollout.children import Children, KeptRevision, read_children
from app.rollout.revision import Revision
from app.rollout.route import Scope
from app.rollout.workload import read_workload
from tests.observation.requests import (
    APP,
    ONE,
    TWO,
    controller_revision,
    destination_rule,
    parsed,
    primary,
    routes,
    secondary,
    service,
    virtual_service,
    wire,
)

Json = dict[str, Any]

GOING: Final = "2026-01-01T11:59:00Z"


def read(*children: Json) -> Children:
    """The children of a request."""
    return read_children(parsed(wire(children)))


def going(child: Json) -> Json:
    """The child while it is being deleted."""
    return child | {"metadata": child["metadata"] | {"deletionTimestamp": GOING}}


def test_everything_that_stands_is_read() -> None:
    """A rollout under way, in facts."""
    candidate, stable = secondary(TWO), primary(ONE)
    found = read(
        stable, candidate, controller_revision(ONE), service(primary_alone=False), destination_rule(), *routes(20)
    )
    assert found == Children(
        primary=read_workload(stable, APP),
        secondary=read_workload(candidate, APP),
        deployed=(TWO, ONE),
        kept={ONE.name: KeptRevision(ONE, {"image": ONE.image, "template": ONE.template}, 1, "Stable")},
        scope=Scope.BOTH,
        subsets=True,
        virtual_services={
            name: {"metadata": {}, "spec": {"http": virtual_service(20)["spec"]["http"]}}
            for name in (APP, f"{APP}.mesh")
        },
        accepted={"imageListenPort": 8080},
        nothing=False,
    )


def test_nothing_is_read_as_nothing() -> None:
    """A new app has no children, and that is a fact of its own."""
    assert read() == Children(
        primary=None,
        secondary=None,
        deployed=(),
        kept={},
        scope=None,
        subsets=False,
        virtual_services={},
        accepted=None,
        nothing=True,
    )


@pytest.mark.parametrize(
    "child",
    [primary(ONE), controller_revision(ONE), service(), destination_rule(), virtual_service(0)],
    ids=lambda child: str(child["kind"]),
)
def test_one_child_is_not_nothing(child: Json) -> None:
    """As long as one child stands, a lost status is recovered and not begun anew."""
    assert not read(child).nothing
    assert read(going(child)) == read()


def test_a_group_that_is_null_is_empty() -> None:
    """Metacontroller may send null for a kind without objects."""
    request = wire()
    request["children"] = dict.fromkeys(request["children"])
    assert read_children(parsed(request)).nothing


def test_deployments_of_another_name_are_not_ours() -> None:
    """Only the two names count."""
    stranger = primary(ONE)
    stranger["metadata"]["name"] = "shop-tertiary"
    assert (read(stranger).primary, read(stranger).secondary) == (None, None)


def test_a_deployment_that_names_no_revision_is_read_without_one() -> None:
    """It stands, but what it runs is not known."""
    stripped = primary(ONE, template={"spec": ONE.template["spec"]})
    found = read(stripped, secondary(TWO))
    assert found.primary is not None
    assert found.primary.revision == ""
    assert found.deployed == (TWO,)


def kept(**fields: Any) -> KeptRevision:
    """A ControllerRevision of revision one with other fields."""
    return read(controller_revision(ONE) | fields).kept[ONE.name]


POD: Final = {"containers": [{"name": APP, "image": "shop:v1"}]}
TEMPLATE: Final = {"metadata": {"labels": {"app": APP}}, "spec": POD}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "junk",
        {},
        {"image": "shop:v1"},
        {"template": TEMPLATE},
        {"image": 7, "template": TEMPLATE},
        {"image": "shop:v1", "template": "junk"},
        {"image": "shop:v1", "template": {}},
        {"image": "shop:v1", "template": {"metadata": None, "spec": POD}},
        {"image": "shop:v1", "template": {"metadata": True, "spec": POD}},
        {"image": "shop:v1", "template": {"metadata": {"name": "x"}, "spec": POD}},
        {"image": "shop:v1", "template": {"metadata": {"labels": None}, "spec": POD}},
        {"image": "shop:v1", "template": {"metadata": {"labels": {"a": 1}}, "spec": POD}},
        {"image": "shop:v1", "template": {"metadata": {"labels": {"a": "b", "c": 1}}, "spec": POD}},
        {"image": "shop:v1", "template": {"metadata": {"labels": ["a"]}, "spec": POD}},
        {"image": "", "template": TEMPLATE | {"spec": {"containers": [{"name": APP}]}}},
        {"image": "shop:v1", "template": TEMPLATE | {"spec": None}},
        {"image": "shop:v1", "template": TEMPLATE | {"spec": {"containers": "junk"}}},
        {"image": "shop:v1", "template": TEMPLATE | {"spec": {"containers": []}}},
        {"image": "shop:v2", "template": TEMPLATE},
    ],
    ids=str,
)
def test_a_form_that_cannot_be_read_is_kept_as_it_is(data: Any) -> None:
    """What another version of the operator wrote is no revision for us, and its data stands."""
    found = kept(data=data)
    assert found.revision is None
    assert found.data == ({} if data is None else data), "null is as good as left out"


def test_a_form_that_can_be_read_is_a_revision() -> None:
    """Image and whole template, under the name of the object."""
    assert kept(data={"image": "shop:v1", "template": TEMPLATE}).revision == Revision(ONE.name, "shop:v1", TEMPLATE)


def test_the_name_of_a_kept_revision_is_that_of_its_object() -> None:
    """Labels can be edited by hand; a name cannot."""
    relabelled = controller_revision(ONE)
    relabelled["metadata"]["labels"] = {"canary.atze.io/revision": TWO.name}
    assert list(read(relabelled).kept) == [ONE.name]


@pytest.mark.parametrize(("number", "read_as"), [(4, 4), (None, 0), ("4", 0)])
def test_the_number_of_a_kept_revision(number: Any, read_as: int) -> None:
    """A number that is none comes first."""
    assert kept(revision=number).number == read_as


def test_without_an_annotation_a_revision_has_no_standing() -> None:
    """Nothing is guessed."""
    assert kept(metadata={"name": f"{APP}-{ONE.name}"}).standing == ""
    assert kept(metadata={"name": f"{APP}-{ONE.name}", "annotations": None}).standing == ""
    request = wire((controller_revision(ONE),))
    del request["children"]["ControllerRevision.apps/v1"][f"{APP}-{ONE.name}"]["metadata"]
    assert read_children(parsed(request)).kept[ONE.name].standing == ""


def test_a_standing_is_text() -> None:
    """Whatever somebody wrote there."""
    metadata = {"name": f"{APP}-{ONE.name}", "annotations": {"canary.atze.io/standing": 7}}
    assert kept(metadata=metadata).standing == "7"


@pytest.mark.parametrize("annotation", ["junk", "[]", "null", "7", "{", 7], ids=repr)
def test_accepted_settings_that_cannot_be_read_are_none(annotation: Any) -> None:
    """An annotation that somebody edited is not believed."""
    edited = primary(ONE)
    edited["metadata"]["annotations"] = {"canary.atze.io/accepted-settings": annotation}
    assert read(edited).accepted is None


def test_accepted_settings_are_kept_on_the_primary_and_on_the_service() -> None:
    """Either can be made again from the other; the primary's are the ones that serve."""
    assert read(service(accepted={"imageListenPort": 1})).accepted == {"imageListenPort": 1}
    assert read(primary(ONE), service(accepted={"imageListenPort": 1})).accepted == {"imageListenPort": 8080}


def test_without_the_primary_and_the_service_no_settings_are_accepted() -> None:
    """They are kept nowhere else."""
    assert read(secondary(ONE), service()).accepted is None
    assert read(primary(ONE) | {"metadata": {"name": f"{APP}-primary"}}).accepted is None
