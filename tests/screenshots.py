"""Writes a picture of every screen at 80x24 and 120x40: `python -m tests.screenshots [FOLDER]`.

The scenes are those that tests/tui/test_scenes.py checks, so a picture cannot show what the tests do not see.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.tui.scenes import SCENES, SIZES, play

TARGET = Path(__file__).parents[1] / "screenshots"


async def write(folder: Path) -> list[str]:
    """One SVG per scene and size; the names written."""
    names = []
    for scene in SCENES:
        for size in SIZES:
            with tempfile.TemporaryDirectory() as root:
                async with play(scene, size, Path(root)) as pilot:
                    name = f"{scene.stem}-{size[0]}x{size[1]}.svg"
                    (folder / name).write_text(pilot.app.export_screenshot(title="canvos-tui", simplify=True), encoding="utf-8")
                    names.append(name)
    return names


def main() -> None:
    """Writes into the folder named on the command line, else into screenshots/."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    folder.mkdir(parents=True, exist_ok=True)
    names = asyncio.run(write(folder))
    sys.stdout.write(f"{len(names)} pictures in {folder}\n")


if __name__ == "__main__":
    main()
