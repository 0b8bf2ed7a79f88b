"""Where the code of a module is changed, and where it is not: what only readers and type checkers see is left alone."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.mutation.operators import OPERATORS, Change
from tests.mutation.operators.literals import order


@dataclass(frozen=True)
class Place:
    """A change and where it is.

    Attributes:
        change: what is done.
        scope: qualified name of the class or function around it, "" for the module itself.
        anchor: the node to write anew: the changed one, or the whole text that it is a part of.
        statement: the innermost statement around it.
        in_function: whether it is inside of a function.
    """

    change: Change
    scope: str
    anchor: ast.expr | ast.stmt
    statement: ast.stmt
    in_function: bool


def places(tree: ast.Module) -> Iterator[Place]:
    """Every change that the operators know."""
    for statement in tree.body:
        if not _silent(statement):
            yield from _visit(statement, _Around("", None, statement, in_function=False))


@dataclass(frozen=True)
class _Around:
    scope: str
    text: ast.JoinedStr | None
    statement: ast.stmt
    in_function: bool
    unordered: bool = False

    def inside(self, node: ast.AST) -> "_Around":
        """What is around the children of the node, and around what is done to the node itself."""
        around = replace(self, unordered=_is_unordered(node))
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                function = self.in_function or not isinstance(node, ast.ClassDef)
                scope = f"{self.scope}.{name}" if self.scope else name
                return replace(around, scope=scope, statement=node, in_function=function)
            case ast.JoinedStr():
                # Python 3.11 does not know the places of nodes inside a text.
                return replace(around, text=self.text or node)
            case ast.stmt():
                return replace(around, statement=node)
        return around


def _visit(node: ast.AST, around: _Around) -> Iterator[Place]:
    inside = around.inside(node)
    for operator in OPERATORS.get(type(node), ()):
        if operator is order and around.unordered:
            continue
        for change in operator(node):
            statement = change.node if isinstance(change.node, ast.stmt) else inside.statement
            yield Place(change, inside.scope, inside.text or change.node, statement, inside.in_function)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default is not None:
                yield from _visit(default, replace(around, statement=node))
    for child in _children(node):
        yield from _visit(child, inside)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Without imports, annotations, decorators, base classes, docstrings and the names that a module exports."""
    match node:
        case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body) | ast.ClassDef(body=body):
            children: list[ast.AST | None] = [*body]
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            children = []
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript()) if not name.isupper() and name[0].isupper():
            children = []  # a name for a type
        case ast.AnnAssign(value=value):
            children = [value]
        case ast.Compare(left=left, comparators=comparators):
            # `is None` is turned round as a whole.
            children = [left, *(node for node in comparators if not _is_none(node))]
        case _:
            children = [*ast.iter_child_nodes(node)]
    return (child for child in children if child is not None and not _silent(child))


def _is_unordered(node: ast.AST) -> bool:
    """Whether the order of what is listed in the node makes no difference."""
    match node:
        case ast.Compare(ops=[ast.In() | ast.NotIn()]) | ast.ExceptHandler():
            return True
        case ast.Call(func=ast.Name(id="min" | "max" | "sum" | "any" | "all" | "set" | "frozenset" | "sorted")):
            return True
    return False


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _silent(node: ast.AST) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )
