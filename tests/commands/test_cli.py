"""The command line as its users meet it: help, typing errors, pipes, exit codes. Real processes, nothing on a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from canvos_tui import __version__
from canvos_tui.arguments import COMMANDS
from tests import in_process
from tests.runs import EDGE_TOKEN, KEY_ID, SECRET

ROOT = Path(__file__).parents[2]
HELP_ROWS, HELP_COLUMNS = 24, 80


def environ(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "XDG_", "REGION", "S3_", "CANVOS"))}
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    return {**kept, "HOME": str(home), "COLUMNS": str(HELP_COLUMNS), "PYTHONPATH": path}


@pytest.fixture
def here(tmp_path):
    """The same within this process, for what is asked of many commands."""

    def run(*words: str) -> tuple[int, str, str]:
        done = in_process.command(words, environ(tmp_path), tmp_path)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def canvos(tmp_path):
    """Runs the command with a home of its own: (exit code, stdout, stderr)."""

    def run(*words: str, stdin: str | None = None, **more: str) -> tuple[int, str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "canvos_tui", *words],
            env={**environ(tmp_path), **more},
            cwd=tmp_path,
            input=stdin or "",
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    return run


def refused(answer: tuple[int, str, str]) -> str:
    """An error as it should be: nothing on stdout, one sentence and a hint on stderr, exit code 2; what it said."""
    code, out, err = answer
    assert (code, out) == (2, "")
    lines = err.splitlines()
    assert len(lines) == 2, err
    assert lines[0].startswith("canvos-tui")
    assert lines[1].startswith("hint: ")
    return err


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits_a_screen_and_ends_with_an_example(here, command):
    code, out, err = here(*filter(None, (command, "--help")))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith(f"usage: canvos-tui {command}".rstrip() + " [")
    assert len(lines) <= HELP_ROWS, out
    assert max(map(len, lines)) <= HELP_COLUMNS
    assert f"Example: canvos-tui {command}".rstrip() in lines[-1]


def test_help_names_every_command(canvos):
    _, out, _ = canvos("--help")
    listed = {line.split()[0] for line in out.partition("commands:")[2].splitlines() if line.startswith("  ")}
    assert set(COMMANDS) <= listed


def test_the_version_is_that_of_the_package(canvos):
    assert canvos("--version") == (0, f"canvos-tui {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "wrong", "meant"),
    [
        (("stats",), "stats", "status"),
        (("atach",), "atach", "attach"),
        (("run", "--confg", "x"), "--confg", "--config"),
        (("attach", "--plan"), "--plan", "--plain"),
        (("--chekout", "/tmp"), "--chekout", "--checkout"),
        (("--chekout=/tmp",), "--chekout", "--checkout"),
        (("status", "--output", "jsn"), "jsn", "json"),
        (("rehearse", "--scenario", "disk-ful"), "disk-ful", "disk-full"),
    ],
)
def test_a_word_typed_wrong_gets_the_near_one(here, words, wrong, meant):
    said = refused(here(*words))
    assert wrong in said.splitlines()[0]
    assert said.splitlines()[1] == f"hint: did you mean `{meant}`?"


@pytest.mark.parametrize("words", [("zzzz",), ("status", "--zzzz"), ("--zzzz",), ("run",), ("redact",), ("rehearse", "--scenario", "zzzz")])
def test_a_word_that_is_like_no_other_gets_the_way_to_the_list(here, words):
    said = refused(here(*words))
    assert "did you mean" not in said
    assert "--help" in said or "list" in said


@pytest.mark.parametrize("words", [("--no-color", "status"), ("status", "--no-color")])
def test_options_for_all_stand_before_or_after_the_command(canvos, words):
    code, _, err = canvos(*words)
    assert code == 0, err


@pytest.mark.parametrize("words", [("--checkout", "{}", "guide"), ("guide", "--checkout", "{}")])
def test_the_checkout_may_be_named_on_either_side_of_guide(canvos, tmp_path, words):
    code, out, _ = canvos(*(w.format(tmp_path / "Elsewhere") for w in words))
    assert code == 0
    assert f"cd {tmp_path / 'Elsewhere'}" in out


def test_a_relative_checkout_begins_where_the_user_stands(canvos, tmp_path):
    code, out, _ = canvos("guide", "--checkout", "Elsewhere")
    assert code == 0
    assert f"cd {tmp_path / 'Elsewhere'}" in out


@pytest.mark.parametrize("words", [("--checkout", "{}", "validate"), ("validate", "--checkout", "{}")])
def test_validate_reads_the_names_from_the_checkout_on_either_side(canvos, tmp_path, words):
    folder = tmp_path / "CanvOS"
    folder.mkdir()
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    for name in ("Earthfile", "earthly.sh"):
        (folder / name).write_text("")
    (folder / ".arg").write_text("REGION=eu-west-1\nS3_BUCKET=acme\nS3_KEY=edge-1\n")
    assert "there are no AWS keys" in refused(canvos(*(w.format(folder) for w in words)))


def test_without_a_terminal_the_wizard_says_what_to_do_instead(canvos):
    said = refused(canvos())
    assert "needs a terminal" in said
    assert "canvos-tui run --config" in said


@pytest.mark.parametrize(
    "words",
    [
        ("attach",),
        ("attach", "20260101-0000-0000"),
        ("attach", "../../etc"),
        ("cancel",),
        ("status", "nope"),
        ("redact", "/no/such/file"),
        ("redact", "/"),
        ("run", "--config", "/no/such/file", "--yes"),
        ("guide", "--config", "/no/such/file"),
        ("validate",),
        ("validate", "--checkout", "a:b"),
    ],
)
def test_errors_are_one_sentence_and_a_hint(here, words):
    assert "Traceback" not in refused(here(*words))


@pytest.mark.parametrize("text", ["a: [", "just a text", "- a\n- b\n", "\x00\x01", "a: &x *x\n", "? [1]\n: 2\n"])
@pytest.mark.parametrize("command", [("run", "--yes"), ("guide",)])
def test_a_damaged_answers_file_is_an_error_of_the_file(here, tmp_path, command, text):
    (tmp_path / "answers.yaml").write_text(text)
    code, out, err = here(*command, "--config", "answers.yaml")
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    assert "answers" in err.splitlines()[0]


def test_every_problem_of_an_answers_file_is_listed_at_once(canvos, tmp_path):
    answers = "CUSTOM_TAG: Not_A_Tag\nREGOIN: eu-west-1\nS3_BUCKET: A\ncheckout: a:b\nroute: by-air\nAWS_SECRET_ACCESS_KEY: " + SECRET
    (tmp_path / "answers.yaml").write_text(answers)
    code, out, err = canvos("run", "--config", "answers.yaml", "--yes")
    assert (code, out) == (2, "")
    for part in (
        "6 problems",
        "CUSTOM_TAG",
        "did you mean REGION",
        "S3_BUCKET",
        "checkout",
        "by-air",
        "do not belong into an answers file",
    ):
        assert part in err
    assert SECRET not in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["answers.yaml"]


def test_guide_prints_all_steps_with_the_values_and_no_secret(canvos, tmp_path):
    answers = "tag: v4.9.38\nIMAGE_REGISTRY: acme-team\nREGION: eu-west-1\nS3_BUCKET: acme-edge\nS3_KEY: edge-7\n"
    (tmp_path / "answers.yaml").write_text(answers)
    code, out, err = canvos("guide", "--config", "answers.yaml", AWS_ACCESS_KEY_ID=KEY_ID, AWS_SECRET_ACCESS_KEY=SECRET)
    assert (code, err) == (0, "")
    assert [f"# step {n}:" in out for n in range(1, 17)] == [True] * 16
    for part in ("git checkout v4.9.38", "acme-team", "acme-edge", "edge-7", "./earthly.sh +aws-cloud-image --ARCH=amd64"):
        assert part in out
    assert SECRET not in out


def test_a_reader_that_leaves_early_is_no_error(tmp_path):
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    words = [sys.executable, "-m", "canvos_tui", "redact", "-"]
    with subprocess.Popen(
        words, env={**os.environ, "PYTHONPATH": path}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):  # it may notice before we are done
            for _ in range(2000):
                process.stdin.write(b"a line of a log\n" * 100)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        said = process.stderr.read().decode()
        process.wait(20)
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


def test_redact_masks_on_stdout_and_counts_on_stderr(canvos):
    log = f"AWS_SECRET_ACCESS_KEY={SECRET}\nedgeHostToken: {EDGE_TOKEN}\nplain line\n"
    code, out, err = canvos("redact", "-", stdin=log)
    assert code == 0
    assert "plain line" in out
    assert SECRET not in out + err
    assert EDGE_TOKEN not in out + err
    assert err.startswith("masked: ")
    assert sum(int(part.split()[-1]) for part in err.removeprefix("masked: ").split(", ")) == 2


def test_redact_leaves_a_harmless_log_as_it_is_byte_for_byte(canvos, tmp_path):
    log = "käse 🚀\r10 %\r20 %\r\n\x1b[31mred\x1b[0m\nno end of line"
    (tmp_path / "build.log").write_text(log, newline="")
    done = subprocess.run(
        [sys.executable, "-m", "canvos_tui", "redact", "build.log"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))},
        cwd=tmp_path,
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0
    assert done.stdout == log.encode()
    assert b"nothing of a known shape" in done.stderr


def test_status_as_json_is_one_document_and_nothing_else(canvos):
    code, out, err = canvos("status", "--output", "json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"schema": "canvos-tui.status/1", "runs": []}


def test_the_scenarios_of_a_rehearsal_can_be_listed(canvos):
    code, out, err = canvos("rehearse", "--scenario", "list")
    assert (code, err) == (0, "")
    for name in ("success", "vmimport-missing", "import-deleted", "access-denied", "disk-full"):
        assert name in out
