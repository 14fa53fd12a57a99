"""`diagnose`: what the logs prove, as lines and as a JSON document."""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.commands import diagnose as command
from canvos_tui.core.errors import FilesError
from canvos_tui.core.log.pipe import LogPipe
from canvos_tui.core.log.source_lines import SourceLines
from tests.logs import AWS_IMPORT, EARTHLY, LOGS, chunks
from tests.runs import EDGE_TOKEN, KEY_ID, PASSWORD, SECRET

SUCCESS = EARTHLY / "success-v4.10.0.log"
FIELDS = ["schema", "result", "phase", "cause", "evidence", "follow_on", "ids", "warnings", "left_behind", "redactions"]


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    args = parser.parse_args(["diagnose", *argv])
    return int(args.run(args))


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    """Asks for a log, a file or its bytes; gives exit code and document."""

    def ask(log: Path | bytes) -> tuple[int, dict[str, Any]]:
        if isinstance(log, bytes):
            path = tmp_path / "asked.log"
            path.write_bytes(log)
            log = path
        code = run(str(log), "--output", "json")
        out = capsys.readouterr()
        assert out.err == ""
        document = json.loads(out.out)
        assert list(document) == FIELDS
        return code, document

    return ask


@pytest.mark.parametrize(
    ("path", "code", "result", "phase", "cause", "line", "left"),
    [
        (EARTHLY / "success-v4.10.0.log", 0, "succeeded", "done", None, None, ["object"]),
        (EARTHLY / "success-v4.10.0.pipe.log", 0, "succeeded", "done", None, None, ["object"]),
        (EARTHLY / "fail-apt-404-v4.9.38.log", 10, "failed", "base", "E-APT-404", 444, []),
        (EARTHLY / "fail-disk-full-v4.10.0.log", 10, "failed", "raw", "E-DISK-FULL", 1159, []),
        (EARTHLY / "fail-missing-secret-v4.9.38.log", 10, "failed", "awscli", "E-SECRET-MISSING", 1504, []),
        (AWS_IMPORT / "success-pipe.log", 0, "succeeded", "done", None, None, ["object"]),
        (AWS_IMPORT / "success-v2old-pty.log", 0, "succeeded", "done", None, None, ["object"]),
        (AWS_IMPORT / "ami-name-exists.log", 11, "failed", "register", "E-AMI-REUSED", 279, ["object", "snapshot"]),
        (AWS_IMPORT / "missing-creds.log", 11, "failed", "checks", "E-KEYS-EMPTY", 60, []),
        (AWS_IMPORT / "no-such-bucket.log", 11, "failed", "upload", "E-S3-NO-BUCKET", 85, []),
        (AWS_IMPORT / "access-denied-upload.log", 11, "failed", "upload", "E-S3-DENIED", 85, []),
        (AWS_IMPORT / "vmimport-missing.log", 11, "failed", "import", "E-VMIMPORT-ROLE", 143, ["object"]),
        (AWS_IMPORT / "import-deleted-midway.log", 11, "failed", "import", "E-IMPORT-FORMAT", 208, ["object"]),
    ],
    ids=lambda value: value.name if isinstance(value, Path) else None,
)
def test_every_sample_log(asked, path, code, result, phase, cause, line, left):
    found = asked(path)
    told = found[1]
    assert (found[0], told["schema"], told["result"], told["phase"]) == (code, "canvos-tui.diagnosis/1", result, phase)
    assert [item["kind"] for item in told["left_behind"]] == left
    if cause is None:
        assert (told["cause"], told["evidence"], told["follow_on"]) == (None, [], [])
        return
    assert told["cause"]["id"] == cause
    assert told["cause"]["fix"][0]["text"]
    assert told["evidence"][0]["line"] == line
    numbered = path.read_bytes().split(b"\n")[line - 1].decode()
    assert told["evidence"][0]["text"][:100] in numbered, "the line is the file's own"


def test_what_is_known_to_be_true_about_the_samples_is_what_we_say(asked):
    truth = json.loads((EARTHLY / "truth.json").read_text(encoding="utf-8"))
    for name, facts in truth.items():
        told = asked(EARTHLY / f"{name}.log")[1]
        assert told["result"] == ("succeeded" if facts["outcome"] == "success" else "failed")
        assert told["ids"]["ami"] == facts.get("ami_id")
        assert told["ids"]["snapshot"] == facts.get("snapshot_id")
        lines = SourceLines()
        cleaned = lines.feed((EARTHLY / f"{name}.log").read_bytes()) + lines.flush()
        for key in facts["key_lines"]:
            assert [n for n, text in cleaned if key["contains"] in text and n == key["line"]], key


def test_ids_and_commands_have_the_values_of_the_log(asked):
    _, told = asked(AWS_IMPORT / "ami-name-exists.log")
    assert told["ids"] == {
        "import_task": "import-snap-e3cfc222d4f8853ea",
        "snapshot": "snap-790078b91adc0d970",
        "ami": "ami-32db3fce5273aa59f",
        "bucket": "acme-canvos-images",
        "key": "kairos-ubuntu-22.04-core-amd64-generic-v3.5.9.raw",
        "region": "us-east-1",
    }
    commands = [line for fix in told["cause"]["fix"] for line in fix["commands"]]
    removal = "aws --region us-east-1 ec2 delete-snapshot --snapshot-id snap-790078b91adc0d970"
    assert commands == ["canvos-tui resume --name NAME", removal]
    assert [w["id"] for w in told["warnings"]] == ["ami-reused", "secrets"]
    assert asked(EARTHLY / "fail-apt-404-v4.9.38.log")[1]["ids"] == dict.fromkeys(told["ids"])


def test_success_words_over_an_old_object_are_a_failure(asked):
    text = (AWS_IMPORT / "success-pipe.log").read_bytes()
    begin, end = text.index(b"2026-11-22 23:45:3"), text.index(b"- Importing S3 object 's3")
    old = b"2026-11-22 23:45:40 - Object 's3://acme-canvos-images/a.raw' already exists in s3://acme-canvos-images. Skipping upload.\n"
    text = text[:begin] + b"2026-11-22 23:45:39 - Starting RAW to AMI creation process.\n" + old + text[end - 20 :]
    code, told = asked(text)
    assert (code, told["result"], told["phase"]) == (11, "failed", "upload")
    assert told["cause"]["id"] == "E-OBJECT-REUSED"
    assert "object-reused" in [w["id"] for w in told["warnings"]]


def test_success_words_without_proof_are_not_enough(asked):
    banner = b"========================== Earthly Build  SUCCESS ==========================\n"
    cached = b"    +aws-cloud-image | *cached* --> RUN x\n"
    assert asked(cached + banner)[0] == 12
    code, told = asked(b"        +cloud-image | --> SAVE ARTIFACT /output/* AS LOCAL ./build/\n" + banner)
    assert (code, told["result"]) == (0, "succeeded")
    assert [w["id"] for w in told["warnings"]] == ["no-aws-part"]
    assert asked(b"")[1]["result"] == "inconclusive"
    code, told = asked(b"root:x:0:0::/root:/bin/bash\n")
    assert (code, told["result"], told["phase"], told["cause"]) == (12, "inconclusive", None, None)


def test_a_log_that_has_not_ended_is_running(asked):
    lines = SUCCESS.read_bytes().split(b"\n")
    code, told = asked(b"\n".join(lines[:1000]))
    assert (code, told["result"], told["cause"]) == (12, "running", None)
    upto = next(n for n, line in enumerate(lines) if b"taskID=import-snap" in line)
    code, told = asked(b"\n".join(lines[: upto + 30]))
    assert (told["result"], told["phase"]) == ("running", "import")
    assert {"kind": "import_task", "id": "import-snap-0c1b2a3d4e5f60718", "certain": False} in told["left_behind"]


def test_an_excerpt_with_a_known_error_names_it_without_a_verdict(asked):
    code, told = asked(b"         +base-image | x: No space left on device\n")
    assert (code, told["result"], told["phase"]) == (12, "inconclusive", "base")
    assert told["cause"]["id"] == "E-DISK-FULL"


def test_a_cancelled_build_is_no_failure_but_one_that_failed_before_is(asked):
    begun = b"\n".join(SUCCESS.read_bytes().split(b"\n")[:1190])
    end = b"\nReceived signal interrupt. Cleaning up before exiting...\nCanceled\nAn error occurred while running the command.\n"
    code, told = asked(begun + end)
    assert (code, told["result"], told["cause"]) == (130, "cancelled", None)
    failed = b"\n         +base-image | ERROR Earthfile:7:7\n         +base-image |       did not complete successfully. Exit code 137"
    code, told = asked(begun + failed + end)
    assert (code, told["result"], told["cause"]["id"]) == (10, "failed", "E-MEMORY")


def test_an_unknown_error_names_its_step(asked):
    code, told = asked(
        b"         +base-image | hm\n         +base-image | ERROR Earthfile:7:7\nAn error occurred while running the command.\n"
    )
    assert (code, told["phase"], told["cause"]["id"]) == (10, "base", "step-failed")
    assert "Earthfile:7:7" in told["cause"]["title"]


def test_the_advice_for_an_unknown_error_names_the_lines_of_the_file(asked):
    redrawn = b"         +base-image | [----------]   0% a\r\n         +base-image | \x1b[1A[==========] 100% a\r\n" * 5
    log = redrawn + b"         +base-image | hm\n         +base-image | ERROR Earthfile:7:7\nAn error occurred while running the command.\n"
    _, told = asked(log)
    assert [e["line"] for e in told["evidence"] if e["text"] == "hm"] == [11]
    assert told["cause"]["fix"][0]["text"] == "Read the log from line 10 to 12, and the command at Earthfile:7:7 in the checkout"


def test_a_clipped_and_a_blind_log_are_warned_about(asked):
    blind = b"2026-11-22 23:54:06 - Error querying status for task 'import-snap-61e40c2a247c6897b'. Retrying...\n"
    text = b" Build x\n    +aws-cloud-image | [output clipped, log limit 8MiB reached]\nuser-data file does not exist.\n" + 3 * blind
    _, told = asked(text)
    assert {"log-clipped", "no-user-data", "import-not-seen"} == {w["id"] for w in told["warnings"]}
    assert "import-not-seen" not in {w["id"] for w in asked(blind + b" Build x\n")[1]["warnings"]}


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.name)
def test_no_secret_comes_out_in_any_form(path: Path, capsys: pytest.CaptureFixture[str]):
    out = ""
    for form in ("text", "json"):
        run(str(path), "--output", form)
        out = "".join(capsys.readouterr())
        for secret in (KEY_ID, SECRET, EDGE_TOKEN, PASSWORD):
            assert secret not in out
    assert json.loads(out)["redactions"] == sum(_counts(path).values())


def _counts(path: Path) -> dict[str, int]:
    pipe = LogPipe()
    pipe.feed(path.read_bytes())
    pipe.flush()
    return dict(pipe.counts)


def test_the_text_for_people(capsys: pytest.CaptureFixture[str]):
    assert run(str(EARTHLY / "fail-disk-full-v4.10.0.log")) == 10
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "result    failed in Raw disk"
    assert lines[1].startswith("cause     E-DISK-FULL: ")
    assert any(line.startswith("line 1159 rsync") for line in lines)
    assert any("Failed to add content partition" in line and line.startswith("then 1179") for line in lines)
    assert any(line.startswith("fix       ") for line in lines)
    assert any(line.strip() == "$ docker system df" for line in lines)
    assert max(map(len, lines)) <= 180


def test_standard_input_is_a_log_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    stdin = io.TextIOWrapper(io.BytesIO((AWS_IMPORT / "vmimport-missing.log").read_bytes()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert run("-", "--output", "json") == 11
    assert json.loads(capsys.readouterr().out)["cause"]["id"] == "E-VMIMPORT-ROLE"


def test_what_cannot_be_read_is_said(tmp_path: Path):
    for path in (tmp_path / "none.log", tmp_path):
        with pytest.raises(FilesError, match="cannot read"):
            run(str(path))


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.name)
@pytest.mark.parametrize("size", [65536, 1000, 0])
def test_lines_of_a_file_are_the_pipes_lines_with_rising_numbers(path: Path, size: int):
    data = path.read_bytes()
    pipe, lines = LogPipe(), SourceLines()
    expected = (pipe.feed(data) + pipe.flush()).decode().split("\n")[:-1]
    found = [line for chunk in chunks(data, size) for line in lines.feed(chunk)] + lines.flush()
    assert [text for _, text in found] == expected
    numbers = [number for number, _ in found]
    assert numbers == sorted(numbers)
    assert 1 <= numbers[0] <= numbers[-1] <= data.count(b"\n") + 1


def test_the_command_is_light_to_import():
    code = "import sys; import canvos_tui.commands.diagnose; print(sorted({'yaml', 'asyncio', 'textual', 'boto3'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
