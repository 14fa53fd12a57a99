"""How the wizard opens: a frame before anything of ours is loaded, and nothing lost that was typed meanwhile."""

from __future__ import annotations

import ast
import asyncio
import gc
import os
import re
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from textual._compositor import Compositor
from textual.events import Key

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.errors import CanvosError
from canvos_tui.tui import collector
from canvos_tui.tui.app import CanvosApp
from canvos_tui.tui.opening import Opening, Room
from canvos_tui.tui.widgets.hint_row import HintRow
from tests import samples
from tests.terminal import Terminal
from tests.tui.fakes import make_ports
from tests.tui.screen import until

HEAVY = {"boto3", "botocore", "docker", "yaml", "dotenv", "rich.markdown", "http.client"}


def test_the_first_frame_waits_for_nothing_of_ours():
    code = (
        "import sys; from canvos_tui.core.errors import CanvosError; from canvos_tui.tui.app import CanvosApp\n"
        "found = []\n"
        "async def room():\n"
        "    found.append([w.id for w in app.screen.query('Static')])\n"
        f"    found.append(sorted({HEAVY!r} & set(sys.modules)))\n"
        "    found.append(sorted(m for m in sys.modules if m.startswith('canvos_tui.') and m.count('.') > 1))\n"
        "    raise CanvosError('enough')\n"
        "app = CanvosApp(room); app.run(headless=True); print(found)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    shown, heavy, ours = ast.literal_eval(done.stdout)
    assert shown == ["door-bar", "door-title"]
    assert heavy == []
    light = {
        "core.command_words",
        "core.errors",
        "core.exit_codes",
        "core.terminal",
        "core.terminal.frame_diff",
        "core.terminal.marks",
        "core.terminal.plain_ascii",
        "core.values",
        "tui.app",
        "tui.collector",
        "tui.doorstep",
        "tui.job_control",
        "tui.key_order",
        "tui.messages",
        "tui.pace",
        "tui.painting",
        "tui.painting.hollow",
        "tui.painting.thrifty_driver",
        "tui.reflex",
        "tui.textual_inside",
        "tui.theme",
        "tui.way",
    }
    assert ours == sorted(f"canvos_tui.{name}" for name in light)


LATER = (
    "canvos_tui.adapters.aws",
    "canvos_tui.adapters.docker",
    "canvos_tui.core.checks.",
    "canvos_tui.core.log",
    "canvos_tui.core.verdict",
)


def test_the_start_page_stands_without_what_only_a_run_or_a_check_needs(tmp_path):
    """Each module that a page brings along keeps whoever starts waiting; a single import once brought forty."""
    told = tmp_path / "loaded"
    code = (
        "import os, pathlib, signal, sys\n"
        f"told = pathlib.Path({str(told)!r})\n"
        "signal.signal(signal.SIGUSR1, lambda *_: told.write_text(' '.join([*sys.modules, 'all'])))\n"
        "sys.argv = ['canvos-tui']\n"
        "from canvos_tui.cli import main\n"
        "sys.exit(main())"
    )
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    with Terminal([sys.executable, "-c", code], environ) as terminal:
        terminal.until(lambda: b"Build an AWS cloud image" in terminal.printed)
        terminal.press("z")
        terminal.see("z does nothing here")
        terminal.process.send_signal(signal.SIGUSR1)
        terminal.until(lambda: told.exists() and told.read_text(encoding="utf-8").endswith(" all"))
        loaded = set(told.read_text(encoding="utf-8").split())
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
    ours = {name for name in loaded if name.startswith("canvos_tui.")}
    assert {"canvos_tui.tui.page", "canvos_tui.tui.steps.start"} <= ours, "that is how they are told"
    assert sorted(name for name in ours if name.startswith(LATER)) == []
    assert sorted(name for name in ours if name.startswith("canvos_tui.core.run.")) == ["canvos_tui.core.run.outcome"]
    assert loaded & HEAVY == set()
    assert len(ours) < 125


@pytest.fixture
def make_room(tmp_path):
    def make() -> Room:
        ports = make_ports(tmp_path)
        return Room(ports, fresh(ports.environ), Opening())

    return make


def _key(name: str) -> Key:
    return Key(name, None)


async def test_keys_typed_before_the_first_page_is_there_reach_it(make_room):
    go_on = asyncio.Event()

    async def room():
        await go_on.wait()
        return make_room()

    app = CanvosApp(room)
    async with app.run_test() as pilot:
        for key in ("down", "enter"):
            app.post_message(_key(key))
        await pilot.pause()
        assert [w.id for w in app.screen.query("Static")] == ["door-bar", "door-title"]
        go_on.set()
        await until(pilot, lambda: app.current_mode == "check" and app.screen.query("#check-rows"))
        await pilot.pause()


async def test_what_was_typed_before_has_its_effect_in_the_first_picture_of_the_page(make_room, monkeypatch):
    go_on, painted = asyncio.Event(), list[tuple[str, str]]()
    whole = Compositor.render_update

    def noted(self: Compositor, **how: Any) -> Any:
        painted.append((type(app.screen).__name__, " ".join(str(row.visual) for row in app.screen.query(HintRow))))
        return whole(self, **how)

    async def room():
        await go_on.wait()
        return make_room()

    monkeypatch.setattr(Compositor, "render_update", noted)
    app = CanvosApp(room)
    async with app.run_test() as pilot:
        app.post_message(_key("z"))
        await pilot.pause()
        go_on.set()
        await until(pilot, lambda: any(name == "PageScreen" for name, _ in painted))
    said = [hint for name, hint in painted if name == "PageScreen"]
    assert "z does nothing here" in said[0]


async def test_garbage_is_searched_for_again_as_soon_as_the_first_page_stands(make_room):
    async def room():
        return make_room()

    collector.hold()
    try:
        async with CanvosApp(room).run_test() as pilot:
            await until(pilot, gc.isenabled)
            assert gc.get_freeze_count()
    finally:
        gc.enable()
        gc.unfreeze()


def test_nothing_is_set_aside_where_no_search_was_held_up():
    collector.release()
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, 0)


async def test_what_cannot_be_loaded_ends_it_with_the_reason():
    async def room():
        raise CanvosError("the state directory cannot be read", remedy="check its owner")

    app = CanvosApp(room)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.problem is not None)
    assert app.return_code == 2
    assert str(app.problem) == "the state directory cannot be read"
    assert app.left_with is None


def test_keys_and_signals_at_the_very_start_in_a_real_terminal(tmp_path):
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    command = [sys.executable, "-m", "canvos_tui"]
    with Terminal(command, environ) as terminal:
        terminal.until(lambda: b"Build an AWS cloud image" in terminal.printed)
        terminal.press("down", "enter")  # the second door: Check
        terminal.see("● Check", "Prerequisites")
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert terminal.left_on() == []


def test_what_another_program_wrote_over_is_mended_by_one_key_and_by_another_size(tmp_path):
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    environ = {name: value for name, value in environ.items() if name not in {"COLUMNS", "LINES"}}  # or the window's size would not count
    with Terminal([sys.executable, "-m", "canvos_tui"], environ) as terminal:
        terminal.see("Validate", "Have ready", "F1 Help")
        terminal.press("z")
        whole = terminal.see("z does nothing here")  # the page is open, and what opening it painted is painted
        for mend in (lambda: terminal.press("ctrl+l"), lambda: terminal.resize(100, 30)):
            terminal.garble(8, "Broadcast message from root: the system is going down")
            assert "Broadcast" in terminal.text
            mend()
            terminal.until(lambda: "Broadcast" not in terminal.text)
            assert "from the guide's step 1" in terminal.text
        terminal.resize(80, 24)
        terminal.press("z")
        terminal.until(lambda: terminal.text == whole)
        terminal.press("ctrl+q")
        assert terminal.wait() == 0


def styled(terminal: Terminal, word: str) -> Any:
    """The first cell of that word."""
    row, line = next((n, line) for n, line in enumerate(terminal.screen.display) if word in line and "›" not in line and n)
    return terminal.screen.buffer[row][line.index(word)]


def test_without_colours_no_sequence_of_one_goes_out_and_attributes_tell_what_grounds_tell_elsewhere(tmp_path):
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state"), "NO_COLOR": "1"}
    with Terminal([sys.executable, "-m", "canvos_tui"], environ) as terminal:
        terminal.see("▸ New", "F1 Help")
        terminal.until(lambda: styled(terminal, "▸ New").underscore)  # the row under the cursor
        terminal.press("enter")
        terminal.see("● Check", "F8 Next")
        terminal.press("f8")
        terminal.see("● Repo", "Folder")
        assert styled(terminal, "/CanvOS").underscore, "where something can be typed"
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
    numbers = {n for sgr in re.findall(rb"\x1b\[([\d;]*)m", bytes(terminal.printed)) for n in sgr.split(b";") if n}
    assert numbers <= {b"0", b"1", b"2", b"3", b"4", b"7", b"9"}
    assert numbers >= {b"1", b"4", b"7"}


@pytest.mark.parametrize("moment", samples.every([0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3], lambda: [0.0, 0.1, 0.2]))
def test_an_end_in_the_middle_of_the_opening_is_an_end_and_no_crash(tmp_path, moment):
    environ = {**os.environ, "HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    with Terminal([sys.executable, "-m", "canvos_tui"], environ) as terminal:
        terminal.until(lambda: b"Build an AWS cloud image" in terminal.printed)
        time.sleep(moment)
        terminal.process.terminate()
        assert terminal.wait() == 128 + 15, terminal.said
        assert terminal.left_on() == []
        assert "Traceback" not in terminal.said
