"""What a request says, parsed once into frozen facts. Everything behind this module works on them alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from app.prometheus.origins import AllowedOrigins
from app.resource import names
from app.resource.refusals import MESH, Refusal
from app.resource.spec import Spec
from app.resource.status import Status
from app.rollout.asked import read_asked
from app.rollout.children import Children, read_children
from app.rollout.committed import read_committed
from app.rollout.posture import posture_of
from app.rollout.recovery import Remains, recover
from app.rollout.revision import Revision
from app.rollout.route import Route, read_route
from app.rollout.timings import Timings
from app.wire import SyncRequest


class UnrecoverableError(Exception):
    """The children that must stand cannot be described any more; answering would delete or change them."""


@dataclass(frozen=True)
class Observation:
    """The observed state of one app.

    Attributes:
        app: name of the CanaryApp.
        namespace: of the CanaryApp and of all its children.
        generation: of the CanaryApp.
        refusals: what is wrong with the spec; empty for a valid one.
        settings: the spec in force: this one, or the last accepted; None for an app that never had a valid one.
        wanted: the revision that the spec asks for, None where it is refused.
        committed: the status that came with the request, or what was recovered from the children.
        recovered: whether it was recovered.
        revisions: every revision whose template is known, by name.
        children: what stands.
        route: the weights of the VirtualServices that stand.
        retry: the person's retry request, "" for none.
        timings: the operator's own intervals.
    """

    app: str
    namespace: str
    generation: int
    refusals: tuple[Refusal, ...]
    settings: Spec | None
    wanted: Revision | None
    committed: Status
    recovered: bool
    revisions: Mapping[str, Revision]
    children: Children
    route: Route
    retry: str
    timings: Timings

    def revision(self, name: str) -> Revision:
        """A revision by name.

        Raises:
            UnrecoverableError: neither a ControllerRevision nor a Deployment nor the spec has its template.
        """
        if name not in self.revisions:
            raise UnrecoverableError(
                f"The template of revision {name!r} of {self.namespace}/{self.app} is lost: "
                "no ControllerRevision, no Deployment and not the spec has it."
            )
        return self.revisions[name]


def route_names(app: str, settings: Spec) -> tuple[str, ...]:
    """The VirtualServices of an app; the one for gateways is not needed where calls come from the mesh alone."""
    traffic = settings.traffic
    mesh_only = traffic.gateways == (MESH,) and not traffic.hosts
    return (names.mesh_route(app),) if mesh_only else (app, names.mesh_route(app))


def observe(request: SyncRequest, origins: AllowedOrigins, timings: Timings, now: datetime) -> Observation:
    """Reads a request.

    Args:
        request: as Metacontroller sent it.
        origins: where Prometheus may be asked; a spec that names another is refused.
        timings: the operator's own intervals.
        now: the moment of this sync.

    Raises:
        UnrecoverableError: the spec is refused, children stand, and the settings they were made from are lost.
    """
    parent = request.parent
    app = parent.metadata.name
    children = read_children(request)
    asked = read_asked(app, parent.spec, origins)
    spec, refusals, wanted = asked.spec, asked.refusals, asked.wanted
    retry = (parent.metadata.annotations or {}).get(names.ANNOTATION_RETRY, "")[:253]
    revisions = _known(wanted, children)
    committed = read_committed(parent.status, now)
    recovered = committed is None or not {committed.stable_revision, posture_of(committed).primary} <= {"", *revisions}
    if committed is None or recovered:
        committed = recover(Remains(children, revisions, wanted, parent.status, retry), now)
    settings = spec or _last_accepted(children, revisions.get(committed.stable_revision))
    if settings is None and not children.nothing:
        raise UnrecoverableError(
            f"The spec of {parent.metadata.namespace}/{app} is refused ({'; '.join(map(str, refusals))}) and the "
            "settings that were accepted last are lost, so its children are left as they are."
        )
    return Observation(
        app=app,
        namespace=parent.metadata.namespace,
        generation=parent.metadata.generation,
        refusals=refusals,
        settings=settings,
        wanted=wanted,
        committed=committed,
        recovered=recovered and not children.nothing,
        revisions=revisions,
        children=children,
        route=read_route(children.virtual_services, route_names(app, settings) if settings else ()),
        retry=retry,
        timings=timings,
    )


def _known(wanted: Revision | None, children: Children) -> dict[str, Revision]:
    """Every known revision. What is kept wins over what is deployed, and that over what today's code would render."""
    known = {wanted.name: wanted} if wanted else {}
    known |= {revision.name: revision for revision in children.deployed}
    return known | {name: kept.revision for name, kept in children.kept.items() if kept.revision}


def _last_accepted(children: Children, stable: Revision | None) -> Spec | None:
    if children.accepted is None or stable is None:
        return None
    try:
        return Spec.model_validate({**children.accepted, "image": stable.image})
    except ValidationError:
        return None
