"""The first run: nothing was answered before, and no page has been open yet."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import canvos_tui.tui
from canvos_tui.core.answers import draft as d
from tests.doubles import canvos_repo
from tests.tui.screen import push, see, until

ROOT = Path(canvos_tui.tui.__file__).parent
STRAIGHT = {"Answered", "Learned", "GoTo", "CopyAsked", "BuildTold", "Hinted"}


async def test_the_proposed_folder_is_an_answer_and_clone_clones_into_it(make_app, ports, tmp_path):
    origin = canvos_repo.make(tmp_path / "origin")
    app = make_app(replace(d.fresh(), repository=f"file://{origin}"), page="start")
    async with app.run_test(size=(80, 24)) as pilot:
        assert await see(pilot, "New  ")
        await pilot.press("enter")
        assert await see(pilot, "READY SO FAR")
        await pilot.press("f8")
        assert await see(pilot, "can be cloned")
        await until(pilot, lambda: app.draft.folder == tmp_path / "home" / "CanvOS")
        await push(pilot, "#clone")
        assert await see(pilot, "suggested for 4.9")


def test_what_is_for_the_app_or_the_hint_row_goes_there_straight():
    climbing = [
        f"{path.name}:{node.lineno}"
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "post_message"
        and getattr(node.func.value, "id", "") == "self"
        and path.name != "app.py"
        and any(isinstance(arg, ast.Call) and getattr(arg.func, "id", "") in STRAIGHT for arg in node.args)
    ]
    assert climbing == []
