"""A Prometheus that may be asked, servers beside it that must never be reached, and the hook between them: all real."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import httpx

from app import logs
from app.cli.servers import serving
from app.main import create_app
from app.resource import names
from app.settings import Settings
from tests.abuse.recorded import moment_of_case, request_of_case
from tests.prometheus.servers import Listener, Script, listening, says

_DUE: Final = "a-step-under-way-is-checked"
"""A rollout in which Prometheus is to be asked now."""
_NEIGHBOURS: Final = ("127.0.0.2", "127.0.0.3", "::1")
"""Other addresses of this machine; one that it does not have cannot be reached either."""
_APP: Final = "canaryapp-sample"


@dataclass(frozen=True)
class Outcome:
    """What came of one sync.

    Attributes:
        status: of the CanaryApp, as the hook answered.
        allowed: what the Prometheus that may be asked was sent: head and body of each request.
        strangers: connections that were opened to others.
    """

    status: Any
    allowed: list[bytes]
    strangers: int

    @property
    def reason(self) -> str:
        """Of the decision."""
        return str(self.status["decision"]["reason"])

    def condition(self, kind: str) -> tuple[str, str, str]:
        """Status, reason and message of a condition."""
        (found,) = (one for one in self.status["conditions"] if one["type"] == kind)
        return found["status"], found["reason"], found["message"]

    @property
    def check(self) -> tuple[str, str]:
        """Verdict and message of the check."""
        (found,) = self.status["checks"]
        return found["verdict"], found["message"]


class Fence:
    """The servers, and the hook's address."""

    def __init__(self, hook: httpx.AsyncClient, allowed: Listener, strangers: list[Listener]) -> None:
        """`strangers[0]` is on the allowed host, on another port; the others are on the allowed port."""
        self.allowed, self.strangers = allowed, strangers
        self._hook = hook
        self._asked = 0

    @property
    def port(self) -> int:
        """The allowed one."""
        return self.allowed.port

    @property
    def stranger(self) -> Listener:
        """One that is sure to listen."""
        return self.strangers[0]

    async def sync(self, url: str, accepted: str = "") -> Outcome:
        """One sync over HTTP, of a rollout that is due for a check.

        Args:
            url: the address in its spec.
            accepted: the address in the settings that were accepted last, where it is to be another one.
        """
        request = json.loads(request_of_case(_DUE))
        self._asked += 1  # a query of its own: the answer to the same one would be shared
        request["parent"]["spec"] |= {"prometheusURL": url, "prometheusQuery": f"errors > {self._asked}"}
        if accepted:
            annotations = request["children"][names.DEPLOYMENTS][names.primary(_APP)]["metadata"]["annotations"]
            settings = json.loads(annotations[names.ANNOTATION_ACCEPTED]) | {"prometheusURL": accepted}
            annotations[names.ANNOTATION_ACCEPTED] = json.dumps(settings)
        seen, reached = len(self.allowed.requests), self._reached()
        answer = await self._hook.post("/sync", content=json.dumps(request))
        assert answer.status_code == httpx.codes.OK, answer.text
        return Outcome(answer.json()["status"], self.allowed.requests[seen:], self._reached() - reached)

    def _reached(self) -> int:
        return sum(stranger.connections for stranger in self.strangers)


@asynccontextmanager
async def fence(script: Script | None = None) -> AsyncIterator[Fence]:
    """Starts all; the Prometheus finds nothing where no script is given."""
    async with AsyncExitStack() as stack:
        stranger = await stack.enter_async_context(listening(says()))
        allowed = await stack.enter_async_context(listening(script or says()))
        strangers = [stranger]
        for host in _NEIGHBOURS:
            try:
                strangers.append(await stack.enter_async_context(listening(says(), host, allowed.port)))
            except OSError:
                continue
        settings = Settings(log_level="error", prometheus_url=allowed.url, prometheus_origins=allowed.url)
        logs.configure(settings)
        hook = create_app(settings, clock=lambda: datetime.fromisoformat(moment_of_case(_DUE)))
        await stack.enter_async_context(hook.router.lifespan_context(hook))
        address = await stack.enter_async_context(serving(hook))
        client = httpx.AsyncClient(base_url=address, trust_env=False, timeout=30)
        yield Fence(await stack.enter_async_context(client), allowed, strangers)
