"""The hook itself, asked about a state: the real request models, decision and builders, and the safety rules."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple, cast

from app.analysis.measurement import Measurement, Query, Samples, Unanswered
from app.prometheus.origins import AllowedOrigins
from app.resource import names
from app.resource.status import Verdict
from app.rollout.observation import UnrecoverableError
from app.rollout.timings import Timings
from app.simulation.safety.invariants import Breach, judge
from app.simulation.safety.seen import Seen
from app.sync import Operator, Synced, sync
from app.wire import SyncRequest
from tests.exhaustive.moments import DEADLINE, NOW, SETTLE, TICK, Json, Statuses
from tests.exhaustive.past import answered, past_of
from tests.exhaustive.state import APP, Children, History, Parent, Spec
from tests.exhaustive.things import KINDS, Things, group_of

_URL: Final = "http://prometheus:9090"
_OPERATOR: Final = Operator(
    AllowedOrigins.parse((_URL,)),
    Timings(settle=SETTLE * TICK, check_interval=TICK, prometheus_tolerance=TICK, prometheus_url=_URL),
)
_SPEC: Final[Json] = {
    "imageListenPort": 8088,
    "prometheusQuery": "up == 0",
    "deploymentReadyWaitTime": 0,
    "drainSeconds": round(SETTLE * TICK),
    "progressDeadlineSeconds": round(DEADLINE * TICK),
    "strategy": {
        "steps": [{"weight": 20, "durationSeconds": round(TICK)}, {"weight": 50, "durationSeconds": round(TICK)}]
    },
}
_ANSWERS: Final[dict[Verdict, Samples | Unanswered]] = {
    Verdict.PASSED: Samples(0, 0, 0, None),
    Verdict.FAILED: Samples(1, 1, 0, 9.0),
    Verdict.INCONCLUSIVE: Samples(1, 0, 1, None),
    Verdict.UNAVAILABLE: Unanswered("Prometheus is down."),
}


class View(NamedTuple):
    """What a sync sees.

    Attributes:
        parent: as the cache of CanaryApps has it.
        children: as the caches of children have them.
        skew: ticks by which the replica's clock is ahead.
        verdict: what a check will say, if one is due.
    """

    parent: Parent
    children: Children
    skew: int = 0
    verdict: Verdict = Verdict.PASSED


@dataclass(frozen=True)
class Answer:
    """What the hook answers.

    Attributes:
        seen: request and response, for the safety rules.
        wanted: numbers of the desired children by key, in the order in which Metacontroller applies them.
        status: number of the next status.
        asked: whether Prometheus was asked.
    """

    seen: Seen
    wanted: dict[str, int]
    status: int
    asked: bool

    @cached_property
    def words(self) -> str:
        """What was decided, for a story."""
        status = self.seen.following
        decision = status["decision"]
        return f"{status['phase']}/{status['stage']} {status['weight']} %, {decision['reason']}: {decision['message']}"


@dataclass
class _Prometheus:
    verdict: Verdict
    asked: bool = False

    async def measure(self, queries: Sequence[Query]) -> tuple[Measurement, ...]:
        self.asked = self.asked or bool(queries)
        return tuple(Measurement(query, _ANSWERS[self.verdict]) for query in queries)


@dataclass
class Hook:
    """Asks the real decision, and remembers its answers: it is a pure function.

    Attributes:
        gateways: of the spec's `traffic`; `mesh` alone leaves one VirtualService instead of two.
        calls: how often the decision was really asked.
    """

    gateways: tuple[str, ...] = ("mesh",)
    things: Things = field(default_factory=Things)
    statuses: Statuses = field(default_factory=Statuses)
    calls: int = 0
    _answers: dict[View, Answer | None] = field(default_factory=dict)
    _judged: dict[tuple[View, History], tuple[tuple[Breach, ...], History]] = field(default_factory=dict)

    def ask(self, view: View) -> Answer | None:
        """The answer to one sync; None for a 500 because no answer would be safe, after which nothing is written.

        Raises:
            IllegalTransitionError, UndecidedError: a defect.
        """
        if view not in self._answers:
            self.calls += 1
            self._answers[view] = self.ask_with(view, self.statuses.written(view.parent.status))
        return self._answers[view]

    def ask_with(self, view: View, status: Json | None) -> Answer | None:
        """The answer to a sync whose request has this status in the place of the view's own."""
        request = self._request(view, status)
        prometheus = _Prometheus(view.verdict)
        now = NOW + timedelta(seconds=view.skew * TICK)
        try:
            synced = _finished(sync(SyncRequest.model_validate(request), _OPERATOR, prometheus, now))
        except UnrecoverableError:
            return None
        answered = synced.response
        following = answered.status.model_dump(mode="json", by_alias=True, exclude_none=True)
        children = sorted(answered.children, key=lambda one: (KINDS.index(one["kind"]), one["metadata"]["name"]))
        wanted = {f"{one['kind']} {one['metadata']['name']}": self.things.number(one) for one in children}
        response = {
            "status": following,
            "children": [self.things[number].live for number in wanted.values()],
            "resyncAfterSeconds": answered.resync_after_seconds,
        }
        return Answer(
            seen=Seen(NOW.timestamp(), request, response),
            wanted=wanted,
            status=self.statuses.number(following),
            asked=prometheus.asked,
        )

    def judge(self, view: View, history: History) -> tuple[tuple[Breach, ...], History]:
        """Every safety rule that the answer breaks, after what really happened before; and the past with it."""
        key, answer = (view, history), self.ask(view)
        if answer is None:
            return (), history
        if key not in self._judged:
            self._judged[key] = (tuple(judge(answer.seen, past_of(history))), answered(history, answer.seen))
        return self._judged[key]

    def spec(self, spec: Spec) -> Json:
        """As the team would write it."""
        written = {
            **_SPEC,
            "image": f"shop:{spec.image}",
            "paused": spec.paused,
            "traffic": {"gateways": self.gateways}
            | ({} if self.gateways == ("mesh",) else {"hosts": ["shop.example.com"]}),
        }
        return written | ({"imageListenPort": 0} if spec.refused else {})

    def _request(self, view: View, status: Json | None) -> Json:
        annotations = {names.ANNOTATION_RETRY: str(view.parent.retry)} if view.parent.retry else {}
        parent = {
            "apiVersion": names.API_VERSION,
            "kind": names.KIND,
            "metadata": {"name": APP, "namespace": "default", "uid": "1", "generation": 1, "annotations": annotations},
            "spec": self.spec(view.parent.spec),
            "status": status,
        }
        groups: dict[str, Json] = {group_of(kind): {} for kind in KINDS}
        for one in view.children:
            thing = self.things[one.thing]
            groups[group_of(thing.kind)][thing.name] = self.things.shown(one.thing, one.health)
        return {"parent": parent, "children": groups, "finalizing": False}


def _finished(coroutine: Coroutine[Any, Any, Synced]) -> Synced:
    """The result of a coroutine that never waits: here Prometheus answers at once."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return cast("Synced", finished.value)
    raise RuntimeError("The sync waits for something.")
