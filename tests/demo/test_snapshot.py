"""What the demo shows of the cluster."""

import asyncio

from app.cli.snapshot import Camera, Snapshot, Workload
from app.simulation.play import deeds
from app.simulation.play.moments import at_step
from app.simulation.prometheus.faults import Fault, FaultKind
from tests.scenarios.virtual import opened, set_stage


def test_before_the_app_is_there_everything_is_empty() -> None:
    """No phase, no pods, nothing that was decided."""
    snapshot = Camera(set_stage().stage).take()
    assert snapshot == Snapshot(
        seconds=0.0,
        moves=(),
        now=None,
        reason="",
        stage="-",
        primary=Workload("", 0, 0, 100),
        secondary=Workload("", 0, 0, 0),
        check="-",
        follows="-",
        answered=0,
        lost=0,
    )


async def _second_step(fault: Fault | None = None) -> tuple[Snapshot, Snapshot]:
    played = await opened()
    camera = Camera(played.stage)
    played.stage.set_image("v2")
    cluster = played.world.cluster
    await cluster.run_until(lambda _: at_step(2)(played.stage), 60.0)
    deeds.break_prometheus(fault)(played.stage)
    await cluster.advance(cluster.now + 0.7)
    return camera.take(), camera.take()


def test_a_snapshot_says_where_it_stands() -> None:
    """Step, weights, pods, the check's verdict, and what comes next, in words."""
    snapshot, _ = asyncio.run(_second_step())
    assert snapshot.stage == "Shifting, step 2 of 5"
    assert (snapshot.primary, snapshot.secondary) == (Workload("v1", 2, 2, 80), Workload("v2", 1, 1, 20))
    assert snapshot.check == "Passed: The query returned nothing."
    assert snapshot.now is not None
    assert snapshot.now.message == "Step 2 of 5 at 20 % for 1 s."
    assert snapshot.follows.startswith("looks again in 0.")
    assert snapshot.answered > 0
    assert snapshot.lost == 0


def test_a_snapshot_tells_each_move_once() -> None:
    """What was decided since the last one, in its order."""
    first, second = asyncio.run(_second_step())
    assert [(move.phase, move.weight) for move in first.moves] == [
        ("Starting", 0),
        ("Starting", 0),
        ("Shifting", 10),
        ("Shifting", 20),
    ]
    assert second.moves == ()


def test_a_prometheus_that_is_down_is_seen_in_the_check() -> None:
    """The verdict and the client's own sentence."""
    snapshot, _ = asyncio.run(_second_step(Fault(FaultKind.DOWN)))
    assert snapshot.check.startswith("Unavailable: Prometheus answered 503")


def test_what_would_unblock_it_is_shown() -> None:
    """Where something is waited for, the picture says for what."""

    async def play() -> Snapshot:
        played = await opened()
        played.stage.set_image("v2")
        await played.advance()
        await played.advance()
        return Camera(played.stage).take()

    snapshot = asyncio.run(play())
    assert snapshot.stage == "Starting, launching"
    assert snapshot.follows.endswith("; waits for an available secondary")
