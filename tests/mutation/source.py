"""The text of a module with one node written anew; all the rest stays as it is, to the character."""

import ast
from typing import Final

_LOOSE: Final = (ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Compare, ast.BinOp, ast.UnaryOp)
"""What binds less tightly than what it may take the place of."""


def splice(source: str, anchor: ast.expr | ast.stmt, node: ast.AST, new: ast.AST) -> str:
    """The source in which `node`, which is `anchor` or a part of it, is replaced by `new`."""
    rebuilt = ast.fix_missing_locations(_rebuilt(anchor, node, new))
    text = ast.unparse(rebuilt)
    if isinstance(rebuilt, _LOOSE) and type(rebuilt) is not type(anchor):
        text = f"({text})"
    lines = source.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: anchor.lineno - 1])) + anchor.col_offset
    end = sum(map(len, lines[: _end_line(anchor) - 1])) + (anchor.end_col_offset or 0)
    whole = source.encode()
    return (whole[:start] + text.encode() + whole[end:]).decode()


def _end_line(node: ast.expr | ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _rebuilt(root: ast.AST, node: ast.AST, new: ast.AST) -> ast.AST:
    """A copy of `root` with the node replaced; nothing is changed in place."""
    if root is node:
        return new
    fields = {name: _rebuilt_field(value, node, new) for name, value in ast.iter_fields(root)}
    return ast.copy_location(type(root)(**fields), root)


def _rebuilt_field(value: object, node: ast.AST, new: ast.AST) -> object:
    match value:
        case ast.AST():
            return _rebuilt(value, node, new)
        case list():
            return [_rebuilt(item, node, new) if isinstance(item, ast.AST) else item for item in value]
        case _:
            return value
