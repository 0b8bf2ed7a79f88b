"""Dynamic apply merges three ways, and guesses what a list is."""

import json
from typing import Any

import pytest

from app.resource.names import LAST_APPLIED
from app.simulation.kubernetes.errors import InvalidError
from app.simulation.kubernetes.objects import Object
from app.simulation.metacontroller.apply import apply_update, with_last_applied
from tests.simulation.kubernetes.manifests import gateway, with_metadata


def _object(spec: Any, **metadata: Any) -> Object:
    return {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a", **metadata}, "spec": spec}


def _applied(observed: Any, last: Any, desired: Any) -> Any:
    """The spec after a merge."""
    before = with_last_applied(_object(observed), _object(last))
    return apply_update(before, _object(desired))["spec"]


@pytest.mark.parametrize(
    ("observed", "last", "desired", "after"),
    [
        pytest.param({"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}, id="a changed field is written"),
        pytest.param({"a": 1, "b": 5}, {"a": 1}, {"a": 1}, {"a": 1, "b": 5}, id="a foreign field stays"),
        pytest.param({"a": 1, "b": 5}, {"a": 1, "b": 2}, {"a": 1}, {"a": 1}, id="what is no longer desired goes"),
        pytest.param({"a": 7}, {"a": 1}, {"a": 1}, {"a": 1}, id="a foreign change is put right"),
        pytest.param({}, {}, {"a": {"b": 1}}, {"a": {"b": 1}}, id="a new object is taken whole"),
        pytest.param(
            {"a": {"x": 1, "y": 2}},
            {"a": {"x": 1}},
            {"a": {"z": 3}},
            {"a": {"y": 2, "z": 3}},
            id="objects merge inside",
        ),
        pytest.param(
            {"a": {"x": 1, "y": 2}}, {"a": {"x": 1}}, {}, {}, id="an object goes as a whole, foreign parts too"
        ),
        pytest.param(
            {"a": {"x": 1, "y": 2}}, {"a": {"x": 1}}, {"a": None}, {"a": {"y": 2}}, id="null empties what was ours"
        ),
        pytest.param({"a": 1}, {"a": 1}, {"a": None}, {"a": None}, id="null is a value for a field without parts"),
        pytest.param({"a": [1, 2]}, {"a": [1]}, {"a": [3]}, {"a": [3]}, id="a list of values is replaced"),
        pytest.param({"a": [1, 2]}, {"a": [1]}, {"a": None}, {"a": []}, id="null empties a list"),
        pytest.param(
            {"http": [{"route": [1]}, {"route": [2]}]},
            {"http": [{"route": [1]}]},
            {"http": [{"route": [3]}]},
            {"http": [{"route": [3]}]},
            id="a list without a key is replaced, as `http` is",
        ),
        pytest.param(
            {"http": [{"name": "ours", "w": 1}, {"name": "foreign"}]},
            {"http": [{"name": "ours", "w": 1}]},
            {"http": [{"name": "ours", "w": 2}]},
            {"http": [{"name": "ours", "w": 2}, {"name": "foreign"}]},
            id="but one with names is merged",
        ),
        pytest.param(
            {"ports": [{"port": 80, "nodePort": 3, "protocol": "TCP"}, {"port": 9, "protocol": "TCP"}]},
            {"ports": [{"port": 80}]},
            {"ports": [{"port": 80, "name": "http"}]},
            {"ports": [{"port": 80, "nodePort": 3, "protocol": "TCP", "name": "http"}, {"port": 9, "protocol": "TCP"}]},
            id="ports merge by port",
        ),
        pytest.param(
            {"ports": [{"port": 80, "protocol": "TCP"}]},
            {"ports": [{"port": 80}]},
            {"ports": [{"port": 81}]},
            {"ports": [{"port": 81}]},
            id="a port that is no longer desired goes, a new one comes",
        ),
        pytest.param(
            {"a": [{"name": "c"}, {"name": "a", "x": 1}]},
            {"a": [{"name": "a"}]},
            {"a": [{"name": "b"}, {"name": "a"}]},
            {"a": [{"name": "c"}, {"name": "a", "x": 1}, {"name": "b"}]},
            id="each in its observed place, new ones behind",
        ),
        pytest.param(
            {"a": [{"port": 1, "p": "TCP"}, {"port": 1, "p": "UDP"}]},
            {"a": [{"port": 1}]},
            {"a": [{"port": 1}]},
            {"a": [{"port": 1, "p": "UDP"}, {"port": 1, "p": "UDP"}]},
            id="two with one key become twice the later one, as in Metacontroller",
        ),
        pytest.param(
            {"a": [{"containerPort": 1, "name": "x"}]},
            {"a": [{"containerPort": 1, "name": "x"}]},
            {"a": [{"containerPort": 1, "name": "y"}]},
            {"a": [{"containerPort": 1, "name": "y"}]},
            id="containerPort counts before name",
        ),
        pytest.param(
            {"a": [{"name": "x"}, {"other": "y"}]},
            {"a": []},
            {"a": [{"name": "z"}]},
            {"a": [{"name": "z"}]},
            id="a key that one entry lacks is none",
        ),
        pytest.param({"a": []}, {"a": []}, {"a": [{"name": "z"}]}, {"a": [{"name": "z"}]}, id="the first entry"),
        pytest.param(
            {"a": [{"name": "x"}]}, {"a": [{"name": "x"}]}, {"a": []}, {"a": []}, id="the last entry of ours goes"
        ),
    ],
)
def test_three_become_one(observed: Any, last: Any, desired: Any, after: Any) -> None:
    """Foreign parts stay, what was ours and is no longer desired goes, what is desired holds."""
    assert _applied(observed, last, desired) == after


def test_a_gateways_servers_are_one_by_their_port() -> None:
    """`port` of a server is an object; the same one in another order of fields is the same server."""
    observed = with_last_applied(gateway(), gateway())
    desired = gateway()
    desired["spec"]["servers"][0]["port"] = {"protocol": "HTTP", "name": "http", "number": 80}
    desired["spec"]["servers"][0]["hosts"] = ["shop.example"]
    assert [server["hosts"] for server in apply_update(observed, desired)["spec"]["servers"]] == [["shop.example"]]


def test_system_fields_and_the_status_are_not_for_hooks() -> None:
    """Whatever a hook says of them, they stay as they are observed."""
    observed = {**_object({}, uid="u", resourceVersion="7", generation=3), "status": {"replicas": 2}}
    desired = {**_object({}, uid="x", resourceVersion="1", selfLink="/x"), "status": {"replicas": 9}}
    after = apply_update(observed, desired)
    metadata = {key: value for key, value in after["metadata"].items() if key != "annotations"}
    assert metadata == observed["metadata"]
    assert after["status"] == {"replicas": 2}
    assert "status" not in apply_update(_object({}), {**_object({}), "status": {}})


def test_what_was_applied_is_remembered() -> None:
    """The annotation holds the hook's own words, and not itself, even if the hook sends it back."""
    desired = with_metadata(_object({"a": 1}), annotations={"note": "n"})
    echoed = with_last_applied(desired, {"some": "thing"})
    after = apply_update(_object({}), echoed)
    assert json.loads(after["metadata"]["annotations"][LAST_APPLIED]) == desired
    assert after["metadata"]["annotations"]["note"] == "n"


def test_applying_the_same_again_changes_nothing() -> None:
    """A settled child is not written."""
    first = apply_update(_object({"a": 1, "foreign": True}), _object({"a": 1}))
    assert apply_update(first, _object({"a": 1})) == first


def test_annotations_that_are_no_longer_desired_take_foreign_ones_along() -> None:
    """A hook that sent annotations and stops sending any removes the whole field; a trap to know of."""
    desired = _object({}, annotations={"ours": "1"})
    observed = with_last_applied(_object({}, annotations={"ours": "1", "foreign": "2"}), desired)
    after = apply_update(observed, _object({}))
    assert list(after["metadata"]["annotations"]) == [LAST_APPLIED]


@pytest.mark.parametrize(
    ("observed", "last", "desired", "sentence"),
    [
        pytest.param(
            {"a": {"b": 1}},
            {},
            {"a": 5},
            "desired[spec][a] is a int, and a dict is observed.",
            id="an object, a number",
        ),
        pytest.param(
            {"a": [1]}, {}, {"a": {}}, "desired[spec][a] is a dict, and a list is observed.", id="list, object"
        ),
        pytest.param(
            {"a": {}},
            {"a": "x"},
            {"a": {}},
            "last applied[spec][a] is a str, and a dict is observed.",
            id="last applied",
        ),
    ],
)
def test_parts_of_different_kinds_do_not_merge(observed: Any, last: Any, desired: Any, sentence: str) -> None:
    """A field that is an object here and something else there is an error for this child."""
    with pytest.raises(InvalidError) as refused:
        _applied(observed, last, desired)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        ("5", "'int' object is not iterable"),
    ],
)
def test_an_annotation_that_cannot_be_read_is_an_error(text: str, problem: str) -> None:
    """A broken annotation stops the update of this child until somebody removes it."""
    observed = with_metadata(_object({}), annotations={LAST_APPLIED: text})
    with pytest.raises(InvalidError) as refused:
        apply_update(observed, _object({}))
    assert str(refused.value) == f"The annotation {LAST_APPLIED} is no JSON object: {problem}"
