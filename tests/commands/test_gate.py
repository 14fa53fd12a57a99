"""Whatever a text from outside holds, nothing that a terminal obeys leaves by any exit, and no secret does."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import canvos_tui
from canvos_tui.cli import main
from canvos_tui.commands.output import Gate, gated, write_json
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FieldAnswered
from canvos_tui.core.answers.draft_file import from_data, to_data
from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.checks.check import CheckAnswer, Evidence
from canvos_tui.core.checks.harmless import harmless
from canvos_tui.core.command_words import word
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.escapes import clean, vanish
from canvos_tui.core.masking.outlet import Outlet, secrets_in
from canvos_tui.core.run.codec import plan_text, result_data
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import Finding, LeftOver, RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.status import Status
from tests.commands.test_doctor_output import doctor
from tests.doubles import canvos_repo
from tests.doubles.check_world import World
from tests.hostile import CLIPBOARD, obeyed, texts

ROOT = Path(canvos_tui.__file__).parent
RUN = "20261122-1412-3f9a"
HUSH = "s3cr3tpassw0rd"


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("XDG_STATE_HOME", "HTTPS_PROXY", "HTTP_PROXY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_gate_lets_words_through_and_nothing_that_is_obeyed():
    assert len(texts()) >= 200
    for text in texts():
        for shown in (clean(text), vanish(text.replace("\n", " ")), Outlet().text(text), *_all(harmless(_answer(text)))):
            assert obeyed(shown) == [], text
        if text.startswith("before"):
            assert clean(text).startswith("before ")
            assert clean(text).count("\n") == 0
    assert clean("gr\u00fc\u00df dich, \u65e5\u672c \u2713\nline") == "gr\u00fc\u00df dich, \u65e5\u672c \u2713\nline"


def _answer(text: str) -> CheckAnswer:
    remedy = Remedy(text, (Command(f"rm {text}"),))
    return CheckAnswer(Status.FAIL, text, text, (remedy,), (Evidence(f"ls {text}", text, 1),))


def _all(answer: CheckAnswer) -> tuple[str, ...]:
    fix, piece = answer.remedies[0], answer.evidence[0]
    return (answer.observed, answer.required, fix.text, fix.commands[0].run, piece.command, piece.output)


def test_a_name_in_a_command_is_spelled_so_that_bash_means_the_same_file(tmp_path):
    for text in ["plain", "a b", "it's", CLIPBOARD, "new\nline", "\u202eevil", "\udcff\udcfe", "b\\n'\x1b", "\u00fc"]:
        spelled = word(text)
        assert obeyed(spelled) == []
        done = subprocess.run(["bash", "-c", f"printf %s {spelled}"], capture_output=True, check=True)
        assert done.stdout.decode("utf-8", "surrogateescape") == text


def test_every_stream_of_ours_has_the_gate_in_it(capsys):
    with gated():
        for text in texts():
            sys.stdout.write(text + "\n")
            sys.stderr.write(text)
        write_json({"x": texts()})
        assert isinstance(sys.stdout, Gate)
    out, err = capsys.readouterr()
    assert obeyed(out) == obeyed(err) == []
    assert not isinstance(sys.stdout, Gate)


def test_what_is_obeyed_only_when_two_writes_meet_is_not_obeyed(capsys):
    with gated():
        for piece in ("\x1b", "]52;c;QQ==", "\x07", "\x1b[", "2J", "\xc2", "\x9b2J"):
            sys.stdout.write(piece)
    assert obeyed(capsys.readouterr().out) == []


@pytest.mark.parametrize("output", ["text", "short", "markdown", "json"])
def test_a_hostile_folder_in_the_checkout_says_nothing_to_the_terminal(tmp_path, capsys, output):
    folder = canvos_repo.make(tmp_path / "CanvOS")
    for name in (CLIPBOARD, "content-new\nFAIL HOST-DISK", "content-\u202e", "content-\udcff"):
        (folder / name).mkdir()
        (folder / name / "file").write_text("x")
    with gated():
        doctor(
            World(tmp_path, environ={"HTTPS_PROXY": f"http://me:{HUSH}@proxy\x1b]0;x\x07"}), "--checkout", str(folder), "--output", output
        )
    out, err = capsys.readouterr()
    assert obeyed(out) == obeyed(err) == []
    assert "content-" in out
    assert HUSH not in out + err
    assert output in {"json", "short"} or "\nFAIL HOST-DISK" not in out.replace("FAIL HOST-DISK  ", "")
    if output == "json":
        json.loads(out)


def test_hostile_answers_say_nothing_to_the_terminal(home, capsys):
    for number, text in enumerate(texts()):
        if number % 7 == 0:
            Path("answers.yaml").write_text(json.dumps({text: text, "CUSTOM_TAG": text, "checkout": text, "accept": {text: text}}))
            assert main(["run", "--config", "answers.yaml", "--yes"]) == 2
    for words in (["run", "--config", CLIPBOARD], ["attach", CLIPBOARD], ["rehearse", "--scenario", CLIPBOARD], ["--checkout", "\udcff"]):
        assert main(words) == 2
    with pytest.raises(SystemExit):
        main([CLIPBOARD])
    with pytest.raises(SystemExit):
        main(["doctor", f"--{CLIPBOARD}"])
    out, err = capsys.readouterr()
    assert obeyed(out) == obeyed(err) == []


def test_a_line_feed_in_a_name_forges_no_line_of_ours(home, capsys):
    assert main(["diagnose", "x\nhint: rm -rf ~"]) == 2
    err = capsys.readouterr().err
    assert [line for line in err.splitlines() if line.startswith("hint: ")] == ["hint: name a file that you may read"]


@pytest.mark.parametrize("words", [["status"], ["status", RUN], ["status", RUN, "--output", "json"], ["status", "--output", "json"]])
def test_a_hostile_run_folder_says_nothing_to_the_terminal(home, capsys, words):
    for number, text in enumerate(texts()[::9]):
        folder = home / ".local" / "state" / "canvos-tui" / "runs" / f"{RUN[:-4]}{number:04x}"
        folder.mkdir(parents=True, exist_ok=True)
        at = datetime(2026, 11, 22, tzinfo=UTC)
        plan = BuildPlan(f"/x/{text}", text, (text,), Baseline(at, text, text, text))
        (folder / "run.json").write_bytes(plan_text(plan).encode("utf-8", "surrogatepass"))
        result = RunResult(
            folder.name,
            Outcome.FAILED,
            region=text,
            bucket=text,
            key=text,
            ami=text,
            findings=(Finding(text, Status.FAIL, text),),
            left_behind=(LeftOver("object", text, True, text, text),),
        )
        (folder / "result.json").write_text(json.dumps(result_data(result)))
        if RUN in words:
            assert main([folder.name if word == RUN else word for word in words]) == 0
    assert RUN in words or main(words) == 0  # the list of all of them, once
    out, err = capsys.readouterr()
    assert obeyed(out) == obeyed(err) == []
    assert "before" in out


@pytest.mark.parametrize("words", [["diagnose", "log"], ["diagnose", "log", "--output", "json"], ["guide", "--config", "answers.yaml"]])
def test_hostile_files_say_nothing_to_the_terminal(home, capsys, words):
    (home / "log").write_bytes(
        b"".join(text.encode("utf-8", "surrogateescape") + b"\n" for text in texts()) + b"fatal: No space left\x1b]0;x\x07 on device\n"
    )
    (home / "answers.yaml").write_text(f'IMAGE_REGISTRY: "x"\ncheckout: "/x/\u202e"\nHTTPS_PROXY: "http://me:{HUSH}@proxy:3128"\n')
    main(words)
    out, err = capsys.readouterr()
    assert obeyed(out) == obeyed(err) == []
    assert HUSH not in out + err


def test_a_log_goes_to_a_terminal_cleaned_and_to_a_file_as_it_is(home, monkeypatch, capsysbinary):
    (home / "log").write_bytes(b"a\x1b[31m b \x1b]0;x\x07\nkey AKIAIOSFODNN7EXAMPLE\n")
    assert main(["redact", "log"]) == 0
    assert b"a\x1b[31m b \x1b]0;x\x07\nkey ***MASKED" in capsysbinary.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert main(["redact", "log"]) == 0
    assert capsysbinary.readouterr().out.startswith(b"a b \nkey ***MASKED")


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("HTTPS_PROXY", f"http://me:{HUSH}@proxy", HUSH),
        ("https_proxy", "http://me:p%40ss%3Aword@proxy", "p@ss:word"),
        ("AWS_ENDPOINT_URL", f"https://me:{HUSH}@endpoint", HUSH),
        ("AWS_SECRET_ACCESS_KEY", "odd but long value", "odd but long value"),
        ("UBUNTU_PRO_KEY", "C1abcdefgh", "C1abcdefgh"),
    ],
)
def test_what_the_environment_holds_is_masked_by_value(name, value, secret):
    outlet = Outlet(secrets_in({name: value}))
    assert secret not in outlet.text(f"it is {secret} here")
    assert secret not in json.dumps(outlet.data({"x": [f"it is {secret} here"]}))


def test_a_draft_is_stored_without_the_password_of_a_proxy():
    draft = fresh({}).after(FieldAnswered("HTTPS_PROXY", f"http://me:{HUSH}@proxy:3128"))
    data = to_data(draft)
    assert HUSH not in str(data)
    again = from_data(data)
    assert again is not None
    entry = again.entry("HTTPS_PROXY")
    assert entry.text == "http://me@proxy:3128"
    assert "password" in entry.error, "it is asked for again, and not taken as it is"


def test_nothing_prints_around_the_gate():
    """Streams are written by `sys.stdout` and `sys.stderr`, which have the gate in them; these alone write otherwise."""
    allowed = {"commands/output.py", "commands/redact.py", "rehearsal/build.py", "supervisor/process.py", "cli.py"}
    found = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and (
                node.attr in {"__stdout__", "__stderr__"}
                or (node.attr == "buffer" and ast.unparse(node.value) in {"sys.stdout", "sys.stderr"})
            ):
                found.add(path.relative_to(ROOT).as_posix())
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "write_raw" and "commands/" not in path.as_posix():
                found.add(path.relative_to(ROOT).as_posix())
    assert found <= allowed


def test_redact_masks_the_values_of_a_file(home, capsysbinary):
    (home / "values").write_text("NAME=very private words\nhunter2hunter2\n")
    (home / "log").write_text("it is very private words and hunter2hunter2, both very%20private%20words\n")
    assert main(["redact", "log", "--values-from", "values"]) == 0
    assert capsysbinary.readouterr().out == b"it is ***MASKED:value*** and ***MASKED:value***, both ***MASKED:value***\n"
    assert main(["redact", "log", "--values-from", "nowhere"]) == 2
