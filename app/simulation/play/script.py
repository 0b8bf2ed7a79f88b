"""What a story is made of: cues, acts, expectations."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.simulation.play.stage import Stage

Deed = Callable[[Stage], None]
Moment = Callable[[Stage], bool]


@dataclass(frozen=True)
class Cue:
    """Something that happens once on the way.

    Attributes:
        when: it is due as soon as this is true.
        then: does it.
        says: what is done.
        delay: seconds between the two.
    """

    when: Moment
    then: Deed
    says: str
    delay: float = 0.0


@dataclass(frozen=True)
class Act:
    """One change, and what follows until all is at rest.

    Attributes:
        says: what is done.
        begin: does it.
        cues: what happens on the way, one after the other; the act does not end before the last one.
    """

    says: str
    begin: Deed
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True)
class Expectation:
    """How it must have ended: a sentence, and whether it is true."""

    sentence: str
    holds: Callable[[Stage], bool]


NO_LOSS: Final = Expectation("no request is lost", lambda stage: not stage.cluster.history.lost)


@dataclass(frozen=True)
class Scenario:
    """A story for an app that serves `v1` and has canaryop's plan.

    Attributes:
        about: one line.
        acts: in their order.
        ends: how it must have ended.
        loses: why requests may get lost; "" where not a single one may.
    """

    about: str
    acts: tuple[Act, ...]
    ends: tuple[Expectation, ...]
    loses: str = ""

    @property
    def expectations(self) -> tuple[Expectation, ...]:
        """How it must have ended, with what holds for every story that does not say otherwise."""
        return self.ends if self.loses else (*self.ends, NO_LOSS)
