"""TLS from mounted files that are renewed while the process runs, with client certificates where they are asked for."""

import ssl
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.door.files import UnusableFileError, stamp


@dataclass(frozen=True)
class TlsFiles:
    """Where the credentials of a server are (PEM).

    Attributes:
        certificate: the server's, followed by those between it and its authority.
        key: of that certificate, not encrypted.
        client_ca: the authorities whose clients may connect; without them, clients are not asked for a certificate.
    """

    certificate: Path
    key: Path
    client_ca: Path | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """All of them."""
        return (self.certificate, self.key, *([self.client_ca] if self.client_ca else []))


class RenewedTls:
    """A server's side of TLS. Every handshake uses the files as they are then; those under way are not touched."""

    def __init__(self, files: TlsFiles) -> None:
        """Reads the files.

        Raises:
            UnusableFileError: one cannot be read, or they do not fit together.
        """
        self._files = files
        self._stamp = stamp(files.paths)
        self.context = self._current = load_context(files)
        # Called for every handshake, whether or not the client names a server. A context of its own for each set of
        # files: authorities can be added to one, but not taken away.
        self.context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        self._follow()
        connection.context = self._current

    def _follow(self) -> None:
        # Before the files are read: a change in between is seen at the next handshake.
        now = stamp(self._files.paths)
        if now == self._stamp:
            return
        self._stamp = now
        certificate = str(self._files.certificate)
        try:
            self._current = load_context(self._files)
        except UnusableFileError as unusable:
            structlog.get_logger().error("certificates kept", message=f"{unusable} Those before are used further on.")
        else:
            structlog.get_logger().info("certificates read again", path=certificate)


def load_context(files: TlsFiles) -> ssl.SSLContext:
    """TLS 1.2 or newer with these credentials.

    Raises:
        UnusableFileError: a file cannot be read, or they do not fit together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A session that is resumed would not show its certificate again, whatever has expired or been replaced since.
    context.num_tickets = 0
    context.options |= ssl.OP_NO_TICKET
    for path in files.paths:
        _check_readable(path)
    try:
        # A password, so that an encrypted key is refused rather than asked about on a terminal.
        context.load_cert_chain(files.certificate, files.key, password="")
    except OSError as problem:
        raise UnusableFileError(
            f"The certificate {files.certificate} and the key {files.key} cannot be used: {_reason(problem)}."
        ) from None
    if files.client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        try:
            context.load_verify_locations(files.client_ca)
        except OSError as problem:
            raise UnusableFileError(
                f"The client authorities {files.client_ca} cannot be used: {_reason(problem)}."
            ) from None
    return context


def _check_readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as problem:
        raise UnusableFileError(f"The file {path} cannot be read: {problem.strerror}.") from None


def _reason(problem: OSError) -> str:
    if not isinstance(problem, ssl.SSLError):
        return str(problem.strerror)  # it went away since it was looked at
    return problem.reason.lower().replace("_", " ") if problem.reason else "no PEM, or encrypted"
