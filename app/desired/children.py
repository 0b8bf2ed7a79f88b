"""All desired children of a committed status, with the guards that hold whatever the status says."""

from app.desired.deployment import primary_deployment, secondary_deployment
from app.desired.istio import destination_rule, gateways, virtual_services
from app.desired.revisions import controller_revisions
from app.desired.service import service
from app.resource import names
from app.resource.spec import Spec
from app.resource.status import Phase, Stage
from app.rollout.fit import connected, in_place, primary_whole, secondary_whole
from app.rollout.observation import Observation, UnrecoverableError
from app.rollout.posture import Posture, posture_of
from app.rollout.revision import Json, Revision
from app.rollout.route import Scope


def desired_children(observation: Observation) -> list[Json]:
    """The whole list; whatever it leaves out is deleted by Metacontroller.

    Built from the committed status alone (rule R3). What is observed only makes it more careful, even if the status is
    old, lost or edited: the Service is not narrowed and the secondary is not dropped while an observed route sends it
    traffic (rule R2), and a weight does not rise toward a Deployment that is no longer whole (rule R1).

    Raises:
        UnrecoverableError: the template that the primary must run is lost.
    """
    settings = observation.settings
    if settings is None:
        return []
    posture = posture_of(observation.committed)
    return [
        service(observation, settings, _guarded_scope(observation, posture)),
        *controller_revisions(observation, settings),
        *_primary(observation, settings, posture),
        *_secondary(observation, settings, posture),
        destination_rule(observation),
        *gateways(observation, settings),
        *virtual_services(observation, settings, lambda route: _guarded_weight(observation, posture, route)),
    ]


def _guarded_scope(observation: Observation, posture: Posture) -> Scope:
    """Whose pods the Service selects: not narrowed under traffic (rule R2), and not widened to what is not ready (R1).

    While nothing routes to the secondary, callers without a proxy are the only ones who could meet it: a rollout that
    is given up before its first step must not show it to them on its way out.
    """
    if observation.route.highest > 0:
        return Scope.BOTH
    widens = posture.scope is Scope.BOTH and observation.children.scope is not Scope.BOTH
    leaves = observation.committed.stage is Stage.WITHDRAWING
    return Scope.PRIMARY if widens and (leaves or not secondary_whole(observation)) else posture.scope


def _guarded_weight(observation: Observation, posture: Posture, route: str) -> int:
    """The weight of a VirtualService; whatever broke since the decision keeps it from rising (rule R1).

    None of these waits is endless: a step that never gets into place has a deadline, so has a promoted primary, and a
    secondary that got traffic again after it was drained is drained again as soon as that is committed.
    """
    committed, observed = observation.committed, observation.route.share(route)
    if committed.phase is Phase.INITIALIZING and not primary_whole(observation):
        return observed
    if committed.stage is Stage.STEPPING and not connected(observation):
        return min(posture.weight, observed)
    if committed.phase is Phase.DRAINING and committed.stage is Stage.WITHDRAWING and not primary_whole(observation):
        return observed
    if committed.stage is Stage.REMOVING and observation.children.secondary is not None:
        return observed
    if committed.stage in (Stage.UPDATING, Stage.RESTORING):
        return _steady_weight(observation, posture, route)
    return posture.weight


def _steady_weight(observation: Observation, posture: Posture, route: str) -> int:
    """While the primary takes a revision the traffic stays where it is: what somebody moved by hand, too.

    Neither side gets more than it has, but for a primary that is whole; a route that is gone is made again.
    """
    if route not in observation.route.shares:
        return posture.weight if connected(observation) else 0
    observed = observation.route.share(route)
    return posture.weight if observed > posture.weight and in_place(observation) else observed


def _primary(observation: Observation, settings: Spec, posture: Posture) -> list[Json]:
    """The primary; none before the first revision is committed."""
    if not posture.primary:
        if observation.children.primary is not None:
            raise UnrecoverableError(
                f"The revision that the primary of {observation.namespace}/{observation.app} runs cannot be told: its "
                f"template has no label {names.LABEL_REVISION}, and its image is not the one that the spec asks for."
            )
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
