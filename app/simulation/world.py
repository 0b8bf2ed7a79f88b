"""Everything in one process and in virtual time: the cluster, replicas of the hook's ASGI application, its Prometheus.

The hook is the real one, with its HTTP surface, its clock and its way to Prometheus swapped for the world's.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

import httpx

from app import logs
from app.main import create_app
from app.settings import Settings
from app.simulation.cluster import Cluster, Pace
from app.simulation.kubernetes.images import ImageCatalog
from app.simulation.metacontroller.hook import HookAnswer, HookUnreachableError
from app.simulation.outages import Outages
from app.simulation.prometheus.api import FaultKind, prometheus_app
from app.simulation.prometheus.faults import Fault
from app.simulation.prometheus.series import SeriesStore

START: Final = 1_767_225_600.0
"""2026-01-01T00:00:00Z; any moment would do."""


class World(Outages):
    """A cluster with replicas of the hook, and what is out of order.

    Attributes:
        cluster: the embedded cluster.
        skews: seconds that the clock of each replica is ahead of the cluster's.
        turns: the replicas that serve the next syncs, by their index, over and over.
    """

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        pace: Pace | None = None,
        images: ImageCatalog | None = None,
        replicas: int = 1,
    ) -> None:
        """`settings` are the hook's; `pace` and `images` the cluster's."""
        super().__init__()
        series = SeriesStore()
        self.skews = [0.0] * replicas
        self.turns: list[int] = list(range(replicas))
        self._served = 0
        prometheus = prometheus_app(series, lambda: self.cluster.now, lambda: self.prometheus_fault)
        chosen = settings or Settings(log_level="error")
        logs.configure(chosen)
        way = _VirtualTime(prometheus, lambda: self.prometheus_fault, chosen.query_deadline_seconds)
        hooks = [
            create_app(chosen, clock=partial(self._clock, index), monotonic=lambda: self.cluster.now, transport=way)
            for index in range(replicas)
        ]
        self._http = [
            httpx.AsyncClient(transport=httpx.ASGITransport(app=hook), base_url="http://hook") for hook in hooks
        ]
        self.cluster = Cluster(self._call, series, start=START, pace=pace, images=images)

    def _clock(self, replica: int) -> datetime:
        return datetime.fromtimestamp(self.cluster.now + self.skews[replica], UTC)

    async def _call(self, path: str, body: bytes) -> HookAnswer:
        if self.hook_down:
            raise HookUnreachableError("connection refused")
        self._served += 1
        response = await self._http[self.turns[self._served % len(self.turns)]].post(path, content=body)
        if self.take_answer():
            raise HookUnreachableError("the connection was closed before the answer")
        return HookAnswer(response.status_code, response.content, dict(response.headers))


class _VirtualTime(httpx.ASGITransport):
    """The way to Prometheus; an answer that would come after the hook's deadline does not come, and nobody waits."""

    def __init__(self, prometheus: Callable[..., object], fault: Callable[[], Fault | None], deadline: float) -> None:
        super().__init__(app=prometheus)  # type: ignore[arg-type]  # httpx has no public name for ASGI applications
        self._fault = fault
        self._deadline = deadline

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        fault = self._fault()
        if fault is not None and fault.kind is FaultKind.SLOW and fault.seconds >= self._deadline:
            raise httpx.ReadTimeout(f"no answer within {self._deadline:g} s", request=request)
        return await super().handle_async_request(request)
