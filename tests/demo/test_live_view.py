"""The picture in a terminal."""

import io

import pytest
from rich.console import Console

from app.cli.snapshot import Line, Snapshot, Workload
from app.cli.view import LiveView
from tests.demo.moments import shifting

LONG = Line("Shifting", 20, "word " * 200)


def _picture(snapshot: Snapshot, *said: str, width: int = 80, height: int = 24) -> list[str]:
    """What stands on the screen at the end."""
    console = Console(file=io.StringIO(), width=width, height=height, record=True)
    with LiveView(console, "CanaryApp demo") as view:
        for sentence in said:
            view.say(sentence)
        view.show(snapshot)
    return console.export_text().splitlines()


def test_the_picture_shows_what_a_person_asks_for() -> None:
    """Phase, weights as bars, pods, the last check, why, what comes next, requests, time, and what was done."""
    assert _picture(shifting(), "The image is changed to v2.") == [
        "╭─────────────────────────────── CanaryApp demo ───────────────────────────────╮",
        "│ phase       Shifting, step 2 of 5                                            │",
        "│ primary     ██████████████████████████████········  80 %  v1 2/2 ready       │",
        "│ secondary   ████████······························  20 %  v2 1/1 ready       │",
        "│ last check  Passed: The query returned nothing.                              │",
        "│                                                                              │",
        "│ why         Step 2 of 5 at 20 % for 2 s.                                     │",
        "│                                                                              │",
        "│                                                                              │",
        "│ next        looks again in 0.4 s                                             │",
        "│                                                                              │",
        "│ requests    258 answered, 0 lost                                             │",
        "│ time        5.2 s                                                            │",
        "│ » The image is changed to v2.                                                │",
        "│                                                                              │",
        "│                                                                              │",
        "│                                                                              │",
        "╰──────────────────────────────────────────────────────────────────────────────╯",
    ]


@pytest.mark.parametrize(
    ("snapshot", "said"),
    [
        pytest.param(shifting(now=None), (), id="before the first decision"),
        pytest.param(shifting(now=LONG, check=LONG.message, follows=LONG.message), (), id="long sentences"),
        pytest.param(shifting(), ("said " * 50,) * 9, id="much was said"),
        pytest.param(shifting(stage="RollingBack", secondary=Workload("", 0, 0, 0)), ("One.",), id="no secondary"),
        pytest.param(shifting(now=Line("Failed", 0, "Failed.")), (), id="failed"),
    ],
)
@pytest.mark.parametrize(
    ("width", "height", "rows"),
    [
        pytest.param(80, 24, 18, id="80x24"),
        pytest.param(120, 40, 18, id="120x40"),
        pytest.param(40, 24, 18, id="narrow"),
        pytest.param(80, 16, 15, id="low"),
        pytest.param(80, 15, 14, id="lower"),
    ],
)
def test_the_picture_never_jumps_and_never_exceeds_the_screen(
    snapshot: Snapshot, said: tuple[str, ...], width: int, height: int, rows: int
) -> None:
    """Its height depends on the screen alone, and no row is wider than the screen."""
    picture = _picture(snapshot, *said, width=width, height=height)
    assert len(picture) == rows
    assert {len(row) for row in picture} == {width}


def test_a_long_sentence_is_cut_visibly() -> None:
    """Where there is no room for all of it, an ellipsis says so."""
    why = _picture(shifting(now=LONG))[6:9]
    assert why[0].startswith("│ why         word word")
    assert why[2].rstrip("│ ").endswith("word wor…")


def test_a_narrow_terminal_still_shows_bars_and_weights() -> None:
    """At 40 columns the bar is short, and the pods give way."""
    assert _picture(shifting(), width=40)[2] == "│ primary     ████████··  80 %  v1 2/… │"


def test_the_last_sentences_are_kept() -> None:
    """What was done last is what a person wants to see."""
    picture = _picture(shifting(), *(f"Deed {number}." for number in range(6)))
    assert [row.strip("│ ") for row in picture[13:17]] == ["» Deed 2.", "» Deed 3.", "» Deed 4.", "» Deed 5."]


def test_square_brackets_are_no_markup() -> None:
    """A query in a check's message is shown as it is."""
    picture = _picture(shifting(check="Failed: a[20s] [red]", stage="[b]", now=Line("Stable", 0, "[i]")), "[u] said")
    assert [picture[row].strip("│ ") for row in (1, 4, 6, 13)] == [
        "phase       [b]",
        "last check  Failed: a[20s] [red]",
        "why         [i]",
        "» [u] said",
    ]
