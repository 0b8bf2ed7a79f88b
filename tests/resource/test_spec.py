"""The fields of `spec`: names, types, defaults, and what is read from a manifest."""

from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from app.resource.spec import PartialTemplate, Spec, Step, Strategy, TemplateMetadata, Traffic
from tests.resource.admission import SPEC
from tests.resource.reading import LEAST, accepted

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "canaryapp.yaml"
NONE: Final = object()
"""There is no default in the schema."""

FIELDS: Final = [
    # canaryop's
    ("image", "string", NONE),
    ("imageListenPort", "integer", NONE),
    ("replicas", "integer", 1),
    ("testReplicas", "integer", 1),
    ("prometheusQuery", "string", NONE),
    ("prometheusURL", "string", NONE),
    ("failWhenPrometheusFails", "boolean", True),
    ("trafficShiftUpdateInterval", "integer", 30),
    ("deploymentReadyWaitTime", "integer", 20),
    # new
    ("template", "object", NONE),
    ("traffic", "object", NONE),
    ("strategy", "object", NONE),
    ("progressDeadlineSeconds", "integer", 600),
    ("drainSeconds", "integer", 30),
    ("revisionHistoryLimit", "integer", 10),
    ("paused", "boolean", False),
]


@pytest.mark.parametrize(("name", "kind", "default"), FIELDS, ids=[name for name, *_ in FIELDS])
def test_field(name: str, kind: str, default: object) -> None:
    """Each field has its name, its type and its default, for the API server and for the hook alike."""
    schema = SPEC["properties"][name]
    assert schema["type"] == kind
    assert schema.get("default", NONE) == default
    if default is not NONE:
        assert accepted(LEAST).model_dump(by_alias=True)[name] == default


def test_there_are_no_other_fields() -> None:
    """The table above is the whole API; only image and port must be given."""
    assert list(SPEC["properties"]) == [name for name, *_ in FIELDS]
    assert SPEC["required"] == ["image", "imageListenPort"]


def test_defaults_that_the_schema_does_not_write() -> None:
    """Without a plan it is canaryop's; without traffic, template and query there are none."""
    spec = accepted(LEAST)
    assert [step.weight for step in spec.strategy.steps] == [10, 20, 30, 40, 50]
    assert {spec.step_seconds(step) for step in range(1, 6)} == {30}
    assert (spec.traffic.hosts, spec.traffic.gateways, spec.template) == (None, None, None)
    assert (spec.prometheus_query, spec.prometheus_url) == (None, None)


def test_canaryop_s_sample_works_unchanged() -> None:
    """The sample manifest of canaryop is read as it is, every field of it."""
    manifest = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    assert manifest == {
        "apiVersion": "canary.atze.io/v1",
        "kind": "CanaryApp",
        "metadata": {"name": "canaryapp-sample"},
        "spec": {
            "image": "atzedevries/go-status-code-server:v1",
            "imageListenPort": 8088,
            "replicas": 2,
            "testReplicas": 1,
            "prometheusQuery": 'increase(istio_requests_total{destination_service_name="canaryapp-sample",'
            'response_code=~"5.*"}[20s]) > 2',
            "prometheusURL": "http://prometheus.istio-system.svc:9090",
        },
    }
    spec = accepted(manifest["spec"], "canaryapp-sample")
    assert {**spec.model_dump(by_alias=True), **manifest["spec"]} == spec.model_dump(by_alias=True)


def test_every_field_at_once() -> None:
    """A manifest that uses everything is read field by field."""
    query = "sum(rate(errors[1m])) > 1"
    spec = accepted(
        {
            **LEAST,
            "replicas": 4,
            "testReplicas": 2,
            "prometheusQuery": query,
            "prometheusURL": "http://prometheus.istio-system.svc:9090/prefix",
            "failWhenPrometheusFails": False,
            "trafficShiftUpdateInterval": 60,
            "deploymentReadyWaitTime": 0,
            "template": {
                "metadata": {"labels": {"team": "blue"}, "annotations": {"example.org/note": "a b"}},
                "spec": {"serviceAccountName": "shop", "containers": [{"name": "shop", "env": [{"name": "A"}]}]},
            },
            "traffic": {"hosts": ["shop.example.org"], "gateways": ["istio-system/public", "mesh"]},
            "strategy": {"steps": [{"weight": 1}, {"weight": 50, "durationSeconds": 600}]},
            "progressDeadlineSeconds": 1,
            "drainSeconds": 0,
            "revisionHistoryLimit": 0,
            "paused": True,
        }
    )
    assert spec == Spec(
        image="registry/shop:v1",
        image_listen_port=8088,
        replicas=4,
        test_replicas=2,
        prometheus_query=query,
        prometheus_url="http://prometheus.istio-system.svc:9090/prefix",
        fail_when_prometheus_fails=False,
        traffic_shift_update_interval=60,
        deployment_ready_wait_time=0,
        template=PartialTemplate(
            metadata=TemplateMetadata(labels={"team": "blue"}, annotations={"example.org/note": "a b"}),
            spec={"serviceAccountName": "shop", "containers": [{"name": "shop", "env": [{"name": "A"}]}]},
        ),
        traffic=Traffic(hosts=("shop.example.org",), gateways=("istio-system/public", "mesh")),
        strategy=Strategy(steps=(Step(weight=1), Step(weight=50, duration_seconds=600))),
        progress_deadline_seconds=1,
        drain_seconds=0,
        revision_history_limit=0,
        paused=True,
    )
    assert [spec.step_seconds(step) for step in (0, 1, 2, 3)] == [60, 60, 600, 60]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"futureField": {"a": [1]}}, id="a field of a newer version"),
        pytest.param({"strategy": {"kind": "Linear"}}, id="a field further in"),
        pytest.param({"strategy": {"steps": [{"weight": 10, "pause": {}}]}}, id="a field of a step"),
        pytest.param({"template": {"metadata": {"name": "x"}, "kind": "Pod"}}, id="a field of the template"),
        pytest.param({"test_replicas": 0, "image_listen_port": "x"}, id="the names that Python uses"),
    ],
)
def test_unknown_fields_are_let_pass(more: dict[str, Any]) -> None:
    """A manifest for a newer operator is read as far as it is known."""
    assert accepted({**LEAST, **more}).test_replicas == 1


def test_python_s_names_are_no_fields() -> None:
    """Only the API's own names count: under another name, nothing has been said."""
    assert accepted({**LEAST, "test_replicas": 5}).test_replicas == 1


def test_specs_do_not_change() -> None:
    """A spec is the same in all of a sync."""
    with pytest.raises(ValueError, match="frozen"):
        accepted(LEAST).replicas = 2  # type: ignore[misc]


@pytest.mark.parametrize("name", [name for name, *_ in FIELDS if name not in LEAST])
def test_null_is_no_value(name: str) -> None:
    """A field that is null is as if it were not there, as for the API server, which prunes it."""
    assert accepted({**LEAST, name: None}) == accepted(LEAST)


def test_null_further_in_is_no_value() -> None:
    """Nulls are pruned inside of objects and maps, too; what a pod's spec holds is kept as it is."""
    spec = accepted(
        {
            **LEAST,
            "template": {"metadata": {"labels": {"a": None, "b": "c"}, "annotations": None}, "spec": {"x": None}},
            "strategy": {"steps": [{"weight": 5, "durationSeconds": None}]},
        }
    )
    assert spec.template == PartialTemplate(metadata=TemplateMetadata(labels={"b": "c"}), spec={"x": None})
    assert spec.strategy.steps == (Step(weight=5),)


def test_whole_numbers_may_be_written_with_a_point() -> None:
    """2.0 is the integer 2, as for the API server."""
    spec = accepted({**LEAST, "replicas": 2.0, "strategy": {"steps": [{"weight": 7.0}]}})
    assert (spec.replicas, spec.strategy.steps[0].weight) == (2, 7)
    assert isinstance(spec.replicas, int)
