"""Whoever watches a build dies, is stopped, or is torn at: the build goes on, nothing is lost, and the terminal is sane afterwards.

The ordinary suite takes the three sudden deaths and the crash; the other ways take minutes of nothing but waiting for builds.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.core.run.outcome import Outcome
from tests.on_stage import OnStage, on_stage
from tests.terminal import Terminal
from tests.waiting import until

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[OnStage]:
    with on_stage(tmp_path, pace=0.1) as found:
        yield found


def started(scene: OnStage) -> str:
    run_id = scene.start_build()
    until(lambda: "+base-image" in scene.log(run_id))
    return run_id


def whole(scene: OnStage, run_id: str) -> None:
    """The build came to its end, proven by AWS, and its log is whole from the first line to the last."""
    until(lambda: scene.result(run_id) is not None, 60)
    result = scene.result(run_id)
    assert result is not None
    assert result.outcome is Outcome.SUCCEEDED
    log = scene.log(run_id)
    assert log.startswith("version: Docker version")
    assert "No such container: earthly-buildkitd" in log.splitlines()[-1]
    assert "missing here" not in log


def test_watchers_of_one_build_die_in_three_ways(tmp_path: Path) -> None:
    """By kill -9, by a hang-up of the terminal, and by a connection that breaks in the middle of a line."""
    with on_stage(tmp_path, pace=0.2) as scene:
        run_id = started(scene)
        with scene.terminal("attach", run_id) as killed:
            killed.see("● Build", "FOLLOWING")
            killed.kill()
        with scene.terminal("attach", run_id) as hung_up:
            hung_up.see("● Build", "FOLLOWING")
            hung_up.process.send_signal(signal.SIGHUP)
            assert hung_up.wait() == 128 + signal.SIGHUP
            assert hung_up.left_on() == []
            assert f"the run {run_id} goes on" in hung_up.text
        broken = scene.terminal("attach", run_id, "--plain")
        broken.until(lambda: len(broken.printed) > 2000)
        broken.hang_up()  # whatever was on its way, to the letter
        assert broken.process.wait(20) != 0
        with scene.terminal("attach") as again:
            again.see("● Build")
            again.press("ctrl+q")
            again.see("a build is running")
            again.press("enter")
            assert again.wait() == 0
            assert again.left_on() == []
        whole(scene, run_id)


@pytest.mark.parametrize(
    "line", ["taskID=import-snap-", *(pytest.param(one, marks=pytest.mark.long) for one in ("Uploading '", "imageID="))]
)
def test_the_program_that_began_a_build_dies_while_aws_works(scene: OnStage, line: str) -> None:
    """By kill -9, with all that stands in its process group: the build is nobody's child, and `status` sees it go on."""
    starter = scene.begin("run", "--config", scene.answers(), "--yes")
    (run_id,) = until(lambda: [info.run_id for info in scene.infos()])
    until(lambda: line in scene.log(run_id), 60)
    os.killpg(starter.pid, signal.SIGKILL)
    starter.communicate()
    told = status_of(scene, run_id)
    assert (told["state"], told["route"]) == ("running", "guide")
    whole(scene, run_id)
    ended = status_of(scene, run_id)
    assert (ended["state"], {one["state"] for one in ended["stages"]}) == ("succeeded", {"done"})
    assert len(set(re.findall(r"import-snap-[0-9a-f]{17}", scene.log(run_id)))) == 1
    again = scene.inside("resume", run_id, "--yes")
    assert "nothing to go on with" in f"{again.stdout}{again.stderr}"


def status_of(scene: OnStage, run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(scene.inside("status", run_id, "--output", "json").stdout)["runs"][0]
    return found


@pytest.mark.long
@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_the_end_of_the_tmux_server(scene: OnStage, tmp_path: Path) -> None:
    run_id = started(scene)
    name = f"canvos-tui-test-{os.getpid()}-{tmp_path.name}"  # a server of our own

    def tmux(*words: str) -> str:
        command = ["tmux", "-L", name, "-f", os.devnull, *words]
        return subprocess.run(command, env=scene.environ, cwd=scene.home, capture_output=True, text=True, check=False).stdout

    try:
        tmux("new-session", "-d", "-s", "s", "-x", "80", "-y", "24", *scene.command("attach", run_id))
        until(lambda: "FOLLOWING" in tmux("capture-pane", "-p"))
        pid = int(tmux("list-panes", "-F", "#{pane_pid}"))
    finally:
        tmux("kill-server")
    until(lambda: not Path(f"/proc/{pid}").exists())
    assert scene.infos()[0].live
    whole(scene, run_id)


@pytest.mark.long
def test_a_window_that_is_resized_again_and_again(scene: OnStage) -> None:
    run_id = started(scene)
    with scene.terminal("attach", run_id) as terminal:
        terminal.see("● Build", "FOLLOWING")
        for number in range(200):
            terminal.resize(60 + number * 7 % 90, 16 + number * 5 % 40)
            terminal.pump(0.05)
        terminal.resize(80, 24)
        terminal.see("Your image is ready", seconds=60)  # a question whether to leave the build would be answered by its end
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert terminal.left_on() == []
    whole(scene, run_id)


@pytest.mark.long
def test_ctrl_z_and_fg_with_the_title_given_back_meanwhile(scene: OnStage) -> None:
    run_id = started(scene)
    with scene.terminal("attach", run_id) as terminal:
        terminal.see("● Build", "FOLLOWING")
        terminal.until(lambda: "\x1b[22;0t\x1b]0;canvos-tui: " in terminal.said)
        terminal.press("ctrl+z")
        terminal.until(lambda: os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None)
        terminal.pump(0.2)
        assert terminal.left_on() == []
        lines = len(scene.log(run_id).splitlines())
        until(lambda: len(scene.log(run_id).splitlines()) > lines)  # it is only the screen that stands still
        os.killpg(terminal.process.pid, signal.SIGCONT)
        terminal.see("Build", "● Build")
        terminal.press("ctrl+q")
        terminal.until(lambda: "a build is running" in terminal.text or "Your image is ready" in terminal.text)
        terminal.process.terminate()
        terminal.wait()
        assert terminal.left_on() == []
    whole(scene, run_id)


@pytest.mark.long
def test_a_screen_that_sleeps_for_long_shows_what_happened_meanwhile(scene: OnStage) -> None:
    run_id = started(scene)
    with scene.terminal("attach", run_id) as terminal:
        terminal.see("● Build", "FOLLOWING")
        terminal.process.send_signal(signal.SIGSTOP)  # minutes in real life: the whole rest of the build here
        until(lambda: scene.result(run_id) is not None, 60)
        terminal.process.send_signal(signal.SIGCONT)
        terminal.see("Your image is ready", seconds=30)
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert terminal.left_on() == []
    whole(scene, run_id)


@pytest.mark.long
def test_two_watchers_of_different_size_both_show_the_build(scene: OnStage) -> None:
    run_id = started(scene)
    with scene.terminal("attach", run_id) as small, scene.terminal("attach", run_id, columns=132, rows=43) as large:
        small.see("● Build", "FOLLOWING")
        large.see("● Build", "FOLLOWING")
        for terminal in (small, large):
            terminal.process.terminate()
            assert terminal.wait() == 128 + signal.SIGTERM
            assert terminal.left_on() == []
    whole(scene, run_id)


def test_a_crash_of_the_screen_gives_the_title_back(scene: OnStage, tmp_path: Path) -> None:
    run_id = started(scene)
    crash = (
        "import runpy\nfrom canvos_tui.tui.widgets.phase_list import PhaseList\nreal, calls = PhaseList.show, []\n"
        "def show(self, run, now):\n    real(self, run, now)\n    calls.append(self._told is not None)\n"
        "    if sum(calls) > 5:\n        raise RuntimeError('boom')\n"
        "PhaseList.show = show\nrunpy.run_module('tests.staged_program', run_name='__main__')\n"
    )
    with Terminal([sys.executable, "-c", crash, "attach", run_id], scene.environ, cwd=scene.home) as terminal:
        terminal.until(lambda: terminal.process.poll() is not None, 30)
        terminal.pump(0.2)
        (report,) = scene.home.rglob("crash-*.txt")
        assert str(report) in terminal.said
        assert "boom" in report.read_text(encoding="utf-8")
        assert "\x1b]0;canvos-tui: " in terminal.said
        assert terminal.left_on() == []
    whole(scene, run_id)


@pytest.mark.long
def test_the_bell_rings_for_who_waited_and_for_nobody_else(scene: OnStage) -> None:
    run_id = started(scene)
    with scene.terminal("attach", run_id) as waits, scene.terminal("attach", run_id, "--no-bell") as quiet:
        for terminal in (waits, quiet):
            terminal.see("● Build")
        for terminal in (waits, quiet):
            terminal.see("Your image is ready", seconds=60)
        waits.until(lambda: bells(waits) > 0)
        assert (bells(waits), bells(quiet)) == (1, 0)
    with scene.terminal("attach", run_id) as late:
        late.see("Your image is ready")
        late.press("ctrl+q")
        late.wait()
        assert bells(late) == 0


def bells(terminal: Terminal) -> int:
    """BEL characters that are no end of an OSC sequence."""
    return re.sub(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)", "", terminal.said).count("\x07")
