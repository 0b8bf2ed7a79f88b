"""Which Prometheus servers may be asked: exactly the origins that the operator's configuration names.

An origin is scheme, host and port (RFC 6454). Whoever may create a CanaryApp must not be able to make the operator send
requests anywhere else, so addresses are compared as text after the least normalisation that RFC 3986 asks for.
"""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

_PLAIN: Final = re.compile(r"[!-~]+")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


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
            ValueError: an entry is no http(s) origin; the message names it.
        """
        return cls(frozenset(parse_origin(url) for url in urls))

    def __contains__(self, origin: object) -> bool:
        """Whether the origin is named."""
        return origin in self.origins

    def __str__(self) -> str:
        """The origins in order, for a sentence."""
        return ", ".join(sorted(str(origin) for origin in self.origins)) or "none"


def parse_origin(url: str) -> Origin:
    """The origin of an http(s) URL that has nothing unusual in it.

    Raises:
        ValueError: a sentence that says what is unusual.
    """
    if not _PLAIN.fullmatch(url) or "\\" in url:
        raise ValueError("must be made of printable ASCII characters, without spaces and backslashes")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as problem:
        raise ValueError(f"is no URL: {problem}") from None
    if parts.scheme not in _DEFAULT_PORTS:
        raise ValueError("must start with http:// or https://")
    if "@" in parts.netloc:
        raise ValueError("must not carry a user name or password")
    if _has_query(url, parts):
        raise ValueError("must not have a query or a fragment")
    if not parts.hostname or "%" in parts.netloc:
        raise ValueError("must name a host in plain characters")
    return Origin(parts.scheme, parts.hostname, _DEFAULT_PORTS[parts.scheme] if port is None else port)


def origin_error(url: str, allowed: AllowedOrigins) -> str | None:
    """Why the URL may not be asked, as a sentence without the URL's credentials, or None where it may."""
    try:
        origin = parse_origin(url)
    except ValueError as problem:
        return str(problem)
    if ".." in urlsplit(url).path.split("/"):
        return "must not climb with '..'"
    if origin in allowed:
        return None
    return f"names {origin}, which the operator does not allow; allowed: {allowed}"


def _has_query(url: str, parts: SplitResult) -> bool:
    return bool(parts.query or parts.fragment) or "?" in url or "#" in url
