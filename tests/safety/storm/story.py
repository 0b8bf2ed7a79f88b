"""What every storm is made of: a rollout, what has been visited on the way, and how it must end."""

import functools
import math
from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from app.simulation.kubernetes.objects import (
    CONTROLLER_REVISION,
    DEPLOYMENT,
    DESTINATION_RULE,
    GATEWAY,
    SERVICE,
    VIRTUAL_SERVICE,
    Key,
    Object,
    controller_of,
    key_of,
)
from app.simulation.metacontroller.faults import Faults
from tests.safety.stage import GOOD, IMAGES, NAME, SPEC, Theatre

CHILD_KINDS: Final = (SERVICE, CONTROLLER_REVISION, DEPLOYMENT, DESTINATION_RULE, GATEWAY, VIRTUAL_SERVICE)
WAITS: Final = st.sampled_from([0.0, 0.0, 0.5, 1.0, 2.0, 5.0, 12.0])
"""Seconds between one thing and the next; after 0, both happen between two syncs."""
REPLICAS: Final = 2
_REST_LIMIT: Final = 2400.0
"""Seconds within which everything rests: a backoff as long as the whole outage, three deadlines, and a whole plan."""
_NO_SAFE_ANSWER: Final = 500
_OWN_BUSINESS: Final = ("image", "replicas")
"""Fields of the spec that keep what the team made of them."""


class Visited:
    """How much of the hook has been seen, over all stories of a process."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.stories = self.syncs = 0
        self.seconds = 0.0
        self.happenings: Counter[str] = Counter()
        self.places: Counter[tuple[str, str]] = Counter()
        self.reasons: Counter[str] = Counter()

    def add(self, theatre: Theatre) -> None:
        """Counts what a story went through."""
        self.stories += 1
        self.syncs += len(theatre.cluster.history.syncs)
        self.seconds += theatre.elapsed
        for status in theatre.statuses():
            self.places[status["phase"], status["stage"]] += 1
            self.reasons[status["decision"]["reason"]] += 1


VISITED: Final = Visited()


_HAPPENINGS: Final[set[str]] = set()


def happenings(*stories: type) -> list[str]:
    """The names of what may happen in some stories."""
    return [name for story in stories for name in vars(story) if name in _HAPPENINGS]


def happening(**given: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule of the machine: something happens, and then some time passes."""

    def decorate(happens: Callable[..., None]) -> Callable[..., None]:
        _HAPPENINGS.add(happens.__name__)

        @functools.wraps(happens)
        def step(self: "Story", then: float, **drawn: Any) -> None:
            VISITED.happenings[happens.__name__] += 1
            happens(self, **drawn)
            self.theatre.advance(then)

        given_to: Callable[..., Callable[[Any], Callable[..., None]]] = rule
        return given_to(then=WAITS, **given)(step)

    return decorate


class Story(RuleBasedStateMachine):
    """A rollout with two replicas of the hook, to which nothing has happened yet."""

    def __init__(self) -> None:
        """Starts with v1 serving."""
        super().__init__()
        self.theatre = Theatre(REPLICAS)
        self.cluster = self.theatre.cluster
        self.faults = self.cluster.faults

    def children(self) -> list[Key]:
        """What there is but the CanaryApp, in the order of kind and name."""
        return [key_of(obj) for kind in CHILD_KINDS for obj in self.cluster.store.list(kind)]

    def edit(self, key: Key, change: Callable[[Object], object]) -> None:
        """Somebody edits an object, if it is there."""
        self.cluster.edit(key.kind, key.name, lambda obj: void(change(obj)))

    def teardown(self) -> None:
        """Without further faults everything rests at last (R8), without a write (R9), and no rule was broken."""
        theatre = self.theatre
        broken = [tag for tag in IMAGES[:2] if self.cluster.images.behaviour(f"shop:{tag}", "primary") != GOOD]
        self._mend()
        if not broken:
            self._must(theatre.until_rest(_REST_LIMIT), f"R8: it does not come to rest: {theatre.status}")
        # A version that crashes may be all that is left to serve; the fix is let in.
        self.cluster.patch(NAME, image="shop:v4")
        self._must(theatre.until_rest(_REST_LIMIT), f"R8: it does not come to rest: {theatre.status}")
        self._must(theatre.status["stableImage"] == "shop:v4", f"R8: the fix does not get through: {theatre.status}")
        theatre.advance(5)
        since = self.cluster.now
        theatre.advance(30)
        writes = self.cluster.history.writes_since(since + 0.1, "metacontroller")
        self._must(not writes, f"R9: at rest there are writes: {[(str(write.key), write.verb) for write in writes]}")
        found = theatre.breaches()
        first = min((float(sentence.split()[2].rstrip(":")) for sentence in found), default=0.0)
        self._must(not found, "\n".join(found), until=first)
        VISITED.add(theatre)

    def _must(self, truth: bool, sentence: str, until: float = math.inf) -> None:  # noqa: FBT001 - reads as a sentence
        assert truth, f"{sentence}\n\nWhat happened before, by seconds:\n{self.theatre.story(until)}"

    def _mend(self) -> None:
        """All that is out of order around the hook is put right, and what nobody but a person can put right."""
        world = self.theatre.world
        world.hook_down, world.prometheus_fault, world.answers_lost = False, None, 0
        world.skews = [0.0] * REPLICAS
        for name, value in vars(Faults()).items():
            setattr(self.faults, name, value)
        for key in self.children():
            obj = self.cluster.store.get(key) or {}
            annotations = obj["metadata"].get("annotations") or {}
            if obj["metadata"].get("finalizers"):
                self.edit(key, lambda held: held["metadata"].pop("finalizers"))
            if controller_of(obj) is None and self.cluster.store.get(key):
                self.cluster.delete(key.kind, key.name)
            elif annotations.get(LAST_APPLIED) == BROKEN:
                self.edit(key, lambda one: one["metadata"]["annotations"].pop(LAST_APPLIED))
        self._name_what_serves()
        fields = dict.fromkeys(self.cluster.app(NAME)["spec"]) | SPEC
        self.cluster.patch(NAME, **{name: value for name, value in fields.items() if name not in _OWN_BUSINESS})

    def _name_what_serves(self) -> None:
        """Where nothing tells any more what the primary runs, the hook says so, and a person names the image."""
        primary = self.cluster.child(DEPLOYMENT, f"{NAME}-primary")
        if self.cluster.history.syncs[-1].status == _NO_SAFE_ANSWER and primary is not None:
            self.cluster.patch(NAME, image=primary["spec"]["template"]["spec"]["containers"][0]["image"])


LAST_APPLIED: Final = "metacontroller.k8s.io/last-applied-configuration"
BROKEN: Final = "{"
"""What no longer reads as JSON."""


def void(_: object) -> None:
    """Forgets what an edit returns."""
