"""The CompositeController: whose parents, which children, how they are told apart."""

from typing import Any, Final

from app.resource import names
from app.simulation.kubernetes.objects import (
    CONTROLLER_REVISION,
    DEPLOYMENT,
    DESTINATION_RULE,
    GATEWAY,
    SERVICE,
    VIRTUAL_SERVICE,
)

WHO: Final = "metacontroller"
CHILD_KINDS: Final = (SERVICE, CONTROLLER_REVISION, DEPLOYMENT, DESTINATION_RULE, GATEWAY, VIRTUAL_SERVICE)
SELECTOR_LABEL: Final = "controller-uid"
"""What `generateSelector` puts on children; its value is the parent's uid."""

COMPOSITE_CONTROLLER: Final[dict[str, Any]] = {
    "apiVersion": "metacontroller.k8s.io/v1alpha1",
    "kind": "CompositeController",
    "metadata": {"name": "canaryapp-operator"},
    "spec": {
        "generateSelector": True,
        "resyncPeriodSeconds": 300,
        "parentResource": {"apiVersion": names.API_VERSION, "resource": names.PLURAL},
        "childResources": [
            {
                "apiVersion": kind.api_version,
                "resource": f"{kind.kind.lower()}s",
                "updateStrategy": {"method": "InPlace"},
            }
            for kind in CHILD_KINDS
        ],
        "hooks": {"sync": {"webhook": {"url": "http://canaryapp-operator.canaryapp-system.svc/sync"}}},
    },
}
