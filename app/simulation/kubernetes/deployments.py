"""A Deployment controller: replica sets, their pods, and the status of the Deployment.

One tick takes one step for each Deployment, as one sync of the real controller does: scale, or grow, or shrink.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.simulation.kubernetes.deployment_status import Counts, RolloutStatus
from app.simulation.kubernetes.images import ImageCatalog
from app.simulation.kubernetes.objects import DEPLOYMENT, Key, Object, annotations_of, is_going, key_of
from app.simulation.kubernetes.pods import Pod
from app.simulation.kubernetes.rolling import Limits, Size, grown, read_limits, rescaled, shrunk
from app.simulation.kubernetes.store import ObjectStore

WHO: Final = "deployment-controller"
REVISION: Final = "deployment.kubernetes.io/revision"
_REMEMBERED: Final = 60.0
"""Seconds: the proxies may know a pod for a while after its end."""
_EVICTED: Final = 300.0
"""Seconds that a pod stays on a lost node (Kubernetes, "Taint based Evictions": the default tolerations)."""


@dataclass(eq=False)
class _ReplicaSet:
    """The pods of one template; it stays, empty, for the day when the template comes back."""

    owner: Key
    hash: str
    template: Object
    revision: int = 0
    pods: list[Pod] = field(default_factory=list)

    def size(self, now: float, min_ready: float) -> Size:
        return Size(len(self.pods), sum(pod.available(now, min_ready) for pod in self.pods))

    def add(self, number: int, now: float) -> Pod:
        pod = Pod(
            name=f"{self.owner.name}-{self.hash}-{number:03d}",
            namespace=self.owner.namespace,
            workload=self.owner.name,
            template=self.hash,
            labels=self.template["metadata"]["labels"],
            image=self.template["spec"]["containers"][0]["image"],
            created=now,
        )
        self.pods.append(pod)
        return pod

    def evicted(self, now: float) -> list[Pod]:
        """Takes out the pods whose nodes have been lost for too long."""
        gone = [pod for pod in self.pods if pod.lost(now) and now - pod.cut_off[0] >= _EVICTED]
        self.pods = [pod for pod in self.pods if pod not in gone]
        return gone

    def take(self, count: int) -> list[Pod]:
        """Takes out the pods that are missed least: not ready, ready for the shortest time, youngest."""
        ranked = sorted(self.pods, key=lambda pod: (pod.ready_since is not None, -(pod.ready_since or 0), -pod.created))
        self.pods = [pod for pod in self.pods if pod not in ranked[:count]]
        return ranked[:count]


@dataclass
class _Rollout:
    """What the controller remembers of a Deployment.

    Attributes:
        uid: of the Deployment.
        status: what was said last.
        generation: that was seen last.
        seen_at: when it was.
        limits: that the replica sets were scaled for.
        sets: oldest first.
    """

    uid: str
    status: RolloutStatus
    generation: int = 0
    seen_at: float = 0.0
    limits: Limits = field(default_factory=lambda: Limits(0, 0, 0))
    sets: list[_ReplicaSet] = field(default_factory=list)

    @property
    def pods(self) -> list[Pod]:
        return [pod for one in self.sets for pod in one.pods]

    def newest(self, template: str) -> _ReplicaSet | None:
        """The replica set of a template, where there is one."""
        return next((one for one in self.sets if one.hash == template), None)

    def counts(self, template: str, now: float, min_ready: float) -> Counts:
        """The pods in numbers."""
        newest = self.newest(template)
        return Counts(
            replicas=len(self.pods),
            updated=len(newest.pods) if newest else 0,
            ready=sum(pod.ready_since is not None for pod in self.pods),
            available=sum(pod.available(now, min_ready) for pod in self.pods),
        )


class DeploymentController:
    """Makes pods of Deployments and writes their status."""

    def __init__(self, store: ObjectStore, images: ImageCatalog, reaction: float, stop_delay: float) -> None:
        """`reaction` and `stop_delay` are seconds: from a change to the first step, and from deletion to the end."""
        self._store = store
        self._images = images
        self._reaction = reaction
        self._stop_delay = stop_delay
        self._rollouts: dict[Key, _Rollout] = {}
        self._leaving: list[Pod] = []
        self._made = 0

    def pods(self, *, leaving: bool = False) -> Iterator[Pod]:
        """The pods that are wanted and, where asked for, those that are on their way out."""
        for rollout in self._rollouts.values():
            yield from rollout.pods
        if leaving:
            yield from self._leaving

    def running(self, now: float) -> set[str]:
        """The names of the pods whose processes run, those that are stopping included."""
        return {pod.name for pod in self.pods(leaving=True) if now < (pod.deleted or now) + self._stop_delay}

    def lose_nodes(self, workload: str, until: float, now: float) -> None:
        """The nodes of a Deployment's pods are lost until then; pods that are made later run on others.

        The pods are not ready from now on (Kubernetes, "Nodes", heartbeats, without the grace period of 40 s).
        """
        for pod in self.pods():
            if pod.workload == workload:
                pod.cut_off = (now, until)

    def tick(self, now: float) -> None:
        """One look at everything."""
        deployments = {key_of(deployment): deployment for deployment in self._store.list(DEPLOYMENT)}
        for key, rollout in list(self._rollouts.items()):
            if key not in deployments or deployments[key]["metadata"]["uid"] != rollout.uid:
                self._leave(self._rollouts.pop(key).pods, now)
        for key, deployment in deployments.items():
            self._reconcile(key, deployment, now)
        self._leaving = [pod for pod in self._leaving if now < (pod.deleted or now) + self._stop_delay + _REMEMBERED]

    def _reconcile(self, key: Key, deployment: Object, now: float) -> None:
        uid, generation = deployment["metadata"]["uid"], deployment["metadata"]["generation"]
        rollout = self._rollouts.setdefault(key, _Rollout(uid, RolloutStatus(now)))
        if generation != rollout.generation:
            rollout.generation, rollout.seen_at = generation, now
        for pod in rollout.pods:
            pod.refresh(now, self._images)
        for one in rollout.sets:
            self._leave(one.evicted(now), now)
        if now < rollout.seen_at + self._reaction:
            return
        spec = deployment["spec"]
        limits, template = read_limits(spec), _hash(spec["template"])
        # As the replica sets' own status, the numbers are from before this step.
        counts = rollout.counts(template, now, spec.get("minReadySeconds", 0))
        newest = rollout.newest(template) or _ReplicaSet(key, template, spec["template"])
        if is_going(deployment):
            pass  # Its pods stay until it is gone; its status follows them.
        elif rollout.pods and limits.replicas != rollout.limits.replicas:
            self._rescale(rollout, newest, limits, now)
        else:
            self._roll(spec, rollout, newest, limits, now)
            rollout.status.estimate(counts, limits, spec["progressDeadlineSeconds"], now)
        rollout.limits = limits
        self._write_status(deployment, rollout, newest, counts, now)

    def _rescale(self, rollout: _Rollout, newest: _ReplicaSet, limits: Limits, now: float) -> None:
        """A change of `replicas`: progress is not judged meanwhile."""
        sets = [*(one for one in rollout.sets if one is not newest), newest]
        sizes = rescaled(limits, rollout.limits.ceiling, [len(one.pods) for one in sets])
        self._resize(dict(zip(sets, sizes, strict=True)), now)

    def _roll(self, spec: Object, rollout: _Rollout, newest: _ReplicaSet, limits: Limits, now: float) -> None:
        """A step of a rolling update: grow, or else shrink."""
        if newest not in rollout.sets:
            rollout.sets.append(newest)
            rollout.status.created(now)
        older = [one for one in rollout.sets if one is not newest]
        newest.revision = max(newest.revision, 1, *(one.revision + 1 for one in older))
        wanted = grown(limits, len(newest.pods), len(rollout.pods))
        if wanted != len(newest.pods):
            self._resize({newest: wanted}, now)
        elif any(one.pods for one in older):
            min_ready = spec.get("minReadySeconds", 0)
            sizes = shrunk(limits, newest.size(now, min_ready), [one.size(now, min_ready) for one in older])
            self._resize(dict(zip(older, sizes, strict=True)), now)
        else:
            forgotten = sorted(older, key=lambda one: one.revision)[: max(0, len(older) - spec["revisionHistoryLimit"])]
            rollout.sets = [one for one in rollout.sets if one not in forgotten]

    def _resize(self, sizes: Mapping[_ReplicaSet, int], now: float) -> None:
        for one, size in sizes.items():
            for _ in range(size - len(one.pods)):
                self._made += 1
                one.add(self._made, now).refresh(now, self._images)
            self._leave(one.take(max(0, len(one.pods) - size)), now)

    def _leave(self, pods: list[Pod], now: float) -> None:
        for pod in pods:
            pod.deleted = now
            pod.refresh(now, self._images)
            self._leaving.append(pod)

    def _write_status(
        self, deployment: Object, rollout: _Rollout, newest: _ReplicaSet, counts: Counts, now: float
    ) -> None:
        wanted = len(rollout.pods)
        status = rollout.status.report(counts, rollout.limits, wanted=wanted, generation=rollout.generation, now=now)
        metadata = dict(deployment["metadata"])
        if newest.revision:
            metadata["annotations"] = {**annotations_of(deployment), REVISION: str(newest.revision)}
        self._store.update_status({**deployment, "metadata": metadata, "status": status}, WHO)


def _hash(template: Object) -> str:
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]
