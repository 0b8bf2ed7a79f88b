"""Sums, differences and products that come out differently."""

import ast
from collections.abc import Iterator
from typing import Final

from tests.mutation.operators.change import Change, words

_OTHERS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}


def computed(node: ast.BinOp) -> Iterator[Change]:
    """The opposite operation, and each operand alone."""
    if other := _OTHERS.get(type(node.op)):
        new = ast.BinOp(node.left, other(), node.right)
        yield Change(node, new, f"{words(node)} → {words(new)}")
        yield Change(node, node.left, f"{words(node)} → {words(node.left)}")
        yield Change(node, node.right, f"{words(node)} → {words(node.right)}")


def accumulated(node: ast.AugAssign) -> Iterator[Change]:
    """The opposite operation."""
    if other := _OTHERS.get(type(node.op)):
        new = ast.AugAssign(node.target, other(), node.value)
        yield Change(node, new, f"{words(node)} → {words(new)}")
