"""A row of the log: where a line goes on beyond the edge, a sign says so."""

from __future__ import annotations

import pytest
from rich.style import Style

from canvos_tui.tui.log.rows import PARTS, Painter

LINE = "0123456789abcdefghij"


def painted(width: int, line: str = LINE, **how) -> list[str]:
    painter = Painter(width, Style(), dict.fromkeys(PARTS, Style()), **how)
    return [strip.text for strip in painter.rows(7, line)]


@pytest.mark.parametrize(("shift", "shown"), [(0, "01234567…"), (3, "3456789a…"), (10, "abcdefgh…"), (11, "bcdefghij"), (15, "fghij")])
def test_a_line_that_goes_on_to_the_right_says_so(shift, shown):
    assert painted(10, shift=shift) == [shown]


def test_a_line_that_fits_or_is_wrapped_needs_no_sign():
    assert painted(21) == [LINE]
    assert painted(11, wraps=True) == [LINE[:10], LINE[10:]]


def test_a_wide_sign_at_the_edge_leaves_room_for_it():
    assert painted(8, "abcde日本") == ["abcde …"]
