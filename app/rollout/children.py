"""The children that stand, read into facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from app.observed import Object
from app.resource import names
from app.resource.base import MAX_REVISION_NAME
from app.rollout.reading import mapping
from app.rollout.revision import Revision
from app.rollout.route import Scope, read_scope, read_subsets
from app.rollout.workload import Workload, image_of, read_revision, read_workload, revision_label
from app.wire import SyncRequest


@dataclass(frozen=True)
class KeptRevision:
    """An observed ControllerRevision.

    Attributes:
        revision: what it keeps, None where another version of the operator wrote it in a form that we cannot read.
        data: as it stands; the API server lets nobody change it.
        number: its place in the order of creation.
        standing: what the revision was to its app when this was last written.
    """

    revision: Revision | None
    data: Any
    number: int
    standing: str


@dataclass(frozen=True)
class Children:
    """What stands. A Deployment that is gone or going is None.

    Attributes:
        primary: the primary Deployment.
        secondary: the secondary Deployment.
        deployed: the revisions that the Deployments run, as far as they can be read.
        kept: the ControllerRevisions by revision name.
        scope: whose pods the Service selects, None without a Service.
        subsets: whether the DestinationRule tells primary from secondary.
        virtual_services: by name, as observed.
        accepted: the settings that were last accepted, None where they are not to be found.
        nothing: whether no child stands at all.
    """

    primary: Workload | None
    secondary: Workload | None
    deployed: tuple[Revision, ...]
    kept: Mapping[str, KeptRevision]
    scope: Scope | None
    subsets: bool
    virtual_services: Mapping[str, Object]
    accepted: Mapping[str, Any] | None
    nothing: bool


def read_children(request: SyncRequest) -> Children:
    """Reads the children of a request."""
    app = request.parent.metadata.name
    deployments = request.standing(names.DEPLOYMENTS)
    primary, secondary = deployments.get(names.primary(app)), deployments.get(names.secondary(app))
    service = request.standing(names.SERVICES).get(app)
    kept = _read_kept(request.standing(names.CONTROLLER_REVISIONS), app)
    deployed = [_deployed(deployment, kept, app) for deployment in (secondary, primary) if deployment is not None]
    return Children(
        primary=None if primary is None else read_workload(primary, app),
        secondary=None if secondary is None else read_workload(secondary, app),
        deployed=tuple(revision for revision in deployed if revision),
        kept=kept,
        scope=read_scope(service, app),
        subsets=read_subsets(request.standing(names.DESTINATION_RULES).get(app), app),
        virtual_services=request.standing(names.VIRTUAL_SERVICES),
        accepted=_read_accepted(primary) or _read_accepted(service),
        nothing=not any(request.standing(group) for group in names.CHILD_GROUPS),
    )


def _deployed(deployment: Object, kept: Mapping[str, KeptRevision], app: str) -> Revision | None:
    """The revision that a Deployment runs; what is kept of it says more than the Deployment, and costs less to read."""
    found = kept.get(revision_label(deployment))
    return found.revision if found and found.revision else read_revision(deployment, app)


def _read_kept(controller_revisions: Mapping[str, Object], app: str) -> dict[str, KeptRevision]:
    return {
        # The name is the one thing that nobody can edit.
        child_name.removeprefix(names.controller_revision(app, "")): _read_one(child_name, child, app)
        for child_name, child in controller_revisions.items()
    }


def _read_one(child_name: str, child: Object, app: str) -> KeptRevision:
    data, number = child.get("data", {}), child.get("revision")
    annotations = mapping(mapping(child.get("metadata")).get("annotations"))
    return KeptRevision(
        revision=_kept_revision(child_name.removeprefix(names.controller_revision(app, "")), data, app),
        data=data,
        number=number if isinstance(number, int) else 0,
        standing=str(annotations.get(names.ANNOTATION_STANDING, "")),
    )


def _kept_revision(name: str, data: object, app: str) -> Revision | None:
    """The API server takes anything as data and name: what is no template or no name of ours is as good as lost."""
    if len(name) > MAX_REVISION_NAME or not isinstance(data, dict):
        return None
    template = data.get("template")
    if not isinstance(template, dict) or not _has_labels(template):
        return None
    image = image_of(template, app)
    return Revision(name, image, template) if image and image == data.get("image") else None


def _has_labels(template: Object) -> bool:
    """Whether a pod template has labels, to which ours can be added."""
    labels = mapping(template.get("metadata")).get("labels")
    return isinstance(labels, dict) and all(isinstance(value, str) for value in labels.values())


def _read_accepted(child: Object | None) -> dict[str, Any] | None:
    annotations = mapping(mapping(mapping(child).get("metadata")).get("annotations"))
    try:
        accepted = from_json(annotations.get(names.ANNOTATION_ACCEPTED, ""))
    except (TypeError, ValueError):
        return None
    return accepted if isinstance(accepted, dict) else None
