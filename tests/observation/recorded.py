"""Requests as the embedded cluster sends them, recorded once: a rollout that is promoted, and one that is cancelled."""

import asyncio
import json
from functools import cache
from typing import Any, Final

from app.simulation.world import World

MANIFEST: Final = {
    "apiVersion": "canary.atze.io/v1",
    "kind": "CanaryApp",
    "metadata": {"name": "shop"},
    "spec": {
        "image": "shop:v1",
        "imageListenPort": 8080,
        "replicas": 2,
        "deploymentReadyWaitTime": 1,
        "trafficShiftUpdateInterval": 3,
        "progressDeadlineSeconds": 20,
        "drainSeconds": 2,
        "strategy": {"steps": [{"weight": 20}, {"weight": 60}]},
    },
}


@cache
def recorded_requests() -> tuple[bytes, ...]:
    """The requests in their order; the clock of the cluster is virtual, so they are the same in every run."""
    return asyncio.run(_record())


def moments() -> list[tuple[str, Any]]:
    """The last request of each committed stage, by the phase and stage that its status names."""
    found: dict[str, Any] = {}
    for body in recorded_requests():
        request = json.loads(body)
        status = request["parent"].get("status") or {}
        found[f"{status.get('phase')}-{status.get('stage')}"] = request
    return list(found.items())


async def _record() -> tuple[bytes, ...]:
    world = World()
    cluster = world.cluster
    cluster.apply(MANIFEST)
    await cluster.run_until(lambda _: cluster.status("shop").get("phase") == "Stable", 60)
    cluster.patch("shop", image="shop:v2")
    await cluster.run_until(lambda _: bool(cluster.status("shop").get("successfulRelease")), 120)
    cluster.patch("shop", image="shop:v3", paused=True, drainSeconds=3)
    await cluster.advance(cluster.now + 5)
    cluster.patch("shop", paused=None)
    await cluster.run_until(lambda _: cluster.status("shop").get("phase") == "Shifting", 60)
    cluster.patch("shop", image="shop:v2")
    await cluster.run_until(lambda _: cluster.status("shop").get("phase") == "Stable", 60)
    return tuple(sync.request for sync in cluster.history.syncs)
