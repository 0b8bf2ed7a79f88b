"""What machines do: the hook and Metacontroller die, admission refuses, pods and nodes fail."""

import math
from typing import Final

from hypothesis import strategies as st

from app.simulation.kubernetes.images import PodBehaviour
from app.simulation.metacontroller.faults import ChildVerb, Refusal, Stop
from tests.safety.stage import GOOD, NAME
from tests.safety.storm.story import CHILD_KINDS, Story, happening

_KINDS: Final = st.sampled_from([kind.kind for kind in CHILD_KINDS])
_NAMES: Final = st.sampled_from([NAME, f"{NAME}.mesh", f"{NAME}-primary", f"{NAME}-secondary"])
_VERBS: Final = st.sampled_from(
    [frozenset[ChildVerb]({verb}) for verb in ("create", "update", "delete")]
    + [frozenset[ChildVerb]({"create", "update", "delete"})]
)
_TIMES: Final = st.sampled_from([1, 2, None])
_TROUBLES: Final = {
    "never ready": PodBehaviour(seconds_to_ready=None),
    "crash looping": PodBehaviour(seconds_to_ready=1.0, ready_for=4.0, down_for=6.0),
    "errors": PodBehaviour(seconds_to_ready=1.0, answers={"/hello": 500}),
    "slow to start": PodBehaviour(seconds_to_ready=15.0),
}


class Machines(Story):
    """Processes, pods and nodes."""

    @happening(down=st.booleans())
    def the_hook_changes(self, *, down: bool) -> None:
        """The hook goes, or comes back."""
        self.theatre.world.hook_down = down

    @happening(answers=st.integers(1, 3))
    def the_hook_is_killed_before_it_answers(self, answers: int) -> None:
        """The request was made, and Prometheus asked; the answer never arrives."""
        self.theatre.world.answers_lost = answers

    @happening()
    def metacontroller_restarts(self) -> None:
        """Timers and backoffs are forgotten."""
        self.cluster.metacontroller.restart(self.cluster.now)

    @happening(writes=st.integers(0, 8), seconds=st.sampled_from([0.0, 4.0, 20.0]))
    def metacontroller_stops_between_two_writes(self, writes: int, seconds: float) -> None:
        """Some children are applied, others are not, or the status is not written; then another process begins."""
        self.faults.stop = Stop(writes, seconds)

    @happening(kind=_KINDS, verbs=_VERBS, times=_TIMES)
    def a_kind_is_refused(self, kind: str, verbs: frozenset[ChildVerb], times: int | None) -> None:
        """Admission refuses writes of a kind, for a while or until that is lifted."""
        self.faults.refusals.append(Refusal(kind, "", verbs, times))

    @happening(name=_NAMES, verbs=_VERBS, times=_TIMES)
    def a_child_is_refused(self, name: str, verbs: frozenset[ChildVerb], times: int | None) -> None:
        """Admission refuses one child, beside others that are refused already."""
        self.faults.refusals.append(Refusal("", name, verbs, times))

    @happening(times=st.integers(1, 3))
    def the_status_is_refused(self, times: int) -> None:
        """The API server refuses the next writes of the status, with an error."""
        self.faults.refusals.append(Refusal("CanaryApp", "", frozenset({"status"}), times))

    @happening()
    def nothing_is_refused_any_more(self) -> None:
        """Admission is mended."""
        self.faults.refusals.clear()

    @happening(
        tag=st.sampled_from(["v1", "v2"]),
        role=st.sampled_from(["", "primary", "secondary"]),
        how=st.sampled_from([*_TROUBLES]),
    )
    def an_image_stops_working(self, tag: str, role: str, how: str) -> None:
        """A version that worked does not any more: before a rollout, in it, or in its promotion."""
        self.cluster.images.set(tag, _TROUBLES[how], role)

    @happening()
    def the_images_work_again(self) -> None:
        """Whatever the images needed is back."""
        for tag in ("v1", "v2"):
            for role in ("", "primary", "secondary"):
                self.cluster.images.set(tag, GOOD, role)

    @happening(role=st.sampled_from(["primary", "secondary"]), seconds=st.sampled_from([2.0, 10.0, 45.0, math.inf]))
    def nodes_are_lost(self, role: str, seconds: float) -> None:
        """All pods of one Deployment are gone at once, for a while or for good."""
        self.cluster.lose_nodes(f"{NAME}-{role}", seconds)
