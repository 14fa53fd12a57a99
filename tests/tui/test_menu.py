"""The menu of Ctrl+P: what the keys of a page do, each under the name and with the key that help and footer have for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from canvos_tui.tui.widgets.key_footer import KeyFooter
from tests.tui.scenes import SCENES, play
from tests.tui.screen import see, text_of, until

OF = {scene.stem: scene for scene in SCENES}


@pytest.mark.parametrize("stem", ["start", "step00-prerequisites-failing", "step03-tags", "step13-arg", "build-import", "failure"])
async def test_what_a_footer_offers_is_in_the_menu_with_its_key(stem: str, tmp_path: Path) -> None:
    async with play(OF[stem], (120, 40), tmp_path) as pilot:
        app: Any = pilot.app
        footer = app.screen.query_one(KeyFooter)
        keys = {key.name: key.display for key in footer.keys if key.action not in {"app.quit", "app.command_palette"}}
        offered = {command.title: command.help for command in app.get_system_commands(app.screen)}
        assert {name: offered.get(name) for name in keys} == {name: f"key {display}" for name, display in keys.items()}
        await pilot.press("f1")
        told = await see(pilot, "Keys here")
        for name, display in list(keys.items())[:3]:
            assert f"{display:<12} {name}" in told, "F1 says it in the same words"


async def test_a_command_does_what_its_key_does_and_no_row_of_the_menu_has_an_emoji(tmp_path: Path) -> None:
    async with play(OF["step00-prerequisites-failing"], (80, 24), tmp_path) as pilot:
        await pilot.press("ctrl+p")
        painted = await see(pilot, "Search for commands", "key a")
        assert all(cell_len(sign) < 2 for sign in painted), [sign for sign in painted if cell_len(sign) > 1]
        await pilot.press(*"copy fix")
        await until(pilot, lambda: "key c" in text_of(pilot.app) and "key a" not in text_of(pilot.app))
        await pilot.press("enter")
        copied = pilot.app.ports.terminal.copied  # type: ignore[attr-defined]
        await until(pilot, lambda: copied)
        assert "sudo systemctl start docker" in copied[0]
