"""The demo as users run it: the real hook in a process of its own, in real time."""

import asyncio
import os
import re
import signal

import httpx
import pytest
from typer.testing import CliRunner

from app.cli import demo
from app.cli.demo import Demo, DemoError, play, shortened
from app.cli.main import app
from app.cli.servers import HookProcess
from app.cli.snapshot import Snapshot
from app.cli.view import PlainView
from app.simulation.metacontroller.hook import HookUnreachableError
from app.simulation.outages import Outages
from app.simulation.scenarios import SCENARIOS
from tests.scenarios.virtual import EXAMPLE, example


def test_the_demo_plays_a_scenario_with_the_real_hook() -> None:
    """It says what is shortened, what happens and why, what happened, and ends with status 0."""
    result = CliRunner().invoke(app, ["demo", "--scenario", "cancel", "--manifest", str(EXAMPLE)])
    lines = result.output.splitlines()
    assert result.exit_code == 0, result.output
    assert lines[0] == "Scenario: the image goes back to v1 while v2 is being tried."
    assert lines[1].startswith("Shortened, unless --real-time is given: trafficShiftUpdateInterval 2 s, ")
    assert [line.strip() for line in lines if "»" in line] == [
        "» The manifest is applied: atzedevries/go-status-code-server:v1.",
        "» Users arrive: 60 requests per second, through the gateway and from inside the mesh.",
        "» The image is changed to v2.",
        "» The image is changed to v1.",
    ]
    assert (
        sum(
            re.search(r" s Shifting +20 %  Step 1 of 5 at 10 % passed; step 2: 20 %\.$", one) is not None
            for one in lines
        )
        == 1
    )
    assert [line for line in lines if line.startswith(("yes", "NO"))] == [
        "yes  v1 serves as before",
        "yes  the secondary got 0, 10, 20, 0 %",
        "yes  the rollouts ended as Cancelled",
        "yes  no request is lost",
        "yes  no safety rule was broken",
    ]


class _Assassin(PlainView):
    """Ends the hook as soon as there is something to see."""

    def __init__(self, started: list[HookProcess]) -> None:
        self._started = started

    def say(self, sentence: str) -> None:
        """Nothing."""

    def show(self, snapshot: Snapshot) -> None:  # noqa: ARG002 - any moment will do
        """The moment to strike."""
        os.kill(self._started[0].process.pid, signal.SIGKILL)


def test_a_hook_that_dies_in_the_middle_ends_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo does not wait for it for ever, and says how the hook ended."""
    started: list[HookProcess] = []

    class Remembered(HookProcess):
        """Remembers what was started."""

        async def wait_ready(self, limit: float) -> None:
            """As usual."""
            await super().wait_ready(limit)
            started.append(self)

    monkeypatch.setattr("app.cli.servers.HookProcess", Remembered)
    played = Demo(shortened(example()), SCENARIOS["cancel"], {}, 30.0)
    with pytest.raises(DemoError, match=r"^The hook has ended with exit status -9\."):
        asyncio.run(play(played, _Assassin(started)))


@pytest.mark.parametrize(
    ("outages", "behind", "why"),
    [
        pytest.param(Outages(hook_down=True), 0.0, "^connection refused$", id="the scenario wants it"),
        pytest.param(Outages(), 0.0, "^ConnectError: nobody there$", id="nobody answers"),
        pytest.param(Outages(), 0.3, "^the cluster is 0.3 s behind the clock$", id="this machine stood still"),
    ],
)
def test_a_hook_out_of_reach_is_told_to_the_cluster(outages: Outages, behind: float, why: str) -> None:
    """The cluster tries again, as Metacontroller does; the demo goes on."""

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there")

    async def call() -> None:
        async with httpx.AsyncClient(base_url="http://hook", transport=httpx.MockTransport(refuse)) as client:
            await demo._call(client, outages, behind, "/sync", b"{}")  # noqa: SLF001 - its own failure is hard to provoke

    with pytest.raises(HookUnreachableError, match=why):
        asyncio.run(call())


def test_the_steps_of_a_plan_are_shortened_too() -> None:
    """Weights stay, lengths of their own go; a manifest without a plan gets none."""
    manifest = example()
    manifest["spec"]["strategy"] = {"steps": [{"weight": 5, "durationSeconds": 600}, {"weight": 50}]}
    assert shortened(manifest)["spec"]["strategy"] == {"steps": [{"weight": 5}, {"weight": 50}]}
    assert shortened(example())["spec"] == example()["spec"] | {
        "trafficShiftUpdateInterval": 2,
        "deploymentReadyWaitTime": 0,
        "drainSeconds": 1,
        "progressDeadlineSeconds": 10,
    }
