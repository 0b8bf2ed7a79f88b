"""What is refused of `spec.template`: what the API server would refuse of a Deployment, and what is the operator's."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from app.resource import names
from app.resource.refusal import Refusal, shown
from app.resource.spec import PartialTemplate, Spec

_PATH: Final = "spec.template"
_DNS_1123: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_NAME: Final = r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
_LABEL_VALUE: Final = re.compile(rf"({_NAME})?")
_KEY: Final = re.compile(rf"((?P<prefix>{_DNS_1123.pattern}(\.{_DNS_1123.pattern})*)/)?(?P<name>{_NAME})")
_MAX_LABEL: Final = 63
_MAX_PREFIX: Final = 253


def template_refusals(spec: Spec, name: str) -> Iterator[Refusal]:
    """Everything that is wrong with the template of the app `name`."""
    template = spec.template
    if template is None:
        return
    if template.metadata is not None:
        yield from _labels(template.metadata.labels or {})
        yield from _annotations(template.metadata.annotations or {})
    if not _is_json(template):
        yield Refusal(_PATH, "must be JSON, without NaN, infinite numbers and halves of characters")
    containers = (template.spec or {}).get("containers")
    if containers is not None:
        yield from _containers(containers, spec, name)


def _labels(labels: Mapping[str, str]) -> Iterator[Refusal]:
    for key, value in sorted(labels.items()):
        here = f"{_PATH}.metadata.labels[{key}]"
        if key in names.RESERVED_LABELS:
            yield Refusal(here, "is set by the operator and cannot be changed")
        elif not _is_key(key):
            yield Refusal(here, "is no name for a label")
        elif len(value) > _MAX_LABEL or not _LABEL_VALUE.fullmatch(value):
            yield Refusal(here, f"is no label value, got {shown(value)}")


def _annotations(annotations: Mapping[str, str]) -> Iterator[Refusal]:
    for key in sorted(annotations):
        # The API server lowers an annotation's name before it looks at it, so the prefix may be in upper case.
        if not _is_key(key.lower()):
            yield Refusal(f"{_PATH}.metadata.annotations[{key}]", "is no name for an annotation")


def _is_key(key: str) -> bool:
    """Whether the key is a qualified name (Kubernetes, "Labels and Selectors", syntax)."""
    read = _KEY.fullmatch(key)
    return read is not None and len(read["name"]) <= _MAX_LABEL and len(read["prefix"] or "") <= _MAX_PREFIX


def _is_json(template: PartialTemplate) -> bool:
    """Whether the template can be written as JSON; what was read as JSON may still hold NaN."""
    try:
        json.dumps(template.model_dump(), allow_nan=False, ensure_ascii=False).encode()
    except ValueError:
        return False
    return True


def _containers(containers: object, spec: Spec, name: str) -> Iterator[Refusal]:
    path = f"{_PATH}.spec.containers"
    if not isinstance(containers, list) or not all(isinstance(entry, dict) for entry in containers):
        yield Refusal(path, "must be a list of containers")
        return
    seen: set[str] = set()
    for index, container in enumerate(containers):
        here, called = f"{path}[{index}]", container.get("name")
        if not isinstance(called, str) or len(called) > _MAX_LABEL or not _DNS_1123.fullmatch(called):
            yield Refusal(f"{here}.name", f"must be a container name, got {shown(called)}")
            continue
        if called in seen:
            yield Refusal(f"{here}.name", f"is used twice, got {called!r}")
        elif called == name:
            yield from _main_container(container, spec, here)
        elif not isinstance(container.get("image"), str) or not container["image"]:
            yield Refusal(f"{here}.image", f"is required for the further container {called!r}")
        seen.add(called)


def _main_container(container: Mapping[str, Any], spec: Spec, here: str) -> Iterator[Refusal]:
    if container.get("image") is not None:
        yield Refusal(f"{here}.image", "is spec.image's to say for the app's own container")
    ports = [] if container.get("ports") is None else container["ports"]
    if not isinstance(ports, list) or not all(isinstance(port, dict) for port in ports):
        yield Refusal(f"{here}.ports", "must be a list of ports")
        return
    for index, port in enumerate(ports):
        called, number = port.get("name"), port.get("containerPort")
        if (called == names.PORT_NAME) != (number == spec.image_listen_port):
            yield Refusal(
                f"{here}.ports[{index}]",
                f"the port named {names.PORT_NAME!r} is imageListenPort ({spec.image_listen_port}) and no other, "
                f"got {shown(called)} at {shown(number)}",
            )
