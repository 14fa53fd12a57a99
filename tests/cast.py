"""A film of the rehearsal, from Start to the AMI, as one animated picture: `python -m tests.cast [FILE]`.

A real terminal of 80x24 is recorded while keys are pressed, and drawn with nothing but this repository: rows that come again are drawn
once, and CSS shows one frame after the other. Whoever asked their system for less motion sees the last one.
"""

from __future__ import annotations

import argparse
import html
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from tests.on_stage import OnStage, on_stage, to_review, to_tags, write_and_build
from tests.terminal import Terminal

TARGET = Path(__file__).parents[1] / "screenshots" / "rehearsal.svg"
COLUMNS, ROWS = 80, 24
WIDE, HIGH, PAD = 8.4, 18, 12  # pixels of a cell, and around them
HOME = "/home/you"
GROUND, TEXT = "#0d1117", "#d7dde5"
SHORTEST, LONGEST, LAST = 0.25, 1.6, 6.0  # seconds that a frame is seen
STILL = 0.05  # seconds after which a screen is taken for painted
MOST = 480_000  # bytes

Row = tuple[tuple[str, str, str, bool], ...]  # runs of one look: text, colour, ground, bold


@dataclass
class Frame:
    """What stood in the window, and from when on (seconds)."""

    rows: tuple[Row, ...]
    at: float


class Camera:
    """Looks at a terminal each time that something may have changed, and keeps what stood still for a moment: no half-painted frame."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._seen = Frame((), 0.0)
        self.frames: list[Frame] = []

    def __call__(self) -> None:
        now = time.monotonic()
        rows = tuple(row_of(self._terminal.screen, y) for y in range(ROWS))
        if rows != self._seen.rows:
            self._seen = Frame(rows, now)
        elif now - self._seen.at >= STILL and (not self.frames or rows != self.frames[-1].rows):
            self.frames.append(self._seen)


def row_of(screen: Any, y: int) -> Row:
    """A row of the window in runs of one look; a cell in reverse has its colours the other way round."""
    cells = [screen.buffer[y][x] for x in range(COLUMNS)]
    looks = [
        (cell.data, *((ground, colour) if cell.reverse else (colour, ground)), cell.bold)
        for cell in cells
        for colour, ground in [(_colour(cell.fg, TEXT), _colour(cell.bg, GROUND))]
    ]
    return tuple(("".join(c[0] for c in run), *look) for look, run in ((look, list(run)) for look, run in groupby(looks, lambda c: c[1:])))


def placed(row: Row, home: str) -> Row:
    """The row as it would be in somebody's home; what follows stays in its column."""
    return tuple((text.replace(home, HOME).ljust(len(text)), colour, ground, bold) for text, colour, ground, bold in row)


def _colour(told: str, default: str) -> str:
    return f"#{told}" if len(told) == 6 and all(c in "0123456789abcdef" for c in told.lower()) else default


def record() -> list[Frame]:
    """The frames of a rehearsal by keys alone."""
    with tempfile.TemporaryDirectory() as folder, on_stage(Path(folder), pace=0.12) as scene, _window(scene) as terminal:
        camera = Camera(terminal)
        terminal.watchers.append(camera)
        to_tags(terminal)
        _rest(terminal)
        to_review(terminal)
        _rest(terminal)
        write_and_build(terminal)
        terminal.see("Your image is ready")
        _rest(terminal)
        terminal.press("ctrl+q")
        terminal.wait()
        ready = max(n for n, frame in enumerate(camera.frames) if "Your image is ready" in _words(frame))
        return [Frame(tuple(placed(row, str(scene.home)) for row in frame.rows), frame.at) for frame in camera.frames[: ready + 1]]


def _window(scene: OnStage) -> Terminal:
    return scene.terminal("rehearse", "--keep", str(scene.home / "rehearsal"), environ=scene.bare)


def _words(frame: Frame) -> str:
    return "\n".join("".join(text for text, *_ in row) for row in frame.rows)


def _rest(terminal: Terminal) -> None:
    until = time.monotonic() + 1
    while time.monotonic() < until:
        terminal.pump()


def drawn(frames: list[Frame]) -> str:
    """The picture; ValueError where it would be too large."""
    times = [min(LONGEST, max(SHORTEST, later.at - frame.at)) for frame, later in pairwise(frames)] + [LAST]
    known: dict[Row, str] = {}
    shown = []
    for frame in frames:
        uses = [(y, known.setdefault(row, f"r{len(known)}")) for y, row in enumerate(frame.rows) if any(_seen(run) for run in row)]
        shown.append("".join(f'<use href="#{name}" y="{y * HIGH}"/>' for y, name in uses))
    rows = "".join(f'<g id="{name}">{"".join(_run(row))}</g>' for row, name in known.items())
    width, height = round(COLUMNS * WIDE + 2 * PAD), ROWS * HIGH + 2 * PAD
    groups = "".join(f'<g class="f f{n}">{uses}</g>' for n, uses in enumerate(shown))
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>canvos-tui: the rehearsal, from Start to the AMI</title><style>{_style(times)}</style><defs>{rows}</defs>"
        f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/><g transform="translate({PAD} {PAD})">{groups}</g></svg>\n'
    )
    if len(picture.encode()) > MOST:
        raise ValueError(f"{len(picture.encode())} bytes of {len(frames)} frames are more than {MOST}")
    return picture


def _seen(run: tuple[str, str, str, bool]) -> bool:
    return bool(run[0].strip()) or run[2] != GROUND


def _run(row: Row) -> Iterator[str]:
    at = 0
    for text, colour, ground, bold in row:
        x, width = round(at * WIDE, 1), round(len(text) * WIDE, 1)
        if ground != GROUND:
            yield f'<rect x="{x}" width="{width}" height="{HIGH}" fill="{ground}"/>'
        if text.strip():
            lead = len(text) - len(text.lstrip())
            words = text.strip()
            weight = ' font-weight="bold"' if bold else ""
            place = f'x="{round((at + lead) * WIDE, 1)}" y="13.5" textLength="{round(len(words) * WIDE, 1)}"'
            yield f'<text {place} fill="{colour}"{weight}>{html.escape(words)}</text>'
        at += len(text)


def _style(times: list[float]) -> str:
    whole, begun = sum(times), 0.0
    rules = [
        "text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace}",
        f".f{{visibility:hidden;animation:{whole:.2f}s step-end infinite}}",
    ]
    for number, seconds in enumerate(times):
        start, end = begun / whole * 100, (begun + seconds) / whole * 100
        before = "0%{visibility:hidden}" if number else ""
        after = f"{end:.3f}%{{visibility:hidden}}" if number < len(times) - 1 else ""
        rules.append(f"@keyframes k{number}{{{before}{start:.3f}%{{visibility:visible}}{after}}}.f{number}{{animation-name:k{number}}}")
        begun += seconds
    still = f"@media(prefers-reduced-motion:reduce){{.f{{animation:none}}.f{len(times) - 1}{{visibility:visible}}}}"
    return "".join([*rules, still])


def thinned(frames: list[Frame], most: int) -> list[Frame]:
    """So many of them at most, evenly; the last stays."""
    if len(frames) <= most:
        return frames
    kept = sorted({round(n * (len(frames) - 1) / (most - 1)) for n in range(most)})
    return [frames[n] for n in kept]


def main() -> None:
    """Records, draws, and takes fewer frames until the picture is small enough."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("file", nargs="?", type=Path, default=TARGET)
    file = parser.parse_args().file
    frames = record()
    most = 90
    while True:
        try:
            picture = drawn(thinned(frames, most))
        except ValueError:
            most = most * 4 // 5
            continue
        file.write_text(picture, encoding="utf-8")
        sys.stdout.write(f"{file}: {len(picture.encode())} bytes, {min(most, len(frames))} of {len(frames)} frames\n")
        return


if __name__ == "__main__":
    main()
