"""Users: a steady, bounded stream of requests, and what becomes of each of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.simulation.kubernetes.images import ImageCatalog
from app.simulation.kubernetes.pods import Pod
from app.simulation.mesh.metrics import NO_FLAGS, NOBODY, Metrics, Served, peer_of
from app.simulation.mesh.routing import Caller, RouteTable, Share

_UNAVAILABLE: Final = 503
_NO_UPSTREAM: Final = "UH"
_NOT_FOUND: Final = 404
_NO_ROUTE: Final = "NR"


@dataclass(frozen=True)
class Stream:
    """Requests to one service.

    Attributes:
        service: name of the Service.
        namespace: of the Service.
        rate: requests per second.
        paths: weight by path.
        callers: weight by origin.
    """

    service: str
    namespace: str = "default"
    rate: float = 20.0
    paths: Mapping[str, float] = field(default_factory=lambda: {"/hello": 1.0})
    callers: Mapping[Caller, float] = field(default_factory=lambda: {Caller.GATEWAY: 1.0})


@dataclass(frozen=True)
class Lost:
    """A request that nobody answered: when, whose, and why."""

    at: float
    service: str
    caller: Caller
    why: str


class _Dice:
    """Shares out by weight, evenly and without chance: each choice goes to whoever is owed most."""

    def __init__(self) -> None:
        self._owed: dict[str, float] = {}

    def choose(self, weights: Mapping[str, float]) -> str:
        total = sum(weights.values())
        self._owed = {name: self._owed.get(name, 0.0) + weight / total for name, weight in weights.items()}
        chosen = max(sorted(self._owed), key=lambda name: self._owed[name])
        self._owed[chosen] -= 1.0
        return chosen


@dataclass
class _State:
    stream: Stream
    due: float = 0.0
    callers: _Dice = field(default_factory=_Dice)
    paths: dict[tuple[Caller, str], _Dice] = field(default_factory=dict)
    shares: dict[Caller, _Dice] = field(default_factory=dict)
    turn: int = 0


class Traffic:
    """Sends the requests of every stream through what the proxies know."""

    def __init__(
        self, routes: RouteTable, images: ImageCatalog, metrics: Metrics, *, lag: float, stop_delay: float
    ) -> None:
        """`lag`: how long the proxies take to learn of a change; `stop_delay`: how long a deleted pod still answers."""
        self._routes = routes
        self._images = images
        self._metrics = metrics
        self._lag = lag
        self._stop_delay = stop_delay
        self._streams: list[_State] = []
        self._on_lost: Callable[[Lost], None] = lambda _: None
        self.answered: dict[tuple[str, str, int], int] = {}
        """Requests by (service, workload, code)."""

    def on_lost(self, observer: Callable[[Lost], None]) -> None:
        """Tells the observer of every lost request."""
        self._on_lost = observer

    def add(self, stream: Stream) -> None:
        """Another stream, from now on."""
        self._streams.append(_State(stream))

    def replace(self, stream: Stream) -> None:
        """The stream of that service from now on."""
        for state in self._streams:
            if (state.stream.service, state.stream.namespace) == (stream.service, stream.namespace):
                state.stream = stream

    def send(self, now: float, seconds: float, pods: Iterable[Pod]) -> None:
        """The requests of the last `seconds`."""
        there = list(pods)
        for state in self._streams:
            state.due += state.stream.rate * seconds
            while state.due >= 1.0:
                state.due -= 1.0
                self._one(state, now, there)

    def _one(self, state: _State, now: float, pods: list[Pod]) -> None:
        stream = state.stream
        caller = Caller(state.callers.choose({str(name): weight for name, weight in stream.callers.items()}))
        target = self._routes.target(caller, stream.namespace, stream.service, now - self._lag)
        if not target.shares:
            # The proxy has no cluster to name: Istio's labels say that the service is unknown.
            self._metrics.count(Served(caller, "", "", NOBODY, _NOT_FOUND, _NO_ROUTE, 0.0))
            self._on_lost(Lost(now, stream.service, caller, "no route leads to the service"))
            return
        index = state.shares.setdefault(caller, _Dice()).choose(
            {str(number): float(share.weight) for number, share in enumerate(target.shares)}
        )
        share = target.shares[int(index)]
        pod = self._pod(state, share, now, pods)
        if pod is None:
            self._metrics.count(
                Served(caller, stream.namespace, stream.service, NOBODY, _UNAVAILABLE, _NO_UPSTREAM, 0.0)
            )
            why = f"no pod of {share.subset or 'the service'} answers"
            self._on_lost(Lost(now, stream.service, caller, why))
            return
        path = state.paths.setdefault((caller, pod.workload), _Dice()).choose(stream.paths)
        behaviour = self._images.behaviour(pod.image, pod.role)
        code = behaviour.answer(path)
        self._metrics.count(
            Served(caller, stream.namespace, stream.service, peer_of(pod), code, NO_FLAGS, behaviour.latency)
        )
        key = (stream.service, pod.workload, code)
        self.answered[key] = self.answered.get(key, 0) + 1

    def _pod(self, state: _State, share: Share, now: float, pods: list[Pod]) -> Pod | None:
        """A pod that the proxies take for an endpoint; one that is gone is passed over, as by Istio's retries."""
        known = [
            pod
            for pod in pods
            if share.labels is not None
            and pod.namespace == state.stream.namespace
            and share.labels.items() <= pod.labels.items()
            and pod.endpoint_at(now - self._lag)
            and pod.serving(now, self._stop_delay)
        ]
        state.turn += 1
        return known[state.turn % len(known)] if known else None
