"""All mutants of a module, each with a name that stays the same while lines move."""

import ast
import difflib
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from tests.mutation.source import splice
from tests.mutation.walk import Place, places

ROOT: Final = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Key:
    """What a mutant is known by.

    Attributes:
        module: path from the root of the project.
        scope: qualified name of the function or class, "" for the module itself.
        line: the text of the line that is concerned.
        mutation: what is done, with a number where it can be done more than once in the line.
    """

    module: str
    scope: str
    line: str
    mutation: str


@dataclass(frozen=True)
class Mutant:
    """A module with one thing broken.

    Attributes:
        key: its name.
        number: the line that is concerned, from 1.
        lines: first and last line of the statement around it.
        source: of the broken module.
        in_function: whether what is broken is inside of a function.
    """

    key: Key
    number: int
    lines: tuple[int, int]
    source: str
    in_function: bool

    @property
    def name(self) -> str:
        """The whole key as one string."""
        return f"{self.key.module}::{self.key.scope}::{self.key.line}::{self.key.mutation}"

    @property
    def module_name(self) -> str:
        """The module as it is imported."""
        return self.key.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def diff(self) -> str:
        """What is broken, as a unified diff of its lines."""
        before = (ROOT / self.key.module).read_text("utf-8").splitlines()
        changes = list(difflib.unified_diff(before, self.source.splitlines(), lineterm="", n=0))[2:]
        return "\n".join(line for line in changes if not line.startswith("@@"))


@cache
def mutants_of(module: str) -> tuple[Mutant, ...]:
    """The mutants of a module, in the order of its text; those that mean the same as another are left out."""
    source = (ROOT / module).read_text("utf-8")
    known = {ast.dump(ast.parse(source))}
    made = []
    for key, place in _named(module, source):
        broken = splice(source, place.anchor, place.change.node, place.change.new)
        meaning = _meaning(broken)
        if meaning is not None and meaning not in known:
            known.add(meaning)
            lines = place.statement.lineno, _last_line(place.statement)
            made.append(Mutant(key, _number(place), lines, broken, place.in_function))
    return tuple(made)


def keys_of(module: str) -> set[Key]:
    """The names of all mutants of a module, without the mutants themselves: soon made."""
    return {key for key, _ in _named(module, (ROOT / module).read_text("utf-8"))}


def _named(module: str, source: str) -> Iterator[tuple[Key, Place]]:
    lines = source.splitlines()
    counted: Counter[Key] = Counter()
    for place in places(ast.parse(source)):
        key = Key(module, place.scope, lines[_number(place) - 1].strip(), place.change.what)
        counted[key] += 1
        again = counted[key]
        yield (key if again == 1 else replace(key, mutation=f"{key.mutation} #{again}")), place


def _meaning(source: str) -> str | None:
    """The tree of the source as text; None where it is no Python, as after the last statement of a branch was lost."""
    try:
        tree = ast.parse(source)
        with warnings.catch_warnings(action="ignore"):
            compile(tree, "mutant", "exec")
    except SyntaxError:
        return None
    return ast.dump(tree)


def _number(place: Place) -> int:
    if isinstance(place.anchor, ast.JoinedStr):
        return place.anchor.lineno
    number: int = getattr(place.change.at or place.change.node, "lineno", place.anchor.lineno)
    return number


def _last_line(statement: ast.stmt) -> int:
    """The last line of a simple statement, or of the head of one that holds others."""
    body: list[ast.stmt] = getattr(statement, "body", [])
    return max(statement.lineno, body[0].lineno - 1) if body else statement.end_lineno or statement.lineno
