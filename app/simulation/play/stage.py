"""What a scenario plays on: one CanaryApp in the embedded cluster, and what a person can do to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from app.simulation.cluster import Cluster
from app.simulation.kubernetes.images import ImageCatalog
from app.simulation.kubernetes.objects import CANARY_APP, DEPLOYMENT, Key, Kind, Object
from app.simulation.outages import Outages

Status = Mapping[str, Any]


@dataclass(frozen=True)
class Stage:
    """One CanaryApp.

    Attributes:
        cluster: the embedded cluster.
        outages: of the hook and of Prometheus.
        name: of the CanaryApp.
        namespace: of the CanaryApp.
        repository: of its image, without tag and digest.
    """

    cluster: Cluster
    outages: Outages
    name: str
    namespace: str
    repository: str

    @classmethod
    def of(cls, manifest: Object, cluster: Cluster, outages: Outages) -> Self:
        """The stage for a CanaryApp that is still to be applied."""
        metadata = manifest["metadata"]
        namespace = metadata.get("namespace", "default")
        return cls(cluster, outages, metadata["name"], namespace, repository_of(manifest["spec"]["image"]))

    @property
    def images(self) -> ImageCatalog:
        """How the pods of each image behave."""
        return self.cluster.images

    @property
    def key(self) -> Key:
        """Where the CanaryApp is."""
        return Key(CANARY_APP, self.namespace, self.name)

    def image(self, version: str) -> str:
        """The image of a version: a tag in the app's own repository, or a whole image."""
        return version if "/" in version or ":" in version else f"{self.repository}:{version}"

    def set_image(self, version: str) -> None:
        """Changes the image."""
        self.patch(image=self.image(version))

    def patch(self, **fields: Any) -> None:
        """What `kubectl patch --type=merge` does to the spec; None removes a field."""
        self.cluster.patch(self.name, namespace=self.namespace, **fields)

    def annotate(self, annotation: str, value: str) -> None:
        """What `kubectl annotate --overwrite` does to the CanaryApp."""
        self.cluster.annotate(self.name, annotation, value, self.namespace)

    def status(self) -> Status:
        """The CanaryApp's status; empty where there is none."""
        return self.cluster.status(self.name, self.namespace)

    def child(self, kind: Kind, suffix: str = "") -> Object | None:
        """The child that is named like the app, with a suffix; None where there is none."""
        return self.cluster.child(kind, self.name + suffix, self.namespace)

    def deployment(self, role: str) -> Object | None:
        """The Deployment of a role (`primary`, `secondary`)."""
        return self.child(DEPLOYMENT, f"-{role}")

    def edit(self, kind: Kind, change: Callable[[Object], None], suffix: str = "") -> None:
        """What `kubectl edit` does to a child."""
        self.cluster.edit(kind, self.name + suffix, change, self.namespace)

    def delete(self, kind: Kind, suffix: str = "") -> None:
        """What `kubectl delete` does to a child."""
        self.cluster.delete(kind, self.name + suffix, self.namespace)

    def delete_all(self, kind: Kind) -> None:
        """What `kubectl delete --all` does to the children of a kind."""
        for child in self.cluster.store.list(kind, self.namespace):
            self.cluster.delete(kind, child["metadata"]["name"], self.namespace)

    def wipe_status(self) -> None:
        """What a restored backup does: the status is gone."""
        self.cluster.set_status(self.name, None, self.namespace)


def repository_of(image: str) -> str:
    """An image without its tag and digest; a registry's port is no tag."""
    path, slash, last = image.partition("@")[0].rpartition("/")
    return path + slash + last.partition(":")[0]
