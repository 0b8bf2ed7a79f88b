"""Every status that the hook writes in a promotion and in a rollback is one that the API server keeps whole."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from app.resource.status import Phase, Status
from app.simulation.cluster import Cluster
from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.mesh.traffic import Stream
from app.simulation.world import World
from tests.resource.admission import status_errors

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "canaryapp.yaml"
SHORT: Final = {
    "trafficShiftUpdateInterval": 10,
    "deploymentReadyWaitTime": 1,
    "drainSeconds": 2,
    "progressDeadlineSeconds": 60,
}


async def _statuses() -> list[dict[str, Any]]:
    """The statuses of an app that goes from v1 to v2, and back from a v3 that answers 500."""
    world = World(images=ImageCatalog(v3=PodBehaviour(answers={"/hello": 500})))
    cluster = world.cluster
    manifest = yaml.safe_load(EXAMPLE.read_text("utf-8"))
    name, image = manifest["metadata"]["name"], manifest["spec"]["image"].rpartition(":")[0]
    cluster.apply({**manifest, "spec": {**manifest["spec"], **SHORT}})
    cluster.add_traffic(Stream(name, rate=10.0))
    for tag, phase in (("v1", Phase.STABLE), ("v2", Phase.STABLE), ("v3", Phase.FAILED)):
        cluster.patch(name, image=f"{image}:{tag}")
        assert await cluster.run_until(partial(_rests, name, tag, phase), limit=600.0)
    return [
        write.after["status"]
        for write in cluster.history.writes
        if write.key.kind.kind == "CanaryApp" and write.after and write.after.get("status")
    ]


def _rests(name: str, tag: str, phase: Phase, cluster: Cluster) -> bool:
    status = cluster.status(name)
    image = status.get("lastFailedTag" if phase is Phase.FAILED else "stableImage", "")
    return status.get("phase") == phase and str(image).endswith(f":{tag}")


@pytest.fixture(scope="module")
def statuses() -> list[dict[str, Any]]:
    """All statuses of the run, in their order."""
    return asyncio.run(_statuses())


def test_every_phase_is_in_the_run(statuses: list[dict[str, Any]]) -> None:
    """The run goes through every phase, with checks, decisions and conditions, so that its statuses say it all."""
    assert {status["phase"] for status in statuses} == {str(phase) for phase in Phase}
    seen = {key for status in statuses for key in status}
    assert seen == {field.alias for field in Status.model_fields.values()}


def test_every_status_of_the_run_is_kept(statuses: list[dict[str, Any]]) -> None:
    """The schema has every field that was written, at every depth, and allows what it says."""
    assert [error for status in statuses for error in status_errors(status)] == []


def test_every_status_of_the_run_is_read_again(statuses: list[dict[str, Any]]) -> None:
    """What was written is read as it was, so that the next sync knows what this one did."""
    for status in statuses:
        read = Status.model_validate(status)
        assert read.model_dump(mode="json", by_alias=True, exclude_none=True) == status
