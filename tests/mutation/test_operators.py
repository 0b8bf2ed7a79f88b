"""What is broken on purpose: every operator, on a line of its own."""

import ast

import pytest

from tests.mutation.operators import OPERATORS
from tests.mutation.source import splice
from tests.mutation.walk import places

TABLE = {
    "x = a < b": ["x = a <= b", "x = a >= b"],
    "x = a in b": ["x = a not in b"],
    "x = a in (f, g)": ["x = a not in (f, g)", "x = a in (g,)", "x = a in (f,)"],
    "x = min([f, g])": ["x = max([f, g])", "x = min()", "x = [f, g]", "x = min([g])", "x = min([f])"],
    "x = a and b": ["x = a or b", "x = b", "x = a"],
    "x = not (a or b)": ["x = (a or b)", "x = not (a and b)", "x = not (b)", "x = not (a)"],
    "x = -a": ["x = a"],
    "x = 1": ["x = 2"],
    "x = True": ["x = False"],
    "x = None": ["x = True"],
    "x = 'a'": ["x = ''"],
    "x = ''": ["x = 'x'"],
    "x = (f, g)": ["x = (g,)", "x = (f,)", "x = (g, f)"],
    "x = [f, g()]": ["x = [g()]", "x = [f]", "x = [g(), f]"],
    "x = {f, g}": ["x = {g}", "x = {f}"],
    "x = {'a': f}": ["x = {}", "x = {'': f}"],
    "x = a[1:]": ["x = a[:]", "x = a[2:]"],
    "x = f(a, b)": ["x = f(a)", "x = f(b, a)", "x = a"],
    "x = frozenset(a)": ["x = frozenset()"],
    "x = f(a=b)": ["x = f()"],
    "x = max(a, b)": ["x = max(a)", "x = min(a, b)", "x = a"],
    "x = a.strip()": ["x = a"],
    "x = a.startswith(b)": ["x = a.startswith()", "x = a.endswith(b)", "x = b"],
    "x = a - b": ["x = a + b", "x = a", "x = b"],
    "x += a": ["x -= a", "pass"],
    "x = a if b else c": ["x = a if True else c", "x = a if False else c"],
    "x = [a for a in b if a]": ["x = [a for a in b if True]", "x = [a for a in b if False]"],
    "x = {a for a in b if a}": ["x = {a for a in b if True}", "x = {a for a in b if False}"],
    "x = (a for a in b if a)": ["x = (a for a in b if True)", "x = (a for a in b if False)"],
    "x = {a: a for a in b if a}": ["x = {a: a for a in b if True}", "x = {a: a for a in b if False}"],
    "x = f'a {b!r}'": ["x = f'{b!r}'", "x = f'a '", "x = f'a {b}'"],
    "x = lambda: a": ["x = lambda: None"],
    "raise a": ["pass"],
    "f()": ["pass"],
    "del a": ["pass"],
    "while a:\n    continue": ["while True:\n    continue", "while False:\n    continue", "while a:\n    break"],
    "for a in b:\n    break": ["for a in b:\n    continue"],
    "if a:\n    b = c\nelif d:\n    b = e": [
        "if True:\n    b = c\nelif d:\n    b = e",
        "if False:\n    b = c\nelif d:\n    b = e",
        "if a:\n    b = c\nelif True:\n    b = e",
        "if a:\n    b = c\nelif False:\n    b = e",
    ],
    "def f(a):\n    return a": ["def f(a):\n    return None"],
    "def f(a) -> bool:\n    return a": ["def f(a) -> bool:\n    return True", "def f(a) -> bool:\n    return False"],
    "def f(a):\n    a = b": ["def f(a):\n    pass"],
    "match a:\n    case 'b' if c:\n        d = e": [
        "match a:\n    case 'b' if True:\n        d = e",
        "match a:\n    case 'b' if False:\n        d = e",
        "match a:\n    case '' if c:\n        d = e",
    ],
}
"""From a line to all that is made of it."""

UNTOUCHED = (
    '"""A docstring."""',
    "import a",
    "from a import b",
    "__all__ = ['a']",
    "x: Final[Literal['a']]",
    "Json = dict[str, Any]",
    'x = y\n"""What it is."""',
    "@dataclass(frozen=True)\nclass A(B):\n    x: int",
    "def f(a: 'int') -> 'str':\n    'A docstring.'",
)
"""What only readers and type checkers see, and decorators."""


def broken(source: str) -> set[str]:
    """The source in all its broken forms."""
    return {splice(source, place.anchor, place.change.node, place.change.new) for place in places(ast.parse(source))}


@pytest.mark.parametrize("source", TABLE)
def test_what_is_made_of_a_line(source: str) -> None:
    """Nothing is forgotten, and all that is not broken stays as it was, to the character."""
    assert broken(source) == set(TABLE[source])


@pytest.mark.parametrize("source", UNTOUCHED)
def test_what_is_left_alone(source: str) -> None:
    """No mutant that no test could ever notice."""
    assert broken(source) == set()


@pytest.mark.parametrize("kind", OPERATORS, ids=lambda kind: kind.__name__)
def test_every_kind_of_syntax_has_an_example(kind: type[ast.AST]) -> None:
    """The table above shows every operator at work."""
    assert any(isinstance(node, kind) for source in TABLE for node in ast.walk(ast.parse(source)))
