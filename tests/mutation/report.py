"""The score of each module, and the survivors."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.mutation.explained import Explanations
from tests.mutation.mutants import Mutant
from tests.mutation.results import Results
from tests.mutation.trial import SURVIVED


@dataclass(frozen=True)
class Score:
    """Numbers of mutants.

    Attributes:
        every: all of them.
        explained: those that no test can notice, with a reason.
        noticed: those that a test failed for.
    """

    every: int
    explained: int
    noticed: int

    def __str__(self) -> str:
        """Percent of those that can be noticed."""
        possible = self.every - self.explained
        percent = 100 * self.noticed / possible if possible else 100.0
        return f"{percent:6.1f} %  {self.noticed:5} of {possible:5}  {self.explained:4} equivalent"


def survivors(mutants: Sequence[Mutant], results: Results, explained: Explanations) -> list[Mutant]:
    """What no test noticed and nobody explained."""
    return [
        mutant
        for mutant in mutants
        if results.verdicts.get(mutant.name) == SURVIVED and explained.reason(mutant) is None
    ]


def wrong(mutants: Sequence[Mutant], results: Results, explained: Explanations) -> list[Mutant]:
    """What is explained, and was noticed all the same."""
    return [
        mutant
        for mutant in mutants
        if results.verdicts.get(mutant.name, SURVIVED) != SURVIVED and explained.reason(mutant) is not None
    ]


def score(mutants: Sequence[Mutant], results: Results, explained: Explanations) -> Score:
    """The score of some mutants."""
    reasons = [mutant for mutant in mutants if explained.reason(mutant) is not None]
    noticed = [
        mutant
        for mutant in mutants
        if results.verdicts.get(mutant.name, SURVIVED) != SURVIVED and explained.reason(mutant) is None
    ]
    return Score(len(mutants), len(reasons), len(noticed))


def table(mutants: Sequence[Mutant], results: Results, explained: Explanations) -> str:
    """A line for each module, and one for all."""
    modules = sorted({mutant.key.module for mutant in mutants})
    lines = [
        f"{module:40} {score([m for m in mutants if m.key.module == module], results, explained)}" for module in modules
    ]
    return "\n".join([*lines, f"{'all':40} {score(mutants, results, explained)}"])


def told(mutant: Mutant) -> str:
    """A mutant as people read it: where, what, and the lines before and after."""
    key = mutant.key
    return f"{key.module}:{mutant.number} in {key.scope or 'the module'}: {key.mutation}\n{mutant.diff()}\n"
