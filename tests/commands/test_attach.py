"""Builds outlive whoever watches them: kill -9, hang-ups, second wizards, and coming back to everything from the first line."""

from __future__ import annotations

import os
import re
import signal

import pytest

from canvos_tui.core.escapes import plain
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.rehearsal.repository import git
from tests import samples
from tests.on_stage import REGISTRY, OnStage, from_image_to_review, on_stage, to_tags, tree, write_and_build
from tests.terminal import Terminal
from tests.waiting import until

AMI = re.compile(r"ami-[0-9a-f]{17}")
FIRST_LINE = "version: Docker version"

pytestmark = pytest.mark.slow


@pytest.fixture
def scene(tmp_path):
    with on_stage(tmp_path, pace=0.03) as found:
        yield found


@pytest.fixture
def long(tmp_path):
    """A scene whose builds last for some seconds, so that a test is sure to come in the middle of one."""
    with on_stage(tmp_path, pace=0.15) as found:
        yield found


def wizard(scene: OnStage) -> Terminal:
    names = {"REGION": scene.stage.region, "S3_BUCKET": scene.stage.bucket}
    words = ("--checkout", str(scene.checkout), "--repo", str(scene.stage.repository))
    return scene.terminal(*words, environ={**scene.environ, **names})


def plain_log(scene: OnStage, run_id: str) -> list[str]:
    return [plain(line) for line in scene.log(run_id).splitlines()]


def outcome(scene: OnStage, run_id: str) -> Outcome:
    until(lambda: scene.result(run_id) is not None, 40)
    result = scene.result(run_id)
    assert result is not None
    return result.outcome


# -- the watcher dies ------------------------------------------------------------------------------------


def test_a_wizard_killed_in_mid_form_goes_on_where_it_was(scene):
    git(scene.home, "clone", "--quiet", "--branch", "v4.9.38", str(scene.stage.repository), str(scene.checkout))
    with wizard(scene) as terminal:
        terminal.see("New  ")
        terminal.press("enter")
        terminal.see("ready so far")
        terminal.press("f8")
        terminal.see("│ v4.9.38 · ")
        terminal.press("f8")
        type_the_registry(terminal, scene)
        terminal.kill()
    with wizard(scene) as terminal:
        terminal.see("Continue   at Image")
        terminal.until(lambda: terminal.highlighted("Continue"))
        terminal.press("enter")
        terminal.see("Registry", REGISTRY, "v4.9.38")
        terminal.press("f8")
        terminal.see("How instances join Palette")


def type_the_registry(terminal: Terminal, scene: OnStage) -> None:
    """Until it is in the draft itself: the file beside it that takes its place a moment later does not count yet."""
    terminal.see("IMAGE_REGISTRY")
    terminal.type(REGISTRY)
    terminal.see(REGISTRY)
    until(lambda: any(REGISTRY.encode() in data for name, (_, data) in tree(scene.state).items() if name.endswith(".yaml")))


@pytest.mark.long
def test_a_wizard_killed_in_mid_form_and_in_mid_build_loses_nothing(scene):
    with wizard(scene) as terminal:
        to_tags(terminal)
        terminal.press("enter")
        terminal.see("git checkout v4.9.38: done")
        terminal.until(lambda: terminal.focused("Next ]"))
        terminal.press("enter")
        type_the_registry(terminal, scene)
        terminal.kill()
    assert not (scene.checkout / ".arg").exists()
    with wizard(scene) as terminal:
        terminal.see("Continue   at Image")
        terminal.until(lambda: terminal.highlighted("Continue"))
        terminal.press("enter")
        terminal.see("Registry", REGISTRY, "v4.9.38")
        terminal.press("escape")
        terminal.see("│ v4.9.38 · ")
        terminal.press("escape")  # the checks are not part of the answers
        terminal.see("ready so far")
        terminal.press("f8")
        terminal.see("│ v4.9.38 · ")
        terminal.press("f8")
        terminal.see("Registry", REGISTRY)
        from_image_to_review(terminal)
        write_and_build(terminal)
        terminal.see("● Build", "FOLLOWING")
        run_id = scene.infos()[0].run_id
        until(lambda: "+base-image" in scene.log(run_id))
        terminal.kill()
    assert scene.infos()[0].live
    with scene.terminal("attach") as terminal:
        terminal.see("AMI", "Your image is ready", seconds=40)
        assert AMI.search(terminal.text)
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert terminal.left_on() == []
    assert outcome(scene, run_id) is Outcome.SUCCEEDED
    assert scene.secret.encode() not in b"".join(data for _, data in tree(scene.state).values())


def test_kill_9_of_a_plain_follower_leaves_the_build_alone(scene):
    process = scene.begin("run", "--config", scene.answers(), "--yes")
    until(lambda: any("+base-image" in scene.log(i.run_id) for i in scene.infos()))
    process.kill()
    process.communicate()
    (info,) = scene.infos()
    assert info.live
    told = scene.inside("attach")
    assert told.returncode == 0
    assert told.stdout.splitlines()[:-1] == plain_log(scene, info.run_id)
    assert FIRST_LINE in told.stdout.splitlines()[0]
    assert AMI.fullmatch(told.stdout.splitlines()[-1])
    assert scene.secret not in told.stdout + told.stderr


def test_a_closed_window_ends_the_screen_and_not_the_build(scene):
    run_id = scene.start_build()
    with scene.terminal("attach", run_id) as terminal:
        terminal.see("● Build", "FOLLOWING")
        terminal.hang_up()
        assert terminal.process.wait(10) != 0
    assert outcome(scene, run_id) is Outcome.SUCCEEDED


@pytest.mark.parametrize("number", samples.every([signal.SIGTERM, signal.SIGHUP], lambda: [signal.SIGHUP]))
def test_a_wizard_told_to_end_gives_the_terminal_back(scene, number):
    with scene.terminal() as terminal:
        terminal.see("New  ", "Quit")
        terminal.process.send_signal(number)
        assert terminal.wait() == 128 + number
        assert terminal.left_on() == []


def test_a_suspended_wizard_gives_the_terminal_back_and_paints_again(scene):
    with scene.terminal() as terminal:
        terminal.see("New  ", "Quit")
        terminal.press("ctrl+z")
        terminal.until(lambda: os.waitid(os.P_PID, terminal.process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None)
        assert terminal.left_on() == []
        os.killpg(terminal.process.pid, signal.SIGCONT)
        terminal.see("Build an AWS cloud image", "New  ", "Quit")
        terminal.press("ctrl+q")
        assert terminal.wait() == 0


# -- coming back -----------------------------------------------------------------------------------------


def test_the_screen_shows_a_running_build_from_its_first_line_at_any_size(long):
    run_id = long.start_build()
    with long.terminal("attach") as terminal:
        terminal.see("● Build", "FOLLOWING")
        terminal.press("home")
        terminal.see(FIRST_LINE, "PAUSED")
        terminal.resize(50, 10)
        terminal.see("Please enlarge the window (now 50x10)")
        terminal.resize(120, 40)
        terminal.see(FIRST_LINE, "● Build")
        terminal.resize(80, 24)
        terminal.press("ctrl+q")
        terminal.see("a build is running", "Detach")
        terminal.press("enter")
        assert terminal.wait() == 0
        assert f"the run {run_id} goes on" in terminal.text
        assert terminal.left_on() == []
    assert long.infos()[0].live


def test_an_ended_run_is_shown_whole_as_often_as_one_likes(scene):
    run_id = scene.start_build()
    assert outcome(scene, run_id) is Outcome.SUCCEEDED
    first, second = scene.inside("attach"), scene.inside("attach", run_id, "--plain")
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout == second.stdout
    assert first.stdout.splitlines()[:-1] == plain_log(scene, run_id)
    with scene.terminal("attach", run_id) as terminal:
        terminal.see("Your image is ready", first.stdout.splitlines()[-1])
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert f"(run {run_id})" in terminal.text
    unknown = scene.inside("attach", "20200101-0000-0000")
    assert unknown.returncode == 2
    assert run_id in unknown.stderr


# -- two at once -----------------------------------------------------------------------------------------


def test_a_second_run_on_one_checkout_is_told_of_the_first_and_writes_nothing(long):
    run_id = long.start_build()
    before = tree(long.checkout)
    second = long.inside("run", "--config", long.answers(S3_KEY="another", CUSTOM_TAG="another"), "--yes")
    assert second.returncode == 2
    assert run_id in second.stderr
    assert "attach" in second.stderr
    assert tree(long.checkout) == before
    assert [i.run_id for i in long.infos()] == [run_id]


@pytest.mark.long
def test_a_second_wizard_offers_to_watch_the_live_run(long):
    run_id = long.start_build()
    with wizard(long) as terminal:
        terminal.see("Watch      build running")
        terminal.until(lambda: terminal.highlighted("Watch"))
        terminal.press("enter")
        terminal.see("● Build", "FOLLOWING")
        terminal.press("ctrl+q")
        terminal.see("a build is running", "Stay")
    assert [info.run_id for info in long.infos() if info.live] == [run_id]


def test_a_second_wizard_may_not_check_out_another_tag_under_a_build(long):
    run_id = long.start_build()
    with wizard(long) as terminal:
        terminal.see("Watch")
        terminal.press("down")
        terminal.until(lambda: terminal.highlighted("New  "))
        terminal.press("enter")
        terminal.see("ready so far")
        terminal.press("f8")
        terminal.see("checked out")
        terminal.press("tab", "tab", "tab", "down")
        terminal.until(lambda: terminal.highlighted("v4.9.37   "))
        terminal.press("enter")
        terminal.see(f"the run `{run_id}` builds in this checkout")
    assert git(long.checkout, "describe", "--tags", "--exact-match").strip() == "v4.9.38"
