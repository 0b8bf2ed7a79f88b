"""TLS on real sockets: who is let in, who is not, and how certificates change while the hook runs."""

import contextlib
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from app.door.tls import RenewedTls, load_context
from tests.door.certificates import files_of, ours, theirs, trusting
from tests.door.clock import run
from tests.door.mounted import Mounted
from tests.door.service import Service, ask, head, serving, whole


@pytest.fixture
def secret(tmp_path: Path) -> Mounted:
    """A mounted Secret: the hook's certificate and key, and the authority of its clients, all by ours."""
    return Mounted(tmp_path / "secret", {**ours().server(), "ca.crt": ours().pem})


@asynccontextmanager
async def secured(secret: Mounted, *, mutual: bool = True, probe_port: int | None = None) -> AsyncIterator[Service]:
    """The hook with these files."""
    files: dict[str, Any] = {"tls_certificate_file": secret / "tls.crt", "tls_key_file": secret / "tls.key"}
    if mutual:
        files["tls_client_ca_file"] = secret / "ca.crt"
    async with serving(**files, probe_port=probe_port) as service:
        yield service


async def outcome(service: Service, client: ssl.SSLContext) -> int | str:
    """The status of a sync's answer, or why there is none."""
    try:
        return (await ask(service.port, whole(), tls=client)).status
    except ssl.SSLError as refused:
        return refused.reason or "?"
    except ConnectionError:
        return "cut"


REFUSED = {"TLSV13_ALERT_CERTIFICATE_REQUIRED", "TLSV1_ALERT_UNKNOWN_CA", "SSLV3_ALERT_CERTIFICATE_EXPIRED", "cut"}
"""What a client may hear of a certificate that is refused."""


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(secret: Mounted, version: ssl.TLSVersion) -> None:
    """Whichever the client prefers."""
    client = trusting(ours())
    client.minimum_version = client.maximum_version = version

    async def go() -> int | str:
        async with secured(secret, mutual=False) as service:
            return await outcome(service, client)

    assert run(go()) == 200


def test_nothing_older_is_spoken(secret: Mounted) -> None:
    """TLS 1.1 has been given up everywhere."""
    context = load_context(files_of(secret))
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2


def test_plain_http_is_not_answered(secret: Mounted) -> None:
    """Nor does it disturb anybody else."""

    async def go() -> int | str:
        async with secured(secret, mutual=False) as service:
            with pytest.raises(ConnectionError):
                await ask(service.port, whole())
            return await outcome(service, trusting(ours()))

    assert run(go()) == 200


CLIENTS = {
    "right": (lambda: ours().client(), True),
    "none": (lambda: None, False),
    "by-another-authority": (lambda: theirs().client(), False),
    "expired": (lambda: ours().client(expired=True), False),
}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(("make", "is_let_in"), CLIENTS.values(), ids=CLIENTS)
def test_a_client_needs_a_certificate_by_the_right_authority(
    secret: Mounted, make: object, *, is_let_in: bool, version: ssl.TLSVersion
) -> None:
    """Where authorities of clients are set, nobody else gets an answer, and nobody else is disturbed."""
    assert callable(make)
    client = trusting(ours(), make())
    client.minimum_version = client.maximum_version = version

    async def go() -> tuple[int | str, int | str]:
        async with secured(secret) as service:
            return await outcome(service, client), await outcome(service, trusting(ours(), ours().client()))

    got, other = run(go())
    assert got == 200 if is_let_in else got in {*REFUSED, "SSLV3_ALERT_HANDSHAKE_FAILURE"}
    assert other == 200


def test_a_client_s_certificate_is_not_asked_for_without_authorities(secret: Mounted) -> None:
    """TLS alone; the client checks the hook, a token may check the client."""

    async def go() -> int | str:
        async with secured(secret, mutual=False) as service:
            return await outcome(service, trusting(ours(), theirs().client()))

    assert run(go()) == 200


def test_a_client_that_does_not_know_the_authority_sends_nothing(secret: Mounted) -> None:
    """Metacontroller's `caBundle` decides whom it speaks with."""

    async def go() -> int | str:
        async with secured(secret, mutual=False) as service:
            return await outcome(service, trusting(theirs()))

    assert run(go()) == "CERTIFICATE_VERIFY_FAILED"


def test_certificates_are_renewed_without_a_restart(secret: Mounted, capsys: pytest.CaptureFixture[str]) -> None:
    """The next handshake uses the new ones. Who was let in by the authority before is so no more, and the other way."""
    before, after = trusting(ours(), ours().client()), trusting(theirs(), theirs().client())

    async def go() -> list[int | str]:
        async with secured(secret) as service:
            seen = [await outcome(service, before), await outcome(service, after)]
            secret.swap({**theirs().server(), "ca.crt": theirs().pem})
            return [*seen, await outcome(service, before), await outcome(service, after)]

    assert run(go()) == [200, "CERTIFICATE_VERIFY_FAILED", "CERTIFICATE_VERIFY_FAILED", 200]
    # A client that knows the new certificate does not get in with one by the old authority.
    assert "PRIVATE KEY" not in capsys.readouterr().out


def test_an_authority_that_was_taken_away_lets_nobody_in(secret: Mounted) -> None:
    """Nor is anybody kept out whose authority was added."""
    stranger = trusting(ours(), theirs().client())
    friend = trusting(ours(), ours().client())

    async def go() -> list[int | str]:
        async with secured(secret) as service:
            seen = [await outcome(service, friend), await outcome(service, stranger)]
            secret.swap({**ours().server(), "ca.crt": theirs().pem})
            seen += [await outcome(service, friend), await outcome(service, stranger)]
            secret.swap({**ours().server(), "ca.crt": ours().pem + theirs().pem})
            return [*seen, await outcome(service, friend), await outcome(service, stranger)]

    alone, neither, gone, instead, both, too = run(go())
    assert (alone, instead, both, too) == (200, 200, 200, 200)
    assert {neither, gone} <= REFUSED


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_session_is_offered_or_resumed(secret: Mounted, version: ssl.TLSVersion) -> None:
    """It would go on without the client's certificate, whatever has become of that."""
    server = RenewedTls(files_of(secret)).context
    client = trusting(ours(), ours().client())
    client.minimum_version = client.maximum_version = version
    first = shaken_hands(server, client)
    assert first.session is not None
    assert not first.session.has_ticket
    assert not shaken_hands(server, client, first.session).session_reused


def shaken_hands(
    server: ssl.SSLContext, client: ssl.SSLContext, session: ssl.SSLSession | None = None
) -> ssl.SSLObject:
    """The client's side after a handshake, and after it has read what the server sent of its own accord."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname="localhost", session=session)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for side in (ours, theirs):
            with contextlib.suppress(ssl.SSLWantReadError):
                side.do_handshake()
    with contextlib.suppress(ssl.SSLWantReadError):
        ours.read(1)
    return ours


def test_files_that_do_not_fit_together_change_nothing(secret: Mounted, capsys: pytest.CaptureFixture[str]) -> None:
    """The certificates before are used further on, the log says why, once; and those that fit are taken again."""
    client = trusting(ours(), ours().client())
    other_key = ours().server()["tls.key"]

    async def go() -> list[int | str]:
        async with secured(secret) as service:
            secret.swap({**ours().server(), "tls.key": other_key, "ca.crt": ours().pem})
            seen = [await outcome(service, client) for _ in range(3)]
            secret.swap({**theirs().server(), "ca.crt": ours().pem})
            return [*seen, await outcome(service, trusting(theirs(), ours().client()))]

    assert run(go()) == [200, 200, 200, 200]
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "certificates kept" in line]
    assert json.loads(line)["message"] == (
        f"The certificate {secret / 'tls.crt'} and the key {secret / 'tls.key'} cannot be used: key values mismatch. "
        "Those before are used further on."
    )


def test_probes_need_no_certificate_on_their_own_port(secret: Mounted) -> None:
    """A kubelet has none, and Prometheus need not have one. Nothing is decided there."""

    async def go() -> dict[str, tuple[int, bytes]]:
        async with secured(secret, probe_port=0) as service:
            assert service.probe_port
            seen = {}
            for path in ("/healthz", "/readyz", "/metrics", "/docs", "/openapi.json", "/sync", "/"):
                answer = await ask(service.probe_port, head("GET", path, "Connection: close"))
                seen[path] = (answer.status, answer.body)
            posted = await ask(service.probe_port, whole())
            return {**seen, "POST": (posted.status, posted.body)}

    seen = run(go())
    assert seen["/healthz"] == (200, b'{"status":"ok"}')
    assert seen["/readyz"] == (200, b'{"status":"ready"}')
    assert seen["/metrics"][1].startswith(b"# HELP canaryapp_")
    nothing = (404, b'{"error":"There is nothing here but /healthz, /metrics, /readyz."}')
    assert [seen[path] for path in ("/docs", "/openapi.json", "/sync", "/", "POST")] == [nothing] * 5
