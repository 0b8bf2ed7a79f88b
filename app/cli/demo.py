"""`canaryapp demo`: the real hook under uvicorn, in front of the embedded cluster, in real time."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from app.cli.servers import HookProcess, HookProcessError, hook_process, serving
from app.cli.snapshot import Camera
from app.cli.view import View
from app.simulation.cluster import Cluster, HotLoopError, Pace
from app.simulation.metacontroller.hook import HookAnswer, HookUnreachableError
from app.simulation.outages import Outages
from app.simulation.play.director import StuckError
from app.simulation.play.director import play as play_acts
from app.simulation.play.script import Scenario
from app.simulation.play.stage import Stage
from app.simulation.prometheus.api import prometheus_app
from app.simulation.prometheus.series import SeriesStore
from app.simulation.scenarios import demo_images, opening

SHORT_SPEC: Final[Mapping[str, int]] = {
    "trafficShiftUpdateInterval": 2,
    "deploymentReadyWaitTime": 0,
    "drainSeconds": 1,
    "progressDeadlineSeconds": 10,
}
"""What the demo writes into the manifest, in seconds, unless it runs in real time."""
SHORT_SETTINGS: Final[Mapping[str, str]] = {
    "CANARYAPP_SETTLE_SECONDS": "0.5",
    "CANARYAPP_CHECK_INTERVAL_SECONDS": "0.5",
}
"""The operator's own intervals, likewise."""
PACE: Final = Pace(tick=0.05, reaction=0.1, stop_delay=1.5, lag=0.2, scrape=0.5)
RATE: Final = 60.0
"""Requests per second."""
_BEHIND: Final = 0.2
"""Seconds. After a stall of this machine the hook is not called before the cluster has caught up: it would take for
observed what the cluster's proxies have had no time to learn."""


class DemoError(Exception):
    """The demo could not be played to its end; the message says why."""


@dataclass(frozen=True)
class Demo:
    """What to play.

    Attributes:
        manifest: the CanaryApp, as it is applied.
        scenario: the story.
        settings: environment variables of the hook.
        limit: seconds that one act may take.
    """

    manifest: Mapping[str, Any]
    scenario: Scenario
    settings: Mapping[str, str]
    limit: float


def shortened(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest with short intervals; the steps of its plan have no length of their own."""
    spec = {**manifest["spec"], **SHORT_SPEC}
    if steps := (spec.get("strategy") or {}).get("steps"):
        spec["strategy"] = {"steps": [{"weight": step["weight"]} for step in steps]}
    return {**manifest, "spec": spec}


async def play(demo: Demo, view: View) -> Stage:
    """Plays the scenario to its end.

    Raises:
        DemoError: the hook does not start or ends, or an act does not come to an end.
    """
    series, outages = SeriesStore(), Outages()
    prometheus = prometheus_app(series, time.time, lambda: outages.prometheus_fault)
    try:
        async with (
            serving(prometheus) as address,
            hook_process(address, demo.settings) as hook,
            httpx.AsyncClient(base_url=hook.address, trust_env=False, timeout=10.0) as client,
        ):

            async def call(path: str, body: bytes) -> HookAnswer:
                return await _call(client, outages, time.time() - cluster.now, path, body)

            cluster = Cluster(call, series, start=time.time(), pace=PACE, images=demo_images())
            stage = Stage.of(dict(demo.manifest), cluster, outages)
            with view:
                await _play(demo, stage, hook, view)
            return stage
    except (HookProcessError, StuckError, HotLoopError) as problem:
        raise DemoError(str(problem)) from problem


async def _call(client: httpx.AsyncClient, outages: Outages, behind: float, path: str, body: bytes) -> HookAnswer:
    if outages.hook_down:
        raise HookUnreachableError("connection refused")
    if behind > _BEHIND:
        raise HookUnreachableError(f"the cluster is {behind:.1f} s behind the clock")
    try:
        response = await client.post(path, content=body)
    except httpx.HTTPError as problem:
        raise HookUnreachableError(f"{type(problem).__name__}: {problem}") from problem
    return HookAnswer(response.status_code, response.content, dict(response.headers))


async def _play(demo: Demo, stage: Stage, hook: HookProcess, view: View) -> None:
    camera = Camera(stage)

    async def advance() -> None:
        await asyncio.sleep(PACE.tick)
        hook.check()
        await stage.cluster.advance(time.time())
        view.show(camera.take())

    acts = (opening(dict(demo.manifest), RATE), *demo.scenario.acts)
    await play_acts(stage, acts, advance=advance, say=view.say, limit=demo.limit)
