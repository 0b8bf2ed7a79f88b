"""What a spec asks for: the spec, why it is refused, and the revision of it. Read once, and remembered by its content.

Reading a spec is the most expensive part of a sync, and a spec hardly ever changes: it is the same at every sync of its
app. All that is remembered is frozen or, where it holds JSON, an own copy that nobody writes to; a memory that is cold,
full or of another process makes no difference but time.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pydantic_core import from_json, to_json

from app.prometheus.origins import AllowedOrigins
from app.resource.refusal import Refusal
from app.resource.refusals import read_spec
from app.resource.spec import Spec
from app.rollout.revision import Revision, revision_of

_REMEMBERED: Final = 512
"""Specs; as many apps are synced by one process without reading one twice."""
_LARGEST: Final = 8 * 1024
"""Bytes of a spec that is remembered; what is larger is read anew, so that the memory stays small."""


@dataclass(frozen=True)
class Asked:
    """A spec, read.

    Attributes:
        spec: as it is valid, None where it is refused.
        refusals: what is wrong with it; empty for a valid one.
        wanted: the revision that it asks for, None where it is refused.
    """

    spec: Spec | None
    refusals: tuple[Refusal, ...]
    wanted: Revision | None


def read_asked(app: str, raw: Any, origins: AllowedOrigins) -> Asked:
    """What the app `app` asks for.

    Args:
        app: name of the CanaryApp.
        raw: `spec` as Metacontroller sends it.
        origins: where Prometheus may be asked.
    """
    try:
        written = to_json(raw, inf_nan_mode="constants")
    except ValueError:
        return _read(app, raw, origins)  # halves of characters; no API server sends them
    return _remembered(app, written, origins) if len(written) <= _LARGEST else _read(app, raw, origins)


@lru_cache(maxsize=_REMEMBERED)
def _remembered(app: str, written: bytes, origins: AllowedOrigins) -> Asked:
    return _read(app, from_json(written), origins)


def _read(app: str, raw: Any, origins: AllowedOrigins) -> Asked:
    read = read_spec(app, raw, origins)
    return Asked(read, (), revision_of(app, read)) if isinstance(read, Spec) else Asked(None, read, None)
