"""Calls with other arguments, of other functions, or left out."""

import ast
from collections.abc import Iterator
from typing import Final

from tests.mutation.operators.change import Change, swapped, without, words

_OPPOSITES: Final = (
    ("min", "max"),
    ("any", "all"),
    ("startswith", "endswith"),
    ("lstrip", "rstrip"),
    ("lower", "upper"),
    ("partition", "rpartition"),
    ("fullmatch", "match"),
    ("intersection", "union"),
)
_INSTEAD: Final = {**dict(_OPPOSITES), **{other: one for one, other in _OPPOSITES}}


def arguments(node: ast.Call) -> Iterator[Change]:
    """Each keyword left out, the last argument left out, neighbours in each other's place."""
    for index, keyword in enumerate(node.keywords):
        new = ast.Call(node.func, node.args, without(node.keywords, index))
        yield Change(node, new, f"drop argument {words(keyword)}", at=keyword)
    if node.args:
        new = ast.Call(node.func, node.args[:-1], node.keywords)
        yield Change(node, new, f"drop argument {words(node.args[-1])} of {words(node.func)}", at=node.args[-1])
    for index in range(0 if _any_order(node) else len(node.args) - 1):
        new = ast.Call(node.func, swapped(node.args, index), node.keywords)
        pair = f"{words(node.args[index])}, {words(node.args[index + 1])}"
        yield Change(node, new, f"swap arguments {pair} of {words(node.func)}", at=node.args[index])


def _any_order(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id in ("min", "max")


def function(node: ast.Call) -> Iterator[Change]:
    """The opposite function, and none: the first argument as it is, or what a method without arguments is called on."""
    match node.func:
        case ast.Name(id=name) if name in _INSTEAD:
            yield Change(node, ast.Call(ast.Name(_INSTEAD[name], ast.Load()), node.args, node.keywords), _other(name))
        case ast.Attribute(value=value, attr=name, ctx=ctx) if name in _INSTEAD:
            func = ast.Attribute(value, _INSTEAD[name], ctx)
            yield Change(node, ast.Call(func, node.args, node.keywords), _other(name))
    if node.args and not isinstance(node.args[0], ast.Starred) and not _freezes(node):
        yield Change(node, node.args[0], f"{words(node.func)}(…) → {words(node.args[0])}")
    elif not node.args and not node.keywords and isinstance(node.func, ast.Attribute):
        yield Change(node, node.func.value, f"{words(node)} → {words(node.func.value)}")


def _freezes(node: ast.Call) -> bool:
    """A set that can be changed differs from one that cannot in nothing but what the type checker sees."""
    return isinstance(node.func, ast.Name) and node.func.id == "frozenset"


def _other(name: str) -> str:
    return f"{name} → {_INSTEAD[name]}"
