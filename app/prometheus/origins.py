"""Which Prometheus servers may be asked: exactly the origins that the operator's configuration names.

An origin is scheme, host and port (RFC 6454). Whoever may create a CanaryApp must not be able to make the operator send
requests anywhere else, so addresses are compared as text after the least normalisation that RFC 3986 asks for.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final

_PLAIN: Final = re.compile(r"[!-~]+")
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_PORT: Final = re.compile(r":[0-9]{1,5}")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_MAX_PORT: Final = 65_535
_SLASHES: Final = 2
"""Of an origin: those before the host."""


@dataclass(frozen=True)
class Origin:
    """Scheme, host in lower case, port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """The origin as a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


@dataclass(frozen=True)
class AllowedOrigins:
    """The origins that may be asked."""

    origins: frozenset[Origin]

    @classmethod
    def parse(cls, urls: tuple[str, ...]) -> "AllowedOrigins":
        """Reads the operator's configuration.

        Raises:
            ValueError: an entry is no http(s) origin; the message says which, but does not repeat it: whoever put a
                password in there would find it in the logs.
        """
        return cls(frozenset(_entry(number, url) for number, url in enumerate(urls, 1)))

    def __contains__(self, origin: object) -> bool:
        """Whether the origin is named."""
        return origin in self.origins

    def __str__(self) -> str:
        """The origins in order, for a sentence."""
        return ", ".join(sorted(str(origin) for origin in self.origins)) or "none"


def parse_origin(url: str) -> Origin:
    """The origin of an http(s) URL that has nothing unusual in it.

    Raises:
        ValueError: says what is unusual, without the URL: it may hold a password.
    """
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise ValueError("must be made of printable ASCII characters, without spaces and backslashes")
    scheme, _, rest = url.partition("://")
    scheme = scheme.lower()
    if scheme not in _DEFAULT_PORTS:
        raise ValueError("must start with http:// or https://")
    if "?" in rest or "#" in rest:
        raise ValueError("must not have a query or a fragment")
    authority, _, path = rest.partition("/")
    if "@" in authority:
        raise ValueError("must not carry a user name or password")
    if "%" in rest:
        raise ValueError("must not have percent-encoded characters")
    if {".", ".."} & set(path.split("/")):
        raise ValueError("must not climb with '.' or '..'")
    host, port = _split(authority.lower())
    return Origin(scheme, host, _DEFAULT_PORTS[scheme] if port is None else port)


def origin_error(url: str, allowed: AllowedOrigins) -> str | None:
    """Why the URL may not be asked, as a sentence without the URL's credentials, or None where it may."""
    try:
        origin = parse_origin(url)
    except ValueError as problem:
        return str(problem)
    if origin in allowed:
        return None
    return f"names {origin}, which the operator does not allow; allowed: {allowed}"


def _entry(number: int, url: str) -> Origin:
    try:
        origin = parse_origin(url)
    except ValueError as problem:
        raise ValueError(f"entry {number} {problem}") from None
    if url.rstrip("/").count("/") > _SLASHES:
        raise ValueError(f"entry {number} must not have a path: an origin is scheme, host and port")
    return origin


def _split(authority: str) -> tuple[str, int | None]:
    """Host, without the brackets of an IPv6 address, and port, where one is named."""
    bracketed = re.fullmatch(r"\[([0-9a-f:.]+)\](.*)", authority)
    if bracketed:
        host, rest = bracketed[1], bracketed[2]
    else:
        host, colon, port = authority.partition(":")
        rest = colon + port
    if not (_is_address(host) if bracketed else _HOST.fullmatch(host)):
        raise ValueError("must name a host in plain characters")
    if not rest:
        return host, None
    if not _PORT.fullmatch(rest) or not 0 < int(rest[1:]) <= _MAX_PORT:
        raise ValueError(f"must have a port from 1 to {_MAX_PORT}")
    return host, int(rest[1:])


def _is_address(host: str) -> bool:
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True
