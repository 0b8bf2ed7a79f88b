"""What was measured, beside what it should be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        name: what was measured.
        measured: as it is shown.
        target: as it is shown, "" for none.
        reached: whether the target is reached; true without one.
    """

    name: str
    measured: str
    target: str = ""
    reached: bool = True

    @property
    def cells(self) -> tuple[str, ...]:
        """The line of the table."""
        return (self.name, self.measured, self.target, ("ok" if self.reached else "NOT OK") if self.target else "")


def at_least(name: str, value: float, least: float, unit: str, more: str = "") -> Figure:
    """A figure that should be large."""
    return Figure(name, f"{value:.2f}{unit}{more}", f"≥ {least:g}{unit}", value >= least)


def at_most(name: str, value: float, most: float, unit: str, more: str = "") -> Figure:
    """A figure that should be small."""
    return Figure(name, f"{value:.2f}{unit}{more}", f"≤ {most:g}{unit}", value <= most)


def table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned."""
    rows = [list(head), *(list(line) for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    written = [" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    written.insert(1, " | ".join("-" * width for width in widths))
    return "\n".join(f"| {line} |" for line in written) + "\n"
