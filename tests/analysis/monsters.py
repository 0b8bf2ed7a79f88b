"""Queries of 4096 characters, the most that the API takes, that are made to hurt a parser.

Run as a program, it parses all of them on a thread with little stack, so that a crash is that program's own.
"""

import sys
import threading
from pathlib import Path
from typing import Final

LENGTH: Final = 4096
STACK: Final = 2 * 1024 * 1024
"""Bytes; a quarter of what a thread usually has."""


def nested(opening: str, closing: str) -> str:
    """As deep as the length allows."""
    depth = (LENGTH - 1) // (len(opening) + len(closing))
    return opening * depth + "m" + closing * depth


def chain(operand: str, operator: str) -> str:
    """As long as the length allows."""
    return operator.join([operand] * ((LENGTH + len(operator)) // (len(operand) + len(operator))))


def matchers(pattern: str) -> str:
    """As many matchers with that regular expression as the length allows."""
    return "m{" + chain(f"a=~{pattern}", ",")[: LENGTH - 3].rpartition(",a")[0] + "}"


MONSTERS: Final = {
    "parentheses": nested("(", ")"),
    "open parentheses": "(" * LENGTH,
    "closing parentheses": ")" * LENGTH,
    "unary minus": "-" * (LENGTH - 1) + "m",
    "unary minus of a number": "-" * (LENGTH - 1) + "1",
    "unary plus and minus": "-+" * 2047 + "m",
    "minus and parentheses": nested("-(", ")"),
    "functions": nested("abs(", ")"),
    "aggregations": nested("sum(", ")"),
    "subqueries": nested("rate(", "[1m:1s])"),
    "subqueries of subqueries": "m" + "[1m:]" * 800,
    "sums": chain("m", "+"),
    "powers": chain("m", "^"),
    "comparisons": chain("m", "<"),
    "equations": chain("m", "=="),
    "sets": chain("m", " and "),
    "offsets": chain("m offset 1s", " or "),
    "digits": "1" * LENGTH,
    "a long range": "m[" + "9" * (LENGTH - 4) + "m]",
    "a hexadecimal range": "rate(m[0x" + "f" * (LENGTH - 11) + "])",
    "many units": "m[" + "1h" * 2046 + "]",
    "opening brackets": "m" + "[" * (LENGTH - 1),
    "colons": "[:" * 2048,
    "braces": "{" * LENGTH,
    "an open string": 'm{a="' + '\\"' * 2045,
    "quotes": "'" + '"' * (LENGTH - 1),
    "backticks": "`" * (LENGTH - 1),
    "matcher signs": "=~ " * 1365,
    "comments before a regex": "m{a=~" + "#\n" * 2040 + '"x"}',
    "open comments before a regex": "m{a=~" + "# " * 2040,
    "groups": 'm{a=~"' + "(" * 2040 + ")" * 2040 + '"}',
    "stars": 'm{a=~"' + "(.*)*" * 810 + '"}',
    "negated classes": 'm{a=~"' + "[^a]" * 1020 + '"}',
    "cases": 'm{a=~"(?i)' + "[à-ÿ]" * 810 + '"}',
    "many regexes": matchers('"[^a].*"'),
    "repetitions": matchers('"[^a]{99}"'),
    "nested repetitions": matchers('"((.{9}){9}){9}"'),
    "character classes": matchers('"' + r"\\pL" * 9 + '"'),
    "raw character classes": matchers("`" + r"\w{99}" + "`"),
    "labels": "sum by (" + chain("a", ",")[:4080] + ") (m)",
    "null characters": "\0" * LENGTH,
    "emoji": "😀" * LENGTH,
    "spaces": " " * LENGTH,
}


def main() -> None:
    """Asks about every monster, and says so."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from app.analysis.validity import query_error  # noqa: PLC0415 - the path is set above

    for name, query in MONSTERS.items():
        query_error(query)
        print(name, flush=True)  # noqa: T201 - read by the test


if __name__ == "__main__":
    threading.stack_size(STACK)
    thread = threading.Thread(target=main)
    thread.start()
    thread.join()
