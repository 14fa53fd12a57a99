"""The screens of a bundle, those of run and doctor, at both sizes: every key of a footer does something, and none acts."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button

from canvos_tui.adapters.bundled.sealed import Sealed
from canvos_tui.core.bundle.archive import Opened
from canvos_tui.core.bundle.contents import DOCTOR, EVENTS, PLAN, RESULT
from canvos_tui.core.bundle.seen import Seen
from canvos_tui.tui.bundle.places import Looking
from canvos_tui.tui.key_order import KeyCame
from canvos_tui.tui.widgets.key_footer import KeyFooter, named
from tests import samples
from tests.hostile import obeyed, texts
from tests.runs import SECRET
from tests.tui import story
from tests.tui.bundles import SAID, app_of, collected, seen_of
from tests.tui.scenes import SIZES
from tests.tui.screen import see, text_of, type_text, until

ACTING = {"cancel", "bundle", "rerun", "accept", "save", "json", "links", "delete", "guide"}
ELSEWHERE = {"app.quit", "app.command_palette"}  # what is the same on every page
NOT_PRESSED = {"app.quit", "leave", "suspend_process", "app.command_palette", "stream"}  # they leave the screens
ASIDE = {"Keys", "Leave the mouse to the terminal", "Take the mouse back", "Maximize", "Minimize", "Quit", "Screenshot", "Theme"}
SIZE = pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return collected(tmp_path_factory.mktemp("failed"), story.FAILURE)


@pytest.fixture(scope="module")
def failed(opened: Opened) -> Seen:
    return seen_of(opened)


def without(opened: Opened, *names: str) -> Seen:
    return seen_of(Opened(opened.manifest, {name: data for name, data in opened.files.items() if name not in names}))


def offered(pilot: Pilot[Any]) -> set[str]:
    """The actions of all keys that work where one stands, those that no footer names too."""
    return {active.binding.action.partition("(")[0] for active in pilot.app.screen.active_bindings.values()}


@SIZE
async def test_all_of_it_is_walked_through_with_one_key(failed: Seen, size: tuple[int, int]) -> None:
    async with app_of(failed).run_test(size=size) as pilot:
        painted = await see(pilot, "FAILED in Snapshot import", "The checks", "by 0.9.9 · 2026-08-23 ", "F8 Log", " bundle ", "Look at")
        assert "Detach" not in painted
        assert "Go on" not in painted
        assert "Back" not in painted
        await pilot.press("f8")
        await see(pilot, "Installer", "build.log", "F8 Checks", "FOLLOWING", "· ended ─")  # its events know of no end, its result does
        await pilot.press("f8")
        await see(pilot, "Service role vmimport", "asked 2026-08-23 ", "F8 Files")
        await pilot.press("f8")
        await see(pilot, "run 20260823-1412-3f9a", "account 123456789012", "by canvos-tui 0.9.9", "summary.md", "F8 Result")
        await pilot.press("f8")
        await see(pilot, "FAILED in Snapshot import")


@pytest.mark.parametrize("size", samples.every(SIZES, lambda: SIZES[:1]), ids="{0[0]}x{0[1]}".format)
async def test_every_key_of_a_footer_does_something_and_none_acts(failed: Seen, size: tuple[int, int]) -> None:
    async with app_of(failed).run_test(size=size) as pilot:
        await see(pilot, "FAILED in Snapshot import")
        app: Any = pilot.app
        for page in ("result", "build", "check", "files"):
            await app._enter(page)
            await until(pilot, lambda: pilot.app.screen.query(KeyFooter) and pilot.app.focused)
            await pilot.pause()
            assert not offered(pilot) & ACTING
            assert not [push for push in app.screen.query(Button) if push.visible and push.region], "no way to a build"
            for key in [
                key.key for key in pilot.app.screen.query_one(KeyFooter).keys if key.action not in {"app.quit", "app.command_palette"}
            ]:
                before = seen(pilot)
                await pilot.press(key)
                await until(pilot, partial(differs, pilot, before))
                while len(app.screen_stack) > 1:
                    await app.screen.dismiss()
                if app.current_mode != page:
                    await app._enter(page)
                app.screen.post_message(KeyCame())
                await pilot.pause()


@pytest.mark.long  # the keys of the footers are pressed above
async def test_every_key_button_and_command_of_a_bundle_asks_nothing_of_any_machine(failed: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that no footer names, too; and no button leads towards a build, for there is none on any screen."""
    asked: list[str] = []
    refusing = Sealed.__getattr__

    def told(sealed: Sealed, name: str) -> object:
        asked.append(name)
        return refusing(sealed, name)

    monkeypatch.setattr(Sealed, "__getattr__", told)
    async with app_of(failed).run_test(size=(80, 24)) as pilot:
        await see(pilot, "FAILED in Snapshot import")
        app: Any = pilot.app
        slugs = ("result", "build", "check", "files")
        for page in slugs:
            await app._enter(page)
            await until(pilot, lambda: pilot.app.screen.query(KeyFooter) and pilot.app.focused)
            await pilot.pause()
            assert [push for push in app.screen.query(Button) if push.visible and push.region] == []
            assert not re.search(r"\[ [A-Z]\w+[^\]]* \]|Next\b", text_of(app)), "nothing looks like a button, either"
            keys = {key for key, active in app.screen.active_bindings.items() if active.binding.action not in NOT_PRESSED}
            keys |= {key for panel in app.screen.query(Looking) for key in panel._bindings.key_to_bindings}  # what is hidden of them, too
            for key in sorted(keys - {"ctrl+z", "q", "o"} | {"enter", "f2", "f5"}):
                await pilot.press("home", key)  # at the first row, for the last one closes the bundle
                await pilot.pause()
                assert app._exit is False, (page, key)
                while len(app.screen_stack) > 1:
                    await app.screen.dismiss()
                assert app.current_mode in slugs, (page, key)
                if app.current_mode != page:
                    await app._enter(page)
            commands = [command.title for command in app.get_system_commands(app.screen)]
            here = {key.name for key in named(app.screen) if key.action not in ACTING}
            assert {title for title in commands if not title.startswith("Go to ")} <= ASIDE | here, page
            assert {f"Go to {place.title}" for place in app._pages()} <= set(commands)
        assert not asked


async def test_a_row_of_the_checks_shows_its_raw_output(failed: Seen) -> None:
    async with app_of(failed).run_test(size=(80, 24)) as pilot:
        await see(pilot, "FAILED in Snapshot import")
        await pilot.app._enter("check")  # type: ignore[attr-defined]
        await see(pilot, "Service role vmimport", "asked 2026-08-23 ")
        await pilot.press("enter")
        await see(pilot, "Raw output of AWS-ROLE-VMIMPORT")


def seen(pilot: Pilot[Any]) -> tuple[object, ...]:
    app: Any = pilot.app
    return app.current_mode, len(app.screen_stack), text_of(app), len(app.ports.terminal.copied)


def differs(pilot: Pilot[Any], before: tuple[object, ...]) -> bool:
    return seen(pilot) != before


async def test_the_log_is_searched_and_stands_on_the_cause(failed: Seen) -> None:
    async with app_of(failed).run_test(size=(80, 24)) as pilot:
        await see(pilot, "FAILED in Snapshot import")
        await pilot.press("enter")
        await see(pilot, "Installer", "FOLLOWING")
        await pilot.press("slash")
        await type_text(pilot, "noble")
        await see(pilot, "/noble 1 of ")
        await pilot.press("enter", "escape", "e")
        await see(pilot, "the first real error", SAID[:40])
        await pilot.press("s")
        await see(pilot, "s does nothing here")


async def test_a_file_is_read_and_the_summary_copied(failed: Seen) -> None:
    async with app_of(failed).run_test(size=(80, 24)) as pilot:
        await see(pilot, "FAILED in Snapshot import")
        await pilot.press("down", "down", "enter")
        await see(pilot, "▸ README.md")
        await pilot.press("down", "down", "enter")
        await see(pilot, "versions.json   (c copies", '"canvos_tui": "0.9.9"')
        await pilot.press("escape", "m")
        ports: Any = pilot.app.ports  # type: ignore[attr-defined]
        await until(pilot, lambda: ports.terminal.copied)
        assert ports.terminal.copied[-1].startswith("### canvos-tui: FAILED")


@SIZE
async def test_of_a_success_the_ami_is_shown(tmp_path: Path, size: tuple[int, int]) -> None:
    success = seen_of(collected_in_thread(tmp_path))
    async with app_of(success).run_test(size=size) as pilot:
        await see(pilot, "Your image is ready", story.AMI.image_id, "Proven by AWS", "▸ Log and phases")
        assert not offered(pilot) & ACTING
        await pilot.press("c")
        ports: Any = pilot.app.ports  # type: ignore[attr-defined]
        await until(pilot, lambda: ports.terminal.copied == [story.AMI.image_id])
        await pilot.press("down", "enter")
        await see(pilot, "Service role vmimport")
        await pilot.press("escape", "escape", "down", "down", "enter")
        await until(pilot, lambda: pilot.app._exit)
    assert pilot.app.return_code == 0


def collected_in_thread(root: Path) -> Opened:
    """Out of the loop of the test, which is not to be run twice."""
    import concurrent.futures

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        return pool.submit(collected, root, story.SUCCESS).result()


async def test_of_a_machine_without_a_run_there_are_its_checks(opened: Opened) -> None:
    manifest = {**opened.manifest, "run": None}
    names = set(opened.files) - {PLAN, RESULT, EVENTS, "build.log", "aws.json", "arg.txt"}
    machine = seen_of(Opened(manifest, {name: opened.files[name] for name in names}))
    async with app_of(machine).run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "Service role vmimport", "F8 Files")
        assert "Result" not in painted
        await pilot.press("f8")
        await see(pilot, "a machine without a run")


async def test_what_is_missing_in_a_bundle_is_missing_on_its_screens(opened: Opened) -> None:
    async with app_of(without(opened, DOCTOR, PLAN, RESULT, EVENTS, "summary.md")).run_test(size=(80, 24)) as pilot:
        painted = await see(pilot, "F8 Log")
        assert "The checks" not in painted
        await pilot.press("m")
        await see(pilot, "there is no summary in this bundle")
        await pilot.press("f8")
        await see(pilot, "Which phases there were is not known", "FOLLOWING")
        await pilot.press("f8")
        await see(pilot, "run 20260823-1412-3f9a", "Made ")


async def test_words_of_a_bundle_are_foreign_words_on_its_screens_too() -> None:
    """They are cleaned and masked again, wherever in the bundle they stand; and files of any shape leave the screens whole."""
    said = f"arrived AWS_SECRET_ACCESS_KEY={SECRET} " + " ".join(text.replace("\n", " ") for text in texts()) + " whole"
    cause = {"id": said, "title": said, "explanation": said, "remedies": [{"text": said, "commands": [{"run": said, "root": False}]}]}
    result: dict[str, Any] = {"run_id": said, "outcome": "failed", "bucket": said, "log": said, "cause": {**cause, "evidence": [said]}}
    result["findings"] = [{"id": said, "status": "fail", "text": said}]
    check: dict[str, Any] = {"id": "X", "title": said, "why": said, "category": said, "guide_ref": said, "status": "fail"}
    check |= {
        "observed": {"text": said},
        "fix": [{"text": said, "commands": [{"run": said}]}],
        "evidence": [{"command": said, "stdout": said}],
    }
    files = {
        "build.log": f"+base | {said}\n".encode("utf-8", "surrogatepass"),
        "result.json": json.dumps(result).encode(),
        "doctor.json": json.dumps({"schema": "canvos-tui.doctor/1", "checks": [check, 7, None]}).encode(),
        "versions.json": json.dumps({"python": said, "checkout": {"path": said}}).encode(),
        "run.json": b"[]",
        "events.jsonl": b"7",
        "aws.json": b"\xff",
    }
    hostile = seen_of(Opened({"run": said, "tool": said}, files))
    async with app_of(hostile).run_test(size=(120, 40)) as pilot:
        await see(pilot, "FAILED", "arrived")
        for _ in range(4):
            painted = text_of(pilot.app)
            assert SECRET not in painted
            assert not obeyed(painted)
            await pilot.press("f8")
            await pilot.pause()
        await pilot.press("f8", "f8", "f8")
        await see(pilot, "versions.json")
        await pilot.press("enter")
        await see(pilot, "c copies, Esc closes", "arrived")
        assert SECRET not in text_of(pilot.app)
