"""What a Prometheus says, and what the environment says, leads nobody away from the server that was asked."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from tests.abuse.fence import Outcome, fence
from tests.abuse.target import SECRET
from tests.prometheus.servers import NOTHING, Listener, listening, says

_REDIRECTS: Final = ("301 Moved Permanently", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent")
_LOCATIONS: Final = {
    "another-server": "Location: {stranger}/api/v1/query_range",
    "without-a-scheme": "Location: //127.0.0.1:{port}/",
    "itself": "Location: /elsewhere",
    "with-a-user": "Location: http://127.0.0.1@127.0.0.1:{port}/",
    "encrypted": "Location: https://127.0.0.1:{port}/",
    "a-file": "Location: file:///etc/passwd",
    "gopher": "Location: gopher://127.0.0.1:{port}/_x",
    "backslashes": "Location: \\\\127.0.0.1:{port}\\",
    "nothing": "Location:",
    "nowhere": "X-Nothing: x",
}
_OTHER_WAYS: Final = {
    "choices": ("300 Multiple Choices", "Location: {stranger}/"),
    "no-address": ("302 Found", "Location: http://[::1/"),
    "use-a-proxy": ("305 Use Proxy", "Location: {stranger}"),
    "switch-the-proxy": ("306 Switch Proxy", "Set-Proxy: SET; proxyURI={stranger}"),
    "log-in": ("401 Unauthorized", "WWW-Authenticate: Basic realm=x\r\nLocation: {stranger}/"),
    "log-in-at-a-proxy": ("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=x"),
    "misdirected": ("421 Misdirected Request", "Location: {stranger}/"),
    "refresh": ("200 OK", "Refresh: 0; url={stranger}/"),
    "refresh-of-an-error": ("503 Service Unavailable", "Refresh: 0; url={stranger}/\r\nRetry-After: 0"),
    "another-content": ("200 OK", "Content-Location: {stranger}/\r\nLocation: {stranger}/"),
    "a-service-beside": ("200 OK", 'Alt-Svc: h2=":{port}"; ma=3600, http/1.1="127.0.0.1:{port}"; ma=3600'),
    "a-link": ("200 OK", "Link: <{stranger}/>; rel=preload"),
    "an-upgrade": ("200 OK", "Upgrade: h2c, websocket\r\nStrict-Transport-Security: max-age=3600"),
    "a-cookie": ("200 OK", "Set-Cookie: session=x; Domain=127.0.0.1; Path=/"),
}


_ALL: Final = {
    **{(status, name): (status, header) for status in _REDIRECTS for name, header in _LOCATIONS.items()},
    **{("", name): way for name, way in _OTHER_WAYS.items()},
}


@pytest.fixture(scope="module")
def outcomes() -> Mapping[tuple[str, str], list[Outcome]]:
    """What comes of two syncs with a Prometheus that gives such an answer to everything: one could lead to the next."""
    said = {"status": "", "headers": ""}

    async def script(writer: asyncio.StreamWriter) -> None:
        await says(NOTHING, **said)(writer)

    async def go() -> Mapping[tuple[str, str], list[Outcome]]:
        async with fence(script) as stand:
            found = {}
            for name, (status, header) in _ALL.items():
                named = header.format(stranger=stand.stranger.url, port=stand.stranger.port)
                said.update(status=status, headers=f"{named}\r\n")
                found[name] = [await stand.sync(stand.allowed.url) for _ in range(2)]
            return found

    return asyncio.run(go())


@pytest.mark.parametrize("name", _LOCATIONS)
@pytest.mark.parametrize("status", _REDIRECTS, ids=lambda status: status[:3])
def test_no_redirect_is_followed(status: str, name: str, outcomes: Mapping[tuple[str, str], list[Outcome]]) -> None:
    """One request in each sync; a redirect is no answer, wherever it leads."""
    for outcome in outcomes[status, name]:
        assert (len(outcome.allowed), outcome.strangers) == (1, 0)
        assert outcome.check == ("Unavailable", f"Prometheus answered {status[:3]}; redirects are not followed.")


@pytest.mark.parametrize("name", _OTHER_WAYS)
def test_no_other_header_leads_anywhere(name: str, outcomes: Mapping[tuple[str, str], list[Outcome]]) -> None:
    """One request in each sync, without cookies and credentials, whatever the answer asks for."""
    for outcome in outcomes["", name]:
        assert (len(outcome.allowed), outcome.strangers) == (1, 0)
        head = outcome.allowed[0].split(b"\r\n\r\n")[0].lower()
        assert b"cookie" not in head
        assert b"authorization" not in head
        assert outcome.check[0] == ("Passed" if _OTHER_WAYS[name][0].startswith("200") else "Unavailable")


_PROXIES: Final = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.mark.parametrize(
    ("variable", "exceptions"), [*((name, None) for name in _PROXIES), ("ALL_PROXY", ""), ("ALL_PROXY", "example.com")]
)
def test_a_proxy_of_the_environment_is_not_used(
    variable: str, exceptions: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sits between the hook and Prometheus, whatever the environment of the hook says."""

    async def go() -> tuple[Outcome, Listener]:
        async with listening(says()) as proxy:
            monkeypatch.setenv(variable, proxy.url)
            if exceptions is not None:
                monkeypatch.setenv("NO_PROXY", exceptions)
            async with fence() as stand:
                return await stand.sync(stand.allowed.url), proxy

    outcome, proxy = asyncio.run(go())
    assert (len(outcome.allowed), outcome.strangers, proxy.connections) == (1, 0, 0)
    assert outcome.allowed[0].startswith(b"POST /api/v1/query_range ")
    assert outcome.check[0] == "Passed"


def test_no_password_of_a_netrc_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that lie about in the image or in a mounted home are nobody's to send."""
    (tmp_path / ".netrc").write_text(f"machine 127.0.0.1 login shop password {SECRET}\n", "utf-8")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    async def go() -> Outcome:
        async with fence() as stand:
            return await stand.sync(stand.allowed.url)

    (request,) = asyncio.run(go()).allowed
    assert b"authorization" not in request.lower()


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_of_the_environment_are_not_read(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom the hook trusts does not change by a variable: a file that is no certificate would be noticed."""
    (tmp_path / "no-certificate").write_text("x", "utf-8")
    monkeypatch.setenv(variable, str(tmp_path / "no-certificate"))

    async def go() -> Outcome:
        async with fence() as stand:
            return await stand.sync(stand.allowed.url)

    assert asyncio.run(go()).check[0] == "Passed"
