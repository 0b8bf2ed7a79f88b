"""Statements left out, other things returned."""

import ast
from collections.abc import Iterator

from tests.mutation.operators.change import Change, without, words


def dropped(node: ast.Expr | ast.Raise | ast.AugAssign | ast.Delete) -> Iterator[Change]:
    """The statement left out."""
    yield Change(node, ast.Pass(), f"drop {words(node)}")


def jumped(node: ast.Continue | ast.Break) -> Iterator[Change]:
    """A loop that ends instead of going on, or goes on instead of ending."""
    new = ast.Break() if isinstance(node, ast.Continue) else ast.Continue()
    yield Change(node, new, f"{words(node)} → {words(new)}")


def returned(node: ast.FunctionDef) -> Iterator[Change]:
    """What answers yes or no always says yes, or always no; other functions return nothing."""
    truth = isinstance(node.returns, ast.Name) and node.returns.id == "bool"
    for inner in ast.walk(node):
        if isinstance(inner, ast.Return) and inner.value is not None and not isinstance(inner.value, ast.Constant):
            for value in (True, False) if truth else (None,):
                new = ast.Return(ast.Constant(value))
                yield Change(inner, new, f"return {words(inner.value)} → return {value}")


def rebound(node: ast.FunctionDef) -> Iterator[Change]:
    """A name that keeps its earlier value."""
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    bound = [argument.arg for argument in arguments]
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign | ast.AnnAssign) and inner.value is not None:
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            named = [target.id for target in targets if isinstance(target, ast.Name)]
            if len(named) < len(targets) or set(named) & set(bound):
                yield Change(inner, ast.Pass(), f"drop {words(inner)}")
            bound.extend(named)


def cases(node: ast.Match) -> Iterator[Change]:
    """Each case left out, each guard open and shut."""
    for index, case in enumerate(node.cases):
        if len(node.cases) > 1:
            new = ast.Match(node.subject, without(node.cases, index))
            yield Change(node, new, f"drop case {words(case.pattern)}", at=case.pattern)
        if case.guard is not None:
            for value in (True, False):
                yield Change(case.guard, ast.Constant(value), f"condition {words(case.guard)} → {value}")


def lambdas(node: ast.Lambda) -> Iterator[Change]:
    """A function that answers nothing."""
    yield Change(node.body, ast.Constant(None), f"{words(node)} → None")
