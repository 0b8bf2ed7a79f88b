"""What an operator answers with: one thing that is done to a syntax tree."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Change:
    """One node replaced by another.

    Attributes:
        node: what is replaced, as it stands in the tree.
        new: what takes its place.
        what: the change in a few words; with the scope and the line it tells a mutant from all others.
        at: the part of `node` that is concerned, `node` itself by default; says the line.
    """

    node: ast.expr | ast.stmt
    new: ast.AST
    what: str
    at: ast.AST | None = None


Operator = Callable[[Any], Iterator[Change]]
"""From a node of the kind that it is registered for."""


def words(node: ast.AST, limit: int = 100) -> str:
    """The node's source on one line, cut where it is long."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def without(items: list[Item], index: int) -> list[Item]:
    """The list without one of its items."""
    return [*items[:index], *items[index + 1 :]]


def swapped(items: list[Item], index: int) -> list[Item]:
    """The list with one item and the next in each other's place."""
    return [*items[:index], items[index + 1], items[index], *items[index + 2 :]]
