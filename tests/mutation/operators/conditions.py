"""Comparisons flipped and shifted, conditions forced and thinned out."""

import ast
from collections.abc import Iterator
from typing import Final

from tests.mutation.operators.change import Change, words

_FLIPS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
"""The boundary moved, and the opposite."""


def compared(node: ast.Compare) -> Iterator[Change]:
    """Each comparison in another way."""
    for index, operator in enumerate(node.ops):
        for other in _FLIPS[type(operator)]:
            ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            new = ast.Compare(node.left, ops, node.comparators)
            yield Change(node, new, f"{words(node)} → {words(new)}")


def joined(node: ast.BoolOp) -> Iterator[Change]:
    """`and` for `or`, and each operand left out."""
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield Change(node, ast.BoolOp(other, node.values), f"{words(node)} → {words(ast.BoolOp(other, node.values))}")
    for index, operand in enumerate(node.values):
        rest = [*node.values[:index], *node.values[index + 1 :]]
        new = rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
        yield Change(node, new, f"drop operand {words(operand)}", at=operand)


def negated(node: ast.UnaryOp) -> Iterator[Change]:
    """`not` and minus left out."""
    if isinstance(node.op, ast.Not | ast.USub):
        yield Change(node, node.operand, f"{words(node)} → {words(node.operand)}")


def forced(node: ast.If | ast.IfExp | ast.While) -> Iterator[Change]:
    """A condition that always holds, and one that never does."""
    yield from _forced(node.test)


def filtered(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Iterator[Change]:
    """A filter that lets everything through, and one that lets nothing."""
    for generator in node.generators:
        for condition in generator.ifs:
            yield from _forced(condition)


def _forced(test: ast.expr) -> Iterator[Change]:
    for value in (True, False):
        yield Change(test, ast.Constant(value), f"condition {words(test)} → {value}")
