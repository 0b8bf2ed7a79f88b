"""Metadata that all children share."""

from collections.abc import Mapping

from app.resource import names
from app.rollout.observation import Observation
from app.rollout.revision import Json


def metadata(
    observation: Observation,
    name: str,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
) -> Json:
    """Name, namespace and the operator's labels; Metacontroller adds the owner and its selector's label."""
    made: Json = {
        "name": name,
        "namespace": observation.namespace,
        "labels": {names.LABEL_APP: observation.app, names.LABEL_OWNER: names.OWNER, **(labels or {})},
    }
    return made | ({"annotations": annotations} if annotations else {})
