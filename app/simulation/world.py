"""Everything in one process and in virtual time: the cluster, the hook's ASGI application, and its Prometheus.

The hook is the real one, with its HTTP surface, its clock and its way to Prometheus swapped for the world's.
"""

from datetime import UTC, datetime
from typing import Final

import httpx

from app import logs
from app.main import create_app
from app.settings import Settings
from app.simulation.cluster import Cluster, Pace
from app.simulation.kubernetes.images import ImageCatalog
from app.simulation.metacontroller.hook import HookAnswer, HookUnreachableError
from app.simulation.outages import Outages
from app.simulation.prometheus.api import prometheus_app
from app.simulation.prometheus.series import SeriesStore

START: Final = 1_767_225_600.0
"""2026-01-01T00:00:00Z; any moment would do."""


class World(Outages):
    """A cluster with a hook, and what is out of order.

    Attributes:
        cluster: the embedded cluster.
        skew: seconds that the hook's clock is ahead of the cluster's.
    """

    def __init__(
        self, *, settings: Settings | None = None, pace: Pace | None = None, images: ImageCatalog | None = None
    ) -> None:
        """`settings` are the hook's; `pace` and `images` the cluster's."""
        super().__init__()
        series = SeriesStore()
        self.skew = 0.0
        prometheus = prometheus_app(series, lambda: self.cluster.now, lambda: self.prometheus_fault)
        chosen = settings or Settings(log_level="error")
        logs.configure(chosen)
        hook = create_app(
            chosen,
            clock=lambda: datetime.fromtimestamp(self.cluster.now + self.skew, UTC),
            monotonic=lambda: self.cluster.now,
            transport=httpx.ASGITransport(app=prometheus),
        )
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app=hook), base_url="http://hook")
        self.cluster = Cluster(self._call, series, start=START, pace=pace, images=images)

    async def _call(self, path: str, body: bytes) -> HookAnswer:
        if self.hook_down:
            raise HookUnreachableError("connection refused")
        response = await self._http.post(path, content=body)
        return HookAnswer(response.status_code, response.content, dict(response.headers))
