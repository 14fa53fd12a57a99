"""`canvos-tui --plain` as its users meet it: on a serial console, in a pipe, left and come back to; and beside the screens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from shutil import which

import pytest

from tests import samples
from tests.on_stage import OnStage, on_stage, staged, to_review, to_tags, tree
from tests.plain.test_conversation import ORDER
from tests.plain.typist import LEAVE, Typist
from tests.terminal import Terminal
from tests.waiting import until

pytestmark = pytest.mark.slow
AMI = re.compile(r"ami-[0-9a-f]{17}")
PIPED = [*ORDER, "aws", "review"]


@pytest.fixture
def scene(tmp_path):
    with on_stage(tmp_path) as found:
        yield found


def answers(scene: OnStage) -> dict[str, str]:
    return {"IMAGE_REGISTRY": "acme-team", "user_data": "none", "S3_BUCKET": scene.stage.bucket}


def lines(scene: OnStage, until_: str = "", **changes: str) -> str:
    """What a pipe holds: a line for each question, up to that one."""
    given = {**answers(scene), **changes}
    names = PIPED[: PIPED.index(until_)] if until_ else PIPED
    return "".join(f"{given.get(name, '')}\n" for name in names)


def start(scene: OnStage, *words: str, bare: bool = False, **environ: str) -> Terminal:
    around = {**(scene.bare if bare else scene.environ), **environ}
    return scene.terminal("--repo", str(scene.stage.repository), *words, environ=around)


@pytest.mark.parametrize("kind", ["AKIA", "ASIA"])
def test_lines_that_are_pasted_at_once_are_read_whole_and_nothing_of_them_is_shown(kind):
    read = (
        "import sys; from canvos_tui.commands.unseen import Unseen\n"
        "print(len(Unseen(sys.stdout).lines('the lines: ').split(chr(10))), input())"
    )
    secret, token = "s" * 40, "IQoJb3JpZ2luX2VjEDoaCXVz" * 40
    pasted = f"export AWS_ACCESS_KEY_ID={kind}IOSFODNN7EXAMPLE\nexport AWS_SECRET_ACCESS_KEY={secret}\n"
    if kind == "ASIA":
        pasted += f"export AWS_SESSION_TOKEN={token}\nexport AWS_CREDENTIAL_EXPIRATION=2026-11-27T20:00:00Z\n"
    with Terminal([sys.executable, "-c", read], {}) as terminal:
        terminal.see("the lines:")
        terminal.type(pasted)
        terminal.until(lambda: b"the lines: \r\n" in terminal.printed)  # it is over without another key
        terminal.type("next\r")
        terminal.see(f"{4 if kind == 'ASIA' else 2} next")
        assert b"ssss" not in terminal.printed
        assert token[:20].encode() not in terminal.printed
        assert terminal.left_on() == []


# the two questions of `Type them`, and one more whose answer is shown
TYPED = """
import asyncio, types
from canvos_tui.commands.questions import talk_of
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.plain.keys import _typed
desk = types.SimpleNamespace(draft=fresh({}).after(RouteChosen(Route.TWO_STAGE)))
keys = asyncio.run(_typed(desk, talk_of(typed=True))).keys
print("taken:", keys.masked_id(), len(keys.secret.reveal()), keys.token is not None)
print("answer:", input("next: "))
"""
ID_, SECRET_, TOKEN_ = "IOSFODNN7EXAMPLE", "canary" + "s" * 34, "IQoJtoken" + "t" * 200
PASTES = {
    "both lines": (f"export AWS_ACCESS_KEY_ID=AKIA{ID_}\n", f"export AWS_SECRET_ACCESS_KEY={SECRET_}\n"),
    "in the other order": (f"export AWS_SECRET_ACCESS_KEY={SECRET_}\n", f"export AWS_ACCESS_KEY_ID=AKIA{ID_}\n"),
    "the values alone": (f"AKIA{ID_}\n{SECRET_}\n",),
    "a line too many": (f"AKIA{ID_}\n{SECRET_}\nexport AWS_SESSION_TOKEN={TOKEN_}\n",),
    "temporary ones": (f"export AWS_ACCESS_KEY_ID=ASIA{ID_}\nexport AWS_SECRET_ACCESS_KEY={SECRET_}\nexport AWS_SESSION_TOKEN={TOKEN_}\n",),
    "JSON": (f'{{\n  "AccessKeyId": "AKIA{ID_}",\n  "SecretAccessKey": "{SECRET_}"\n}}\n',),
    "without an end": (f"export AWS_ACCESS_KEY_ID=AKIA{ID_}\nexport AWS_SECRET_ACCESS_KEY={SECRET_}",),
}


ONE = """
import sys
from canvos_tui.commands.unseen import Unseen
one = Unseen(sys.stdout)
with one.quietly():
    print("taken:", len(one.line("token (not shown): ")))
print("answer:", input("next: "))
"""


def test_what_comes_with_a_line_that_is_not_shown_is_no_answer_to_the_next_question():
    with Terminal([sys.executable, "-c", ONE], {}) as terminal:
        terminal.see("token (not shown):")
        terminal.type("canary\ncanary again\ncanary")
        terminal.see("taken: 6", "next:")
        terminal.type("shown\r")
        terminal.see("answer: shown")
        assert b"canary" not in terminal.printed
        assert terminal.left_on() == []


ASKED = """
from canvos_tui.commands.keys import _ask
keys = _ask()
print("taken:", keys.masked_id(), len(keys.secret.reveal()), keys.token is not None)
print("answer:", input("next: "))
"""


@pytest.mark.parametrize(("asks", "paste"), [*((TYPED, paste) for paste in PASTES), (ASKED, "both lines"), (ASKED, "temporary ones")])
def test_whoever_pastes_all_lines_where_the_id_is_asked_for_shows_none_of_them(asks, paste):
    with Terminal([sys.executable, "-c", asks], {}) as terminal:
        terminal.see("AWS_ACCESS_KEY_ID (not shown):")
        for piece in PASTES[paste]:
            terminal.type(piece)
        if paste == "without an end":
            terminal.see("AWS_SECRET_ACCESS_KEY (not shown):")
            terminal.type("\r")
        terminal.see(f"taken: ...MPLE 40 {paste == 'temporary ones'}")
        terminal.see("next:")
        terminal.type("shown\r")
        terminal.see("answer: shown")
        for hidden in (b"canary", b"IQoJtoken", ID_[:-4].encode()):
            assert hidden not in terminal.printed
        assert terminal.left_on() == []


CHOSEN = """
import asyncio, types
from canvos_tui.commands.questions import talk_of
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import RouteChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.plain.keys import _placed, _way
desk = types.SimpleNamespace(draft=fresh({}).after(RouteChosen(Route.TWO_STAGE)), known=types.SimpleNamespace(identity=None))
talk = talk_of(typed=True)
async def ask():
    return (await _placed(desk, talk, await _way(desk, talk, None), None)).keys
keys = asyncio.run(ask())
print("taken:", keys.masked_id(), len(keys.secret.reveal()), keys.token is not None)
print("answer:", input("next: "))
"""


@pytest.mark.parametrize("paste", ["both lines", "in the other order", "temporary ones", "JSON", "the values alone"])
def test_keys_that_are_pasted_one_question_too_early_are_shown_nowhere(paste):
    with Terminal([sys.executable, "-c", CHOSEN], {}) as terminal:
        terminal.see("AWS keys [1]:")
        terminal.type("".join(PASTES[paste]))
        if paste == "the values alone":  # two lines that are no answers, each
            terminal.until(lambda: terminal.said.count("none of the answers") == 2)
            terminal.type("type\r")
            terminal.see("AWS_ACCESS_KEY_ID (not shown):")
            terminal.type("".join(PASTES[paste]))
        terminal.see(f"taken: ...MPLE 40 {paste == 'temporary ones'}", "next:")
        terminal.type("shown\r")
        terminal.see("answer: shown")
        for hidden in (b"canary", b"IQoJtoken", ID_[:-4].encode()):
            assert hidden not in terminal.printed
        assert terminal.left_on() == []


AHEAD = """
import asyncio, select, sys, types
from canvos_tui.commands.questions import talk_of
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.plain import keys
async def nothing(*_):
    return None
async def look(*_):
    print("looking", flush=True)
    select.select([sys.stdin], [], [])
keys._test = nothing
keys.Keys._look = staticmethod(look)
desk = types.SimpleNamespace(draft=fresh({}), known=types.SimpleNamespace(identity=None))
print("the question before", flush=True)
select.select([sys.stdin], [], [])
keys._take = lambda *_: None
print("over:", asyncio.run(keys.Keys()._chosen(desk, talk_of(typed=True))))
"""


def test_what_is_typed_ahead_is_no_answer_and_whoever_showed_keys_is_told_and_meanwhile_nothing_is_shown():
    with Terminal([sys.executable, "-c", AHEAD], {}) as terminal:
        terminal.see("the question before")
        terminal.type("early words\r")
        terminal.see("What was typed before this question was shown, and is thrown away", "looking")
        terminal.type("".join(PASTES["both lines"]))  # while it is looked up where keys are
        terminal.see("AWS keys [1]:", "over: Way.NEXT")
        assert "none of the answers" not in terminal.said
        for hidden in (b"canary", ID_[:-4].encode()):
            assert hidden not in terminal.printed
        assert terminal.left_on() == []


def test_a_way_and_the_keys_after_it_in_one_paste_are_taken():
    with Terminal([sys.executable, "-c", CHOSEN], {}) as terminal:
        terminal.see("AWS keys [1]:")
        terminal.type("1\n" + "".join(PASTES["both lines"]))
        terminal.see("  type", "taken: ...MPLE 40 False", "next:")
        assert b"canary" not in terminal.printed


def test_a_whole_run_on_a_terminal_of_80_columns_that_knows_lines_only(scene):
    keys = {"AWS keys": "type", "AWS_ACCESS_KEY_ID": scene.stage.keys.key_id, "AWS_SECRET_ACCESS_KEY": scene.secret}
    with start(scene, bare=True, TERM="dumb") as terminal:
        typist = Typist(terminal, {**answers(scene), **keys})
        typist.all()
        assert typist.asked == [*ORDER, "AWS keys", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "aws", "review"]
        assert terminal.wait() == 0, terminal.said[-3000:]
        assert AMI.search(terminal.said)
        assert "Launch an instance" in terminal.said
        assert "canvos-tui: DONE in" in terminal.said
        assert "\x1b" not in terminal.said
        assert scene.secret not in terminal.said
        assert terminal.left_on() == []
        own = terminal.said.replace("\r\n", "\n").partition("\n== run 2")[0].splitlines()
        assert [line for line in own if len(line) > 80 and "/" not in line] == []  # a path is never broken


def test_a_whole_run_from_a_pipe(scene):
    done = scene.run("--plain", "--repo", str(scene.stage.repository), stdin=lines(scene))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert AMI.fullmatch(done.stdout.splitlines()[-1])
    assert "S3_KEY [palette-learn, = CUSTOM_TAG]: \n" in done.stdout
    assert "canvos-tui: DONE in" in done.stderr
    assert scene.secret not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("last", samples.every(["start", "IMAGE_REGISTRY", "review"], lambda: ["start", "IMAGE_REGISTRY"]))
def test_where_the_input_ends_the_question_is_named(scene, last):
    done = scene.run("--plain", "--repo", str(scene.stage.repository), stdin=lines(scene, last))
    assert done.returncode == 2, done.stderr
    assert f"canvos-tui: the input ended at the question {last}\n" in done.stderr
    assert not (scene.checkout / ".arg").exists()
    assert not (scene.checkout / ".secret").exists()
    assert scene.infos() == ()
    if last == "start":
        assert tree(scene.home) == {}


def test_a_line_that_is_no_text_is_refused_by_its_question(scene):
    command = scene.command("--plain", "--repo", str(scene.stage.repository))
    data = lines(scene, "IMAGE_REGISTRY").encode() + b"\xff\xfe\x00\x1b[2J\n"
    done = subprocess.run(command, env=scene.environ, cwd=scene.home, input=data, capture_output=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert b"canvos-tui: IMAGE_REGISTRY: " in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"\x1b" not in done.stdout + done.stderr


def test_an_answers_file_answers_and_only_the_rest_is_asked(scene):
    asked = ("check", "clone", "palette", "CUSTOM_TAG", "OS_DISTRIBUTION", "OS_VERSION", "K8S_DISTRIBUTION")
    rest = (*asked, "several versions", "K8S_VERSION", "HTTPS_PROXY", "aws")
    file = scene.answers(tag="v4.9.37")
    done = scene.run("--plain", "--config", file, stdin="\n" * len(rest) + "write\n")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "IMAGE_REGISTRY [acme-team, answers file]:\n" in done.stdout
    assert "git checkout v4.9.37: done" in done.stdout
    assert f"S3_KEY={scene.key}\n" in (scene.checkout / ".arg").read_text()


def test_an_answers_file_that_is_wrong_is_refused_before_anything_is_asked(scene):
    done = scene.run("--plain", "--config", scene.answers(REGION="Europe"), stdin="")
    assert done.returncode == 2
    assert "REGION: " in done.stderr
    assert done.stdout == ""


def test_without_a_terminal_and_without_the_word_it_says_so(scene):
    for environ in (scene.environ, {**scene.environ, "TERM": "dumb"}):
        done = scene.run(stdin=lines(scene), environ=environ)
        assert done.returncode == 2
        assert "the wizard needs a terminal" in done.stderr
        assert "canvos-tui --plain" in done.stderr
        assert done.stdout == ""


def test_ctrl_c_at_a_question_keeps_the_answers_and_the_next_time_goes_on(scene):
    with start(scene, "--plain") as terminal:
        Typist(terminal, {**answers(scene), "S3_BUCKET": LEAVE}).all()
        assert terminal.wait() == 130
        assert "the answers are kept" in terminal.said
        assert "Traceback" not in terminal.said
        assert terminal.left_on() == []
    with start(scene, "--plain") as terminal:
        typist = Typist(terminal, {**answers(scene), "start": "continue", "review": "dry"})
        typist.all()
        assert terminal.wait() == 0
        assert typist.asked[:2] == ["start", "S3_BUCKET"]
        assert "Registry        acme-team  (you)" in terminal.said


def test_ctrl_c_while_a_secret_is_typed_gives_the_terminal_back(scene):
    with start(scene, "--plain", bare=True) as terminal:
        Typist(terminal, {**answers(scene), "AWS_ACCESS_KEY_ID": scene.stage.keys.key_id, "AWS_SECRET_ACCESS_KEY": LEAVE}).all()
        assert terminal.wait() == 130
        assert "the answers are kept" in terminal.said
        assert terminal.left_on() == []


def test_the_end_of_the_input_leaves_a_terminal_too(scene):
    with start(scene, "--plain") as terminal:
        typist = Typist(terminal, {})
        terminal.until(typist.question)
        terminal.type("\x04")
        assert terminal.wait() == 130
        assert "the answers are kept" in terminal.said


def test_ctrl_c_in_the_build_leaves_it_running_and_says_how_to_come_back(tmp_path):
    with on_stage(tmp_path, pace=0.1) as scene, start(scene, "--plain") as terminal:
        Typist(terminal, answers(scene)).all()
        terminal.until(lambda: "+base-image" in terminal.said)
        terminal.press("ctrl+c")
        assert terminal.wait() == 130
        (info,) = scene.infos()
        assert f"the run {info.run_id} goes on; come back with: canvos-tui attach {info.run_id}" in terminal.said
        assert info.live
        assert terminal.left_on() == []
        with start(scene, "--plain") as again:
            typist = Typist(again, {})
            assert typist.next() == "start"
            assert "1) Watch      build running " in again.said
            until(lambda: again.process.poll() is not None, pause=again.pump)
            assert "canvos-tui: DONE in" in again.said


def through_the_screens(scene: OnStage, region: str) -> None:
    """The same answers by keys; written without a build."""
    environ = {**scene.environ, "REGION": region, "S3_BUCKET": scene.stage.bucket}
    with scene.terminal("--repo", str(scene.stage.repository), environ=environ) as terminal:
        to_tags(terminal)
        to_review(terminal)
        terminal.see("write   .arg", "new, ")
        terminal.press("w")
        terminal.see("written: .arg, .secret")
        terminal.press("ctrl+q")
        assert terminal.wait() == 0


def test_the_same_answers_give_the_same_bytes_through_the_screens_the_lines_and_a_pipe(tmp_path):
    found = []
    with staged(tmp_path, pace=0.02) as stage:
        for name in ("screens", "typed", "piped"):
            (tmp_path / name).mkdir()
            scene = OnStage(tmp_path / name, stage, 0.02)
            if name == "screens":
                through_the_screens(scene, stage.region)
            elif name == "typed":
                with start(scene, "--plain") as terminal:
                    Typist(terminal, {**answers(scene), "review": "write"}).all()
                    assert terminal.wait() == 0
            else:
                done = scene.run("--plain", "--repo", str(stage.repository), stdin=lines(scene, review="write"))
                assert done.returncode == 0, done.stderr
            found.append({path: tree(scene.checkout)[path] for path in (".arg", ".secret")})
            scene.close()
    assert found[0] == found[1] == found[2]


def test_script_records_it(scene):
    """Under `script`, which has a terminal of its own."""
    if which("script") is None:
        pytest.skip("script is not installed")
    command = " ".join([*scene.command("--plain"), "--repo", str(scene.stage.repository)])
    transcript = Path(scene.home) / "transcript"
    with Terminal(
        ["script", "-q", "-e", "-c", command, str(transcript)], {**scene.environ, "SHELL": "/bin/sh"}, cwd=scene.home
    ) as terminal:
        Typist(terminal, {**answers(scene), "S3_BUCKET": LEAVE}).all()
        assert terminal.wait() == 130
    assert "the answers are kept" in transcript.read_text()


def test_the_screens_take_an_answers_file_too(scene):
    with scene.terminal("--config", scene.answers()) as terminal:
        terminal.see("● Check", "ready so far")
        terminal.press("enter")
        terminal.see("● Repo", "can be cloned", "✓ Image", "✓ S3")
        terminal.press("ctrl+q")
        assert terminal.wait() == 0


def test_a_build_is_come_back_to_in_lines_where_nothing_can_be_drawn(scene):
    run_id = scene.start_build()
    with scene.terminal("attach", environ={**scene.environ, "TERM": "dumb"}) as terminal:
        assert terminal.wait() == 0
        assert "canvos-tui: DONE in" in terminal.said
        assert run_id in terminal.said
        assert "\x1b" not in terminal.said
