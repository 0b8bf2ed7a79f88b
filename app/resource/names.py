"""Every name, label and annotation that the operator uses, in one place."""

from typing import Final

GROUP: Final = "canary.atze.io"
VERSION: Final = "v1"
API_VERSION: Final = f"{GROUP}/{VERSION}"
KIND: Final = "CanaryApp"
PLURAL: Final = "canaryapps"

ISTIO_API_VERSION: Final = "networking.istio.io/v1"

OWNER: Final = "canaryop"
LABEL_APP: Final = "app"
LABEL_OWNER: Final = "owner"
LABEL_ROLE: Final = "service"
LABEL_REVISION: Final = f"{GROUP}/revision"
RESERVED_LABELS: Final = (LABEL_APP, LABEL_OWNER, LABEL_ROLE, LABEL_REVISION)

PRIMARY: Final = "primary"
SECONDARY: Final = "secondary"

ANNOTATION_RETRY: Final = f"{GROUP}/retry"
"""On a CanaryApp: any new value asks for another try of the failed revision."""

ANNOTATION_ACCEPTED: Final = f"{GROUP}/accepted-settings"
"""On the primary Deployment and on the Service: the last spec that was accepted, without image and template."""

ANNOTATION_STANDING: Final = f"{GROUP}/standing"
"""On a ControllerRevision: what the revision is to its app (Stable, Candidate, Failed, Waiting or Retired)."""

LAST_APPLIED: Final = "metacontroller.k8s.io/last-applied-configuration"

PORT_NAME: Final = "http"

MAX_NAME_LENGTH: Final = 53
"""`<name>-secondary` must fit a label value of 63 characters (Kubernetes: Labels and Selectors, syntax)."""

DEPLOYMENTS: Final = "Deployment.apps/v1"
CONTROLLER_REVISIONS: Final = "ControllerRevision.apps/v1"
SERVICES: Final = "Service.v1"
DESTINATION_RULES: Final = f"DestinationRule.{ISTIO_API_VERSION}"
GATEWAYS: Final = f"Gateway.{ISTIO_API_VERSION}"
VIRTUAL_SERVICES: Final = f"VirtualService.{ISTIO_API_VERSION}"
CHILD_GROUPS: Final = (
    SERVICES,
    CONTROLLER_REVISIONS,
    DEPLOYMENTS,
    DESTINATION_RULES,
    GATEWAYS,
    VIRTUAL_SERVICES,
)
"""The keys of `children` in Metacontroller's request, one for each kind that we own."""


def primary(app: str) -> str:
    """The Deployment that serves users."""
    return f"{app}-{PRIMARY}"


def secondary(app: str) -> str:
    """The Deployment that exists only during a rollout."""
    return f"{app}-{SECONDARY}"


def mesh_route(app: str) -> str:
    """The VirtualService that binds the Service's own host to the mesh; for its dot it is no app's name."""
    return f"{app}.mesh"


def controller_revision(app: str, revision: str) -> str:
    """The ControllerRevision that keeps a revision's pod template."""
    return f"{app}-{revision}"
