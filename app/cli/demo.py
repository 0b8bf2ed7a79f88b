"""`canaryapp demo`: the real hook under uvicorn, in front of the embedded cluster, in real time."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn

from app.cli.snapshot import take
from app.cli.view import View
from app.simulation.cluster import Cluster, Pace
from app.simulation.hook_process import PROMETHEUS
from app.simulation.mesh.routing import Caller
from app.simulation.mesh.traffic import Stream
from app.simulation.metacontroller.hook import HookAnswer, HookUnreachableError
from app.simulation.prometheus.api import prometheus_app
from app.simulation.prometheus.series import SeriesStore
from app.simulation.scenarios import Act, Scenario, Stage, at_rest, demo_images

SHORT_SPEC: Final[Mapping[str, int]] = {
    "trafficShiftUpdateInterval": 2,
    "deploymentReadyWaitTime": 1,
    "drainSeconds": 2,
    "progressDeadlineSeconds": 10,
}
"""What the demo writes into the manifest, in seconds, unless it runs in real time."""
SHORT_SETTINGS: Final[Mapping[str, str]] = {
    "CANARYAPP_SETTLE_SECONDS": "0.5",
    "CANARYAPP_CHECK_INTERVAL_SECONDS": "0.5",
}
_START_LIMIT: Final = 20.0
_TICK: Final = 0.05


class DemoError(Exception):
    """The demo could not be run; the message says why."""


@dataclass(frozen=True)
class Demo:
    """What to play.

    Attributes:
        manifest: the CanaryApp.
        scenario: the story.
        real_time: whether the manifest's own intervals are kept.
    """

    manifest: Mapping[str, Any]
    scenario: Scenario
    real_time: bool

    @property
    def limit(self) -> float:
        """Seconds that one act may take."""
        return 1800.0 if self.real_time else 120.0


async def play(demo: Demo, view: View) -> Stage:
    """Plays the scenario to its end.

    Raises:
        DemoError: the hook does not start, or an act does not come to an end.
    """
    series = SeriesStore()
    stage: Stage | None = None
    prometheus = prometheus_app(series, time.time, lambda: stage.prometheus_fault if stage else None)
    async with _serving(prometheus) as address, _hook(demo, address) as hook, httpx.AsyncClient() as client:

        async def call(path: str, body: bytes) -> HookAnswer:
            try:
                response = await client.post(hook + path, content=body, timeout=10)
            except httpx.HTTPError as problem:
                raise HookUnreachableError(f"{type(problem).__name__}: {problem}") from problem
            return HookAnswer(response.status_code, response.content, dict(response.headers))

        pace = Pace(tick=_TICK, reaction=0.1, stop_delay=1.5, lag=0.2, scrape=0.5)
        cluster = Cluster(call, series, start=time.time(), pace=pace, images=demo_images())
        stage = _stage(demo, cluster)
        with view:
            started = cluster.now
            for act in _acts(demo):
                await _play_act(act, demo, stage, view, started)
        return stage


def _stage(demo: Demo, cluster: Cluster) -> Stage:
    name, image = demo.manifest["metadata"]["name"], demo.manifest["spec"]["image"]
    stage = Stage(cluster, name, image.rpartition(":")[0] or image)
    callers = {Caller.GATEWAY: 0.7, Caller.MESH: 0.3}
    cluster.add_traffic(Stream(name, rate=60.0, paths={"/hello": 0.6, "/nothello": 0.4}, callers=callers))
    return stage


def _acts(demo: Demo) -> tuple[Act, ...]:
    spec = {**demo.manifest["spec"], **({} if demo.real_time else SHORT_SPEC)}
    manifest = {**demo.manifest, "spec": spec}
    first = Act(f"The manifest is applied: {spec['image']}.", lambda stage: _apply(stage, manifest), at_rest)
    return (first, *demo.scenario.acts)


def _apply(stage: Stage, manifest: Mapping[str, Any]) -> None:
    stage.cluster.apply(dict(manifest))


async def _play_act(act: Act, demo: Demo, stage: Stage, view: View, started: float) -> None:
    view.say(act.says)
    act.begin(stage)
    generation = stage.cluster.app(stage.name)["metadata"]["generation"]
    cues = list(act.cues)
    end = time.time() + demo.limit
    while time.time() < end:
        await stage.cluster.advance(time.time())
        status = stage.status()
        view.show(take(stage, started))
        for cue in [cue for cue in cues[:1] if cue.when(status)]:
            view.say(cue.says)
            cue.then(stage)
            cues.remove(cue)
        if status.get("observedGeneration", 0) >= generation and not cues and act.ended(status):
            return
        await asyncio.sleep(_TICK)
    raise DemoError(f"«{act.says}» has not come to an end within {demo.limit:.0f} s: {stage.status()}")


@asynccontextmanager
async def _serving(app: Any) -> AsyncIterator[str]:
    """Serves an ASGI application on a free loopback port; gives its address."""
    listener = _listen()
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield _address(listener)
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def _hook(demo: Demo, prometheus: str) -> AsyncIterator[str]:
    """Runs the hook under uvicorn in a process of its own; gives its address once it is ready."""
    listener = _listen()
    environment = {**os.environ, PROMETHEUS: prometheus, **({} if demo.real_time else SHORT_SETTINGS)}
    command = [sys.executable, "-m", "uvicorn", "--factory", "app.simulation.hook_process:create"]
    options = ["--fd", str(listener.fileno()), "--log-level", "warning", "--no-access-log"]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "hook.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: ASYNC220, S603 - our own interpreter; starting it blocks for an instant
                [*command, *options], env=environment, pass_fds=[listener.fileno()], stdout=output, stderr=output
            )
        try:
            await _wait_ready(_address(listener), process, log)
            yield _address(listener)
        finally:
            process.terminate()
            await asyncio.to_thread(process.wait)
            listener.close()


async def _wait_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_LIMIT
    async with httpx.AsyncClient() as client:
        while time.monotonic() < end and process.poll() is None:
            try:
                if (await client.get(f"{address}/readyz", timeout=1)).is_success:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.05)
    said = await asyncio.to_thread(log.read_text, errors="replace")
    raise DemoError(f"The hook did not start within {_START_LIMIT:.0f} s: {said[-2000:]}")


def _listen() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener


def _address(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"
