"""The health of a Deployment, read as `kubectl rollout status` reads it; the revision that it runs."""

import json
from dataclasses import replace
from typing import Any, Final

import pytest

from app.rollout.workload import Workload, read_revision, read_workload
from tests.observation.requests import APP, ONE, TWO, deployment, labelled

Json = dict[str, Any]

WHOLE: Final = Workload(
    revision=ONE.name,
    image="shop:v1",
    replicas=3,
    updated=3,
    ready=3,
    available=3,
    current=True,
    surplus=False,
    trouble="",
)


def standing(**status: Any) -> Json:
    """The primary with three pods of revision one, and other fields in its status."""
    made = deployment("primary", ONE, replicas=3)
    made["status"] |= status
    return made


@pytest.mark.parametrize(
    ("observed", "fields"),
    [
        pytest.param(standing(), {}, id="a Deployment that is whole"),
        pytest.param(standing(updatedReplicas=1), {"updated": 1, "surplus": True}, id="an update under way"),
        pytest.param(standing(replicas=5), {"surplus": True}, id="old pods that are still there"),
        pytest.param(standing(readyReplicas=2, availableReplicas=1), {"ready": 2, "available": 1}, id="pods not ready"),
        pytest.param(standing(observedGeneration=0), {"current": False}, id="a change that was not taken up"),
        pytest.param(standing(observedGeneration=2), {}, id="a status that is ahead of a cached object"),
        pytest.param(
            standing(readyReplicas=None, availableReplicas="3"),
            {"ready": 0, "available": 0},
            id="counts of a wrong type",
        ),
    ],
)
def test_a_deployment_is_read(observed: Json, fields: Json) -> None:
    """Each field of the status is read for what it is; what is no number counts as nothing."""
    assert read_workload(observed, APP) == replace(WHOLE, **fields)


@pytest.mark.parametrize(
    "observed", [{}, {"spec": None, "status": None, "metadata": None}, {"spec": [], "status": "x"}]
)
def test_a_deployment_without_anything_is_not_whole(observed: Json) -> None:
    """An object that was just made asks for one pod, by the API's default, and has none."""
    assert read_workload(observed, APP) == Workload("", "", 1, 0, 0, 0, current=True, surplus=False, trouble="")


@pytest.mark.parametrize(
    ("conditions", "trouble"),
    [
        pytest.param([], "", id="no condition"),
        pytest.param(
            [
                {"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable"},
                {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"},
            ],
            "ProgressDeadlineExceeded",
            id="no progress",
        ),
        pytest.param(
            [{"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated"}], "", id="progress is no trouble"
        ),
        pytest.param(
            [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate"}], "FailedCreate", id="no quota"
        ),
        pytest.param(
            [{"type": "ReplicaFailure", "status": "False", "reason": "Over"}], "", id="a failure that is over"
        ),
        pytest.param([{"type": "ReplicaFailure", "status": "True"}], "ReplicaFailure", id="a condition without reason"),
        pytest.param([{"type": "ReplicaFailure", "status": "True", "reason": 7}], "7", id="a reason that is no text"),
        pytest.param(["junk", None, {}], "", id="conditions that are none"),
    ],
)
def test_what_a_deployment_says_is_wrong_is_read(conditions: list[Any], trouble: str) -> None:
    """The reason that the Deployment gives is kept for the message."""
    assert read_workload(standing(conditions=conditions), APP).trouble == trouble


def test_the_image_is_that_of_the_app_s_own_container() -> None:
    """Further containers, such as an injected proxy, do not count."""
    containers = [{"name": "istio-proxy", "image": "proxy:v9"}, {"name": APP, "image": "shop:edited"}]
    template = labelled(ONE, "primary") | {"spec": {"containers": containers}}
    assert read_workload(deployment("primary", ONE, template=template), APP).image == "shop:edited"


@pytest.mark.parametrize(
    "containers",
    [
        [],
        None,
        [{"name": "other", "image": "x"}],
        [None, "junk"],
        [{"name": APP}],
        [{"name": APP, "image": "x" * 1025}],
    ],
    ids=["none", "null", "another", "junk", "nameless", "longer-than-any"],
)
def test_without_the_app_s_own_container_there_is_no_image(containers: Any) -> None:
    """A template that somebody emptied runs nothing that we know."""
    template = labelled(ONE, "primary") | {"spec": {"containers": containers}}
    assert read_workload(deployment("primary", ONE, template=template), APP).image == ""


def test_an_image_is_text() -> None:
    """Whatever stands there."""
    template = labelled(ONE, "primary") | {"spec": {"containers": [{"name": APP, "image": 7}]}}
    assert read_workload(deployment("primary", ONE, template=template), APP).image == "7"


def test_a_revision_name_is_text() -> None:
    """Whatever stands there."""
    template = {"metadata": {"labels": {"canary.atze.io/revision": 7}}}
    assert read_workload(deployment("primary", ONE, template=template), APP).revision == "7"


def test_an_image_that_was_edited_by_hand_is_not_the_revision() -> None:
    """The label alone proves nothing."""
    assert WHOLE.runs(ONE)
    assert not WHOLE.runs(TWO)
    assert not replace(WHOLE, image="shop:edited").runs(ONE)


@pytest.mark.parametrize(
    "fields",
    [
        {"image": "shop:edited"},
        {"revision": TWO.name},
        {"current": False},
        {"updated": 2},
        {"available": 2},
        {"surplus": True},
    ],
    ids=str,
)
def test_one_thing_that_is_missing_makes_a_deployment_incomplete(fields: Json) -> None:
    """Complete is seen, updated, available, and nothing old left (rule R1)."""
    assert WHOLE.complete(ONE)
    assert not replace(WHOLE, **fields).complete(ONE)


def test_a_deployment_scaled_to_nothing_is_complete() -> None:
    """Whoever asks for no pods has all of them."""
    assert replace(WHOLE, replicas=0, updated=0, ready=0, available=0).complete(ONE)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "3 of 3 pods updated, 3 available"),
        (
            {"available": 0, "trouble": "ProgressDeadlineExceeded"},
            "3 of 3 pods updated, 0 available (ProgressDeadlineExceeded)",
        ),
        ({"current": False, "trouble": "Old"}, "the Deployment controller has not taken up the change yet"),
    ],
)
def test_pods_are_described_in_a_few_words(fields: Json, words: str) -> None:
    """The words fit into a sentence, and old numbers are not told."""
    assert replace(WHOLE, **fields).describe() == words


def applied(deployed: Json, configuration: Any) -> Json:
    """The Deployment with what Metacontroller says it applied last."""
    deployed["metadata"]["annotations"] = {"metacontroller.k8s.io/last-applied-configuration": configuration}
    return deployed


def with_defaults() -> Json:
    """A Deployment of revision one as the API server gives it back, with its own defaults filled in."""
    template = labelled(ONE, "primary")
    template["metadata"]["creationTimestamp"] = None
    template["spec"] = {**template["spec"], "dnsPolicy": "ClusterFirst"}
    return deployment("primary", ONE, template=template)


def test_a_revision_is_read_from_what_was_applied_last() -> None:
    """The object as we returned it has no defaults of the API server, so applying it again changes nothing."""
    configuration = json.dumps({"spec": {"template": labelled(ONE, "primary")}})
    assert read_revision(applied(with_defaults(), configuration), APP) == ONE


@pytest.mark.parametrize(
    "configuration",
    [
        None,
        "",
        "not JSON",
        "[]",
        "{}",
        7,
        json.dumps({"spec": {"template": labelled(TWO, "primary")}}),
    ],
    ids=["null", "empty", "no JSON", "a list", "an empty object", "a number", "another revision"],
)
def test_a_revision_is_read_from_the_template_where_what_was_applied_is_lost(configuration: Any) -> None:
    """The template as it stands is the next best: applied again it changes nothing either."""
    found = read_revision(applied(with_defaults(), configuration), APP)
    assert found is not None
    assert (found.name, found.image) == (ONE.name, ONE.image)
    assert found.template == {
        "metadata": {"labels": {"app": APP, "owner": "canaryop"}},
        "spec": {**ONE.template["spec"], "dnsPolicy": "ClusterFirst"},
    }


def test_a_label_that_was_taken_off_is_in_what_was_applied_last() -> None:
    """Somebody removed it by hand; which revision it is can still be told, and applying it puts the label back."""
    configuration = json.dumps({"spec": {"template": labelled(ONE, "primary")}})
    unlabelled = with_defaults()
    del unlabelled["spec"]["template"]["metadata"]["labels"]["canary.atze.io/revision"]
    assert read_revision(applied(unlabelled, configuration), APP) == ONE


def test_reading_a_revision_leaves_the_request_as_it_was() -> None:
    """An observation is a reading, not an edit."""
    deployed = with_defaults()
    before = json.dumps(deployed)
    read_revision(deployed, APP)
    assert json.dumps(deployed) == before


@pytest.mark.parametrize(
    "deployed",
    [
        {},
        deployment("primary", ONE, template={"spec": ONE.template["spec"]}),
        deployment("primary", ONE, template=labelled(ONE, "primary") | {"spec": {}}),
    ],
    ids=["nothing", "no label", "no container"],
)
def test_a_deployment_that_names_no_revision_or_image_has_none(deployed: Json) -> None:
    """Nothing is guessed."""
    assert read_revision(deployed, APP) is None
