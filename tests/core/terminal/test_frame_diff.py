"""The shortened frames show on a terminal what the whole ones show, and cost what they change."""

from __future__ import annotations

from collections.abc import Iterator

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from canvos_tui.core.terminal.frame_diff import FrameDiff

ROWS, COLUMNS = 6, 24
DARK, RED, BOLD = "38;2;215;221;229;48;2;13;17;23", "38;2;255;123;134;48;2;13;17;23", "1;38;2;215;221;229;48;2;13;17;23"
STYLES = ("", DARK, RED, BOLD, "3;4;31;44", "7", "38;5;9", "48;5;20", "91;104")
TEXTS = st.one_of(
    st.text("ab 0", min_size=1, max_size=12), st.text("─│●✓aé", min_size=1, max_size=8), st.text("日本a\u0301x👍", min_size=1, max_size=6)
)


def piece(text: str, sgr: str = DARK, link: str = "") -> str:
    """As Rich renders a segment."""
    styled = f"\x1b[{sgr}m{text}\x1b[0m" if sgr else text
    return f"\x1b]8;id=1;{link}\x1b\\{styled}\x1b]8;;\x1b\\" if link else styled


def frame(*places: tuple[int, int, str], cursor: tuple[int, int] = (1, 1)) -> str:
    """As Textual writes an update: row by row each piece at its place, a line feed behind a row, the cursor at the end."""
    rows = [[f"\x1b[{y};{x}H{text}" for y, x, text in places if y == row] for row in sorted({row for row, _, _ in places})]
    lines = "\n".join(map("".join, rows))
    return f"{lines}\x1b[{cursor[0]};{cursor[1]}H"


def whole(text: str, cursor: tuple[int, int] = (1, 1)) -> str:
    return frame(*((row, 1, piece(text.ljust(COLUMNS))) for row in range(1, ROWS + 1)), cursor=cursor)


class Seen:
    """What stands on a terminal after all that was written to it."""

    def __init__(self) -> None:
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.Stream(self.screen)
        self.screen.reset_mode(pyte.modes.DECAWM)  # as Textual has it

    def after(self, data: str) -> object:
        self.stream.feed(data.replace("\n", "\r\n"))
        cells = [[self.screen.buffer[y][x] for x in range(COLUMNS)] for y in range(ROWS)]
        return cells, (self.screen.cursor.y, self.screen.cursor.x)


PLACES = st.tuples(
    st.integers(1, ROWS), st.integers(1, COLUMNS - 12), st.lists(st.tuples(TEXTS, st.sampled_from(STYLES)), min_size=1, max_size=3)
)


def _within(column: int, pieces: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """As many as end before the edge of the window: nobody paints beyond it."""
    for text, sgr in pieces:
        column += cell_len(text)
        if column > COLUMNS + 1:
            return
        yield text, sgr


@given(st.lists(st.tuples(st.lists(PLACES, min_size=1, max_size=5), st.integers(1, ROWS)), min_size=1, max_size=6))
def test_a_terminal_shows_the_same(updates):
    plain, thrifty, diff = Seen(), Seen(), FrameDiff()
    for places, row in [([(n, 1, [(" " * COLUMNS, DARK)]) for n in range(1, ROWS + 1)], 1), *updates]:
        data = frame(*((y, x, "".join(piece(*one) for one in _within(x, pieces))) for y, x, pieces in places), cursor=(row, 3))
        assert thrifty.after(diff.passed(data)) == plain.after(data)


def test_a_frame_that_changes_nothing_is_not_sent():
    diff = FrameDiff()
    assert diff.passed(whole("same"))
    assert diff.passed(whole("same")) == ""
    assert diff.passed(whole("same", cursor=(2, 5))) == "\x1b[2;5H"


def test_only_the_cells_that_change_are_sent_and_only_what_is_new_of_their_style():
    diff = FrameDiff()
    diff.passed(whole("build running 0:31:12"))
    changed = frame((2, 1, piece("build running 0:31:13".ljust(COLUMNS))))
    assert diff.passed(changed) == f"\x1b[2;21H\x1b[{DARK}m3\x1b[0m\x1b[1;1H"
    coloured = frame((3, 1, piece("ab", DARK) + piece("cd", RED) + piece("ef", BOLD)))
    assert diff.passed(coloured) == f"\x1b[3;1H\x1b[{DARK}mab\x1b[38;2;255;123;134mcd\x1b[1;38;2;215;221;229mef\x1b[0m\x1b[1;1H"


def test_a_link_is_opened_and_closed_and_counts_as_a_change():
    diff = FrameDiff()
    diff.passed(frame((1, 1, piece("https://x"))))
    linked = frame((1, 1, piece("https://x", DARK, "https://x")))
    assert diff.passed(linked) == f"\x1b[1;1H\x1b]8;id=1;https://x\x1b\\\x1b[{DARK}mhttps://x\x1b]8;;\x1b\\\x1b[0m\x1b[1;1H"
    assert diff.passed(linked) == ""


@pytest.mark.parametrize("other", ["\x1b[6n", "\x1b]0;title\x07", "\x1b]52;c;QQ==\x07", "\x07", "\x1b[?25l", "plain words"])
def test_what_is_no_frame_passes_as_it_is_and_changes_nothing(other):
    diff = FrameDiff()
    diff.passed(whole("same"))
    assert diff.passed(other) == other
    assert diff.passed(whole("same")) == ""


@pytest.mark.parametrize("anew", ["\x1b[?1049h", "\x1b[2J", "\x1b[1;1H\x1b[K", "\x1b[1;1Ha\nb"])
def test_after_what_may_have_moved_anything_all_is_sent(anew):
    diff = FrameDiff()
    diff.passed(whole("same"))
    assert diff.passed(anew) == anew
    assert diff.passed(whole("same")).count("same") == ROWS


def test_what_was_forgotten_is_sent_again():
    diff = FrameDiff()
    diff.passed(whole("same"))
    diff.forget()
    assert diff.passed(whole("same")).count("same") == ROWS


def test_a_row_with_characters_of_two_cells_is_sent_whole():
    diff = FrameDiff()
    wide = frame((1, 1, piece("日本") + piece(" and more")))
    diff.passed(wide)
    assert diff.passed(wide) == f"\x1b[1;1H\x1b[{DARK}m日本 and more\x1b[0m\x1b[1;1H"


@pytest.mark.parametrize(
    ("sgr", "left"), [(BOLD, "1"), (DARK, ""), ("3;4;31;44", "3;4"), ("7", "7"), ("1;38;5;9", "1"), ("48;5;20", ""), ("9;91;104", "9")]
)
def test_without_colours_only_the_attributes_go_out(sgr, left):
    diff = FrameDiff(colours=False)
    worn = f"\x1b[{left}m" if left else ""
    assert diff.passed(frame((1, 1, piece("ab", sgr)))) == f"\x1b[1;1H{worn}ab{worn and chr(27) + '[0m'}\x1b[1;1H"
    assert diff.passed(frame((1, 1, piece("ab", RED)))) == ("" if not left else "\x1b[1;1Hab\x1b[1;1H")
