"""Lines for pipes and logs."""

import io

from rich.console import Console

from app.cli.snapshot import Line, Snapshot
from app.cli.view import PlainView, choose_view
from tests.demo.moments import shifting


def _lines(*snapshots: Snapshot, says: str = "") -> list[str]:
    written = io.StringIO()
    with PlainView(Console(file=written, width=80)) as view:
        if says:
            view.say(says)
        for snapshot in snapshots:
            view.show(snapshot)
    return written.getvalue().splitlines()


def test_a_move_is_a_line() -> None:
    """It says when, where it leads to, with which weight, and why."""
    moved = shifting(moves=(Line("Shifting", 20, "Step 1 of 5 at 10 % passed; step 2: 20 %."),))
    assert _lines(moved) == ["   5.2 s Shifting      20 %  Step 1 of 5 at 10 % passed; step 2: 20 %."]


def test_two_moves_at_once_are_two_lines() -> None:
    """No decision is swallowed, however fast they follow on each other."""
    moved = shifting(moves=(Line("Draining", 0, "Drained."), Line("Stable", 0, "Promoted.")))
    assert _lines(moved) == ["   5.2 s Draining       0 %  Drained.", "   5.2 s Stable         0 %  Promoted."]


def test_what_is_waited_for_after_a_move_is_not_repeated() -> None:
    """The move has said it."""
    moved = shifting(moves=(Line("Shifting", 20, "Step 2."),))
    assert _lines(moved, shifting(), shifting(seconds=6.0)) == ["   5.2 s Shifting      20 %  Step 2."]


def test_a_new_reason_to_wait_is_a_line_and_its_details_are_not() -> None:
    """A pause is told once; a message that only counts on is not told again."""
    paused = shifting(reason="Paused", now=Line("Shifting", 20, "Paused."))
    later = shifting(reason="Paused", now=Line("Shifting", 20, "Still paused."))
    assert _lines(shifting(), paused, later) == [
        "   5.2 s Shifting      20 %  Step 2 of 5 at 20 % for 2 s.",
        "   5.2 s Shifting      20 %  Paused.",
    ]


def test_before_the_first_decision_there_is_nothing_to_say() -> None:
    """No line without content."""
    assert _lines(shifting(now=None, reason="")) == []


def test_what_is_done_stands_out() -> None:
    """What the demo does to the cluster is set off from what the hook decides."""
    assert _lines(says="The image is changed to v2.") == ["         » The image is changed to v2."]


def test_lines_are_neither_broken_nor_interpreted() -> None:
    """A line is a line whatever its length, and square brackets in a query are no markup."""
    message = "increase(a[20s]) [bold] " + "long " * 40 + "end"
    assert _lines(shifting(now=Line("Shifting", 20, message))) == [f"   5.2 s Shifting      20 %  {message}"]


def test_plain_lines_where_the_output_is_no_terminal() -> None:
    """Live in a terminal, lines elsewhere, and lines where asked for."""
    terminal, pipe = Console(force_terminal=True), Console(file=io.StringIO())
    chosen = [
        choose_view(terminal, "", plain=False),
        choose_view(terminal, "", plain=True),
        choose_view(pipe, "", plain=False),
    ]
    assert [type(view).__name__ for view in chosen] == ["LiveView", "PlainView", "PlainView"]
