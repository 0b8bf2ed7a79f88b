"""Pods: records of the Deployment controller, read by the data plane."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.simulation.kubernetes.images import ImageCatalog


@dataclass
class Pod:
    """One pod.

    Attributes:
        name: of the pod.
        namespace: of the pod.
        workload: name of its Deployment.
        template: hash of the template that it was made from.
        labels: as the template said.
        image: of the first container.
        created: unix seconds.
        deleted: when its deletion began, None while it is wanted.
        ready_since: since when it has been ready, None while it is not.
        turns: every change of its readiness, as (unix seconds, ready); the data plane looks back on them.
        cut_off: from when until when its node is lost, unix seconds.
    """

    name: str
    namespace: str
    workload: str
    template: str
    labels: Mapping[str, str]
    image: str
    created: float
    deleted: float | None = None
    ready_since: float | None = None
    turns: list[tuple[float, bool]] = field(default_factory=list)
    cut_off: tuple[float, float] = (-math.inf, -math.inf)

    @property
    def role(self) -> str:
        """`primary` or `secondary`."""
        return self.labels.get("service", "")

    def refresh(self, now: float, images: ImageCatalog) -> None:
        """Brings the readiness up to date."""
        runs = self.deleted is None and not self.lost(now)
        ready = runs and images.behaviour(self.image, self.role).ready(now - self.created)
        if ready != (self.ready_since is not None):
            self.ready_since = now if ready else None
            self.turns.append((now, ready))

    def lost(self, now: float) -> bool:
        """Whether its node is lost."""
        return self.cut_off[0] <= now < self.cut_off[1]

    def available(self, now: float, min_ready: float) -> bool:
        """Whether it has been ready for `min_ready` seconds."""
        return self.ready_since is not None and now - self.ready_since >= min_ready

    def endpoint_at(self, moment: float) -> bool:
        """Whether it was a ready endpoint at that moment."""
        known = [ready for turned, ready in self.turns if turned <= moment]
        return bool(known) and known[-1]

    def serving(self, now: float, stop_delay: float) -> bool:
        """Whether its process answers: it is ready, or is given `stop_delay` seconds to stop."""
        if self.deleted is not None:
            ran = any(ready for _, ready in self.turns) and not self.lost(now)
            return ran and now < self.deleted + stop_delay
        return self.ready_since is not None
