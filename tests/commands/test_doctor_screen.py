"""`canvos-tui doctor` on a real terminal: the screen it opens, the keys, what stays on the terminal, and the exit code."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from canvos_tui.core.secret import Secret
from tests import in_process, samples
from tests.commands.test_doctor import GOOD, JOIN
from tests.doubles import canvos_repo
from tests.on_stage import OnStage, on_stage
from tests.terminal import Terminal

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
SIZES = ((80, 24), (120, 40))
PLAYED = samples.every(SIZES, lambda: SIZES[:1])


def environ(home: Path, **more: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "PYTHONPATH": str(ROOT),
        "DOCKER_HOST": f"unix://{home}/none.sock",
        **more,
    }


def doctor(home: Path, *words: str, size: tuple[int, int] = (80, 24), **more: str) -> Terminal:
    return Terminal([sys.executable, "-m", "canvos_tui", "doctor", *words], environ(home, **more), *size, cwd=home)


@pytest.fixture
def scene(tmp_path):
    with on_stage(tmp_path) as found:
        yield found


def ready_checkout(scene: OnStage, keys: Secret) -> None:
    """A checkout in the home folder of the stage with all its files in order."""
    folder = canvos_repo.make(scene.checkout)
    canvos_repo.git(folder, "checkout", "-q", "v4.9.38")
    (folder / ".git" / "info" / "exclude").write_text("user-data\n")
    (folder / ".arg").write_text(GOOD.replace("acme-images", scene.stage.bucket).replace("eu-west-1", scene.stage.region))
    secret = f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={scene.stage.keys.key_id}\nAWS_SECRET_ACCESS_KEY={keys.reveal()}\n"
    (folder / ".secret").write_text(secret)
    (folder / ".secret").chmod(0o600)
    (folder / "user-data").write_text(JOIN)


@pytest.mark.parametrize("size", PLAYED, ids="{0[0]}x{0[1]}".format)
def test_an_engine_that_is_down_is_named_at_once_with_its_fix(tmp_path, size):
    with doctor(tmp_path, "--only", "tools", size=size) as terminal:
        terminal.see("1 to fix", "▸ ✗ Docker engine", "TOOL-DOCKER · required", "DOCKER_HOST", "ago ─╯")
        terminal.press("q")
        assert terminal.wait() == 3
        assert "NOT READY" in terminal.text
        assert "FAIL TOOL-DOCKER" in terminal.text
        assert terminal.left_on() == []


@pytest.mark.parametrize(("words", "kept"), [((), True), (("--no-save",), False)], ids=["kept", "not-kept"])
def test_what_passed_on_the_screen_is_kept_unless_that_was_not_wished_for(tmp_path, words, kept):
    with doctor(tmp_path, "--only", "tools", *words) as terminal:
        terminal.see("1 to fix", "ago ─╯")
        terminal.press("q")
        assert terminal.wait() == 3
    found = list((tmp_path / "state").rglob("passed/*.json"))
    assert bool(found) is kept
    assert not kept or json.loads(found[0].read_text(encoding="utf-8"))["TOOL-GIT"]["observed"].startswith("git version")


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_a_ready_machine_is_one_line_and_the_files_count_as_they_are(scene, size):
    ready_checkout(scene, scene.stage.keys.secret)
    with scene.terminal("doctor", columns=size[0], rows=size[1], environ=scene.bare) as terminal:
        found = terminal.see("✓ ready", " passed · ", "ago")
        assert re.search(r"(\d+) of \1 passed · \S+ s", found)
        assert " wait" not in found
        terminal.until(lambda: terminal.focused("Next ]"))
        terminal.press("q")
        assert terminal.wait() == 0
        assert scene.secret not in terminal.said
    assert not list((scene.home / "state").rglob("*.yaml")), "the doctor stored something"


def test_a_file_that_is_mended_turns_green_with_one_key(scene):
    ready_checkout(scene, scene.stage.keys.secret)
    arg = scene.checkout / ".arg"
    good = arg.read_text()
    arg.write_text(good + "X=$(date)\n")
    with scene.terminal("doctor", environ=scene.bare) as terminal:
        terminal.see("1 to fix", "▸ ✗ .arg", "FILE-ARG · required", "ago")
        arg.write_text(good)
        terminal.press("r")
        found = terminal.see("✓ ready", " passed · ", "ago")
        assert re.search(r"(\d+) of \1 passed · \S+ s", found)
        terminal.press("ctrl+q")
        assert terminal.wait() == 0
        assert scene.secret not in terminal.said
    assert not list((scene.home / "state").rglob("*.yaml")), "the doctor stored something"


def test_continue_opens_the_wizard(tmp_path):
    with doctor(tmp_path, "--only", "host") as terminal:
        terminal.see("passed", "ago")
        terminal.press("n")
        terminal.see("Build an AWS cloud image")
        terminal.press("q")
        assert terminal.wait() in {3, 5}  # this machine may fail a check; the others were not asked at all
        assert "READY" in terminal.text


def test_leaving_before_the_answers_are_there_claims_nothing(tmp_path_factory):
    from tests.doubles.http_server import hang, unix

    home = tmp_path_factory.mktemp("h")
    with unix(home / "none.sock", hang), doctor(home, "--only", "TOOL-DOCKER") as terminal:
        terminal.see("◐ Docker engine", "1 running")
        terminal.press("q")
        assert terminal.wait() == 5


def test_warnings_count_on_the_screen_as_in_print(tmp_path):
    folder = canvos_repo.make(tmp_path / "CanvOS")
    canvos_repo.git(folder, "checkout", "-q", "v4.9.38")
    (folder / ".secret").write_text("AWS_PROFILE=\nAWS_ACCESS_KEY_ID=x\nAWS_SECRET_ACCESS_KEY=y\n")
    (folder / ".secret").chmod(0o644)
    words = ("--only", "FILE-SECRET-PERM", "--fail-on", "warn")
    told = in_process.command(("doctor", *words), environ(tmp_path), tmp_path)
    with doctor(tmp_path, *words) as terminal:
        terminal.see("▲ Mode of .secret", "ago")
        terminal.press("escape")
        assert terminal.wait() == told.returncode == 5  # one check alone proves no machine


@pytest.mark.parametrize(
    ("words", "more", "size"),
    samples.every(
        [(("--ascii",), {}, SIZES[0]), ((), {"LANG": "C"}, SIZES[1]), ((), {"LANG": "de_DE.ISO-8859-1"}, SIZES[0])],
        lambda: [((), {"LANG": "C"}, SIZES[1])],
    ),
)
def test_only_ascii_reaches_a_terminal_that_can_show_nothing_else(tmp_path, words, more, size):
    home = tmp_path / "hömé"
    home.mkdir()
    with doctor(home, *words, size=size, **more) as terminal:
        terminal.see("TOOL-DOCKER", "ago")
        terminal.press("v")
        terminal.see("Esc closes")
        terminal.press("escape")
        terminal.until(lambda: "Esc closes" not in terminal.text)
        terminal.press("f1")
        terminal.see("Esc closes", "Space unfolds")
        terminal.press("escape")
        terminal.until(lambda: "Esc closes" not in terminal.text)
        terminal.press("q")
        assert terminal.wait() == 3
        assert bytes(terminal.printed).isascii()


def test_without_colours_the_row_under_the_cursor_still_shows(tmp_path):
    with doctor(tmp_path, "--only", "tools", "--no-color") as terminal:
        terminal.see("▸ ✗ Docker engine", "ago")
        terminal.press("down")
        terminal.see("  ✗ Docker engine", "▸ · ")
        terminal.press("q")
        terminal.wait()
        coloured = re.findall(r"\x1b\[(?:\d+;)*[34]8;2;(\d+);(\d+);(\d+)", terminal.said)
        assert all(len(set(rgb)) == 1 for rgb in coloured), "something other than grey"


@pytest.mark.parametrize(
    ("words", "more"),
    [(("--plain",), {}), (("--output", "text"), {}), ((), {"TERM": "dumb"}), (("--events", "2"), {})],
    ids=["plain", "output", "dumb", "events"],
)
def test_lines_are_printed_on_a_terminal_that_wants_no_screen(tmp_path, words, more):
    with doctor(tmp_path, "--only", "tools", *words, **more) as terminal:
        assert terminal.wait() == 3
        assert "\x1b[?1049h" not in terminal.said
        assert "FAIL" in terminal.said
        painted = "\x1b[1;31mFAIL" in terminal.said
        assert painted is (more.get("TERM") != "dumb")


def test_a_colour_that_nobody_wants_is_not_printed(tmp_path):
    for word, wish in (("--no-color", ""), ("--plain", "1")):
        with doctor(tmp_path, "--only", "tools", "--plain", word, NO_COLOR=wish) as terminal:
            assert terminal.wait() == 3
            assert "\x1b" not in terminal.said


def test_a_small_window_says_so_and_comes_back(tmp_path):
    with doctor(tmp_path, "--only", "tools", size=(52, 14)) as terminal:
        terminal.see("Please enlarge the window (now 52x14)")
        terminal.resize(60, 16)
        terminal.see("✗ Docker engine")
        terminal.press("q")
        assert terminal.wait() == 3


# -- a machine with nothing ----------------------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path) -> dict[str, str]:
    """A machine without git, Docker, network and keys: an empty PATH, an engine that is not there, a proxy that listens no more."""
    (tmp_path / "bin").mkdir()
    proxy = "http://127.0.0.1:9"
    return environ(
        tmp_path, PATH=str(tmp_path / "bin"), DOCKER_HOST="", HTTPS_PROXY=proxy, HTTP_PROXY=proxy, https_proxy=proxy, http_proxy=proxy
    )


def test_a_machine_with_nothing_gets_every_answer_that_can_be_given(tmp_path, bare):
    for output in ("json", "text", "short", "markdown"):
        done = in_process.command(("doctor", "--output", output), bare, tmp_path)
        assert done.returncode == 3, done.stderr
        assert "Traceback" not in done.stdout + done.stderr
        if output == "json":
            found = {c["id"]: c for c in json.loads(done.stdout)["checks"]}
            assert {found[name]["status"] for name in ("TOOL-GIT", "TOOL-DOCKER")} == {"fail"}
            assert found["HOST-ARCH"]["status"] == "pass"
            assert all(found[name]["status"] != "pass" for name in found if name.startswith(("NET-", "REPO-", "AWS-CREDS", "AWS-BUCKET")))
            assert all(c["fix"] for c in found.values() if c["status"] == "fail")
            assert not [c for c in found.values() if "check itself failed" in c["observed"]["text"]]


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES, ids="{0[0]}x{0[1]}".format)
def test_the_screen_of_a_machine_with_nothing(tmp_path, bare, size):
    with Terminal([sys.executable, "-m", "canvos_tui", "doctor"], bare, size[0], size[1], tmp_path) as terminal:
        terminal.see(" to fix", "✗ git", "✗ Docker engine", "ago")
        terminal.press("q")
        assert terminal.wait() == 3
        assert "Traceback" not in terminal.said
