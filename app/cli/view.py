"""How the demo is shown: live in a terminal, line by line elsewhere."""

from types import TracebackType
from typing import Final, Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from app.cli.snapshot import Snapshot, Workload

_BAR: Final = 30


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
    """A line whenever something changed."""

    def __init__(self, console: Console) -> None:
        """Prints to the console."""
        self._console = console
        self._last: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        """Nothing to prepare."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to clean up."""

    def say(self, sentence: str) -> None:
        """A line of its own."""
        self._print(f"        » {sentence}")

    def show(self, snapshot: Snapshot) -> None:
        """One line, unless it would repeat the last one."""
        seen = (snapshot.phase, str(snapshot.secondary.weight), snapshot.message)
        if seen != self._last and snapshot.message:
            self._last = seen
            self._print(
                f"{snapshot.seconds:6.1f}s {snapshot.phase:<26} {snapshot.secondary.weight:3d} %  {snapshot.message}"
            )

    def _print(self, line: str) -> None:
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)


class LiveView:
    """A panel that is redrawn in place."""

    def __init__(self, console: Console, title: str) -> None:
        """`title` stands above everything."""
        self._title = title
        self._said: list[str] = []
        self._live = Live(console=console, refresh_per_second=8, transient=False)

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
        self._said = [*self._said, sentence][-4:]

    def show(self, snapshot: Snapshot) -> None:
        """Draws the snapshot."""
        self._live.update(Panel(self._draw(snapshot), title=self._title, border_style="cyan"))

    def _draw(self, snapshot: Snapshot) -> Group:
        table = Table.grid(padding=(0, 2))
        table.add_row("phase", Text(snapshot.phase, style=_colour(snapshot.phase)))
        table.add_row("primary", _bar(snapshot.primary, "green"))
        table.add_row("secondary", _bar(snapshot.secondary, "yellow"))
        table.add_row("last check", snapshot.check)
        table.add_row("why", Text(snapshot.message))
        table.add_row("next", Text(snapshot.follows))
        table.add_row("requests", f"{snapshot.served} answered, {snapshot.lost} lost")
        said = [Text(f"» {sentence}", style="bold") for sentence in self._said]
        return Group(Text(f"{snapshot.seconds:.1f} s", style="dim"), table, *said)


def _bar(workload: Workload, colour: str) -> Text:
    filled = round(workload.weight * _BAR / 100)
    text = Text("█" * filled, style=colour) + Text("·" * (_BAR - filled), style="dim")
    pods = f"{workload.image}, {workload.ready} of {workload.wanted} pods ready" if workload.image else "-"
    return text + Text(f" {workload.weight:3d} %  {pods}", style="default")


def _colour(phase: str) -> str:
    return {"Stable": "bold green", "Failed": "bold red"}.get(phase, "bold red" if "RollingBack" in phase else "bold")


def choose_view(console: Console, title: str, *, plain: bool) -> View:
    """Live in a terminal, lines elsewhere or where asked for."""
    return LiveView(console, title) if console.is_terminal and not plain else PlainView(console)
