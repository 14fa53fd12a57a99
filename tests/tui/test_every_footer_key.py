"""Every key that a footer names shows that it was pressed: on the screen, in the hint row, in the clipboard, or by another page."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widget import Widget

from canvos_tui.tui.key_order import KeyCame
from canvos_tui.tui.widgets.key_footer import KeyFooter
from tests import samples
from tests.tui.scenes import SCENES, SIZES, Scene, play
from tests.tui.screen import text_of, until

# a scene for each page, and for each state of a page that has keys of its own
STATES = (
    "start",
    "step00-prerequisites-failing",
    "step03-tags",
    "step06-image-tag",
    "step08-os",
    "step14-k8s-versions",
    "step10-s3-bucket",
    "ami-settings",
    "step12-aws-keys",
    "aws-rights",
    "step13-arg",
    "step16-build",
    "validate",
    "failure",
    "cancelled",
)
OF = {scene.stem: scene for scene in SCENES}
PRESSED = [(OF[stem], size) for size in samples.every(SIZES, lambda: SIZES[:1]) for stem in STATES]


MENU = {stem for stem in samples.every(STATES, lambda: STATES[:1])}  # it is the same everywhere, and takes long to open
USUAL = {"f1", "f2", "escape"}  # so are help, the guide and the way back
TRIED = {stem for stem in samples.every(STATES, lambda: STATES[:3])}
LEAVES = {"app.quit", "quit"}


@pytest.mark.parametrize(("scene", "size"), PRESSED, ids=lambda x: getattr(x, "stem", None) or f"{x[0]}x{x[1]}")
async def test_every_key_of_the_footer_shows_what_it_does(scene: Scene, size: tuple[int, int], tmp_path: Path) -> None:
    async with play(scene, size, tmp_path) as pilot:
        page, standing = pilot.app.current_mode, pilot.app.focused
        passed = LEAVES if scene.stem in MENU else {*LEAVES, "app.command_palette"}
        keys = [key.key for key in pilot.app.screen.query_one(KeyFooter).keys if key.action not in passed]
        assert {"f1", "f8"} & set(keys)
        for key in keys if scene.stem in TRIED else [key for key in keys if key not in USUAL]:
            before = seen(pilot)
            await pilot.press(key)
            await until(pilot, partial(differs, pilot, before))
            await go_back(pilot, page, standing)


def seen(pilot: Pilot[Any]) -> tuple[object, ...]:
    app: Any = pilot.app
    return app.current_mode, len(app.screen_stack), text_of(app), len(app.ports.terminal.copied)


def differs(pilot: Pilot[Any], before: tuple[object, ...]) -> bool:
    return seen(pilot) != before


async def go_back(pilot: Pilot[Any], page: str, standing: Widget | None) -> None:
    """As it was before the key; what it said goes too, for that alone must not be taken for what the next key shows."""
    app = pilot.app
    if app.current_mode != page:
        await app.switch_mode(page)
    while len(app.screen_stack) > 1:
        await app.screen.dismiss()
    if standing is not None and standing.is_attached and app.focused is not standing:
        standing.focus()
    app.screen.post_message(KeyCame())
    await pilot.pause()
