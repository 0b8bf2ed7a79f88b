"""A Deployment controller: rolling updates as Kubernetes does them (Deployments, "Rolling Update Deployment")."""

import hashlib
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.simulation.kubernetes.errors import ApiError
from app.simulation.kubernetes.images import ImageCatalog
from app.simulation.kubernetes.objects import DEPLOYMENT, Key, Object, key_of, timestamp
from app.simulation.kubernetes.pods import Pod
from app.simulation.kubernetes.store import ObjectStore

WHO = "deployment-controller"


@dataclass
class _Progress:
    """What the controller remembers of a Deployment."""

    uid: str
    generation: int = 0
    seen_at: float = 0.0
    pods: list[Pod] = field(default_factory=list)
    count: int = 0
    moved_at: float = 0.0
    last: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Plan:
    """A Deployment's numbers, resolved as the Deployment controller resolves them."""

    replicas: int
    surge: int
    unavailable: int
    min_ready: float
    deadline: float
    template: str


class DeploymentController:
    """Makes pods of Deployments and writes their status."""

    def __init__(self, store: ObjectStore, images: ImageCatalog, reaction: float, stop_delay: float) -> None:
        """`reaction` and `stop_delay` are seconds: from a change to the first step, and from deletion to the end."""
        self._store = store
        self._images = images
        self._reaction = reaction
        self._stop_delay = stop_delay
        self._known: dict[Key, _Progress] = {}
        self._leaving: list[Pod] = []

    def pods(self, *, leaving: bool = False) -> Iterator[Pod]:
        """The pods that are wanted and, where asked for, those that are on their way out."""
        for progress in self._known.values():
            yield from progress.pods
        if leaving:
            yield from self._leaving

    def tick(self, now: float) -> None:
        """One look at everything."""
        deployments = {key_of(deployment): deployment for deployment in self._store.list(DEPLOYMENT)}
        for key in [key for key in self._known if self._uid(deployments.get(key)) != self._known[key].uid]:
            self._leave(self._known.pop(key).pods, now)
        for key, deployment in deployments.items():
            self._reconcile(key, deployment, now)
        self._leaving = [pod for pod in self._leaving if now < (pod.deleted or 0.0) + self._stop_delay + 60]

    def _reconcile(self, key: Key, deployment: Object, now: float) -> None:
        generation = deployment["metadata"]["generation"]
        progress = self._known.setdefault(key, _Progress(deployment["metadata"]["uid"], seen_at=now, moved_at=now))
        if generation != progress.generation:
            progress.generation, progress.seen_at, progress.moved_at = generation, now, now
        for pod in progress.pods:
            pod.refresh(now, self._images)
        if now < progress.seen_at + self._reaction:
            return
        plan = _plan(deployment["spec"])
        self._scale(key, deployment, progress, plan, now)
        self._write_status(deployment, progress, plan, now)

    def _scale(self, key: Key, deployment: Object, progress: _Progress, plan: _Plan, now: float) -> None:
        new = [pod for pod in progress.pods if pod.template == plan.template]
        old = [pod for pod in progress.pods if pod.template != plan.template]
        room = plan.replicas + plan.surge - len(progress.pods) if old else plan.replicas
        for _ in range(min(plan.replicas - len(new), room)):
            progress.count += 1
            progress.pods.append(_new_pod(key, deployment, plan, progress.count, now))
        surplus = sorted(new, key=lambda pod: (pod.ready_since is not None, -pod.created))[
            : max(0, len(new) - plan.replicas)
        ]
        available_new = sum(pod.available(now, plan.min_ready) for pod in new)
        least = plan.replicas - plan.unavailable
        budget = len(progress.pods) - least - (len(new) - available_new)
        broken = [pod for pod in old if not pod.available(now, plan.min_ready)][: max(0, budget)]
        available = sum(pod.available(now, plan.min_ready) for pod in progress.pods)
        healthy = [pod for pod in old if pod.available(now, plan.min_ready)]
        going = [*surplus, *broken, *healthy[: max(0, min(available - least, budget - len(broken)))]]
        progress.pods = [pod for pod in progress.pods if pod not in going]
        self._leave(going, now)

    def _leave(self, pods: list[Pod], now: float) -> None:
        for pod in pods:
            pod.deleted = now
            pod.refresh(now, self._images)
            self._leaving.append(pod)

    def _write_status(self, deployment: Object, progress: _Progress, plan: _Plan, now: float) -> None:
        updated = sum(pod.template == plan.template for pod in progress.pods)
        ready = sum(pod.ready_since is not None for pod in progress.pods)
        available = sum(pod.available(now, plan.min_ready) for pod in progress.pods)
        counts = (len(progress.pods), updated, ready, available)
        if counts != progress.last:
            progress.last, progress.moved_at = counts, now
        complete = updated == len(progress.pods) == available == plan.replicas
        overdue = not complete and now - progress.moved_at >= plan.deadline
        status = {
            "observedGeneration": progress.generation,
            "replicas": len(progress.pods),
            "updatedReplicas": updated,
            "readyReplicas": ready,
            "availableReplicas": available,
            "unavailableReplicas": max(0, plan.replicas - available),
            "conditions": [
                _condition(
                    "Available",
                    available >= plan.replicas - plan.unavailable,
                    ("MinimumReplicasAvailable", "MinimumReplicasUnavailable"),
                    now,
                    deployment,
                ),
                _condition(
                    "Progressing",
                    not overdue,
                    ("NewReplicaSetAvailable" if complete else "ReplicaSetUpdated", "ProgressDeadlineExceeded"),
                    now,
                    deployment,
                ),
            ],
        }
        shown = {name: value for name, value in status.items() if value != 0}
        try:
            self._store.update_status({**deployment, "status": shown}, WHO)
        except ApiError:
            return  # changed meanwhile: the next look sees it

    @staticmethod
    def _uid(deployment: Object | None) -> str:
        return deployment["metadata"]["uid"] if deployment else ""


def _plan(spec: dict[str, Any]) -> _Plan:
    replicas = spec["replicas"]
    rolling = spec["strategy"].get("rollingUpdate", {})
    surge = _resolve(rolling.get("maxSurge", "25%"), replicas, math.ceil)
    unavailable = _resolve(rolling.get("maxUnavailable", "25%"), replicas, math.floor)
    return _Plan(
        replicas=replicas,
        surge=surge,
        unavailable=1 if surge == unavailable == 0 else unavailable,
        min_ready=spec.get("minReadySeconds", 0),
        deadline=spec.get("progressDeadlineSeconds", 600),
        template=_hash(spec["template"]),
    )


def _resolve(value: int | str, replicas: int, rounding: Callable[[float], int]) -> int:
    """A number, or a percentage of the replicas: surge is rounded up, unavailability down."""
    return rounding(replicas * int(value.rstrip("%")) / 100) if isinstance(value, str) else value


def _hash(template: Object) -> str:
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]


def _new_pod(key: Key, deployment: Object, plan: _Plan, number: int, now: float) -> Pod:
    template = deployment["spec"]["template"]
    return Pod(
        name=f"{key.name}-{plan.template}-{number:03d}",
        namespace=key.namespace,
        workload=key.name,
        template=plan.template,
        labels=template["metadata"].get("labels", {}),
        image=template["spec"]["containers"][0]["image"],
        created=now,
    )


def _condition(kind: str, holds: bool, reasons: tuple[str, str], now: float, deployment: Object) -> Object:  # noqa: FBT001
    status, reason = ("True", reasons[0]) if holds else ("False", reasons[1])
    before = {one["type"]: one for one in deployment.get("status", {}).get("conditions", [])}.get(kind)
    if before and (before["status"], before["reason"]) == (status, reason):
        return dict(before)
    since = before["lastTransitionTime"] if before and before["status"] == status else timestamp(now)
    return {
        "type": kind,
        "status": status,
        "reason": reason,
        "lastTransitionTime": since,
        "lastUpdateTime": timestamp(now),
    }
