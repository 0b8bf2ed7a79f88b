"""The API server, by the CRD, and the hook refuse the same specs and accept the same ones."""

from typing import Any, Final

import pytest

from app.resource.refusals import MESH
from tests.resource.admission import SPEC, admission_errors, evaluate
from tests.resource.reading import LEAST, NAME, refusals

BEYOND: Final = {
    "an address that is not allowed": {"prometheusURL": "http://evil.example"},
    "a query that does not parse": {"prometheusQuery": "sum("},
    "the app's own Service as a host": {"traffic": {"hosts": [NAME], "gateways": [MESH]}},
    "overlapping hosts": {"traffic": {"hosts": ["*", "a"]}},
    "a reserved label": {"template": {"metadata": {"labels": {"app": "x"}}}},
    "no list of containers": {"template": {"spec": {"containers": "x"}}},
}
"""What the schema cannot know: the operator's configuration, PromQL, Istio's rules, and what a pod is."""

SAME: Final[dict[str, dict[str, Any]]] = {
    "the least": {},
    "empty image": {"image": ""},
    "image null": {"image": None},
    "image with a space": {"image": "a b"},
    "image with a line end": {"image": "a\n"},
    "image with a no-break space": {"image": "a\u00a0b"},
    "image with a vertical tab": {"image": "a\x0bb"},
    "image a number": {"image": 1},
    "long image": {"image": "x" * 1025},
    "longest image": {"image": "x" * 1024},
    "port 0": {"imageListenPort": 0},
    "port 1": {"imageListenPort": 1},
    "port 65535": {"imageListenPort": 65_535},
    "port 65536": {"imageListenPort": 65_536},
    "port 70000": {"imageListenPort": 70_000},
    "port as a string": {"imageListenPort": "8088"},
    "port true": {"imageListenPort": True},
    "port 80.0": {"imageListenPort": 80.0},
    "port 80.5": {"imageListenPort": 80.5},
    "port null": {"imageListenPort": None},
    "negative replicas": {"replicas": -1},
    "no replicas": {"replicas": 0},
    "replicas null": {"replicas": None},
    "too many replicas": {"replicas": 10_001},
    "replicas a list": {"replicas": [1]},
    "no test replicas": {"testReplicas": 0},
    "empty query": {"prometheusQuery": ""},
    "query null": {"prometheusQuery": None},
    "long query": {"prometheusQuery": "x" * 4097},
    "longest query": {"prometheusQuery": "x" * 4096},
    "long query in other characters": {"prometheusQuery": 'm{a="' + "é" * 4000 + '"}'},
    "empty address": {"prometheusURL": ""},
    "false as a word": {"failWhenPrometheusFails": "false"},
    "false as a number": {"failWhenPrometheusFails": 0},
    "paused": {"paused": True},
    "steps of no time": {"trafficShiftUpdateInterval": 0},
    "steps of a week": {"trafficShiftUpdateInterval": 604_800},
    "draining at once": {"drainSeconds": 0},
    "draining for more than an hour": {"drainSeconds": 3601},
    "no history": {"revisionHistoryLimit": 0},
    "a long history": {"revisionHistoryLimit": 101},
    "template null": {"template": None},
    "template a string": {"template": "x"},
    "labels null": {"template": {"metadata": {"labels": None}}},
    "a label null": {"template": {"metadata": {"labels": {"a": None}}}},
    "a label a number": {"template": {"metadata": {"labels": {"a": 1}}}},
    "any pod": {"template": {"spec": {"anything": [{"a": None}], "replicas": "x"}}},
    "a pod that is a list": {"template": {"spec": []}},
    "no hosts": {"traffic": {"hosts": []}},
    "a host": {"traffic": {"hosts": ["a.example"]}},
    "an empty host": {"traffic": {"hosts": [""]}},
    "a host null": {"traffic": {"hosts": [None]}},
    "a long host": {"traffic": {"hosts": ["x" * 254]}},
    "too many hosts": {"traffic": {"hosts": [f"h{number}" for number in range(51)]}},
    "hosts null": {"traffic": {"hosts": None}},
    "the mesh alone": {"traffic": {"gateways": ["mesh"]}},
    "the mesh and every host": {"traffic": {"gateways": ["mesh"], "hosts": ["*"]}},
    "the mesh and a host": {"traffic": {"gateways": ["mesh"], "hosts": ["a"]}},
    "the mesh and a gateway": {"traffic": {"gateways": ["mesh", "g"]}},
    "the mesh, a gateway and a host": {"traffic": {"gateways": ["g", "mesh"], "hosts": ["a"]}},
    "the mesh, a gateway and every host": {"traffic": {"gateways": ["g", "mesh"], "hosts": ["*"]}},
    "a gateway and every host": {"traffic": {"gateways": ["g"], "hosts": ["*"]}},
    "a gateway": {"traffic": {"gateways": ["g"]}},
    "no steps": {"strategy": {"steps": []}},
    "steps null": {"strategy": {"steps": None}},
    "a step null": {"strategy": {"steps": [None]}},
    "a step without weight": {"strategy": {"steps": [{"durationSeconds": 1}]}},
    "a weight of 0": {"strategy": {"steps": [{"weight": 0}]}},
    "a weight of 100": {"strategy": {"steps": [{"weight": 100}]}},
    "a weight of 101": {"strategy": {"steps": [{"weight": 101}]}},
    "weights that rise": {"strategy": {"steps": [{"weight": 1}, {"weight": 2}]}},
    "weights that stay": {"strategy": {"steps": [{"weight": 2}, {"weight": 2}]}},
    "weights that fall": {"strategy": {"steps": [{"weight": 2}, {"weight": 3}, {"weight": 1}]}},
    "fifty-one steps": {"strategy": {"steps": [{"weight": 1}] * 51}},
    "a step of no time": {"strategy": {"steps": [{"weight": 1, "durationSeconds": 0}]}},
    "a deadline before pods are ready": {"progressDeadlineSeconds": 20},
    "a deadline after pods are ready": {"progressDeadlineSeconds": 21},
    "pods that are ready too late": {"deploymentReadyWaitTime": 600},
    "a deadline null": {"progressDeadlineSeconds": None, "deploymentReadyWaitTime": 599},
    "unknown fields": {"unknown": 1, "strategy": {"unknown": 2}},
    "Python's names": {"test_replicas": 0},
}


def manifest(spec: object, name: str = NAME) -> dict[str, Any]:
    """A CanaryApp with that spec."""
    return {"apiVersion": "canary.atze.io/v1", "kind": "CanaryApp", "metadata": {"name": name}, "spec": spec}


@pytest.mark.parametrize("fields", SAME.values(), ids=SAME)
def test_the_hook_and_the_api_server_agree(fields: dict[str, Any]) -> None:
    """A spec that the API server stores is one that the hook takes, and the other way round."""
    spec = {**LEAST, **fields}
    assert bool(admission_errors(manifest(spec))) == bool(refusals(spec))


def test_both_sides_of_the_table_are_there() -> None:
    """The table holds specs that are refused and specs that are accepted, so that agreement means something."""
    refused = sum(bool(refusals({**LEAST, **fields})) for fields in SAME.values())
    assert refused > 30
    assert len(SAME) - refused > 20


@pytest.mark.parametrize("spec", [None, [], "x", {}], ids=repr)
def test_no_spec(spec: object) -> None:
    """A CanaryApp without a spec, or with something else in its place, is refused by both."""
    assert admission_errors(manifest(spec))
    assert refusals(spec)


@pytest.mark.parametrize(
    "name", ["a", "a-1", "a" * 53, "a" * 54, "a" * 253, "1a", "a.b", "a-", "-a", "Shop", "a\n", "a_b", "ä"]
)
def test_names(name: str) -> None:
    """Both refuse the names that children could not have."""
    assert bool(admission_errors(manifest(LEAST, name))) == bool(refusals(LEAST, name))


@pytest.mark.parametrize("fields", BEYOND.values(), ids=BEYOND)
def test_what_only_the_hook_can_know(fields: dict[str, Any]) -> None:
    """What the schema cannot say is refused by the hook alone."""
    spec = {**LEAST, **fields}
    assert admission_errors(manifest(spec)) == []
    assert len(refusals(spec)) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"strategy": {"steps": [{"weight": 2}, {"weight": 1}]}},
            "the weights of the steps must not fall",
        ),
        (
            {"traffic": {"gateways": ["mesh"], "hosts": ["*"]}},
            "the gateway mesh needs hosts other than '*', which Istio refuses there",
        ),
        (
            {"traffic": {"gateways": ["mesh", "g"]}},
            "the gateway mesh beside others needs hosts, since Istio refuses '*' there",
        ),
        (
            {"progressDeadlineSeconds": 5},
            "progressDeadlineSeconds must be greater than deploymentReadyWaitTime",
        ),
    ],
)
def test_messages_of_rules(fields: dict[str, Any], message: str) -> None:
    """`kubectl apply` says which rule a spec breaks."""
    assert admission_errors(manifest({**LEAST, **fields})) == [message]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a" * 54, "the name must have at most 53 characters, so that its children's names fit"),
        (
            "Shop",
            "the name must be lower case letters, digits and '-', starting with a letter, as its Service's is",
        ),
    ],
)
def test_messages_of_rules_for_names(name: str, message: str) -> None:
    """`kubectl apply` says what is wrong with a name."""
    assert admission_errors(manifest(LEAST, name)) == [message]


def test_rules_that_need_defaults_get_them() -> None:
    """The rule for the deadline reads two fields that are always there, since defaults come before rules."""
    (rule,) = SPEC["x-kubernetes-validations"]
    assert rule["fieldPath"] == ".progressDeadlineSeconds"
    assert all("default" in SPEC["properties"][name] for name in ("progressDeadlineSeconds", "deploymentReadyWaitTime"))
    with pytest.raises(KeyError):
        evaluate(rule["rule"], {})
