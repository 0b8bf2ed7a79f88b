"""Constants, texts and containers that say something else, or less."""

import ast
from collections.abc import Iterator

from tests.mutation.operators.change import Change, swapped, without, words


def constant(node: ast.Constant) -> Iterator[Change]:
    """A number one higher, the other truth, an empty text, something where there was nothing."""
    match node.value:
        case bool():
            new: bool | float | str = not node.value
        case int() | float():
            new = node.value + 1
        case str():
            new = "" if node.value else "x"
        case None:
            new = True
        case _:
            return
    yield Change(node, ast.Constant(new), f"{words(node)} → {new!r}")


def text(node: ast.JoinedStr) -> Iterator[Change]:
    """Each piece of a text left out, each value in it written plainly."""
    for index, piece in enumerate(node.values):
        yield Change(node, ast.JoinedStr(without(node.values, index)), f"drop {_piece(piece)} from text")
        if isinstance(piece, ast.FormattedValue) and (piece.format_spec or piece.conversion != -1):
            plain = ast.FormattedValue(piece.value, -1, None)
            values = [*node.values[:index], plain, *node.values[index + 1 :]]
            yield Change(node, ast.JoinedStr(values), f"write {words(piece.value)} plainly in text")


def _piece(piece: ast.expr) -> str:
    return words(piece.value) if isinstance(piece, ast.FormattedValue) else words(piece)


def elements(node: ast.Tuple | ast.List | ast.Set) -> Iterator[Change]:
    """Each element left out."""
    if isinstance(node, ast.Set):
        for index, element in enumerate(node.elts):
            yield Change(node, ast.Set(without(node.elts, index)), f"drop element {words(element)}", at=element)
        return
    if not isinstance(node.ctx, ast.Load):
        return
    for index, element in enumerate(node.elts):
        new = type(node)(without(node.elts, index), node.ctx)
        yield Change(node, new, f"drop element {words(element)}", at=element)


def order(node: ast.Tuple | ast.List) -> Iterator[Change]:
    """Each rule before the one that it follows; other lists from their end."""
    if not isinstance(node.ctx, ast.Load) or len(node.elts) < 2:
        return
    if all(isinstance(element, ast.Name) for element in node.elts):
        for index in range(len(node.elts) - 1):
            new = type(node)(swapped(node.elts, index), node.ctx)
            first, second = node.elts[index], node.elts[index + 1]
            yield Change(node, new, f"swap elements {words(first)}, {words(second)}", at=second)
    else:
        yield Change(node, type(node)(node.elts[::-1], node.ctx), f"reverse {words(node)}")


def entries(node: ast.Dict) -> Iterator[Change]:
    """Each entry left out."""
    for index, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        new = ast.Dict(without(node.keys, index), without(node.values, index))
        yield Change(node, new, f"drop entry {words(key) if key else words(value)}", at=key or value)


def bounds(node: ast.Subscript) -> Iterator[Change]:
    """Each bound of a slice left out."""
    part = node.slice
    if not isinstance(part, ast.Slice):
        return
    less = ast.Slice(None, part.upper, part.step), ast.Slice(part.lower, None, part.step)
    for shorter in less:
        new = ast.Subscript(node.value, shorter, node.ctx)
        if words(new) != words(node):
            yield Change(node, new, f"{words(node)} → {words(new)}")
