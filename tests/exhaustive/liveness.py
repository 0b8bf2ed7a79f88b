"""R8 and R9 of a state: without further faults everything comes to rest, a fix gets through, and rest is quiet."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.simulation.safety.seen import seconds
from tests.exhaustive.events import Events
from tests.exhaustive.hook import Hook, View
from tests.exhaustive.moments import NOW, TICK
from tests.exhaustive.state import History, State

MOST_SYNCS: Final = 60
"""To rest, from anywhere."""
_MOST_AT_ONCE: Final = 8
"""Without anything happening in between: more is a hot loop."""


@dataclass(frozen=True)
class Rest:
    """Where a state ends by itself.

    Attributes:
        state: the last one, in which nothing happens any more.
        syncs: how many it takes.
        flaw: why this is no rest, "" where it is one.
    """

    state: State
    syncs: int
    flaw: str = ""


class Liveness:
    """Where things go by themselves: syncs come as they should, pods get ready, time passes."""

    def __init__(self, hook: Hook, events: Events) -> None:
        """`events` makes them go."""
        self._hook = hook
        self._events = events
        self._rests: dict[State, Rest] = {}
        self._fixed: dict[State, str] = {}
        self.longest = 0

    def flaws(self, state: State) -> Iterator[str]:
        """What keeps a state from its rest, or a fix from getting through; the team has mended its spec before."""
        spec = state.parent.spec._replace(paused=False, refused=False)
        rest = self.rest(state._replace(parent=state.parent._replace(spec=spec)))
        if flaw := rest.flaw or self._fix(rest.state):
            yield flaw

    def rest(self, state: State) -> Rest:
        """The rest of a state, and in passing of every state on the way to it."""
        start = here = _calm(state)
        way: list[tuple[State, int]] = []
        while here not in self._rests:
            # Until its rest is known. A way that comes back here goes round in circles.
            self._rests[here] = Rest(here, 0, f"It never comes to rest: {self._words(here)}")
            following, syncs = self._onwards(here)
            way.append((here, syncs))
            if isinstance(following, Rest):
                self._rests[here] = following
                here = following.state
                break
            here = following
        end = self._rests.get(here) or self._rests[way[-1][0]]
        for passed, syncs in reversed(way):
            end = self._further(end, syncs)
            self._rests[passed] = end
        return self._rests[start]

    def _further(self, end: Rest, syncs: int) -> Rest:
        total = end.syncs + syncs
        self.longest = max(self.longest, total)
        late = f"It takes more than {MOST_SYNCS} syncs to come to rest: {self._words(end.state)}"
        return Rest(end.state, total, end.flaw or (late if total > MOST_SYNCS else ""))

    def _onwards(self, state: State) -> tuple[State | Rest, int]:
        """Syncs until nothing changes, then lets pods or time go on; rest where neither has anything to do."""
        here = state
        for syncs in range(_MOST_AT_ONCE):
            after = _calm(self._events.plain_sync(here).state)
            if after == here:
                return self._wait(here), syncs + 1
            here = after
        return Rest(here, 0, f"It is a hot loop: {self._words(here)}"), _MOST_AT_ONCE

    def _wait(self, state: State) -> State | Rest:
        moved = next(self._events.pods(state), None)
        if moved is not None:
            return _calm(moved.state)
        answer = self._hook.ask(View(state.parent, state.children))
        if answer is None:
            return Rest(state, 0, "No answer is safe any more.")
        look = answer.seen.following["decision"].get("nextLook")
        if look is None:
            return Rest(state, 0, self._restless(state))
        for _ in range(max(1, math.ceil((seconds(look) - NOW.timestamp()) / TICK))):
            state = _calm(self._events.time_passes(state).state)
        return state

    def _restless(self, state: State) -> str:
        """Rest is a phase that a person takes for one, or says what it waits for; and nothing is written in it."""
        later = _calm(self._events.time_passes(state).state)
        answer = self._hook.ask(View(later.parent, later.children))
        if answer is None:
            return "No answer is safe any more."
        status = answer.seen.following
        if status["phase"] not in {"Stable", "Failed"} and not status["decision"].get("unblockedBy"):
            return f"It waits for nothing: {answer.words}"
        if _calm(self._events.plain_sync(later).state) != later:
            return f"It writes at rest: {answer.words}"
        return ""

    def _fix(self, rest: State) -> str:
        """Version D, which is good, must replace whatever serves or is stuck."""
        if rest not in self._fixed:
            spec = rest.parent.spec._replace(image="D")
            end = self.rest(rest._replace(parent=rest.parent._replace(spec=spec)))
            status = self._hook.statuses.aged(end.state.parent.status) or {}
            serves = (status.get("phase"), status.get("stableImage")) == ("Stable", "shop:D")
            self._fixed[rest] = end.flaw or (
                "" if serves else f"The fix does not get through: {self._words(end.state)}"
            )
        return self._fixed[rest]

    def _words(self, state: State) -> str:
        answer = self._hook.ask(View(state.parent, state.children))
        return answer.words if answer else "no answer is safe"


def _calm(state: State) -> State:
    """What matters to the way on: no more faults, and the past is of no account."""
    return state._replace(history=History(), old_parent=None, old_children=None, faults=0, changes=0)
