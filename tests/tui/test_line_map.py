"""Places on the screen and lines of the log, against lists of all lines."""

from __future__ import annotations

import random
from array import array

from canvos_tui.tui.log.line_map import LineMap, Picked, Stretch


def agrees(shown: LineMap, lines: list[int], total: int) -> None:
    assert shown.count(total) == len(lines)
    for place, line in enumerate(lines):
        assert shown.line(place) == line
        assert shown.place(line, total) == place


def test_a_stretch_without_folds() -> None:
    agrees(Stretch(), list(range(50)), 50)
    agrees(Stretch(10, 20), list(range(10, 20)), 50)
    agrees(Stretch(10), list(range(10, 50)), 50)
    agrees(Stretch(0, 0), [], 50)
    agrees(Stretch(60), [], 50)


def test_any_folds_in_any_stretch() -> None:
    dice = random.Random(4)
    for _ in range(300):
        total = dice.randint(0, 60)
        edges = sorted(dice.sample(range(61), 4))
        folds = ((edges[0], edges[1]), (edges[2], edges[3]))
        first, end = dice.randint(0, 30), dice.choice([None, dice.randint(30, 60)])
        hidden = {line for begin, until in folds for line in range(begin, until)}
        lines = [line for line in range(first, min(total, end if end is not None else total)) if line not in hidden]
        agrees(Stretch(first, end, folds), lines, total)


def test_a_folded_line_has_the_place_behind_the_fold() -> None:
    assert Stretch(0, None, ((3, 8),)).place(5, 20) == 3
    assert Stretch(0, None, ((3, 8),)).line(3) == 8


def test_picked_lines_may_grow() -> None:
    numbers = array("I", [3, 7, 9, 30])
    shown = Picked(numbers)
    agrees(shown, [3, 7, 9, 30], 40)
    assert [shown.place(line, 40) for line in (0, 4, 31)] == [0, 1, 3]
    numbers.append(35)
    agrees(shown, [3, 7, 9, 30, 35], 40)
    agrees(Picked(numbers, 7, 30), [7, 9], 40)
    agrees(Picked(array("I")), [], 40)
