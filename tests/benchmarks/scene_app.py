"""A scene of the pictures in a real terminal: `python -m tests.benchmarks.scene_app STEM`; Ctrl+Q quits."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.tui.scenes import SCENES, staged


def main() -> None:
    """Shows it in the state before anybody acts; the window's size is the terminal's."""
    scene = next(scene for scene in SCENES if scene.stem == sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        staged(scene, Path(folder)).run()


if __name__ == "__main__":
    main()
