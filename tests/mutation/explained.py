"""Mutants that no test can notice, each with its reason: `equivalent.toml`."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutation.mutants import Key, Mutant, keys_of

LIST: Final = Path(__file__).parent / "equivalent.toml"


class ExplanationError(Exception):
    """An entry is wrong: it fits no mutant, or lacks a reason, or is there twice."""


@dataclass(frozen=True)
class Explanations:
    """Reasons by the keys of mutants."""

    reasons: Mapping[Key, str]

    def reason(self, mutant: Mutant) -> str | None:
        """Why nothing notices this mutant; None where it must be noticed."""
        return self.reasons.get(mutant.key)

    def stale(self, modules: Iterable[str]) -> list[Key]:
        """The entries for these modules that fit no mutant any more."""
        there = {module: keys_of(module) for module in modules}
        return [key for key in self.reasons if key.module in there and key not in there[key.module]]


def read(path: Path = LIST) -> Explanations:
    """Reads the list.

    Raises:
        ExplanationError: an entry has no reason, or there are two for the same mutant.
    """
    reasons: dict[Key, str] = {}
    for entry in tomllib.loads(path.read_text("utf-8")).get("equivalent", []):
        for mutation in entry["mutations"]:
            key = Key(entry["module"], entry["scope"], entry["line"], mutation)
            if not entry["reason"].endswith("."):
                raise ExplanationError(f"The reason of {key} is no sentence.")
            if key in reasons:
                raise ExplanationError(f"There are two entries for {key}.")
            reasons[key] = entry["reason"]
    return Explanations(reasons)
