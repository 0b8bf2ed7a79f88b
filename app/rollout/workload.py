"""The health of an observed Deployment, read as `kubectl rollout status` reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from app.resource import names
from app.resource.base import MAX_IMAGE
from app.rollout.reading import entries, mapping
from app.rollout.revision import Json, Revision


@dataclass(frozen=True)
class Workload:
    """An observed Deployment.

    Attributes:
        revision: name of the revision that its pod template runs, "" where the label is gone.
        image: of the app's own container, "" where there is none.
        replicas: pods asked for.
        updated: pods of the current template.
        ready: pods that are ready, of any template.
        available: pods that have been ready for minReadySeconds, of any template.
        current: whether the Deployment controller has seen the object as it is now.
        surplus: whether pods of older templates are still there.
        trouble: what the Deployment itself says is wrong, "" where nothing is.
    """

    revision: str
    image: str
    replicas: int
    updated: int
    ready: int
    available: int
    current: bool
    surplus: bool
    trouble: str

    def runs(self, revision: Revision) -> bool:
        """Whether its pod template is that of `revision`; an image that was edited by hand is not."""
        return self.revision == revision.name and self.image == revision.image

    def complete(self, revision: Revision) -> bool:
        """Whether it runs `revision` wholly: seen, updated, available, nothing old left (rule R1)."""
        return (
            self.runs(revision)
            and self.current
            and self.updated >= self.replicas
            and self.available >= self.replicas
            and not self.surplus
        )

    def describe(self) -> str:
        """Its pods in a few words."""
        if not self.current:
            return "the Deployment controller has not taken up the change yet"
        words = f"{self.updated} of {self.replicas} pods updated, {self.available} available"
        return f"{words} ({self.trouble})" if self.trouble else words


def read_workload(deployment: Mapping[str, Any], app: str) -> Workload:
    """Reads a Deployment as the API server gives it; fields that are not there count as zero."""
    spec = mapping(deployment.get("spec"))
    status = mapping(deployment.get("status"))
    metadata = mapping(deployment.get("metadata"))
    updated = _count(status, "updatedReplicas")
    return Workload(
        revision=revision_label(deployment),
        image=image_of(mapping(spec.get("template")), app),
        replicas=_count(spec, "replicas", 1),
        updated=updated,
        ready=_count(status, "readyReplicas"),
        available=_count(status, "availableReplicas"),
        current=_count(status, "observedGeneration") >= _count(metadata, "generation"),
        surplus=_count(status, "replicas") > updated,
        trouble=_trouble(status),
    )


def read_revision(deployment: Mapping[str, Any], app: str) -> Revision | None:
    """The revision that a Deployment runs, recovered from the Deployment itself (rule R4).

    Taken from the last configuration that Metacontroller applied, which is our own object as we returned it; where that
    annotation is gone, from the template as it stands, which changes nothing when it is applied again. A label that was
    taken off by hand is in that configuration, too.
    """
    applied = _last_applied(deployment)
    name = revision_label(deployment) or revision_label(applied)
    described = applied if revision_label(applied) == name else deployment
    template = mapping(mapping(described.get("spec")).get("template"))
    image = image_of(template, app)
    if not name or not image:
        return None
    return Revision(name, image, _without_role(template))


def image_of(template: Mapping[str, Any], app: str) -> str:
    """The image of the app's own container in a pod template, "" where there is none, or one that no spec can name."""
    for container in entries(mapping(template.get("spec")).get("containers")):
        if container.get("name") == app:
            image = str(container.get("image", ""))
            return image if len(image) <= MAX_IMAGE else ""
    return ""


def _without_role(template: Mapping[str, Any]) -> Json:
    metadata = dict(mapping(template.get("metadata")))
    labels = mapping(metadata.get("labels"))
    metadata["labels"] = {
        key: value for key, value in labels.items() if key not in (names.LABEL_ROLE, names.LABEL_REVISION)
    }
    metadata.pop("creationTimestamp", None)
    return {**template, "metadata": metadata}


def _last_applied(deployment: Mapping[str, Any]) -> Mapping[str, Any]:
    annotations = mapping(mapping(deployment.get("metadata")).get("annotations"))
    try:
        return mapping(from_json(annotations.get(names.LAST_APPLIED) or "{}"))
    except (TypeError, ValueError):
        return {}


def revision_label(deployment: Mapping[str, Any]) -> str:
    """The name of the revision that a Deployment's pod template is labelled with, "" where it is not."""
    metadata = mapping(mapping(mapping(deployment.get("spec")).get("template")).get("metadata"))
    return str(mapping(metadata.get("labels")).get(names.LABEL_REVISION, ""))


def _trouble(status: Mapping[str, Any]) -> str:
    for condition in entries(status.get("conditions")):
        kind, state = condition.get("type"), condition.get("status")
        if (kind == "ReplicaFailure" and state == "True") or (kind == "Progressing" and state == "False"):
            return str(condition.get("reason", kind))
    return ""


def _count(holder: Mapping[str, Any], field: str, default: int = 0) -> int:
    value = holder.get(field)
    return value if isinstance(value, int) else default
