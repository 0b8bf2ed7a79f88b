"""`CanaryApp.spec`: fields, defaults, bounds and the rules between fields.

The CRD is generated from these models (`app/resource/crd.py`), so the API server and the hook refuse the same things.
"""

import json
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, StrictBool, StrictInt, model_validator

from app.resource.base import MAX_IMAGE, ApiModel


def _without_nulls(value: Any) -> Any:
    """An object without its nulls, which the API server prunes (Kubernetes, "Defaulting and Nullable")."""
    return {key: inner for key, inner in value.items() if inner is not None} if isinstance(value, dict) else value


def _whole(value: Any) -> Any:
    """2.0 is the integer 2 in JSON and for the API server; "2" and true are none for either."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Texts = Annotated[dict[str, str], BeforeValidator(_without_nulls)]


class SpecModel(ApiModel):
    """A part of the spec, as strict as the API server is."""

    @model_validator(mode="before")
    @classmethod
    def _as_the_api_server_reads_it(cls, value: Any) -> Any:
        pruned = _without_nulls(value)
        return {key: _whole(inner) for key, inner in pruned.items()} if isinstance(pruned, dict) else pruned


DEFAULT_WEIGHTS = (10, 20, 30, 40, 50)
"""canaryop's plan: +10 % every `trafficShiftUpdateInterval`, promotion past 50 %."""


class Step(SpecModel):
    """One step of the plan."""

    weight: Annotated[StrictInt, Field(ge=1, le=100, description="Percent of the traffic that the secondary gets.")]
    duration_seconds: Annotated[
        StrictInt | None,
        Field(
            ge=1,
            le=604_800,
            description="Length of the step in seconds, counted from when the route is in place. "
            "Default: trafficShiftUpdateInterval.",
        ),
    ] = None


class Strategy(SpecModel):
    """How a rollout proceeds."""

    steps: Annotated[
        tuple[Step, ...],
        Field(
            min_length=1,
            max_length=50,
            description="The plan: weights that never fall, each with its length. After the last one the candidate is "
            "promoted. Default: 10, 20, 30, 40 and 50 %, each for trafficShiftUpdateInterval.",
            json_schema_extra={
                "x-kubernetes-validations": [
                    {
                        "rule": "self.map(step, step.weight).isSorted()",
                        "message": "the weights of the steps must not fall",
                    }
                ]
            },
        ),
    ] = tuple(Step(weight=weight) for weight in DEFAULT_WEIGHTS)


_HOST_RULES: Final[list[JsonValue]] = [
    {
        "rule": "!has(self.gateways) || !('mesh' in self.gateways) || !has(self.hosts) || !('*' in self.hosts)",
        "message": "the gateway mesh needs hosts other than '*', which Istio refuses there",
    },
    {
        "rule": "!has(self.gateways) || !('mesh' in self.gateways) || self.gateways.size() == 1 || has(self.hosts)",
        "message": "the gateway mesh beside others needs hosts, since Istio refuses '*' there",
    },
]


class Traffic(SpecModel):
    """Where the app's traffic comes from."""

    model_config = ConfigDict(json_schema_extra={"x-kubernetes-validations": _HOST_RULES})

    hosts: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=253)], ...] | None,
        Field(
            min_length=1,
            max_length=50,
            description="Host names of the VirtualService. Default: `*`. The Service's own host is always routed "
            "inside the mesh and is not listed here.",
        ),
    ] = None
    gateways: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=253)], ...] | None,
        Field(
            min_length=1,
            max_length=50,
            description="Existing Istio gateways (`name` or `namespace/name`), and `mesh` for calls to the hosts from "
            "inside the mesh. Default: a Gateway of the app's own on port 80 of istio-ingressgateway.",
        ),
    ] = None


class TemplateMetadata(SpecModel):
    """Labels and annotations of the pods."""

    labels: Annotated[
        Texts | None,
        Field(description="Labels of the pods, beside the operator's own."),
    ] = None
    annotations: Annotated[Texts | None, Field(description="Annotations of the pods.")] = None


class PartialTemplate(SpecModel):
    """A partial pod template."""

    metadata: Annotated[TemplateMetadata | None, Field(description="Labels and annotations of the pods.")] = None
    spec: Annotated[
        dict[str, JsonValue] | None,
        Field(
            description="Fields of a pod's spec: service account, volumes, further containers and so on. The container "
            "that is named like the app is merged with image and port.",
            json_schema_extra={"x-kubernetes-preserve-unknown-fields": True},
        ),
    ] = None


_BOUND_RULES: Final[list[JsonValue]] = [
    {
        "rule": "self.progressDeadlineSeconds > self.deploymentReadyWaitTime",
        "message": "progressDeadlineSeconds must be greater than deploymentReadyWaitTime",
        "fieldPath": ".progressDeadlineSeconds",
    },
]


class Spec(SpecModel):
    """What a team asks for."""

    model_config = ConfigDict(json_schema_extra={"x-kubernetes-validations": _BOUND_RULES})

    image: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MAX_IMAGE,
            pattern=r"^[!-~]+$",
            description="The version to run. A change starts a rollout.",
        ),
    ]
    image_listen_port: Annotated[
        StrictInt,
        Field(ge=1, le=65_535, description="The container's port, the Service's port and the port of the route."),
    ]
    replicas: Annotated[StrictInt, Field(ge=0, le=10_000, description="Pods of the primary.")] = 1
    test_replicas: Annotated[StrictInt, Field(ge=1, le=10_000, description="Pods of the secondary.")] = 1
    prometheus_query: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=4096,
            description="PromQL. Any sample that it returns means that the candidate is failing. It is asked over "
            "at most the last 2 minutes, and never further back than the candidate's first traffic. Default: no check.",
        ),
    ] = None
    prometheus_url: Annotated[
        str | None,
        Field(
            alias="prometheusURL",
            min_length=1,
            max_length=2048,
            description="Which Prometheus to ask; its origin must be allowed by the operator. "
            "Default: the operator's own.",
        ),
    ] = None
    fail_when_prometheus_fails: Annotated[
        StrictBool,
        Field(
            description="What a Prometheus that stays unreachable, or refuses the query, leads to: "
            "true rolls back, false carries on."
        ),
    ] = True
    traffic_shift_update_interval: Annotated[
        StrictInt, Field(ge=1, le=604_800, description="Length of a step in seconds.")
    ] = 30
    deployment_ready_wait_time: Annotated[
        StrictInt, Field(ge=0, le=86_400, description="Seconds that a pod must have been ready to count as available.")
    ] = 20
    template: Annotated[
        PartialTemplate | None,
        Field(description="A partial pod template. A change to it is a new revision and rolls out like an image."),
    ] = None
    traffic: Annotated[Traffic, Field(description="Hosts and gateways.")] = Traffic()
    strategy: Annotated[Strategy, Field(description="How a rollout proceeds.")] = Strategy()
    progress_deadline_seconds: Annotated[
        StrictInt,
        Field(
            ge=1,
            le=604_800,
            description="Seconds that a stage of a rollout may wait in all for pods or routes before it is given up.",
        ),
    ] = 600
    drain_seconds: Annotated[
        StrictInt,
        Field(
            ge=0,
            le=3600,
            description="Seconds that the secondary is kept after the last traffic was taken off it.",
        ),
    ] = 30
    revision_history_limit: Annotated[
        StrictInt, Field(ge=0, le=100, description="How many retired revisions are kept.")
    ] = 10
    paused: Annotated[
        StrictBool, Field(description="Holds a rollout before its next step. It never holds a rollback.")
    ] = False

    @cached_property
    def accepted(self) -> str:
        """The settings as they are kept on children, without image and template: JSON in the order of the names."""
        settings = self.model_dump(by_alias=True, exclude_defaults=True, exclude={"image", "template"})
        return json.dumps(settings, sort_keys=True, separators=(",", ":"))

    def step_seconds(self, step: int) -> int:
        """The length in seconds of the 1-based `step`; of the default interval where the plan has no such step."""
        steps = self.strategy.steps
        planned = steps[step - 1].duration_seconds if 1 <= step <= len(steps) else None
        return planned or self.traffic_shift_update_interval
