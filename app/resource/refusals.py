"""Reading `spec`: either a valid `Spec`, or sentences that say what is wrong and where.

What the CRD's schema refuses is refused here again, since an older schema or a disabled validation may have let it in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.analysis.promql import query_error
from app.prometheus.origins import AllowedOrigins, origin_error
from app.resource import names
from app.resource.spec import Spec

_DNS_1035: Final = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_DNS_1123: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_VALUE: Final = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_MAX_LABEL: Final = 63
MESH: Final = "mesh"


@dataclass(frozen=True)
class Refusal:
    """One thing that is wrong with a CanaryApp: the path of the field, and a sentence about its value."""

    field: str
    problem: str

    def __str__(self) -> str:
        """`field: problem`."""
        return f"{self.field}: {self.problem}"


def read_spec(name: str, raw: object, origins: AllowedOrigins) -> Spec | tuple[Refusal, ...]:
    """The spec of a CanaryApp, or every refusal in the order of the fields.

    Args:
        name: of the CanaryApp.
        raw: `spec` as Metacontroller sends it.
        origins: where the operator may ask Prometheus.
    """
    try:
        spec = Spec.model_validate(raw)
    except ValidationError as invalid:
        return tuple(_refusal(error) for error in invalid.errors(include_url=False)[:10])
    return (
        *_name(name),
        *_analysis(spec, origins),
        *_deadlines(spec),
        *_steps(spec),
        *_traffic(spec, name),
        *_template(spec, name),
    ) or spec


def _refusal(error: ErrorDetails) -> Refusal:
    path = "spec" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"])
    if error["type"] == "missing":
        return Refusal(path, "is required")
    value = repr(error["input"])
    shown = value if len(value) <= 80 else value[:79] + "…"  # noqa: PLR2004 - enough to recognise the value
    return Refusal(path, f"{error['msg'][0].lower()}{error['msg'][1:]}, got {shown}")


def _name(name: str) -> list[Refusal]:
    if len(name) > names.MAX_NAME_LENGTH:
        return [
            Refusal(
                "metadata.name",
                f"must have at most {names.MAX_NAME_LENGTH} characters, so that the names of its children fit, "
                f"got {len(name)}",
            )
        ]
    if not _DNS_1035.fullmatch(name):
        return [
            Refusal(
                "metadata.name",
                "must be lower case letters, digits and '-', starting with a letter, as its Service's name must, "
                f"got {name!r}",
            )
        ]
    return []


def _analysis(spec: Spec, origins: AllowedOrigins) -> list[Refusal]:
    found = []
    if spec.prometheus_query is not None and (problem := query_error(spec.prometheus_query)):
        found.append(Refusal("spec.prometheusQuery", f"is no PromQL: {problem}"))
    if spec.prometheus_url is not None and (problem := origin_error(spec.prometheus_url, origins)):
        found.append(Refusal("spec.prometheusURL", problem))
    return found


def _deadlines(spec: Spec) -> list[Refusal]:
    if spec.progress_deadline_seconds > spec.deployment_ready_wait_time:
        return []
    return [
        Refusal(
            "spec.progressDeadlineSeconds",
            f"must be greater than deploymentReadyWaitTime ({spec.deployment_ready_wait_time}), "
            f"got {spec.progress_deadline_seconds}",
        )
    ]


def _steps(spec: Spec) -> list[Refusal]:
    weights = [step.weight for step in spec.strategy.steps]
    return [
        Refusal(
            f"spec.strategy.steps[{index}].weight", f"must not fall below the step before it ({before}), got {after}"
        )
        for index, (before, after) in enumerate(pairwise(weights), start=1)
        if after < before
    ]


def _traffic(spec: Spec, name: str) -> list[Refusal]:
    found = []
    hosts = spec.traffic.hosts or ()
    gateways = spec.traffic.gateways or ()
    if MESH in gateways and len(gateways) > 1 and (not hosts or "*" in hosts):
        found.append(
            Refusal(
                "spec.traffic.hosts",
                "must name hosts other than '*' beside the gateway 'mesh': Istio refuses '*' there",
            )
        )
    if MESH in gateways and len(gateways) == 1 and "*" in hosts:
        found.append(Refusal("spec.traffic.hosts", "must not hold '*' with the gateway 'mesh': Istio refuses it"))
    own = [host for host in hosts if host == name or (host.startswith(f"{name}.") and host.split(".")[2:3] == ["svc"])]
    if own and MESH in gateways:
        found.append(
            Refusal(
                "spec.traffic.hosts", f"must not name the app's own Service, which is always routed, got {own[0]!r}"
            )
        )
    return found


def _template(spec: Spec, name: str) -> list[Refusal]:
    template = spec.template
    if template is None:
        return []
    labels = (template.metadata.labels if template.metadata else None) or {}
    found = [
        Refusal(f"spec.template.metadata.labels[{label}]", "is set by the operator and cannot be changed")
        for label in sorted(labels)
        if label in names.RESERVED_LABELS
    ]
    found += [
        Refusal(f"spec.template.metadata.labels[{label}]", f"is no label value, got {value!r}")
        for label, value in sorted(labels.items())
        if len(value) > _MAX_LABEL or not _LABEL_VALUE.fullmatch(value)
    ]
    containers = (template.spec or {}).get("containers")
    if containers is not None:
        found += _containers(containers, spec, name)
    return found


def _containers(containers: object, spec: Spec, name: str) -> list[Refusal]:
    path = "spec.template.spec.containers"
    if not isinstance(containers, list) or not all(isinstance(entry, dict) for entry in containers):
        return [Refusal(path, "must be a list of containers")]
    found: list[Refusal] = []
    seen: set[str] = set()
    for index, container in enumerate(containers):
        here = f"{path}[{index}]"
        called = container.get("name")
        if not isinstance(called, str) or len(called) > _MAX_LABEL or not _DNS_1123.fullmatch(called):
            found.append(Refusal(f"{here}.name", f"must be a container name, got {called!r}"))
        elif called in seen:
            found.append(Refusal(f"{here}.name", f"is used twice, got {called!r}"))
        elif called == name:
            found += _main_container(container, spec, here)
        elif not container.get("image"):
            found.append(Refusal(f"{here}.image", f"is required for the further container {called!r}"))
        seen.add(str(called))
    return found


def _main_container(container: Mapping[str, Any], spec: Spec, here: str) -> list[Refusal]:
    found = []
    if "image" in container:
        found.append(Refusal(f"{here}.image", "is spec.image's to say for the app's own container"))
    ports = container.get("ports", [])
    if not isinstance(ports, list) or not all(isinstance(port, dict) for port in ports):
        return [*found, Refusal(f"{here}.ports", "must be a list of ports")]
    for index, port in enumerate(ports):
        same_name = port.get("name") == names.PORT_NAME
        same_port = port.get("containerPort") == spec.image_listen_port
        if same_name != same_port:
            found.append(
                Refusal(
                    f"{here}.ports[{index}]",
                    f"the port named {names.PORT_NAME!r} is imageListenPort ({spec.image_listen_port}) and no other, "
                    f"got {port.get('name')!r} at {port.get('containerPort')!r}",
                )
            )
    return found
