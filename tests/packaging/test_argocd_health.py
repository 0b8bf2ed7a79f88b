"""What Argo CD says of a CanaryApp, by its real language."""

import asyncio
from itertools import groupby
from typing import Any

import pytest

from app.resource.status import Phase
from app.simulation.cluster import Cluster
from app.simulation.kubernetes.images import ImageCatalog, PodBehaviour
from app.simulation.kubernetes.objects import CANARY_APP
from app.simulation.mesh.routing import Caller
from app.simulation.mesh.traffic import Stream
from app.simulation.world import World
from tests.packaging.argocd import health, script
from tests.packaging.manifests import EXAMPLES, Object, read

MOVING = [phase for phase in Phase if phase not in (Phase.STABLE, Phase.FAILED)]
SAID = "Step 2 of 5 at 20 % for 30 s."


def _app(status: Object | None, *, generation: int = 3, paused: bool = False) -> Object:
    app: Object = {
        "apiVersion": "canary.atze.io/v1",
        "kind": "CanaryApp",
        "metadata": {"name": "shop", "generation": generation},
        "spec": {"image": "shop:v2", "imageListenPort": 8088, "paused": paused},
    }
    return app if status is None else {**app, "status": status}


def _status(phase: Phase, reason: str = "StepRunning", **conditions: str) -> Object:
    """A status as the operator writes it; conditions that are not given are as during a rollout."""
    stand = {"Ready": "Unknown", "Reconciling": "True", "Stalled": "False"} | conditions
    return {
        "phase": phase.value,
        "observedGeneration": 3,
        "decision": {"action": "Hold", "reason": reason, "message": SAID},
        "conditions": [
            {"type": kind, "status": status, "reason": reason, "message": f"{kind} is {status}."}
            for kind, status in stand.items()
        ],
    }


RESTING = {"Ready": "True", "Reconciling": "False"}
STUCK = {"Ready": "False", "Reconciling": "False", "Stalled": "True"}
TABLE: dict[str, tuple[Object, tuple[str, str]]] = {
    "settled": (_app(_status(Phase.STABLE, **RESTING)), ("Healthy", "Ready is True.")),
    **{f"{phase}": (_app(_status(phase)), ("Progressing", SAID)) for phase in MOVING},
    **{f"{phase}, paused": (_app(_status(phase, "Paused"), paused=True), ("Suspended", SAID)) for phase in MOVING},
    "a new spec waits, paused": (_app(_status(Phase.STABLE, "Paused"), paused=True), ("Suspended", SAID)),
    "settled, paused": (_app(_status(Phase.STABLE, **RESTING), paused=True), ("Healthy", "Ready is True.")),
    "a rollback goes on, paused or not": (
        _app(_status(Phase.ROLLING_BACK, "Draining"), paused=True),
        ("Progressing", SAID),
    ),
    "the primary lost a pod": (_app(_status(Phase.STABLE, "UpToDate", Ready="False")), ("Progressing", SAID)),
    "the candidate failed": (_app(_status(Phase.FAILED, **STUCK)), ("Degraded", "Stalled is True.")),
    "the candidate failed, paused": (
        _app(_status(Phase.FAILED, "Paused", **STUCK), paused=True),
        ("Degraded", "Stalled is True."),
    ),
    "the first revision failed": (_app(_status(Phase.INITIALIZING, **STUCK)), ("Degraded", "Stalled is True.")),
    "a refused spec while the stable revision serves": (
        _app(_status(Phase.STABLE, "InvalidSpec", **STUCK)),
        ("Degraded", "Stalled is True."),
    ),
    "a refused spec in the middle of a rollout": (
        _app(_status(Phase.SHIFTING, "InvalidSpec", Ready="False", Stalled="True")),
        ("Degraded", "Stalled is True."),
    ),
    "no status": (_app(None), ("Progressing", "The operator has not looked at generation 3 yet.")),
    "an empty status": (_app({}), ("Progressing", "The operator has not looked at generation 3 yet.")),
    "a status of an older spec": (
        _app(_status(Phase.STABLE, **RESTING), generation=4),
        ("Progressing", "The operator has not looked at generation 4 yet."),
    ),
    "no conditions and no decision": (
        _app({"observedGeneration": 3}),
        ("Progressing", "The operator has said nothing yet."),
    ),
}


@pytest.mark.parametrize(("app", "shown"), TABLE.values(), ids=TABLE)
def test_argo_cd_shows(app: Object, shown: tuple[str, str]) -> None:
    """Healthy only for what the newest spec asks for; otherwise the operator's own sentence says why."""
    assert health(app) == shown


def test_every_phase_is_in_the_table() -> None:
    """No phase is left to chance."""
    assert {app["status"]["phase"] for app, _ in TABLE.values() if app.get("status", {}).get("phase")} == set(Phase)


def test_the_check_needs_no_library() -> None:
    """Argo CD opens none unless an administrator asks for it."""
    assert not [word for word in ("string.", "os.", "require", "print") if word in script()]


def test_argo_cd_follows_a_rollout_and_a_rollback() -> None:
    """From the first version over a promoted to a failed one, on what the operator really writes."""
    assert asyncio.run(_shown_during_a_release()) == [
        "Progressing",
        "Healthy",
        "Progressing",
        "Healthy",
        "Progressing",
        "Degraded",
    ]


async def _shown_during_a_release() -> list[str]:
    """What Argo CD shows while v1 comes up, v2 is promoted and v3 fails, without repetition."""
    good = PodBehaviour(seconds_to_ready=1.0, answers={"/hello": 200})
    bad = PodBehaviour(seconds_to_ready=1.0, answers={"/hello": 500})
    cluster = World(images=ImageCatalog(good, v3=bad)).cluster
    (manifest,) = read(EXAMPLES / "canaryapp.yaml")
    name, image = manifest["metadata"]["name"], manifest["spec"]["image"]
    cluster.add_traffic(Stream(name, rate=4.0, paths={"/hello": 1.0}, callers={Caller.GATEWAY: 1.0}))
    cluster.apply(manifest)
    for tag in ("v1", "v2", "v3"):
        cluster.patch(name, image=image.replace(":v1", f":{tag}"), trafficShiftUpdateInterval=10)
        assert await cluster.run_until(lambda now: _at_rest(now, name), 600.0)
    objects: list[dict[str, Any]] = [
        write.after for write in cluster.history.writes if write.key.kind == CANARY_APP and write.after
    ]
    return [word for word, _ in groupby(health(obj)[0] for obj in objects)]


def _at_rest(cluster: Cluster, name: str) -> bool:
    app = cluster.app(name)
    status = app.get("status", {})
    conditions = {condition["type"]: condition["status"] for condition in status.get("conditions", [])}
    seen = status.get("observedGeneration") == app["metadata"]["generation"]
    return seen and conditions.get("Reconciling") == "False"
