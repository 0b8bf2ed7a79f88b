"""The primary and the secondary Deployment."""

import json
from dataclasses import dataclass

from app.desired.metadata import metadata
from app.resource import names
from app.resource.spec import Spec
from app.rollout.observation import Observation
from app.rollout.revision import Json, Revision


@dataclass(frozen=True)
class _Role:
    name: str
    service: str
    replicas: int


def primary_deployment(observation: Observation, settings: Spec, revision: Revision) -> Json:
    """The Deployment that serves users. It carries the settings in force, for the day when the spec is refused."""
    role = _Role(names.primary(observation.app), names.PRIMARY, settings.replicas)
    accepted = settings.model_dump(by_alias=True, exclude_defaults=True, exclude={"image", "template"})
    written = json.dumps(accepted, sort_keys=True, separators=(",", ":"))
    return _deployment(observation, settings, revision, role, {names.ANNOTATION_ACCEPTED: written})


def secondary_deployment(observation: Observation, settings: Spec, revision: Revision) -> Json:
    """The Deployment that exists only during a rollout."""
    role = _Role(names.secondary(observation.app), names.SECONDARY, settings.test_replicas)
    return _deployment(observation, settings, revision, role, {})


def _deployment(
    observation: Observation, settings: Spec, revision: Revision, role: _Role, annotations: dict[str, str]
) -> Json:
    labels = {names.LABEL_ROLE: role.service}
    template = revision.template
    selector = {names.LABEL_APP: observation.app, names.LABEL_OWNER: names.OWNER, **labels}
    pod_labels = {**template["metadata"]["labels"], **selector, names.LABEL_REVISION: revision.name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(observation, role.name, labels=labels, annotations=annotations),
        "spec": {
            "replicas": role.replicas,
            "minReadySeconds": settings.deployment_ready_wait_time,
            "progressDeadlineSeconds": settings.progress_deadline_seconds,
            # New pods before old ones go: an update never takes capacity away from users.
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": "25%"}},
            "selector": {"matchLabels": selector},
            "template": {**template, "metadata": {**template["metadata"], "labels": pod_labels}},
        },
    }
