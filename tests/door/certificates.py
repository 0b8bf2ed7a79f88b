"""Authorities, and certificates by them, made for a test."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import trustme

from app.door.tls import TlsFiles
from tests.door.mounted import Mounted


@dataclass(frozen=True)
class Authority:
    """Who signs certificates."""

    ca: trustme.CA = field(default_factory=trustme.CA)

    @property
    def pem(self) -> bytes:
        """Its own certificate."""
        return self.ca.cert_pem.bytes()

    def server(self, name: str = "localhost") -> dict[str, bytes]:
        """A certificate and its key, in the files of a Secret of the type `kubernetes.io/tls`."""
        return files(self.ca.issue_cert(name))

    def client(self, *, expired: bool = False) -> trustme.LeafCert:
        """A client's certificate."""
        ended = datetime.now(UTC) - timedelta(days=1) if expired else None
        return self.ca.issue_cert("metacontroller.metacontroller.svc", not_after=ended)


def files(certificate: trustme.LeafCert) -> dict[str, bytes]:
    """In the files of a Secret of the type `kubernetes.io/tls`."""
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    return {"tls.crt": chain, "tls.key": certificate.private_key_pem.bytes()}


@cache
def ours() -> Authority:
    """The authority of the hook and of Metacontroller."""
    return Authority()


@cache
def theirs() -> Authority:
    """Another one."""
    return Authority()


def trusting(authority: Authority, certificate: trustme.LeafCert | None = None) -> ssl.SSLContext:
    """A client that knows an authority, perhaps with a certificate of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.ca.configure_trust(context)
    if certificate:
        certificate.configure_cert(context)
    return context


def files_of(secret: Mounted) -> TlsFiles:
    """All that a hook needs whose clients must show a certificate."""
    return TlsFiles(Path(secret / "tls.crt"), Path(secret / "tls.key"), Path(secret / "ca.crt"))
