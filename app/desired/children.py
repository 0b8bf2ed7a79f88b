"""All desired children of a committed status, with the guards that hold whatever the status says."""

from app.desired.deployment import primary_deployment, secondary_deployment
from app.desired.istio import destination_rule, gateways, virtual_services
from app.desired.revisions import controller_revisions
from app.desired.service import service
from app.resource.spec import Spec
from app.resource.status import Stage
from app.rollout.observation import Observation
from app.rollout.posture import Posture, posture_of
from app.rollout.revision import Json, Revision
from app.rollout.route import Scope


def desired_children(observation: Observation) -> list[Json]:
    """The whole list; whatever it leaves out is deleted by Metacontroller.

    Built from the committed status alone (rule R3). What is observed only makes it more careful: the Service is not
    narrowed and the secondary is not dropped while an observed route still sends it traffic (rule R2), even if the
    status is old, lost or edited.

    Raises:
        UnrecoverableError: the template that the primary must run is lost.
    """
    settings = observation.settings
    if settings is None:
        return []
    posture = posture_of(observation.committed)
    return [
        service(observation, settings, _guarded_scope(observation, posture)),
        *controller_revisions(observation),
        *_primary(observation, settings, posture),
        *_secondary(observation, settings, posture),
        destination_rule(observation),
        *gateways(observation, settings),
        *virtual_services(observation, settings, posture.weight),
    ]


def _guarded_scope(observation: Observation, posture: Posture) -> Scope:
    return Scope.BOTH if observation.route.highest > 0 else posture.scope


def _primary(observation: Observation, settings: Spec, posture: Posture) -> list[Json]:
    """The primary; none before the first revision is committed."""
    if not posture.primary:
        return []
    return [primary_deployment(observation, settings, observation.revision(posture.primary))]


def _secondary(observation: Observation, settings: Spec, posture: Posture) -> list[Json]:
    revision = _secondary_revision(observation, posture)
    return [secondary_deployment(observation, settings, revision)] if revision else []


def _secondary_revision(observation: Observation, posture: Posture) -> Revision | None:
    if posture.secondary in observation.revisions:
        return observation.revisions[posture.secondary]
    standing = observation.children.secondary
    if standing is None or _may_go(observation):
        return None
    # Not to be described any more: the stable revision is the one thing that is safe to run in its place.
    return observation.revisions.get(standing.revision) or observation.revision(observation.committed.stable_revision)


def _may_go(observation: Observation) -> bool:
    drained = observation.committed.stage is Stage.REMOVING
    return drained and observation.route.highest == 0 and observation.children.scope is Scope.PRIMARY
