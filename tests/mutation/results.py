"""What is known of mutants from earlier runs, so that a stopped run goes on where it was."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.mutation.mutants import ROOT, Mutant
from tests.mutation.trial import SURVIVED

FOLDER: Final = ROOT / ".mutants"
TOUCHING: Final = FOLDER / "touching.json"
_VERDICTS: Final = FOLDER / "verdicts.json"
_EVERY: Final = 50
"""Verdicts between two writes."""


@dataclass
class Results:
    """Verdicts by the names of mutants, good for one state of the app and the tests.

    Attributes:
        state: a digest of all files that a verdict hangs on.
        verdicts: who noticed, `SURVIVED` where nobody did.
        same: whether the state is that of the last run.
    """

    state: str
    verdicts: dict[str, str] = field(default_factory=dict)
    same: bool = False
    _unwritten: int = 0

    def add(self, mutant: Mutant, verdict: str) -> None:
        """Notes a verdict, and writes all down from time to time."""
        self.verdicts[mutant.name] = verdict
        self._unwritten += 1
        if self._unwritten >= _EVERY:
            self.write()

    def write(self) -> None:
        """Writes everything down."""
        _VERDICTS.write_text(json.dumps({"state": self.state, "verdicts": self.verdicts}, indent=0), "utf-8")
        self._unwritten = 0


def known(*, trust: bool) -> Results:
    """The verdicts of earlier runs, none if anything has changed since.

    Args:
        trust: keep what was noticed before, whatever has changed since, and ask again for the rest.
    """
    FOLDER.mkdir(exist_ok=True)
    results = Results(_state())
    if _VERDICTS.exists():
        kept = json.loads(_VERDICTS.read_text("utf-8"))
        if kept["state"] == results.state:
            results.verdicts, results.same = kept["verdicts"], True
        elif trust:
            results.verdicts = {name: verdict for name, verdict in kept["verdicts"].items() if verdict != SURVIVED}
    return results


def _state() -> str:
    digest = hashlib.sha256()
    for path in _files():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _files() -> Iterable[Path]:
    code = (path for folder in ("app", "tests") for path in (ROOT / folder).rglob("*.py"))
    cases = (ROOT / "tests" / "cases").rglob("*.json")
    return sorted((*code, *cases))
