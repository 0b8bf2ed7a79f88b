"""How the demo is shown: live in a terminal, line by line elsewhere."""

from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.cli.snapshot import Snapshot, Workload

_WIDEST_BAR: Final = 50
_NARROWEST_BAR: Final = 10
_BESIDE_BAR: Final = 42
"""Columns that the rest of a bar's row takes."""
_HEIGHT: Final = 15
"""Rows of the picture, without what was said."""
_MOST_SAID: Final = 4
"""Rows of what was said."""


class View(Protocol):
    """Shows snapshots and says sentences."""

    def __enter__(self) -> Self:
        """Starts showing."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stops showing."""
        ...

    def say(self, sentence: str) -> None:
        """Something was done."""
        ...

    def show(self, snapshot: Snapshot) -> None:
        """This is how it looks now."""
        ...


class PlainView:
    """A line for every move, and for whatever else is waited for."""

    def __init__(self, console: Console) -> None:
        """Prints to the console."""
        self._console = console
        self._last: tuple[str, int, str] | None = None

    def __enter__(self) -> Self:
        """Nothing to prepare."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to clean up."""

    def say(self, sentence: str) -> None:
        """A line of its own."""
        self._print(f"         » {sentence}")

    def show(self, snapshot: Snapshot) -> None:
        """What was decided; where nothing was, what is waited for, once for each reason."""
        here = (snapshot.now.phase, snapshot.now.weight, snapshot.reason) if snapshot.now else None
        lines = snapshot.moves or ((snapshot.now,) if snapshot.now and here != self._last else ())
        self._last = here
        for line in lines:
            self._print(f"{snapshot.seconds:6.1f} s {line.phase:<12} {line.weight:3d} %  {line.message}")

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)


class LiveView:
    """A picture that is redrawn in place, always of the same height."""

    def __init__(self, console: Console, title: str) -> None:
        """`title` stands above everything."""
        self._console = console
        self._title = title
        self._said: list[str] = []
        self._live = Live(console=console, refresh_per_second=8)

    def __enter__(self) -> Self:
        """Starts drawing."""
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leaves the last picture standing."""
        self._live.stop()

    def say(self, sentence: str) -> None:
        """The last few sentences stand below the picture."""
        self._said.append(sentence)

    def show(self, snapshot: Snapshot) -> None:
        """Draws the snapshot."""
        room = min(_MOST_SAID, max(0, self._console.height - _HEIGHT))
        said = self._said[-room:] if room else []
        rows = [Text(f"» {sentence}", style="bold", no_wrap=True, overflow="ellipsis") for sentence in said]
        empty = [Text("")] * (room - len(rows))
        picture = Group(_table(snapshot, self._console.width), *rows, *empty)
        self._live.update(Panel(picture, title=Text(self._title), border_style="cyan"))


def _table(snapshot: Snapshot, width: int) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(ratio=1)
    bar = min(_WIDEST_BAR, max(_NARROWEST_BAR, width - _BESIDE_BAR))
    table.add_row("phase", Text(snapshot.stage, style=_colour(snapshot), no_wrap=True, overflow="ellipsis"))
    table.add_row("primary", _bar(snapshot.primary, bar, "green"))
    table.add_row("secondary", _bar(snapshot.secondary, bar, "yellow"))
    table.add_row("last check", _Lines(snapshot.check, 2))
    table.add_row("why", _Lines(snapshot.now.message if snapshot.now else "-", 3))
    table.add_row("next", _Lines(snapshot.follows, 2))
    table.add_row("requests", f"{snapshot.answered} answered, {snapshot.lost} lost")
    table.add_row("time", f"{snapshot.seconds:.1f} s")
    return table


def _bar(workload: Workload, width: int, colour: str) -> Text:
    filled = round(workload.weight * width / 100)
    pods = f"{workload.tag} {workload.ready}/{workload.wanted} ready" if workload.tag else "-"
    return Text.assemble(
        ("█" * filled, colour),
        ("·" * (width - filled), "dim"),
        f" {workload.weight:3d} %  {pods}",
        no_wrap=True,
        overflow="ellipsis",
    )


class _Lines:
    """A text in exactly so many lines, cut with an ellipsis or filled up: nothing below it jumps."""

    def __init__(self, text: str, lines: int) -> None:
        self._text = text
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = list(Text(self._text).wrap(console, options.max_width))
        shown = lines[: self._lines]
        if len(lines) > self._lines:
            shown[-1] = Text(shown[-1].plain.rstrip()[: options.max_width - 1] + "…")
        yield Text("\n").join([*shown, *[Text("")] * (self._lines - len(shown))])


def _colour(snapshot: Snapshot) -> str:
    phase = snapshot.now.phase if snapshot.now else ""
    return {"Stable": "bold green", "Failed": "bold red", "RollingBack": "bold red"}.get(phase, "bold")


def choose_view(console: Console, title: str, *, plain: bool) -> View:
    """Live in a terminal, lines elsewhere or where asked for."""
    return LiveView(console, title) if console.is_terminal and not plain else PlainView(console)
