"""What is true of the children in every situation of the rule tables."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, Final

from app.desired.children import desired_children
from app.resource import names
from app.resource.status import Phase, Stage
from tests.rules.table import Row, rows
from tests.rules.tables import every_row

Json = dict[str, Any]

SITUATIONS: Final = every_row()
GROUPS: Final = {
    "Service": "v1",
    "ControllerRevision": "apps/v1",
    "Deployment": "apps/v1",
    "DestinationRule": "networking.istio.io/v1",
    "Gateway": "networking.istio.io/v1",
    "VirtualService": "networking.istio.io/v1",
}
OURS: Final = {"app": "shop", "owner": "canaryop"}


def values(value: Any) -> Iterator[Any]:
    """Every value inside a JSON value."""
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from values(inner)


def answers() -> list[tuple[Row, list[Json]]]:
    """Every situation with its children."""
    return [(row, desired_children(row.scene)) for row in SITUATIONS]


@rows(SITUATIONS)
def test_the_same_observation_has_the_same_children(row: Row) -> None:
    """Byte for byte, so that a settled app costs no writes (rule R9); and an observation is not changed by building."""
    before = deepcopy(row.scene)
    assert json.dumps(desired_children(row.scene)) == json.dumps(desired_children(row.scene))
    assert row.scene == before


def test_there_are_no_nulls() -> None:
    """A null would be merged into the object, dropped by the API server, and written again at every sync."""
    for row, children in answers():
        assert not any(value is None for value in values(children)), row.name


def test_there_are_no_empty_objects() -> None:
    """Short canonical objects: nothing is said where nothing is meant."""
    for row, children in answers():
        assert not any(value in ({}, [], "") for value in values(children)), row.name


def test_every_child_is_of_a_kind_that_is_watched() -> None:
    """The kinds are those that the CompositeController lists."""
    assert {f"{kind}.{version}" for kind, version in GROUPS.items()} == set(names.CHILD_GROUPS)
    for row, children in answers():
        for child in children:
            assert child["apiVersion"] == GROUPS[child["kind"]], row.name


def test_no_child_is_named_twice() -> None:
    """Two objects of a kind and name would be one."""
    for row, children in answers():
        found = [(child["kind"], child["metadata"]["name"]) for child in children]
        assert len(set(found)) == len(found), row.name


def test_every_child_carries_our_labels_and_the_app_s_namespace() -> None:
    """`app` and `owner: canaryop` on each, and Deployments their role as well."""
    for row, children in answers():
        for child in children:
            assert child["metadata"]["labels"].items() >= OURS.items(), row.name
            assert child["metadata"]["namespace"] == "default", row.name
            if child["kind"] == "Deployment":
                role = child["metadata"]["name"].removeprefix("shop-")
                assert role in ("primary", "secondary"), row.name
                assert child["metadata"]["labels"] == OURS | {"service": role}, row.name


def test_every_name_is_the_app_s() -> None:
    """No app can own another app's children: every name begins with the app's, and goes on with what no app's can."""
    for row, children in answers():
        for child in children:
            assert re.fullmatch(r"shop([-.][a-z0-9]+)?", child["metadata"]["name"]), row.name


def test_what_serves_is_always_in_the_answer() -> None:
    """Once a revision is committed, no situation leaves out the primary, the Service, the subsets or the routes."""
    for row, children in answers():
        found = {(child["kind"], child["metadata"]["name"]) for child in children}
        needed = {("Service", "shop"), ("DestinationRule", "shop"), ("VirtualService", "shop.mesh")}
        if row.scene.committed.stable_revision:
            needed |= {("Deployment", "shop-primary")}
        assert found >= needed, row.name


def test_a_secondary_that_stands_leaves_the_answer_at_its_removal_alone() -> None:
    """In every situation but that one the secondary is kept (rule R2)."""
    for row, children in answers():
        kept = any(child["metadata"]["name"] == "shop-secondary" for child in children)
        removing = row.scene.committed.stage is Stage.REMOVING
        if row.scene.children.secondary is not None and not removing:
            assert kept, row.name


def test_the_primary_runs_the_stable_revision_but_in_a_promotion() -> None:
    """The primary's pod template changes at promotion and nowhere else (rule R5)."""
    for row, children in answers():
        for child in children:
            if child["metadata"]["name"] == "shop-primary" and child["kind"] == "Deployment":
                committed = row.scene.committed
                expected = (
                    committed.candidate_revision if committed.phase is Phase.PROMOTING else committed.stable_revision
                )
                labels = child["spec"]["template"]["metadata"]["labels"]
                assert labels["canary.atze.io/revision"] == expected, row.name
