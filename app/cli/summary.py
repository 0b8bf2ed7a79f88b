"""What the demo says at its end: what happened in plain words, the figures, and whether it ended as it must."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.simulation.metacontroller.controller import WHO
from app.simulation.play.chronicle import End, Rollout, rollouts
from app.simulation.play.script import Scenario
from app.simulation.play.stage import Stage
from app.simulation.safety import breaches

_SERVER_ERROR = 500
_CLOCKS = 0.25
"""Seconds by which the hook's clock may be ahead of the cluster's, which stands still while the hook is called."""


@dataclass(frozen=True)
class Summary:
    """The end.

    Attributes:
        story: a sentence for each rollout, and one for where it stands.
        figures: requests, syncs, writes.
        held: the scenario's expectations, and whether each of them is true; so, too, that no safety rule was broken.
        broken: a sentence for each time that a safety rule was broken.
    """

    story: tuple[str, ...]
    figures: str
    held: tuple[tuple[str, bool], ...]
    broken: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether it ended as it must."""
        return all(holds for _, holds in self.held)


def summarize(stage: Stage, scenario: Scenario, settle: float) -> Summary:
    """The summary of a scenario that was played; `settle` is the operator's `CANARYAPP_SETTLE_SECONDS`."""
    history = stage.cluster.history
    found = breaches(history.syncs, history.writes, settle, _CLOCKS)
    expected = tuple((expectation.sentence, expectation.holds(stage)) for expectation in scenario.expectations)
    return Summary(
        story=(*(_tell(rollout) for rollout in rollouts(stage)), _where(stage)),
        figures=", ".join(_figures(stage)),
        held=(*expected, ("no safety rule was broken", not found)),
        broken=tuple(f"{one.rule}: {one.sentence}" for one in found),
    )


def _tell(rollout: Rollout) -> str:
    tag = _tag(rollout.image)
    steps = ", ".join(map(str, rollout.weights))
    seconds = f"{rollout.ended - rollout.began:.0f} s"
    if rollout.end is End.PROMOTED:
        return f"{tag} was promoted over {steps} % in {seconds}."
    reached = f"at {rollout.weights[-1]} %" if rollout.weights else "before it got traffic"
    if rollout.end is End.FAILED:
        return f"{tag} was rolled back {reached}, and is remembered as failed: {rollout.why}"
    return f"{tag} was given up {reached}: {rollout.why}"


def _tag(image: str) -> str:
    return image.rpartition("/")[2]


def _where(stage: Stage) -> str:
    status = stage.status()
    return f"At the end {_tag(status['stableImage'])} serves; the phase is {status['phase']}."


def _figures(stage: Stage) -> Iterator[str]:
    cluster = stage.cluster
    answered = cluster.traffic.answered
    errors = sum(count for (_, _, code), count in answered.items() if code >= _SERVER_ERROR)
    yield f"{sum(answered.values())} requests answered ({errors} of them with a 5xx)"
    yield f"{len(cluster.history.lost)} lost"
    yield f"{len(cluster.history.syncs)} syncs"
    yield f"{sum(write.who == WHO for write in cluster.history.writes)} writes"
