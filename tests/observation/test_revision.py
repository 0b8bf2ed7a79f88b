"""Revisions: the pod template of a spec, and its name."""

import json
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.resource.spec import Spec
from app.rollout.revision import Revision, render_template, revision_of
from tests.observation.requests import APP, spec

Json = dict[str, Any]

PORT: Final = {"name": "http", "containerPort": 8080}
OWN: Final = {"name": APP, "image": "shop:v1", "ports": [PORT]}
LABELS: Final = {"app": APP, "owner": "canaryop"}


def asked(**fields: Any) -> Spec:
    """A spec."""
    return Spec.model_validate(spec(**fields))


def rendered(**template: Any) -> Json:
    """The pod template of a spec with a partial template."""
    return render_template(APP, asked(template=template))


def named(**fields: Any) -> str:
    """The name of the revision of a spec."""
    return revision_of(APP, asked(**fields)).name


def test_a_small_spec_is_one_container() -> None:
    """Image and port make a whole template, with nothing in it that is not ours."""
    assert revision_of(APP, asked()) == Revision(
        "lzwqz2p9dj", "shop:v1", {"metadata": {"labels": LABELS}, "spec": {"containers": [OWN]}}
    )


def test_labels_and_annotations_stand_beside_ours() -> None:
    """A team's labels and annotations reach the pods; ours win where the names meet."""
    assert rendered(metadata={"labels": {"team": "blue", "app": "other"}, "annotations": {"note": "x"}})[
        "metadata"
    ] == {
        "labels": {"team": "blue"} | LABELS,
        "annotations": {"note": "x"},
    }


@pytest.mark.parametrize("metadata", [{}, {"labels": {}}, {"annotations": {}}, {"labels": None, "annotations": None}])
def test_empty_metadata_adds_nothing(metadata: Json) -> None:
    """Short canonical objects: no empty annotations."""
    assert rendered(metadata=metadata)["metadata"] == {"labels": LABELS}


def test_the_app_s_own_container_is_merged() -> None:
    """Environment and resources stay; name, image and port are the spec's."""
    own = {"name": APP, "env": [{"name": "A", "value": "1"}], "resources": {"limits": {"cpu": "1"}}}
    assert rendered(spec={"containers": [own]})["spec"] == {"containers": [own | OWN]}


def test_further_ports_stand_behind_ours() -> None:
    """A metrics port beside the app's own; what was written about ours is kept."""
    ports = [{"name": "metrics", "containerPort": 9000}, {"name": "http", "containerPort": 8080, "protocol": "TCP"}]
    (own,) = rendered(spec={"containers": [{"name": APP, "ports": ports}]})["spec"]["containers"]
    assert own["ports"] == [{"name": "http", "containerPort": 8080, "protocol": "TCP"}, ports[0]]


def test_further_containers_stand_behind_ours() -> None:
    """A side car is added in the order in which it was written."""
    one, two = {"name": "one", "image": "one:v1", "args": ["x"]}, {"name": "two", "image": "two:v1"}
    assert rendered(spec={"containers": [one, {"name": APP}, two]})["spec"]["containers"] == [OWN, one, two]


def test_the_rest_of_the_pod_is_as_it_was_written() -> None:
    """Service account, volumes and so on reach the pods untouched."""
    pod = {"serviceAccountName": "shop", "volumes": [{"name": "tmp", "emptyDir": {}}]}
    assert rendered(spec=pod)["spec"] == pod | {"containers": [OWN]}


@pytest.mark.parametrize("containers", [None, [], "junk", 7, ["junk", None]])
def test_containers_that_are_none_leave_ours(containers: Any) -> None:
    """There is always the app's own container."""
    assert rendered(spec={"containers": containers})["spec"] == {"containers": [OWN]}


def test_rendering_leaves_the_spec_as_it_was() -> None:
    """Nothing of the team's template is changed in place."""
    metadata = {"labels": {"a": "b"}, "annotations": {"a": "b"}}
    written = asked(template={"metadata": metadata, "spec": {"containers": [{"name": APP}]}})
    before = written.model_dump_json()
    made = render_template(APP, written)
    made["metadata"]["labels"]["a"] = "changed"
    made["metadata"]["annotations"]["a"] = "changed"
    made["spec"]["containers"][0]["ports"].append("changed")
    assert written.model_dump_json() == before


def test_a_name_stays_the_same_from_version_to_version() -> None:
    """A later operator finds the revision of today's spec under the same name, in whatever script it is written."""
    assert named(template={"metadata": {"annotations": {"größe": "日本"}}}) == "c87bpfk9qm"


BASE: Final = named()


@pytest.mark.parametrize(
    "fields",
    [
        {"replicas": 9},
        {"testReplicas": 9},
        {"prometheusQuery": "up"},
        {"trafficShiftUpdateInterval": 99},
        {"deploymentReadyWaitTime": 99},
        {"traffic": {"hosts": ["shop.example"]}},
        {"strategy": {"steps": [{"weight": 1}]}},
        {"drainSeconds": 9},
        {"revisionHistoryLimit": 9},
        {"paused": True},
        {"template": None},
        {"template": {}},
        {"template": {"metadata": {}, "spec": {}}},
        {"template": {"metadata": {"labels": {}, "annotations": {}}}},
        {"template": {"spec": {"securityContext": {}}}},
        {"unknown": "field"},
    ],
    ids=str,
)
def test_what_is_not_of_the_pod_is_the_same_revision(fields: Json) -> None:
    """Replicas, routes, intervals and an empty template roll nothing out (rule R5)."""
    assert named(**fields) == BASE


@pytest.mark.parametrize(
    "fields",
    [
        {"image": "shop:v2"},
        {"imageListenPort": 8081},
        {"template": {"metadata": {"labels": {"team": "blue"}}}},
        {"template": {"metadata": {"annotations": {"note": "x"}}}},
        {"template": {"spec": {"serviceAccountName": "shop"}}},
        {"template": {"spec": {"containers": [{"name": APP, "env": [{"name": "A", "value": "1"}]}]}}},
        {"template": {"spec": {"volumes": [{"name": "tmp", "emptyDir": {}}]}}},
        {"template": {"spec": {"terminationGracePeriodSeconds": 0}}},
        {"template": {"spec": {"hostNetwork": False}}},
    ],
    ids=str,
)
def test_what_is_of_the_pod_is_another_revision(fields: Json) -> None:
    """A change of image, port or template rolls out."""
    assert named(**fields) != BASE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([{"name": "A", "value": "1"}], [{"name": "A", "value": "2"}]),
        ([{"name": "A"}, {"name": "B"}], [{"name": "B"}, {"name": "A"}]),
    ],
    ids=["a value", "the order of a list"],
)
def test_every_detail_of_a_template_counts(one: list[Json], other: list[Json]) -> None:
    """Lists are compared in their order, values to the letter."""

    def revision_with(env: list[Json]) -> str:
        return named(template={"spec": {"containers": [{"name": APP, "env": env}]}})

    assert revision_with(one) != revision_with(other)


def test_the_order_of_keys_does_not_count() -> None:
    """JSON objects have no order."""
    assert named(template={"spec": {"a": 1, "b": {"c": 2, "d": 3}}}) == named(
        template={"spec": {"b": {"d": 3, "c": 2}, "a": 1}}
    )


STEADY: Final = settings(derandomize=True, database=None, deadline=None)
"""The same examples in every run."""
TEXT: Final = st.text(alphabet="abcÄ7-", min_size=1, max_size=8)
VALUES: Final = st.recursive(
    st.booleans() | st.integers(-9, 9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def reordered(value: Any) -> Any:
    """The same value with the keys of its objects the other way round."""
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(list(value))}
    return [reordered(inner) for inner in value] if isinstance(value, list) else value


@STEADY
@given(pod=st.dictionaries(TEXT, VALUES, max_size=4))
def test_equal_specs_have_equal_revisions(pod: Json) -> None:
    """The same spec, written in any order, is the same revision with the same template."""
    template: Json = {"spec": pod}
    assert revision_of(APP, asked(template=template)) == revision_of(APP, asked(template=reordered(template)))


@STEADY
@given(tag=st.text(alphabet="abc019.", min_size=1, max_size=20), port=st.integers(1, 65_535))
def test_a_name_fits_a_label_and_spells_no_word(tag: str, port: int) -> None:
    """Ten characters without vowels."""
    name = revision_of(APP, asked(tag=tag, imageListenPort=port)).name
    assert len(name) == 10
    assert set(name) <= set("bcdfghjklmnpqrstvwxz2456789")


@pytest.mark.parametrize(
    "template",
    [
        {"spec": {"nodeSelector": None}},
        {"spec": {"containers": [{"name": APP, "env": None, "resources": {"limits": None}}]}},
        {"metadata": {"labels": None}, "spec": None},
    ],
)
def test_a_null_is_the_same_as_nothing(template: Json) -> None:
    """A null in a template reaches no child, where it would be fought over (rule R9)."""
    assert "null" not in json.dumps(rendered(**template))


def test_a_null_field_is_no_other_revision() -> None:
    """Writing a null where there was nothing starts no rollout."""
    plain = {"spec": {"containers": [{"name": APP, "tty": True}]}}
    nulled = {"spec": {"nodeSelector": None, "containers": [{"name": APP, "tty": True, "env": None}]}}
    assert named(template=nulled) == named(template=plain)
