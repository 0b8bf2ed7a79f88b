"""Reading `spec`: either a valid `Spec`, or sentences that say what is wrong and where.

What the CRD's schema refuses is refused here again, since an older schema or a disabled validation may have let it in.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, islice, pairwise
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.analysis.validity import query_error
from app.prometheus.origins import AllowedOrigins, origin_error
from app.resource import names
from app.resource.refusal import Refusal, shown
from app.resource.spec import Spec
from app.resource.template_refusals import template_refusals

__all__ = ["MESH", "Refusal", "read_spec"]

MESH: Final = "mesh"
_MOST: Final = 10
"""Refusals that are told at once; there may be thousands."""
_NAME: Final = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SECRET: Final = "spec.prometheusURL"  # noqa: S105 - the field whose value may hold a password
_WORDS: Final = {
    "model_type": "must be an object",
    "dict_type": "must be an object",
    "tuple_type": "must be a list",
    "string_too_short": "must not be empty",
    "too_short": "must not be empty",
    "too_long": "must have at most {max_length} entries",
    "string_pattern_mismatch": "must be printable ASCII characters without spaces",
}
"""Where pydantic's own words would not help somebody who writes YAML."""


def read_spec(name: str, raw: object, origins: AllowedOrigins) -> Spec | tuple[Refusal, ...]:
    """The spec of a CanaryApp, or the first refusals in the order of the fields.

    Args:
        name: of the CanaryApp.
        raw: `spec` as Metacontroller sends it.
        origins: where the operator may ask Prometheus.
    """
    try:
        # Only the API's own names: whatever else is in there is an unknown field.
        spec = Spec.model_validate(raw, by_name=False)
    except ValidationError as invalid:
        return _first(chain(_name(name), _schema(invalid.errors())))
    return _first(_beyond_the_schema(spec, name, origins)) or spec


def _first(refusals: Iterator[Refusal]) -> tuple[Refusal, ...]:
    return tuple(islice(refusals, _MOST))


def _beyond_the_schema(spec: Spec, name: str, origins: AllowedOrigins) -> Iterator[Refusal]:
    yield from _name(name)
    yield from _analysis(spec, origins)
    yield from template_refusals(spec, name)
    yield from _traffic(spec, name)
    yield from _steps(spec)
    yield from _deadlines(spec)


def _schema(errors: Sequence[ErrorDetails]) -> Iterator[Refusal]:
    # Where an entry of a list is refused, pydantic does not count it and may call the list too short.
    around = {error["loc"][:depth] for error in errors for depth in range(len(error["loc"]))}
    return (_refusal(error) for error in errors if error["loc"] not in around)


def _refusal(error: ErrorDetails) -> Refusal:
    path = "spec" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"])
    if error["type"] == "missing":
        return Refusal(path, "is required")
    if error["type"] == "recursion_depth_exceeded":
        return Refusal("spec.template.spec", "is nested too deeply")
    if error["type"] in _WORDS:
        words = _WORDS[error["type"]].format(**error.get("ctx", {}))
    else:
        words = f"{error['msg'][0].lower()}{error['msg'][1:]}"
    return Refusal(path, words if path == _SECRET else f"{words}, got {shown(error['input'])}")


def _name(name: str) -> Iterator[Refusal]:
    if len(name) > names.MAX_NAME_LENGTH:
        yield Refusal(
            "metadata.name",
            f"must have at most {names.MAX_NAME_LENGTH} characters, so that the names of its children fit, "
            f"got {len(name)}",
        )
    elif not _NAME.fullmatch(name):
        yield Refusal(
            "metadata.name",
            "must be lower case letters, digits and '-', starting with a letter, as its Service's name must, "
            f"got {name!r}",
        )


def _analysis(spec: Spec, origins: AllowedOrigins) -> Iterator[Refusal]:
    if spec.prometheus_query is not None and (problem := query_error(spec.prometheus_query)):
        yield Refusal("spec.prometheusQuery", problem)
    if spec.prometheus_url is not None and (problem := origin_error(spec.prometheus_url, origins)):
        yield Refusal(_SECRET, problem)


def _traffic(spec: Spec, name: str) -> Iterator[Refusal]:
    path = "spec.traffic.hosts"
    hosts, gateways = spec.traffic.hosts or (), spec.traffic.gateways or ()
    if MESH in gateways and len(gateways) > 1 and (not hosts or "*" in hosts):
        yield Refusal(path, "must name hosts other than '*' beside the gateway 'mesh': Istio refuses '*' there")
    if MESH in gateways and len(gateways) == 1 and "*" in hosts:
        yield Refusal(path, "must not hold '*' with the gateway 'mesh': Istio refuses it")
    own = [host for host in hosts if host == name or (host.startswith(f"{name}.") and host.split(".")[2:3] == ["svc"])]
    if own and MESH in gateways:
        yield Refusal(path, f"must not name the app's own Service, which is always routed, got {own[0]!r}")
    for one, other in _overlapping(hosts)[:1]:
        yield Refusal(path, f"must not overlap, since Istio refuses that, got {one!r} and {other!r}")


def _overlapping(hosts: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs of hosts of which one covers the other (Istio, VirtualService validation, duplicate hosts)."""
    return [(one, other) for one, other in combinations(hosts, 2) if _covers(one, other) or _covers(other, one)]


def _covers(one: str, other: str) -> bool:
    return other.endswith(one[1:]) if one.startswith("*") else one == other


def _steps(spec: Spec) -> Iterator[Refusal]:
    for index, (before, after) in enumerate(pairwise(step.weight for step in spec.strategy.steps), start=1):
        if after < before:
            yield Refusal(
                f"spec.strategy.steps[{index}].weight",
                f"must not fall below the step before it ({before}), got {after}",
            )


def _deadlines(spec: Spec) -> Iterator[Refusal]:
    if spec.progress_deadline_seconds <= spec.deployment_ready_wait_time:
        yield Refusal(
            "spec.progressDeadlineSeconds",
            f"must be greater than deploymentReadyWaitTime ({spec.deployment_ready_wait_time}), "
            f"got {spec.progress_deadline_seconds}",
        )
