"""Two parsers of one address: no address is read one way when it is judged, and another way when it is opened."""

import asyncio
from collections import Counter
from typing import Any, Final

import httpcore
import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.measurement import Query, Samples, Unanswered
from app.prometheus.client import Limits, PrometheusClient, open_http
from app.prometheus.origins import AllowedOrigins, Origin, origin_error

ALLOWED: Final = AllowedOrigins.parse(
    (
        "http://prom:9090",
        "https://metrics.example",
        "http://[fd00::1]:9090",
        "http://127.0.0.1:9090",
        "http://xn--prm-6na",
    )
)


class Doorman(httpcore.AsyncNetworkBackend):
    """Takes the place of the network, below all parsers: notes where a connection is to go, and opens none."""

    def __init__(self) -> None:
        """Has noted nothing yet."""
        self.asked: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Notes it."""
        self.asked.append((host, port))
        raise httpcore.ConnectError

    async def connect_unix_socket(self, path: str, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Is never to be asked for."""
        raise AssertionError(path)


class Opening:
    """A client with that doorman, for many addresses."""

    def __init__(self) -> None:
        """Connects to nothing."""
        self._door, self._runner = Doorman(), asyncio.Runner()
        transport = httpx.AsyncHTTPTransport()
        transport._pool = httpcore.AsyncConnectionPool(network_backend=self._door)  # noqa: SLF001 - no other way in
        limits = Limits(deadline=30, max_bytes=1024)
        self._client = PrometheusClient(open_http(transport), ALLOWED, limits)

    def __call__(self, url: str) -> tuple[list[tuple[str, int]], Samples | Unanswered]:
        """Where connections are opened for an address, and how the query ends."""
        self._door.asked = []
        (measured,) = self._runner.run(self._client.measure([Query("check", url, "up", start=0, end=1, step=1)]))
        return self._door.asked, measured.answer

    def close(self) -> None:
        """Ends the event loop."""
        self._runner.close()


_PIECES: Final = st.sampled_from(
    [
        *"/:@?#[]%\\.;,&=+*!$'()~|^`{}<>\" \t\n0ap",
        *("//", "http", "https", "://", "prom", "9090", "443", "fd00::1", "evil", "%2e", "%2F", "xn--", "127.1", "é"),
        *("\u3002", "\uff0f", "\u00ad", "\x00", "..", "80", "2130706433"),
    ]
)
_JUNK: Final = st.lists(_PIECES, max_size=4).map("".join)
_ODD: Final = st.one_of(st.just(""), st.just(""), st.just(""), _JUNK)
_SCHEMES: Final = st.sampled_from(["http", "http", "https", "HTTP", "hTTps", "ftp", ""])
_HOSTS: Final = st.sampled_from(
    [
        *("prom", "PROM", "metrics.example", "Metrics.Example", "[fd00::1]", "[FD00::1]", "[fd00:0::1]", "127.0.0.1"),
        *("xn--prm-6na", "XN--PRM-6NA", "evil", "prom.", "127.1", "[::ffff:127.0.0.1]"),
    ]
)
_PORTS: Final = st.sampled_from([":9090", ":9090", "", ":443", ":80", ":09090", ":0", ":90900", ":"])
_PATHS: Final = st.sampled_from(
    ["", "", "/", "//", "/a", "//evil", "///evil:1", "/a:b@c", "/..", "/a..b", "/;x", "/%2e", "?", "#"]
)
_BUILT: Final = st.tuples(_SCHEMES, st.just("://"), _ODD, _HOSTS, _ODD, _PORTS, _PATHS, _ODD).map("".join)
_NAMED: Final = st.sampled_from(
    [
        *("http://prom:9090", "HTTP://PROM:9090", "https://metrics.example", "https://Metrics.Example:443"),
        *("http://[fd00::1]:9090", "http://[FD00::1]:09090", "http://127.0.0.1:9090", "http://xn--prm-6na"),
        "http://XN--PRM-6NA:80",
    ]
)
_CLOSE: Final = st.tuples(_NAMED, _PATHS, _ODD).map("".join)
"""Close to what is allowed, so that a good part of them is."""


def test_what_is_opened_is_what_was_judged() -> None:
    """Every address that is accepted makes one connection, to an allowed host and port; every other one makes none."""
    seen, opened = Counter[str](), Opening()

    @settings(max_examples=1_000, deadline=None, derandomize=True, database=None)
    @given(st.one_of(_BUILT, _CLOSE, _CLOSE, st.text(), st.tuples(_NAMED, _JUNK).map("".join)))
    def search(url: str) -> None:
        problem = origin_error(url, ALLOWED)
        asked, answer = opened(url)
        if problem is not None:
            assert (asked, answer) == ([], Unanswered(f"Its address {problem}."))
            seen["refused"] += 1
            return
        ((host, port),) = asked
        # The digits of an IPv6 address may be in any case, and mean the same.
        assert Origin(url.partition(":")[0].lower(), host.lower(), port) in ALLOWED, url
        seen[f"{host.lower()}:{port}"] += 1

    search()
    opened.close()
    assert seen["refused"] > 100
    assert len(seen) == 1 + len(ALLOWED.origins), seen
