"""A picture of every screen at 80x24 and 120x40, of some in the light theme too: `python -m tests.screenshots [--check] [FOLDER]`.

The scenes are those that tests/tui/test_scenes.py checks, so a picture cannot show what the tests do not see. With `--check`
nothing is written: the words of each picture in the folder have to be those of the scene as it is played now.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import re
import sys
import tempfile
from collections.abc import AsyncGenerator
from itertools import product, zip_longest
from pathlib import Path

from rich.cells import cell_len

from tests.tui.scenes import SCENES, SIZES, play

TARGET = Path(__file__).parents[1] / "screenshots"
FILM = "rehearsal.svg"  # of tests/cast.py, which has its own test
LIGHT = {"start", "step00-prerequisites-failing", "build-import", "validate"}
_CELL = 12.2  # width of a character in Rich's pictures
# the words of a line lie in pieces, each with its place and the number of its line
_PIECE = re.compile(r'<text [^>]*\bx="([\d.]+)"[^>]*clip-path="url\(#[\w-]*-line-(\d+)\)"[^>]*>([^<]*)</text>')


def words_of(picture: str) -> list[str]:
    """The lines of the screen in a picture, without what stands around it."""
    lines: list[str] = []
    for x, number, piece in _PIECE.findall(picture):
        lines += [""] * (int(number) + 1 - len(lines))
        start = round(float(x) / _CELL)
        words = html.unescape(piece).replace("\xa0", " ")
        lines[int(number)] += " " * (start - cell_len(lines[int(number)])) + words
    return [line.rstrip() for line in lines]


async def drawn() -> AsyncGenerator[tuple[str, str], None]:
    """Name and content of each picture, one per scene and size, and of some in the light theme as well."""
    for scene, size in product(SCENES, SIZES):
        for worn in ("", "light") if scene.stem in LIGHT else ("",):
            with tempfile.TemporaryDirectory() as root:
                async with play(scene, size, Path(root), worn) as pilot:
                    picture = pilot.app.export_screenshot(title="canvos-tui", simplify=True)
                    yield f"{scene.stem}-{size[0]}x{size[1]}{f'-{worn}' if worn else ''}.svg", picture


async def write(folder: Path) -> str:
    """Draws all of them anew; what was done."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    async for name, picture in drawn():
        (folder / name).write_text(picture, encoding="utf-8")
        count += 1
    return f"{count} pictures in {folder}"


def difference(kept: str, played: str) -> str:
    """The first line that is not the same in two pictures; empty when they say the same."""
    pairs = zip_longest(words_of(kept), words_of(played), fillvalue="")
    for number, (before, now) in enumerate(pairs, 1):
        if before != now:
            return f"line {number}\n  picture: {before}\n  scene:   {now}"
    return ""


async def check(folder: Path) -> list[str]:
    """What is wrong with the pictures in a folder, a paragraph for each."""
    wrong, scenes = [], set()
    async for name, picture in drawn():
        scenes.add(name)
        path = folder / name
        if not path.is_file():
            wrong.append(f"{name}: there is no such picture")
        elif found := difference(path.read_text(encoding="utf-8"), picture):
            wrong.append(f"{name}: {found}")
    return wrong + [f"{path.name}: there is no such scene" for path in sorted(folder.glob("*.svg")) if path.name not in scenes | {FILM}]


def main() -> int:
    """Writes or checks the folder named on the command line, else screenshots/; 1 when a picture is not what is played."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", type=Path, default=TARGET)
    parser.add_argument("--check", action="store_true", help="write nothing, compare the words")
    asked = parser.parse_args()
    if not asked.check:
        sys.stdout.write(asyncio.run(write(asked.folder)) + "\n")
        return 0
    wrong = asyncio.run(check(asked.folder))
    verdict = f"{len(wrong)} pictures differ from their scenes; python -m tests.screenshots draws them anew" if wrong else ""
    sys.stdout.write("\n".join((*wrong, verdict or "every picture shows its scene")) + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
