"""Where the code of a module is changed, and where it is not: what only readers and type checkers see is left alone."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutation.operators import OPERATORS, Change


@dataclass(frozen=True)
class Place:
    """A change and where it is.

    Attributes:
        change: what is done.
        scope: qualified name of the class or function around it, "" for the module itself.
        anchor: the node to write anew: the changed one, or the whole text that it is a part of.
        statement: the innermost statement around it.
    """

    change: Change
    scope: str
    anchor: ast.expr | ast.stmt
    statement: ast.stmt


def places(tree: ast.Module) -> Iterator[Place]:
    """Every change that the operators know."""
    for statement in tree.body:
        if _silent(statement):
            continue
        yield from _visit(statement, "", None, statement)


def _visit(node: ast.AST, scope: str, text: ast.JoinedStr | None, statement: ast.stmt) -> Iterator[Place]:
    statement = node if isinstance(node, ast.stmt) else statement
    # Python 3.11 does not know the places of nodes inside a text.
    text = text or (node if isinstance(node, ast.JoinedStr) else None)
    for operator in OPERATORS.get(type(node), ()):
        for change in operator(node):
            yield Place(change, scope, text or change.node, statement)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        scope = f"{scope}.{node.name}" if scope else node.name
    for child in _children(node):
        yield from _visit(child, scope, text, statement)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Without imports, annotations, decorators, base classes, docstrings and the names that a module exports."""
    match node:
        case ast.FunctionDef(args=args, body=body) | ast.AsyncFunctionDef(args=args, body=body):
            children: list[ast.AST | None] = [*args.defaults, *args.kw_defaults, *body]
        case ast.ClassDef(body=body):
            children = [*body]
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            children = []
        case ast.AnnAssign(value=value):
            children = [value]
        case ast.Compare(left=left, comparators=comparators):
            # `is None` is turned round as a whole.
            children = [left, *(node for node in comparators if not _is_none(node))]
        case _:
            children = [*ast.iter_child_nodes(node)]
    return (child for child in children if child is not None and not _silent(child))


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _silent(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
