"""Which Prometheus servers may be asked, and how everything else is refused."""

import asyncio

import httpx
import pytest

from app.analysis.measurement import Query, Unanswered
from app.prometheus.client import Limits, PrometheusClient, open_http
from app.prometheus.origins import AllowedOrigins, origin_error, parse_origin

ALLOWED = AllowedOrigins.parse(("http://prom:9090", "https://metrics.example", "http://[fd00::1]:9090"))
NAMED = "http://[fd00::1]:9090, http://prom:9090, https://metrics.example:443"
UNPRINTABLE = "must be made of printable ASCII characters, without spaces and backslashes"
SCHEME = "must start with http:// or https://"
PASSWORD = "must not carry a user name or password"  # noqa: S105 - a sentence
QUERY = "must not have a query or a fragment"
ENCODED = "must not have percent-encoded characters"
CLIMBS = "must not climb with '.' or '..'"
HOST = "must name a host in plain characters"
PORT = "must have a port from 1 to 65535"


def elsewhere(origin: str) -> str:
    """The sentence for an origin that is not named."""
    return f"names {origin}, which the operator does not allow; allowed: {NAMED}"


@pytest.mark.parametrize(
    "url",
    [
        "http://prom:9090",
        "http://prom:9090/",
        "http://prom:9090/prometheus",
        "http://prom:9090/select/0:0/prometheus/",
        "HTTP://PROM:9090",
        "http://Prom:9090/a..b",
        "http://prom:9090/a://b",
        "http://prom:09090",
        "https://metrics.example",
        "https://metrics.example:443/",
        "http://[fd00::1]:9090",
        "http://[FD00::1]:9090",
    ],
)
def test_a_named_origin_may_be_asked(url: str) -> None:
    """Scheme and host in any case, the default port said or not, and any plain path behind them."""
    assert origin_error(url, ALLOWED) is None


REFUSED = {
    "another-host": ("http://evil:9090", elsewhere("http://evil:9090")),
    "a-longer-host": ("http://prom.evil:9090", elsewhere("http://prom.evil:9090")),
    "a-host-within-a-host": ("http://evil.prom:9090", elsewhere("http://evil.prom:9090")),
    "a-trailing-dot": ("http://prom.:9090", elsewhere("http://prom.:9090")),
    "another-port": ("http://prom:9091", elsewhere("http://prom:9091")),
    "the-default-port": ("http://prom", elsewhere("http://prom:80")),
    "the-first-port": ("http://prom:1", elsewhere("http://prom:1")),
    "the-last-port": ("http://prom:65535", elsewhere("http://prom:65535")),
    "another-scheme": ("https://prom:9090", elsewhere("https://prom:9090")),
    "http-for-https": ("http://metrics.example", elsewhere("http://metrics.example:80")),
    "loopback": ("http://127.0.0.1:9090", elsewhere("http://127.0.0.1:9090")),
    "a-decimal-address": ("http://2130706433:9090", elsewhere("http://2130706433:9090")),
    "a-hexadecimal-address": ("http://0x7f000001:9090", elsewhere("http://0x7f000001:9090")),
    "an-octal-address": ("http://0177.0.0.1:9090", elsewhere("http://0177.0.0.1:9090")),
    "a-short-address": ("http://127.1:9090", elsewhere("http://127.1:9090")),
    "the-metadata-service": ("http://169.254.169.254/latest", elsewhere("http://169.254.169.254:80")),
    "another-ipv6-address": ("http://[::1]:9090", elsewhere("http://[::1]:9090")),
    "another-way-to-write-the-ipv6-address": ("http://[fd00:0::1]:9090", elsewhere("http://[fd00:0::1]:9090")),
    "a-mapped-ipv4-address": ("http://[::ffff:127.0.0.1]:9090", elsewhere("http://[::ffff:127.0.0.1]:9090")),
    "punycode": ("http://xn--prom-5cd:9090", elsewhere("http://xn--prom-5cd:9090")),
    "an-ipv6-address-with-a-zone": ("http://[fe80::1%25eth0]:9090", ENCODED),
    "an-ipv6-address-with-a-raw-zone": ("http://[fe80::1%eth0]:9090", ENCODED),
    "an-ipv6-address-of-a-future-version": ("http://[v1.fe80]:9090", HOST),
    "a-wrong-ipv6-address": ("http://[::::]:9090", HOST),
    "an-ipv6-address-without-brackets": ("http://fd00::1:9090", PORT),
    "an-open-bracket": ("http://[fd00::1:9090", HOST),
    "a-port-behind-garbage": ("http://[fd00::1]evil:9090", PORT),
    "a-user": ("http://user@prom:9090", PASSWORD),
    "a-password": ("http://user:hunter2@prom:9090", PASSWORD),
    "the-named-host-as-a-user": ("http://prom:9090@evil:9090", PASSWORD),
    "two-ats": ("http://prom:9090@evil@prom:9090", PASSWORD),
    "an-empty-user": ("http://@prom:9090", PASSWORD),
    "another-kind-of-scheme": ("ftp://prom:9090", SCHEME),
    "a-file": ("file:///etc/passwd", SCHEME),
    "gopher": ("gopher://prom:9090/_x", SCHEME),
    "a-script": ("javascript:alert(1)", SCHEME),
    "no-scheme": ("prom:9090", SCHEME),
    "a-relative-scheme": ("//prom:9090", SCHEME),
    "one-slash": ("http:/prom:9090", SCHEME),
    "no-slash": ("http:prom:9090", SCHEME),
    "a-backslash": ("http://prom:9090\\@evil", UNPRINTABLE),
    "backslashes-for-slashes": ("http:\\\\prom:9090", UNPRINTABLE),
    "nothing": ("", UNPRINTABLE),
    "a-space-in-front": (" http://prom:9090", UNPRINTABLE),
    "a-space-behind": ("http://prom:9090 ", UNPRINTABLE),
    "a-newline": ("http://prom:9090\n", UNPRINTABLE),
    "a-header-injected": ("http://prom:9090/\r\nHost: evil", UNPRINTABLE),
    "a-tab-in-the-host": ("http://pr\tom:9090", UNPRINTABLE),
    "a-null-character": ("http://prom:9090\x00", UNPRINTABLE),
    "a-deleted-character": ("http://prom:9090\x7f", UNPRINTABLE),
    "a-cyrillic-look-alike": ("http://pr\N{CYRILLIC SMALL LETTER O}m:9090", UNPRINTABLE),
    "a-full-width-look-alike": ("http://prom\N{FULLWIDTH FULL STOP}evil:9090", UNPRINTABLE),
    "full-width-digits": ("http://prom:\N{FULLWIDTH DIGIT NINE}090", UNPRINTABLE),
    "a-percent-encoded-host": ("http://pr%6fm:9090", ENCODED),
    "a-percent-encoded-slash-in-the-host": ("http://prom:9090%2f@evil", PASSWORD),
    "a-percent-encoded-at": ("http://prom%40evil:9090", ENCODED),
    "climbing": ("http://prom:9090/../admin", CLIMBS),
    "climbing-in-the-middle": ("http://prom:9090/a/../b", CLIMBS),
    "climbing-at-the-end": ("http://prom:9090/a/..", CLIMBS),
    "a-dot": ("http://prom:9090/./a", CLIMBS),
    "encoded-climbing": ("http://prom:9090/%2e%2e/admin", ENCODED),
    "half-encoded-climbing": ("http://prom:9090/.%2E/admin", ENCODED),
    "a-query": ("http://prom:9090/?x=1", QUERY),
    "an-empty-query": ("http://prom:9090?", QUERY),
    "a-fragment": ("http://prom:9090/#x", QUERY),
    "an-empty-fragment": ("http://prom:9090#", QUERY),
    "the-named-host-in-a-query": ("http://evil?prom:9090", QUERY),
    "no-host": ("http://", HOST),
    "no-host-but-a-port": ("http://:9090", HOST),
    "no-host-but-a-path": ("http:///prom:9090", HOST),
    "an-empty-label": ("http://prom..svc:9090", HOST),
    "a-label-that-is-too-long": (f"http://{'a' * 64}:9090", HOST),
    "a-host-that-is-too-long": (f"http://{'.'.join(['a' * 60] * 5)}:9090", HOST),
    "a-comma": ("http://prom,evil:9090", HOST),
    "port-0": ("http://prom:0", PORT),
    "port-70000": ("http://prom:70000", PORT),
    "a-negative-port": ("http://prom:-1", PORT),
    "no-port-behind-a-colon": ("http://prom:", PORT),
    "a-port-with-a-sign": ("http://prom:+9090", PORT),
    "a-port-with-an-underscore": ("http://prom:9_090", PORT),
    "a-port-that-is-a-password": ("http://user:hunter2", PORT),
    "two-ports": ("http://prom:9090:9090", PORT),
}


@pytest.mark.parametrize(("url", "sentence"), REFUSED.values(), ids=REFUSED)
def test_anything_else_is_refused_and_never_asked(url: str, sentence: str) -> None:
    """The sentence says what is wrong, holds no password, and no request leaves the operator."""
    sent: list[httpx.Request] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    client = PrometheusClient(open_http(httpx.MockTransport(server)), ALLOWED, Limits(deadline=5, max_bytes=1024))
    measured = asyncio.run(client.measure([Query("check", url, "up", start=0, end=1, step=1)]))
    assert origin_error(url, ALLOWED) == sentence
    assert measured[0].answer == Unanswered(f"Its address {sentence}.")
    assert "hunter2" not in sentence
    assert sent == []


def test_an_origin_reads_as_a_url() -> None:
    """Scheme, host and port, with the brackets that an IPv6 address needs."""
    assert str(parse_origin("HTTPS://Metrics.Example/x")) == "https://metrics.example:443"
    assert str(parse_origin("http://[FD00::1]")) == "http://[fd00::1]:80"


def test_no_origin_is_named_none() -> None:
    """An operator that allows nothing says so."""
    assert origin_error("http://prom", AllowedOrigins.parse(())) == (
        "names http://prom:80, which the operator does not allow; allowed: none"
    )


@pytest.mark.parametrize(
    ("urls", "sentence"),
    [
        (("ftp://prom",), f"entry 1 {SCHEME}"),
        (("http://prom", "http://user:hunter2@prom"), f"entry 2 {PASSWORD}"),
        (("http://prom/team-a",), "entry 1 must not have a path: an origin is scheme, host and port"),
        (("http://prom/team-a/",), "entry 1 must not have a path: an origin is scheme, host and port"),
        (("http://prom:0",), f"entry 1 {PORT}"),
    ],
    ids=["scheme", "password", "path", "path-with-a-slash", "port"],
)
def test_a_configuration_that_names_no_origin_is_refused(urls: tuple[str, ...], sentence: str) -> None:
    """The message says which entry is wrong and why; nobody believes that a path were a boundary."""
    with pytest.raises(ValueError, match="entry") as refused:
        AllowedOrigins.parse(urls)
    assert str(refused.value) == sentence


def test_a_trailing_slash_is_no_path() -> None:
    """`http://prom:9090/` names the same origin as `http://prom:9090`."""
    assert AllowedOrigins.parse(("http://prom:9090/",)) == AllowedOrigins.parse(("http://prom:9090",))
