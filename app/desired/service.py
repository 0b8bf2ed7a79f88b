"""The Service, whose selector follows the rollout."""

from app.desired.metadata import metadata
from app.resource import names
from app.resource.spec import Spec
from app.rollout.observation import Observation
from app.rollout.revision import Json
from app.rollout.route import Scope, selector


def service(observation: Observation, settings: Spec, scope: Scope) -> Json:
    """The Service of the app.

    It carries the settings in force, as the primary does: either can be made again while the spec is refused. Its
    target port is a name, so that a changed port reaches each version's pods where that version listens.
    """
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(observation, observation.app, annotations={names.ANNOTATION_ACCEPTED: settings.accepted}),
        "spec": {
            "selector": selector(observation.app, scope),
            "ports": [{"name": names.PORT_NAME, "port": settings.image_listen_port, "targetPort": names.PORT_NAME}],
        },
    }
