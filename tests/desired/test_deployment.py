"""The primary and the secondary Deployment."""

import json
from typing import Any, Final

import pytest

from app.desired.deployment import primary_deployment, secondary_deployment
from app.resource.spec import Spec
from app.resource.status import Phase
from app.rollout.observation import Observation
from app.rollout.revision import Revision, revision_of
from tests.rules.scene import V1, V2, scene

Json = dict[str, Any]

SETTLED: Final = scene(phase=Phase.STABLE)


def settings(**fields: Any) -> Spec:
    """A spec in force."""
    return Spec.model_validate({"image": "shop:any", "imageListenPort": 8080, **fields})


def accepted(**fields: Any) -> Json:
    """The settings that the primary carries."""
    made = primary_deployment(SETTLED, settings(**fields), V1)
    found: Json = json.loads(made["metadata"]["annotations"]["canary.atze.io/accepted-settings"])
    return found


def test_each_role_has_its_number_of_pods() -> None:
    """`replicas` is the primary's, `testReplicas` the secondary's."""
    asked = settings(replicas=7, testReplicas=2)
    assert primary_deployment(SETTLED, asked, V1)["spec"]["replicas"] == 7
    assert secondary_deployment(SETTLED, asked, V2)["spec"]["replicas"] == 2


def test_the_intervals_of_the_spec_reach_both_deployments() -> None:
    """They apply at once, without a rollout (rule R5)."""
    asked = settings(deploymentReadyWaitTime=3, progressDeadlineSeconds=44)
    for made in (primary_deployment(SETTLED, asked, V1), secondary_deployment(SETTLED, asked, V2)):
        assert (made["spec"]["minReadySeconds"], made["spec"]["progressDeadlineSeconds"]) == (3, 44)


@pytest.mark.parametrize(
    "fields",
    [{"replicas": 9}, {"drainSeconds": 1}, {"paused": True}, {"strategy": {"steps": [{"weight": 5}]}}],
    ids=str,
)
def test_settings_leave_the_pod_template_alone(fields: Json) -> None:
    """A template that changes restarts pods; settings never do (rule R5)."""
    before = primary_deployment(SETTLED, settings(), V1)["spec"]["template"]
    assert primary_deployment(SETTLED, settings(**fields), V1)["spec"]["template"] == before


def test_a_team_s_template_reaches_the_pods() -> None:
    """Labels, annotations and the pod's fields stand in the Deployment as they were written."""
    template = {
        "metadata": {"labels": {"team": "blue"}, "annotations": {"note": "x"}},
        "spec": {"serviceAccountName": "shop"},
    }
    asked = settings(template=template)
    made = secondary_deployment(SETTLED, asked, revision_of("shop", asked))["spec"]["template"]
    assert made["metadata"]["labels"]["team"] == "blue"
    assert made["metadata"]["annotations"] == {"note": "x"}
    assert made["spec"]["serviceAccountName"] == "shop"


def test_our_labels_win_over_those_of_a_kept_template() -> None:
    """A selector that does not find its own pods would be refused by the API server."""
    foreign = Revision("two", "shop:v2", {"metadata": {"labels": {"service": "x", "team": "blue"}}, "spec": {}})
    made = secondary_deployment(SETTLED, settings(), foreign)["spec"]
    assert made["template"]["metadata"]["labels"] == {
        "team": "blue",
        "app": "shop",
        "owner": "canaryop",
        "service": "secondary",
        "canary.atze.io/revision": "two",
    }
    assert made["selector"]["matchLabels"].items() <= made["template"]["metadata"]["labels"].items()


def test_the_selector_does_not_name_the_revision() -> None:
    """A selector cannot be changed once it is made, a revision can."""
    for observation, revision in ((SETTLED, V1), (SETTLED, V2)):
        made = primary_deployment(observation, settings(), revision)
        assert made["spec"]["selector"] == {"matchLabels": {"app": "shop", "owner": "canaryop", "service": "primary"}}


@pytest.mark.parametrize(
    ("fields", "written"),
    [
        ({}, {"imageListenPort": 8080}),
        ({"replicas": 3, "drainSeconds": 30}, {"imageListenPort": 8080, "replicas": 3}),
        ({"template": {"spec": {"a": "b"}}}, {"imageListenPort": 8080}),
        (
            {"prometheusURL": "http://x:9090", "traffic": {"hosts": ["a.example"]}},
            {"imageListenPort": 8080, "prometheusURL": "http://x:9090", "traffic": {"hosts": ["a.example"]}},
        ),
    ],
    ids=["defaults are left out", "what differs is kept", "no image and no template", "names as in the API"],
)
def test_the_primary_carries_the_settings_in_force(fields: Json, written: Json) -> None:
    """For the day when the spec is refused (rule R4)."""
    assert accepted(**fields) == written


def test_what_the_primary_carries_can_be_accepted_again() -> None:
    """The annotation and the stable image are the spec that was in force, but for the template."""
    asked = settings(replicas=3, strategy={"steps": [{"weight": 7, "durationSeconds": 9}]}, paused=True)
    carried = accepted(replicas=3, strategy={"steps": [{"weight": 7, "durationSeconds": 9}]}, paused=True)
    assert Spec.model_validate(carried | {"image": "shop:any"}) == asked


def test_the_secondary_carries_no_settings() -> None:
    """It comes and goes."""
    assert "annotations" not in secondary_deployment(SETTLED, settings(), V2)["metadata"]


def test_an_update_never_takes_capacity_away() -> None:
    """New pods come before old ones go."""

    def strategy(observation: Observation) -> Any:
        return primary_deployment(observation, settings(), V1)["spec"]["strategy"]

    assert strategy(SETTLED) == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}}
