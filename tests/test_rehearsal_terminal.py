"""The rehearsal as its user sees it: a real terminal of 80x24, keys alone, from the Start screen to the AMI id."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.rehearsal.build import PACE_VARIABLE
from canvos_tui.rehearsal.scenarios import SCENARIOS
from tests.on_stage import REGISTRY, OnStage, on_stage, to_review, to_tags, tree, write_and_build
from tests.plain.typist import Typist
from tests.terminal import Terminal

pytestmark = pytest.mark.slow
AMI = re.compile(r"ami-[0-9a-f]{17}")
BLOCKED = [name for name, scenario in SCENARIOS.items() if scenario.accepted]
QUICK = {PACE_VARIABLE: "0.03"}
MOST_KEYS = 20  # from the start to a running build, with the defaults
PERCENT = re.compile(r"[━─]{20}\s+(\d+) %")


@pytest.fixture
def scene(tmp_path):
    with on_stage(tmp_path, pace=0.08) as found:
        yield found


def keys_of(stage_folder: Path) -> tuple[str, str]:
    """The key id and the secret that the rehearsal made up for itself."""
    (key,) = json.loads((stage_folder / "aws.json").read_text())["keys"]
    return key["key_id"], key["secret"]


class Spy:
    """Looks for a text in what any process shows of itself to every other one, ten times a second."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next = 0.0
        self.looks = 0
        self.found: list[str] = []

    def __call__(self) -> None:
        if time.monotonic() < self._next or not (self._folder / "aws.json").exists():
            return
        self._next = time.monotonic() + 0.1
        self.looks += 1
        secret = keys_of(self._folder)[1].encode()
        for process in Path("/proc").glob("[0-9]*"):
            for name in ("cmdline", "environ"):
                try:
                    if secret in (process / name).read_bytes():
                        self.found.append(f"{name}: {(process / 'cmdline').read_bytes()[:200]!r}")
                except OSError:
                    continue


@pytest.mark.long
def test_from_start_to_the_ami_with_keys_alone(scene: OnStage) -> None:
    folder = scene.home / "rehearsal"
    spy = Spy(folder)
    with scene.terminal("rehearse", "--keep", str(folder), environ=scene.bare) as terminal:
        terminal.watchers.append(spy)
        to_tags(terminal)
        to_review(terminal)
        painted = terminal.see("write   .arg", "Write and build")
        assert terminal.pressed <= MOST_KEYS - 3, "beside those that type the registry, and three that write and build"
        assert "REHEARSAL" in painted
        assert not (folder / "CanvOS" / ".arg").exists()
        terminal.press("d")
        terminal.see("Changes in")
        terminal.press("end")
        terminal.see("+AWS_SECRET_ACCESS_KEY=********")
        terminal.press("escape")
        terminal.until(lambda: "Changes in" not in terminal.text)
        write_and_build(terminal)
        percents = follow_the_build(terminal)
        assert len(percents) >= 3
        assert percents == sorted(percents)
        painted = terminal.see("Your image is ready", "Proven by AWS")
        found = AMI.search(painted)
        assert found is not None
        ami = found[0]
        assert painted.count("✓ ") >= 3
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert "canvos-tui: DONE in" in terminal.text
        assert f"AMI       {ami}" in terminal.text
        assert "Write and build" not in terminal.text  # nothing of the screens is replayed
        assert terminal.left_on() == []
        key_id, secret = keys_of(folder)
        assert secret not in terminal.said
    assert spy.looks > 20
    assert spy.found == []
    assert_masked(folder, secret)
    assert f"AWS_ACCESS_KEY_ID={key_id}" in (folder / "CanvOS" / ".secret").read_text()


def test_line_by_line_to_the_ami_and_no_other_process_sees_the_secret(scene: OnStage) -> None:
    """What holds of every rehearsal, by the way that takes the least time."""
    folder = scene.home / "rehearsal"
    spy = Spy(folder)
    with scene.terminal("rehearse", "--plain", "--keep", str(folder), environ=scene.bare | QUICK) as terminal:
        terminal.watchers.append(spy)
        typist = Typist(terminal, {"IMAGE_REGISTRY": REGISTRY, "user_data": "none"})
        typist.all()
        assert terminal.wait(60) == 0, terminal.said[-2000:]
        assert "REHEARSAL" in terminal.said
        assert "canvos-tui: DONE in" in terminal.said
        assert AMI.search(terminal.said)
        assert "review" in typist.asked
        assert terminal.left_on() == []
        key_id, secret = keys_of(folder)
        assert secret not in terminal.said
    assert spy.looks > 20
    assert spy.found == []
    assert_masked(folder, secret)
    assert f"AWS_ACCESS_KEY_ID={key_id}" in (folder / "CanvOS" / ".secret").read_text()


def follow_the_build(terminal: Terminal) -> list[int]:
    """Watches the painted screen until the result; every percentage that stood on it, in order, each once."""
    seen: list[int] = []

    def over() -> bool:
        found = PERCENT.search(terminal.text)
        if found is not None and (not seen or seen[-1] != int(found[1])):
            seen.append(int(found[1]))
        return "Your image is ready" in terminal.text or "FAILED" in terminal.text

    terminal.until(over, 40)
    return seen


def assert_masked(folder: Path, secret: str) -> None:
    """The build prints the secret; nothing but .secret and the stand-in's own configuration holds it."""
    (log,) = folder.glob("state/canvos-tui/runs/*/build.log")
    assert "AWS_SECRET_ACCESS_KEY" in log.read_text()
    holders = {name for name, (_, data) in tree(folder).items() if secret.encode() in data}
    assert holders == {"aws.json", "CanvOS/.secret"}


@pytest.mark.long
def test_every_tag_is_what_it_claims_to_be(scene: OnStage) -> None:
    with scene.terminal("rehearse", "--keep", str(scene.home / "rehearsal"), environ=scene.bare) as terminal:
        to_tags(terminal)
        terminal.until(lambda: terminal.highlighted("v4.9.38   "))
        terminal.until(lambda: "suggested" in terminal.row("v4.9.38"))
        terminal.until(lambda: "▲ agent differs" in terminal.row("v4.10.0"))
        terminal.until(lambda: "no AWS target" in terminal.row("v4.8.5"))
        terminal.press("end")
        terminal.until(lambda: terminal.highlighted("v4.8.8"))
        assert not terminal.highlighted("v4.8.5")
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert terminal.left_on() == []


@pytest.mark.parametrize("name", BLOCKED[:1])
def test_such_an_ending_is_reached_line_by_line_too(scene: OnStage, name: str) -> None:
    with scene.terminal("rehearse", "--plain", "--scenario", name, environ=scene.bare | QUICK) as terminal:
        Typist(terminal, {"IMAGE_REGISTRY": REGISTRY, "user_data": "none"}).all()
        assert terminal.wait(60) == ExitCode.IMPORT_FAILED, terminal.said[-2000:]
        for words in (f"the rehearsal of {name}", "FAILED in"):
            assert words in terminal.said


@pytest.mark.long
@pytest.mark.parametrize("name", BLOCKED)
def test_an_ending_that_a_check_would_prevent_is_reached_and_says_what_was_taken_on(scene: OnStage, name: str) -> None:
    with scene.terminal("rehearse", "--scenario", name, environ=scene.bare) as terminal:
        to_tags(terminal)
        to_review(terminal, passed=19)
        painted = terminal.see("write   .arg", "Write and build", f"taken on: the rehearsal of {name}", "none: instances will not join")
        assert "./earthly.sh +aws-cloud-image" in painted
        write_and_build(terminal)
        terminal.see("FAILED in")
        terminal.press("ctrl+q")
        assert terminal.wait() == ExitCode.IMPORT_FAILED
