"""The address rule, from the spec to the socket: whatever is written there, only the allowed server is ever reached."""

import asyncio
from collections.abc import Mapping

import pytest

from app.analysis.measurement import Query
from app.prometheus.client import Limits, PrometheusClient, open_http
from app.prometheus.origins import AllowedOrigins, origin_error
from tests.abuse.addresses import WAYS_IN, WAYS_ROUND, address
from tests.abuse.fence import Outcome, fence

FIELD = "The spec is refused. spec.prometheusURL: "


@pytest.fixture(scope="module")
def outcomes() -> Mapping[str, tuple[str, int, Outcome]]:
    """Every attempt: its address, the allowed port, and what came of it."""

    async def go() -> Mapping[str, tuple[str, int, Outcome]]:
        async with fence() as stand:
            found = {}
            for name, form in (WAYS_IN | WAYS_ROUND).items():
                url = address(form, stand.port, stand.stranger.port)
                found[name] = url, stand.port, await stand.sync(url)
            return found

    return asyncio.run(go())


@pytest.mark.parametrize("name", WAYS_IN)
def test_an_allowed_address_leads_to_the_allowed_server(
    name: str, outcomes: Mapping[str, tuple[str, int, Outcome]]
) -> None:
    """One request to the server that is named, with its own name in it, and none to any other."""
    url, port, outcome = outcomes[name]
    assert outcome.strangers == 0
    (request,) = outcome.allowed
    line, *headers = request.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert line.startswith(b"POST /")
    assert line.endswith(b"/api/v1/query_range HTTP/1.1")
    assert f"host: 127.0.0.1:{port}".encode() in [header.lower() for header in headers]
    assert outcome.check == ("Passed", "The query returned nothing."), url
    assert outcome.condition("Stalled")[0] == "False"


@pytest.mark.parametrize("name", WAYS_ROUND)
def test_any_other_address_is_refused_and_reaches_nobody(
    name: str, outcomes: Mapping[str, tuple[str, int, Outcome]]
) -> None:
    """The app is Stalled with a sentence about the field, its rollout ends, and no connection was opened to anyone."""
    url, port, outcome = outcomes[name]
    assert (outcome.allowed, outcome.strangers) == ([], 0), url
    stalled, reason, message = outcome.condition("Stalled")
    assert (stalled, reason) == ("True", "InvalidSpec")
    assert message.startswith(FIELD)
    assert len(message) <= 1024
    assert "hunter2" not in message
    assert outcome.status["phase"] == "RollingBack"
    too_long = len(url) > 2048
    assert too_long or origin_error(url, AllowedOrigins.parse((f"http://127.0.0.1:{port}",))) is not None


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.2:{port}"])
def test_settings_that_were_accepted_are_judged_again(url: str) -> None:
    """Whoever edits the primary's annotation gets no further than whoever writes the spec."""

    async def go() -> Outcome:
        async with fence() as stand:
            return await stand.sync(url.format(port=stand.port), accepted=stand.stranger.url)

    outcome = asyncio.run(go())
    assert (outcome.allowed, outcome.strangers) == ([], 0)
    verdict, message = outcome.check
    assert verdict == "Unavailable"
    assert "which the operator does not allow" in message


def test_the_strangers_can_be_reached() -> None:
    """What the attempts try to reach does listen, and is noticed: allowed, each of them is asked."""

    async def go() -> None:
        async with fence() as stand, open_http() as http:
            for stranger in stand.strangers:
                allowed = AllowedOrigins.parse((stranger.url,))
                client = PrometheusClient(http, allowed, Limits(deadline=30, max_bytes=1024))
                await client.measure([Query("check", stranger.url, "up", start=0, end=1, step=1)])
                assert (stranger.connections, len(stranger.requests)) == (1, 1), stranger.url

    asyncio.run(go())
