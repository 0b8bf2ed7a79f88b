"""Specs to start from, and reading them as the hook does."""

from typing import Any, Final

from app.prometheus.origins import AllowedOrigins
from app.resource.refusals import Refusal, read_spec
from app.resource.spec import Spec

NAME: Final = "shop"
ORIGINS: Final = AllowedOrigins.parse(("http://prometheus.istio-system.svc:9090",))
LEAST: Final[dict[str, Any]] = {"image": "registry/shop:v1", "imageListenPort": 8088}


def read(raw: object, name: str = NAME) -> Spec | tuple[Refusal, ...]:
    """A spec, read by an operator with its default configuration."""
    return read_spec(name, raw, ORIGINS)


def refusals(raw: object, name: str = NAME) -> list[str]:
    """The refusals as they are shown."""
    found = read(raw, name)
    return [] if isinstance(found, Spec) else [str(refusal) for refusal in found]


def accepted(raw: object, name: str = NAME) -> Spec:
    """The spec; it must be a valid one."""
    found = read(raw, name)
    assert isinstance(found, Spec), found
    return found
