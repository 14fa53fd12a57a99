"""What the pages send to the terminal, and how soon: `python -m tests.benchmarks.pages [STEM...]`.

Each scene stands in a terminal of its own (120x40). Bytes: the whole first screen, a page key, one row down, three seconds without a key.
Time: from a key to the last byte of its answer, the median of many. The peer is a stock Textual app with a list of as many rows, in the
same run. Goals: a page key at most 12 kB, nothing at all when idle.
"""

from __future__ import annotations

import statistics
import sys
import time

from tests.benchmarks.driven import Driven
from tests.tui.scenes import SCENES

DOWN, UP, PAGE_DOWN, PAGE_UP = b"\x1b[B", b"\x1b[A", b"\x1b[6~", b"\x1b[5~"
PAGE_LIMIT, QUIET, PRESSES, SETTLES = 12_000, 0.15, 12, 6
STOCK = """
from textual.app import App
from textual.widgets import Footer, Header, OptionList
class Stock(App):
    BINDINGS = [("q", "quit", "Quit")]
    def compose(self):
        yield Header()
        yield OptionList(*(f"row {number} of a list that is as wide as the window, or nearly so" for number in range(200)))
        yield Footer()
Stock().run()
"""


def answer(driven: Driven, key: bytes) -> tuple[int, float]:
    """Bytes of the answer to a key, and milliseconds until the last of them came."""
    before, start = len(driven.printed), time.perf_counter()
    last = start
    driven.press(key)
    while time.perf_counter() - last < QUIET:
        if driven.pump():
            last = time.perf_counter()
    return len(driven.printed) - before, (last - start) * 1000


def measure(command: list[str]) -> tuple[int, int, int, int, float]:
    """Bytes of the first screen, of the dearest page key, of the dearest row, of three idle seconds; milliseconds of a row."""
    driven = Driven(command, {"TEXTUAL_ANIMATIONS": "none"})
    try:
        for _ in range(SETTLES):  # what never comes to rest is told by its idle seconds
            if not driven.rest(1.0)[0]:
                break
        first = len(driven.printed)
        pages = [answer(driven, key)[0] for key in (PAGE_DOWN, PAGE_DOWN, PAGE_UP, PAGE_UP)]
        rows = [answer(driven, key) for key in (DOWN, UP) * (PRESSES // 2)]
        driven.rest(1.0)
        idle, _ = driven.rest(3.0)
        return first, max(pages), max(row for row, _ in rows), idle, statistics.median(took for _, took in rows)
    finally:
        driven.close()


def say(line: str) -> None:
    """At once, for whoever waits."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """A line for each scene that nobody has to act in, and for the stock app."""
    wanted = sys.argv[1:] or [scene.stem for scene in SCENES if scene.act is None and not scene.keys]
    programs = {"stock Textual list": [sys.executable, "-c", STOCK]}
    programs |= {stem: [sys.executable, "-m", "tests.benchmarks.scene_app", stem] for stem in wanted}
    say(f"{'':<30} {'first':>8} {'page key':>9} {'row':>7} {'idle 3 s':>9} {'a row takes':>12}  of the stock app's")
    base, over = 0.0, []
    for name, command in programs.items():
        first, page, row, idle, took = measure(command)
        base = base or took
        say(f"{name:<30} {first:>8} {page:>9} {row:>7} {idle:>9} {took:>9.1f} ms  {took / base:>5.2f}")
        if name in wanted and (page > PAGE_LIMIT or idle):
            over.append(name)
    say(f"over the goals: {', '.join(over) or 'none'}")


if __name__ == "__main__":
    main()
