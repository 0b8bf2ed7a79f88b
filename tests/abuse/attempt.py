"""One input for the hook with all that its answer depends on, so that it can be kept in a file and tried again."""

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Final

from tests.abuse.damage import damaged
from tests.abuse.mutations import MUTATIONS
from tests.abuse.recorded import case_names, moment_of_case, request_of_case
from tests.abuse.rendering import render

KINDS: Final = (*MUTATIONS, "bytes", "mixed")
MOODS: Final = ("finds nothing", "finds something", "refuses", "is no Prometheus", "is unreachable")
"""What Prometheus does; what it says holds a secret wherever no user should see it."""
PATHS: Final = ("/sync",) * 8 + ("/finalize", "/customize")
"""That an input may go to; mostly to the hook that decides."""


@dataclass(frozen=True)
class Attempt:
    """An input.

    Attributes:
        kind: of mutation.
        case: the golden case that it was made from.
        path: that it is posted to.
        body: as it is sent.
        now: the moment, RFC 3339.
        mood: what Prometheus does meanwhile.
    """

    kind: str
    case: str
    path: str
    body: bytes
    now: str
    mood: str

    def keep(self, folder: Path) -> Path:
        """Writes it into a file of that folder."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{self.kind}-{zlib.crc32(self.body):08x}.json"
        content = asdict(self) | {"body": base64.b64encode(self.body).decode()}
        file.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
        return file

    @classmethod
    def kept(cls, file: Path) -> "Attempt":
        """Reads it from a file."""
        content = json.loads(file.read_text("utf-8"))
        return cls(**content | {"body": base64.b64decode(content["body"])})


def attempt(random: Random, kind: str = "") -> Attempt:
    """An input, of any kind where none is named; the same state of `random` gives the same input."""
    kind = kind or random.choice(KINDS)
    case = random.choice(case_names())
    body = request_of_case(case)
    if kind == "bytes":
        body = damaged(random, body)
    else:
        value = json.loads(body)
        for mutation in _chosen(random, kind):
            for _ in range(random.choice((1, 1, 2, 5))):
                MUTATIONS[mutation](random, value)
        body = render(value)
    return Attempt(kind, case, random.choice(PATHS), body, moment_of_case(case), random.choice(MOODS))


def _chosen(random: Random, kind: str) -> Sequence[str]:
    return random.sample(sorted(MUTATIONS), random.randint(2, 4)) if kind == "mixed" else (kind,)
