"""Bearer tokens from a file that may change at any time (RFC 6750, section 2.1)."""

import hmac
from pathlib import Path
from typing import Final

import structlog

from app.door.files import UnusableFileError, stamp

SHORTEST: Final = 16
"""Characters. `openssl rand -hex 32` gives 64."""
_LARGEST_FILE: Final = 16 * 1024
_SCHEME: Final = b"bearer "


class Tokens:
    """The tokens that open the door: every line of a file, so that an old one and a new one are valid for a while."""

    def __init__(self, path: Path) -> None:
        """Reads the file.

        Raises:
            UnusableFileError: it cannot be read, or what it holds is no token, or too short a one.
        """
        self._path = path
        self._stamp = stamp([path])
        self._tokens = read_tokens(path)

    def open_to(self, authorization: bytes | None) -> bool:
        """Whether the value of an Authorization header carries a valid token.

        The file is read again where it has changed. One that cannot be used leaves no token valid until it is put
        right: whoever took a token away must not find it accepted.
        """
        self._follow()
        if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
            return False
        given = authorization[len(_SCHEME) :].strip()
        # All are compared, each in constant time: how long a refusal takes tells nothing about any of them.
        return any([hmac.compare_digest(given, token) for token in self._tokens])  # noqa: C419 - the list is the point

    def _follow(self) -> None:
        # Before the file is read: a change in between is seen the next time.
        now = stamp([self._path])
        if now == self._stamp:
            return
        self._stamp = now
        try:
            self._tokens = read_tokens(self._path)
        except UnusableFileError as unusable:
            self._tokens = ()
            structlog.get_logger().error("no token is valid", message=str(unusable))
        else:
            structlog.get_logger().info("tokens read again", path=str(self._path), tokens=len(self._tokens))


def read_tokens(path: Path) -> tuple[bytes, ...]:
    """The tokens of a file, one a line; blank lines and white space around a token do not matter.

    Raises:
        UnusableFileError: it cannot be read, or what it holds is no token, or too short a one.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as problem:
        raise UnusableFileError(f"The token file {path} cannot be read: {problem.strerror}.") from None
    if len(content) > _LARGEST_FILE:
        raise UnusableFileError(f"The token file {path} is larger than {_LARGEST_FILE} bytes.")
    lines = [line.strip() for line in content.split(b"\n")]
    for number, line in enumerate(lines, 1):
        if line and not all(0x21 <= byte <= 0x7E for byte in line):  # noqa: PLR2004 - the visible characters of ASCII
            raise UnusableFileError(f"Line {number} of the token file {path} holds a character that no token has.")
        if line and len(line) < SHORTEST:
            raise UnusableFileError(f"Line {number} of the token file {path} is shorter than {SHORTEST} characters.")
    tokens = tuple(filter(None, lines))
    if not tokens:
        raise UnusableFileError(f"The token file {path} holds no token.")
    return tokens
