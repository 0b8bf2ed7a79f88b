"""Everything that can happen next: syncs as they should be and as they should not, pods, time, people, the network."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final, NamedTuple

from app.resource.status import Verdict
from app.simulation.safety.invariants import Breach
from tests.exhaustive.cluster import Write, applied, breaking, edited, image, progress, writes_of
from tests.exhaustive.hands import EDITS
from tests.exhaustive.hook import Answer, Hook, View
from tests.exhaustive.moments import LOST
from tests.exhaustive.past import later, written
from tests.exhaustive.state import Child, Children, Parent, Spec, State, child, put, without

_HALF: Final = ("phase", "stage", "weight", "lastFailedTag")
"""What is left of a status that is cut in half."""


@dataclass(frozen=True)
class Event:
    """What happened, and what came of it.

    Attributes:
        what: a sentence.
        state: the state after it.
        breaches: the safety rules that the hook broke with it.
    """

    what: str
    state: State
    breaches: tuple[Breach, ...] = ()


class Sync(NamedTuple):
    """How a sync goes.

    Attributes:
        view: what it sees.
        writes: which of its writes arrive.
        committed: whether its status is written.
        why: what went wrong, "" where nothing did.
    """

    view: View
    writes: tuple[Write, ...]
    committed: bool
    why: str


class Events:
    """What can happen in a state."""

    def __init__(self, hook: Hook) -> None:
        """`hook` answers the syncs."""
        self._hook = hook

    def all(self, state: State) -> Iterator[Event]:
        """Everything, each as one step."""
        yield from self._syncs(state)
        yield from self._time(state)
        yield from self.pods(state)
        if state.changes:
            yield from self._team(state._replace(changes=state.changes - 1))
        if state.faults:
            yield from self._accidents(state._replace(faults=state.faults - 1))

    def plain_sync(self, state: State, verdict: Verdict = Verdict.PASSED) -> Event:
        """A sync in which nothing goes wrong."""
        return self._synced(state, self._whole(View(state.parent, state.children, 0, verdict)))

    def time_passes(self, state: State) -> Event:
        """A tick goes by."""
        parent, old = state.parent, state.old_parent
        return Event(
            "Time passes.",
            state._replace(parent=self._aged(parent), old_parent=old and self._aged(old), history=later(state.history)),
        )

    def _time(self, state: State) -> Iterator[Event]:
        """Time passes where no sync has anything to do; a sync that is delayed is a fault."""
        passed = self.time_passes(state)
        if self.plain_sync(state).state == state:
            yield passed
        elif state.faults:
            late = passed.state._replace(faults=state.faults - 1)
            yield Event("Time passes, and no sync comes.", late)

    def pods(self, state: State) -> Iterator[Event]:
        """The Deployment controller takes up a change; pods get ready."""
        for one in state.children:
            if (moved := progress(one, state.bad, self._hook.things)) is not None:
                yield Event(f"{one.key} is {moved.health.name}.", state._replace(children=put(state.children, moved)))

    def _aged(self, parent: Parent) -> Parent:
        return parent._replace(status=self._hook.statuses.later(parent.status))

    def _syncs(self, state: State) -> Iterator[Event]:
        """Syncs without a fault, for every verdict; then those with one."""
        parent, children = state.old_parent or state.parent, state.old_children or state.children
        fresh = state._replace(old_parent=None, old_children=None)
        for view in self._views(View(parent, children)):
            yield from self._outcomes(fresh, view)
        if state.faults:
            skewed = fresh._replace(faults=state.faults - 1, history=state.history._replace(skewed=True))
            for skew in (-1, 1):
                for view in self._views(View(parent, children, skew)):
                    yield self._synced(skewed, self._whole(view, f"by a replica whose clock is off by {skew} tick"))

    def _views(self, view: View) -> Iterator[View]:
        """One view, or one for each verdict where a check is due."""
        yield view
        answer = self._hook.ask(view)
        if answer and answer.asked:
            yield from (view._replace(verdict=verdict) for verdict in Verdict if verdict is not Verdict.PASSED)

    def _whole(self, view: View, why: str = "") -> Sync:
        answer = self._hook.ask(view)
        writes = writes_of(view.children, answer.wanted) if answer else ()
        return Sync(view, writes, committed=answer is not None, why=why)

    def _outcomes(self, state: State, view: View) -> Iterator[Event]:
        whole = self._whole(view)
        yield self._synced(state, whole)
        if state.faults:
            spent = state._replace(faults=state.faults - 1)
            for count in range(len(whole.writes) + 1):
                why = f"and Metacontroller ends after {count} of {len(whole.writes)} writes"
                yield self._synced(spent, Sync(view, whole.writes[:count], committed=False, why=why))
            for count in range(1, len(whole.writes) + 1):
                for refused in combinations(whole.writes, count):
                    arrived = tuple(write for write in whole.writes if write not in refused)
                    why = f"refused: {', '.join(write.key for write in refused)}"
                    yield self._synced(spent, Sync(view, arrived, committed=True, why=why))

    def _synced(self, state: State, sync: Sync) -> Event:
        answer = self._hook.ask(sync.view)
        children = applied(state.children, sync.writes, self._hook.things)
        old = sync.view.parent.status != state.parent.status
        before = state.history._replace(edited=state.history.edited or old)
        breaches, history = self._hook.judge(sync.view, before)
        parent = state.parent._replace(status=answer.status) if answer and sync.committed else state.parent
        after = state._replace(
            parent=parent,
            children=children,
            history=written(history, state.children, children, self._hook.things),
        )
        return Event(_story(sync, answer), after, breaches)

    def _team(self, state: State) -> Iterator[Event]:
        """The team changes its mind."""
        spec = state.parent.spec
        for version in sorted({"A", "B", "C"} - {spec.image}):
            yield self._spec(state, f"The image is changed to {version}.", spec._replace(image=version))
        yield self._spec(state, f"paused: {not spec.paused}.", spec._replace(paused=not spec.paused))
        yield self._spec(
            state,
            "The spec is refused." if not spec.refused else "The spec is mended.",
            spec._replace(refused=not spec.refused),
        )
        yield Event(
            "Another try is asked for.", state._replace(parent=state.parent._replace(retry=state.parent.retry + 1))
        )

    @staticmethod
    def _spec(state: State, what: str, spec: Spec) -> Event:
        return Event(what, state._replace(parent=state.parent._replace(spec=spec)))

    def _accidents(self, state: State) -> Iterator[Event]:
        """What machines and careless people do."""
        yield Event("The cache of CanaryApps falls behind for a sync.", state._replace(old_parent=state.parent))
        yield Event("The caches of children fall behind for a sync.", state._replace(old_children=state.children))
        statuses = self._hook.statuses
        for what, status in (
            ("The status is wiped.", LOST),
            ("The status is cut.", statuses.kept(state.parent.status, *_HALF)),
        ):
            history = state.history._replace(edited=True)
            yield Event(what, state._replace(parent=state.parent._replace(status=status), history=history))
        for one in state.children:
            if (broken := breaking(one)) is not None:
                yield self._changed(state, f"{one.key} loses its pods.", put(state.children, broken))
            if not one.key.startswith("ControllerRevision"):
                yield self._changed(state, f"{one.key} is deleted by hand.", without(state.children, one.key))
        kept = tuple(one for one in state.children if not one.key.startswith("ControllerRevision"))
        yield self._changed(state, "All ControllerRevisions are deleted by hand.", kept)
        for version in sorted({"A", "B"} - state.bad):
            yield Event(f"{version} stops working.", self._stops_working(state, version))
        for what, key, edit in EDITS:
            if (found := child(state.children, key)) is not None:
                yield self._changed(state, what, put(state.children, edited(found, edit, self._hook.things)))

    def _changed(self, state: State, what: str, children: Children) -> Event:
        history = written(state.history, state.children, children, self._hook.things)
        return Event(what, state._replace(children=children, history=history))

    def _stops_working(self, state: State, version: str) -> State:
        running = [one for one in state.children if self._runs(one, version)]
        broken = [moved for one in running if (moved := breaking(one)) is not None]
        return state._replace(bad=state.bad | {version}, children=put(state.children, *broken))

    def _runs(self, one: Child, version: str) -> bool:
        return one.key.startswith("Deployment") and image(self._hook.things[one.thing].live) == version


def _story(sync: Sync, answer: Answer | None) -> str:
    if answer is None:
        return "Sync: no answer would be safe (500)."
    done = ", ".join(map(str, sync.writes)) or "nothing"
    how = f" ({sync.why})" if sync.why else ""
    return f"Sync{how}: {answer.words} Written: {done}{'' if sync.committed else ', without the status'}."
