"""`python -m benchmarks`: measures all, prints a table, and ends with status 1 where a target is missed."""

import argparse
import os
import platform
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import checks, memory, parts, settled, startup
from benchmarks.figures import Figure, table

PAGE: Final = Path(__file__).parent.parent / "docs" / "performance.md"
WHAT: Final = ("settled", "checks", "parts", "startup", "memory")


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    chosen = _parser().parse_args(arguments)
    figures: list[Figure] = []
    tables = {}
    share = 0.2 if chosen.quick else 1.0
    for what in chosen.only or WHAT:
        print(f"{what} …", file=sys.stderr, flush=True)
        if what == "parts":
            found, tables["parts"] = parts.measure(rounds=round(300 * share))
        else:
            found = _measured(what, share)
        figures += found
    tables["figures"] = table(("what", "measured", "target", ""), (figure.cells for figure in figures))
    print(f"\n{_machine()}\n\n{tables['figures']}\n{tables.get('parts', '')}")
    if chosen.write:
        _write(tables)
    return int(not all(figure.reached for figure in figures))


def _measured(what: str, share: float) -> list[Figure]:
    match what:
        case "settled":
            return settled.measure(rounds=max(3, round(25 * share)), requests=250)
        case "checks":
            return checks.measure(rounds=max(2, round(5 * share)))
        case "memory":
            return memory.measure(requests=round(100_000 * share))
        case _:
            return startup.measure(rounds=max(3, round(7 * share)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=WHAT, help="one part; may be given more than once")
    parser.add_argument("--quick", action="store_true", help="a fifth of the work, with less certain figures")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    return parser


def _machine() -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load}"


def _write(tables: dict[str, str]) -> None:
    page = PAGE.read_text("utf-8")
    for name, written in tables.items():
        block = re.compile(rf"(<!-- {name}: .*?-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        page = block.sub(lambda found, written=written: f"{found[1]}{written}{found[2]}", page)
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
