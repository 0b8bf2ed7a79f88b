"""Every state that can be reached, breadth first: the first way to a breach is a shortest one."""

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from app.rollout.transitions import STAGES
from tests.exhaustive.events import Event, Events
from tests.exhaustive.hook import Hook
from tests.exhaustive.liveness import Liveness
from tests.exhaustive.moments import LOST
from tests.exhaustive.state import History, Parent, Spec, State

EVERY_PLACE: Final = frozenset((phase.value, stage.value) for phase, stages in STAGES.items() for stage in stages)
"""Every phase with each of its stages."""


@dataclass(frozen=True)
class Bounds:
    """How much is searched.

    Attributes:
        faults: accidents and failures, in all, in one story.
        changes: how often the team changes its mind in one story.
        gateways: of the spec; `mesh` alone leaves one VirtualService.
        seconds: where to stop at the latest.
        until: the rule whose first breach is all that is looked for; "" to visit everything.
    """

    faults: int
    changes: int
    gateways: tuple[str, ...] = ("mesh",)
    seconds: float = math.inf
    until: str = ""


@dataclass(frozen=True)
class Finding:
    """A rule that is broken, and the shortest story that breaks it."""

    rule: str
    sentence: str
    story: tuple[str, ...]

    def __str__(self) -> str:
        """For people."""
        lines = [f"{number:3}. {line}" for number, line in enumerate(self.story, start=1)]
        return "\n".join([f"{self.rule}: {self.sentence}", *lines])


@dataclass
class Report:
    """What was searched and found.

    Attributes:
        states: how many were visited.
        transitions: how many ways there are between them.
        syncs: how often the decision was asked.
        complete: whether all reachable states within the bounds were visited.
        longest: syncs of the longest way to rest.
        places: phases and stages that were visited.
        findings: at most one for each rule.
    """

    states: int = 0
    transitions: int = 0
    syncs: int = 0
    complete: bool = True
    longest: int = 0
    places: set[tuple[str, str]] = field(default_factory=set)
    findings: dict[str, Finding] = field(default_factory=dict)

    def __str__(self) -> str:
        """For people."""
        how = "all of them" if self.complete else "not all of them"
        counts = f"{self.states:,} states ({how}), {self.transitions:,} transitions, {self.syncs:,} decisions"
        rest = f"the longest way to rest takes {self.longest} syncs"
        places = f"{len(EVERY_PLACE & self.places)} of {len(EVERY_PLACE)} phases and stages"
        return "\n".join([f"{counts}, {places}; {rest}.", *map(str, self.findings.values())])


class Search:
    """A breadth-first search over the states of one app.

    Attributes:
        hook: what is asked.
    """

    def __init__(self, bounds: Bounds) -> None:
        """Starts with an app that was just created."""
        self._bounds = bounds
        self.hook = Hook(bounds.gateways)
        self._events = Events(self.hook)
        self._liveness = Liveness(self.hook, self._events)
        self._from: dict[State, tuple[State, str] | None] = {}
        self._richest: dict[State, list[tuple[int, int]]] = {}

    def run(self) -> Report:
        """Visits every state; goes on after a finding, to find what breaks the other rules."""
        report = Report()
        bounds = self._bounds
        start = State(
            Parent(Spec("A"), 0, LOST), (), frozenset("C"), History(), None, None, bounds.faults, bounds.changes
        )
        self._from[start] = None
        todo = deque([start])
        end = time.monotonic() + bounds.seconds
        while todo and bounds.until not in report.findings and time.monotonic() < end:
            state = todo.popleft()
            report.states += 1
            self._visit(state, report)
            for event in self._events.all(state):
                report.transitions += 1
                self._judge(state, event, report)
                if event.state not in self._from and not self._poorer(event.state):
                    self._from[event.state] = (state, event.what)
                    todo.append(event.state)
        report.complete = not todo
        report.syncs, report.longest = self.hook.calls, self._liveness.longest
        return report

    @property
    def states(self) -> Iterable[State]:
        """Every state that was found."""
        return self._from.keys()

    def _visit(self, state: State, report: Report) -> None:
        status = self.hook.statuses.aged(state.parent.status) or {}
        report.places.add((str(status.get("phase")), str(status.get("stage"))))
        for sentence in self._liveness.flaws(state):
            self._found("R8", sentence, self._story(state), report)

    def _judge(self, state: State, event: Event, report: Report) -> None:
        for breach in event.breaches:
            self._found(breach.rule, breach.sentence, (*self._story(state), event.what), report)

    def _found(self, rule: str, sentence: str, story: tuple[str, ...], report: Report) -> None:
        report.findings.setdefault(rule, Finding(rule, sentence, story))

    def _story(self, state: State) -> tuple[str, ...]:
        return tuple(reversed(list(self._backwards(state))))

    def _backwards(self, state: State) -> Iterator[str]:
        while (step := self._from[state]) is not None:
            state, what = step
            yield what

    def _poorer(self, state: State) -> bool:
        """Whether the same was visited with no less still to come."""
        core = state._replace(faults=0, changes=0)
        budget = (state.faults, state.changes)
        visited = self._richest.setdefault(core, [])
        if any(faults >= budget[0] and changes >= budget[1] for faults, changes in visited):
            return True
        visited.append(budget)
        return False
