"""Revisions: everything that makes up the pod template, under a name that is a hash of it.

As StatefulSet does, every revision is kept in a ControllerRevision of its own. Kept is the pod template as it was
rendered, so that a later operator that renders differently does not restart pods (rule R5); what is hashed is what
the team wrote, for the same reason.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.resource import names
from app.resource.spec import PartialTemplate, Spec

Json = dict[str, Any]

_ALPHABET: Final = "bcdfghjklmnpqrstvwxz2456789"
"""Without vowels and look-alikes, so that no hash spells a word (Kubernetes does the same in its generated names)."""
_HASH_LENGTH: Final = 10


@dataclass(frozen=True)
class Revision:
    """One version of the app.

    Attributes:
        name: the hash.
        image: of the app's own container.
        template: pod template without the labels that say which Deployment it is for.
    """

    name: str
    image: str
    template: Mapping[str, Any]


def revision_of(app: str, spec: Spec) -> Revision:
    """The revision that a spec asks for."""
    written = _without_nulls(spec.template.model_dump(by_alias=True)) if spec.template else {}
    identity = {"image": spec.image, "port": spec.image_listen_port, "template": _without_empty(written)}
    return Revision(_hash(identity), spec.image, render_template(app, spec))


def render_template(app: str, spec: Spec) -> Json:
    """The pod template of a spec: the team's partial template merged with image and port."""
    partial = spec.template or PartialTemplate()
    metadata: Json = {"labels": {names.LABEL_APP: app, names.LABEL_OWNER: names.OWNER}}
    if partial.metadata:
        metadata["labels"] = {**(partial.metadata.labels or {}), **metadata["labels"]}
        if partial.metadata.annotations:
            metadata["annotations"] = dict(partial.metadata.annotations)
    pod: Json = _without_nulls(partial.spec or {})
    listed = pod.pop("containers", None)
    written = [entry for entry in listed if isinstance(entry, Mapping)] if isinstance(listed, list) else []
    own = next((entry for entry in written if entry.get("name") == app), {})
    others = [entry for entry in written if entry.get("name") != app]
    return {"metadata": metadata, "spec": {**pod, "containers": [_main_container(app, spec, own), *others]}}


def _main_container(app: str, spec: Spec, written: Mapping[str, Any]) -> Json:
    own_port = {"name": names.PORT_NAME, "containerPort": spec.image_listen_port}
    ports: list[Json] = written.get("ports") or []
    mine = next((port for port in ports if port.get("name") == names.PORT_NAME), {})
    others = [port for port in ports if port.get("name") != names.PORT_NAME]
    return {**written, "name": app, "image": spec.image, "ports": [{**mine, **own_port}, *others]}


def _hash(identity: Json) -> str:
    canonical = json.dumps(identity, sort_keys=True, separators=(",", ":"))
    number = int.from_bytes(hashlib.sha256(canonical.encode()).digest())
    digits = []
    for _ in range(_HASH_LENGTH):
        number, digit = divmod(number, len(_ALPHABET))
        digits.append(_ALPHABET[digit])
    return "".join(digits)


def _without_nulls(value: Any) -> Any:
    """The value without null fields, which mean the same as none and would be fought over in a child."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(inner) for key, inner in value.items() if inner is not None}
    return [_without_nulls(inner) for inner in value] if isinstance(value, list) else value


def _without_empty(value: Any) -> Any:
    """The value without empty objects, so that `template: {}` is the same as none."""
    if not isinstance(value, Mapping):
        return value
    kept = {key: _without_empty(inner) for key, inner in value.items()}
    return {key: inner for key, inner in kept.items() if inner != {}}
