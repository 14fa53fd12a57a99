"""From a failed run to an empty account, by keys: the list on the screen of the failure, one thing after another."""

from __future__ import annotations

import pytest

from canvos_tui.core.exit_codes import ExitCode
from tests.on_stage import on_stage
from tests.terminal import Terminal

pytestmark = pytest.mark.slow


def marked(terminal: Terminal) -> list[str]:
    """The lines under the cursor."""
    return [line for line in terminal.text.splitlines() if "▸ " in line]


def test_what_a_failed_run_left_is_removed_from_its_screen(tmp_path):
    with on_stage(tmp_path, "register-once") as scene:
        assert scene.inside("run", "--config", scene.answers(), "--yes").returncode == ExitCode.IMPORT_FAILED
        (info,) = scene.infos()
        with scene.terminal("attach", info.run_id) as terminal:
            terminal.see("Go on: AMI", "What is left")
            while not terminal.highlighted("What is left"):
                before = marked(terminal)
                terminal.press("down")
                terminal.until(lambda: marked(terminal) != before)  # noqa: B023  it is looked at before the next turn
            terminal.press("enter")
            terminal.see("▸ snapshot", "together at most")
            for _ in range(3):
                first = next(line for line in terminal.text.splitlines() if "▸ " in line and "Keep" not in line)
                terminal.press("enter")
                terminal.see("Keep it")
                terminal.press("down", "enter")
                terminal.until(lambda: first not in terminal.text.splitlines())  # noqa: B023
                terminal.until(lambda: "asking AWS" not in terminal.text and "removing" not in terminal.text)
        left = scene.inside("leftovers")
        assert "nothing is left of the runs of this machine" in left.stdout + left.stderr
        assert not (scene.checkout / ".secret").exists()
