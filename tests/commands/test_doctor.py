"""The doctor on the command line: what it prints, what it exits with, and that it starts light."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

import canvos_tui
from canvos_tui.arguments import build_parser
from canvos_tui.commands.doctor import main_doctor
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FieldAnswered, FolderChosen
from canvos_tui.core.answers.draft_file import store
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import Right, RightProbe
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.reports import whole_report
from canvos_tui.core.checks.routes import of_route
from canvos_tui.core.errors import DockerError
from canvos_tui.core.machine import Reach
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests import samples
from tests.doubles import canvos_repo
from tests.doubles.check_world import World
from tests.doubles.http_server import hang, unix

GOOD = "OS_DISTRIBUTION=ubuntu\nOS_VERSION=24.04\nREGION=eu-west-1\nS3_BUCKET=acme-images\nS3_KEY=edge-1\nARCH=amd64\n"
SECRET = "S3cr3tKey/" * 4
KEYS = f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
JOIN = "#cloud-config\nstylus:\n  site:\n    paletteEndpoint: api.spectrocloud.com\n    edgeHostToken: abcdefghij\n"


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A CanvOS folder with all three files in order."""
    folder = canvos_repo.make(tmp_path / "CanvOS")
    canvos_repo.git(folder, "checkout", "-q", "v4.9.38")
    exclude = folder / ".git" / "info" / "exclude"
    exclude.write_text("user-data\n")
    (folder / ".arg").write_text(GOOD)
    (folder / ".secret").write_text(KEYS)
    (folder / ".secret").chmod(0o600)
    (folder / "user-data").write_text(JOIN)
    return folder


def parse(*words: str) -> argparse.Namespace:
    line = ["doctor", *words]
    return build_parser(line).parse_args(line)


def doctor(world: World, *words: str) -> int:
    args = parse(*words)
    assert args.run is main_doctor
    return int(main_doctor(args, ports=world.ports()))


def document(capsys) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def statuses(found: dict[str, Any]) -> dict[str, str]:
    return {c["id"]: c["status"] for c in found["checks"]}


class Hangs:
    """A git that never comes back, as on a mount whose server is gone."""

    async def state(self, folder: Path) -> Any:
        await asyncio.sleep(3600)


def test_a_git_that_hangs_keeps_nobody_waiting_in_silence(tmp_path, checkout, capsys, monkeypatch):
    monkeypatch.setattr(whole_report, "GIT_PATIENCE", 0.05)
    ports = replace(World(tmp_path).ports(), git=cast(Any, Hangs()))
    code = main_doctor(parse("--checkout", str(checkout), "--only", "host", "--output", "json"), ports=ports)
    told = capsys.readouterr()
    assert "git gives no answer within" in told.err
    assert (code, json.loads(told.out)["canvos"]) == (5, {"path": str(checkout), "tag": "", "commit": ""})


def test_a_ready_machine_with_a_ready_checkout(tmp_path, checkout, capsys):
    assert doctor(World(tmp_path), "--checkout", str(checkout), "--output", "json") == 0
    found = document(capsys)
    assert found["summary"] == {"pass": len(of_route(CHECKS, Route.GUIDE)), "warn": 0, "fail": 0, "skip": 0, "unknown": 0}
    assert (found["verdict"], found["first_failure"]) == ("ready", None)
    assert found["canvos"]["path"] == str(checkout)
    assert found["canvos"]["tag"] == "v4.9.38"
    assert found["canvos"]["commit"]
    assert SECRET not in json.dumps(found)


def test_the_keys_of_the_secret_file_are_the_ones_that_are_tried(tmp_path, checkout, capsys):
    world = World(tmp_path, environ={"AWS_ACCESS_KEY_ID": "AKIAOTHEROTHEROTHER1", "AWS_SECRET_ACCESS_KEY": "x" * 40})
    doctor(world, "--checkout", str(checkout), "--only", "AWS-KEYTYPE", "--output", "json")
    assert document(capsys)["checks"][0]["observed"]["text"] == "...MPLE of .secret is long-lived; environment holds ...HER1"
    (checkout / ".secret").unlink()
    doctor(world, "--checkout", str(checkout), "--only", "AWS-KEYTYPE", "--output", "json")
    assert document(capsys)["checks"][0]["observed"]["text"] == "...HER1 of environment is long-lived"


def test_the_palette_is_known_from_the_answers_that_are_kept_or_given(tmp_path, checkout, capsys):
    world = World(tmp_path)
    only = ("--only", "REPO-TAG", "--output", "json")
    doctor(world, "--checkout", str(checkout), *only)
    assert "Palette" not in document(capsys)["checks"][0]["observed"]["text"]
    kept = fresh().after(FolderChosen(checkout, "r")).after(FieldAnswered("palette", "4.9.46"))
    asyncio.run(store(world.ports().files, kept))
    doctor(world, "--checkout", str(checkout), *only)
    told = document(capsys)["checks"][0]
    assert (told["status"], told["observed"]["text"]) == (
        "warn",
        "v4.9.38 is newer than v4.9.37; Palette 4.9.46 takes v4.9.37 (table of 2026-11)",
    )
    answers = tmp_path / "answers.yaml"
    answers.write_text(f"checkout: {checkout}\ntag: v4.9.38\npalette: 4.9.48\n")
    doctor(world, "--config", str(answers), *only)
    assert document(capsys)["checks"][0]["observed"]["text"].endswith("; Palette 4.9.48 takes v4.9.38 (table of 2026-11)")


def test_temporary_keys_of_the_environment_are_seen_as_such(tmp_path, capsys):
    env = {"AWS_ACCESS_KEY_ID": "ASIAOTHEROTHEROTHER1", "AWS_SECRET_ACCESS_KEY": "x" * 40, "AWS_SESSION_TOKEN": "t" * 90}
    assert doctor(World(tmp_path, environ=env), "--only", "AWS-KEYTYPE", "--output", "short") == 3
    assert "FAIL AWS-KEYTYPE  ...HER1 is temporary" in capsys.readouterr().out


@pytest.mark.parametrize("output", samples.every(["text", "json", "short", "markdown"], lambda: ["text", "json"]))
def test_the_exit_code_is_the_same_in_every_form(tmp_path, checkout, capsys, output):
    where = ("--checkout", str(checkout), "--output", output)
    bad = World(tmp_path, docker=DockerError("down", cause="engine-down"))
    assert doctor(bad, *where) == 3
    assert "TOOL-DOCKER" in capsys.readouterr().out
    silent = World(tmp_path, reached={"https://quay.io/v2/": Reach("https://quay.io/v2/", "timeout")})
    assert doctor(silent, *where) == 5
    (checkout / ".secret").chmod(0o644)
    assert doctor(World(tmp_path), *where) == 0
    assert doctor(World(tmp_path), *where, "--fail-on", "warn") == 4
    assert doctor(World(tmp_path), *where, "--fail-on", "fail") == 0


def test_a_failure_goes_before_what_is_not_known(tmp_path, capsys):
    world = World(tmp_path, docker=DockerError("down", cause="engine-down"), reached={"https://quay.io/v2/": Reach("x", "dns")})
    assert doctor(world, "--output", "short") == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("NOT READY  1 fail  1 unknown")
    assert lines[3].startswith("FAIL TOOL-DOCKER  down")  # under the versions and the route
    assert len(lines) <= 15


def test_without_a_checkout_the_machine_alone_is_judged(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert doctor(World(tmp_path), "--output", "json") == 5
    found = document(capsys)
    assert (found["verdict"], found["first_failure"], found["first_unanswered"]) == ("undetermined", None, "REPO-CLONE")
    assert {c["category"] for c in found["checks"] if c["status"] == "skip"} == {"network", "repo", "files", "aws"}
    assert found["canvos"] == {"path": "", "tag": "", "commit": ""}


def test_the_checkout_is_found_here_or_in_the_home_folder(tmp_path, checkout, capsys, monkeypatch):
    monkeypatch.chdir(checkout)
    doctor(World(tmp_path / "elsewhere"), "--only", "REPO-CLONE", "--output", "json")
    assert document(capsys)["canvos"]["path"] == str(checkout)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    doctor(World(tmp_path), "--only", "REPO-CLONE", "--output", "json")
    assert document(capsys)["canvos"]["path"] == str(checkout)
    monkeypatch.chdir(tmp_path)
    doctor(World(tmp_path / "elsewhere"), "--checkout", "CanvOS", "--only", "REPO-CLONE", "--output", "json")
    assert document(capsys)["canvos"]["path"] == str(checkout)


def test_only_and_skip_take_ids_and_categories(tmp_path, capsys):
    doctor(World(tmp_path), "--only", "host", "--only", "TOOL-GIT", "--skip", "HOST-DISK", "--output", "json")
    assert list(statuses(document(capsys))) == ["HOST-ARCH", "HOST-CPU", "HOST-MEM", "HOST-CLOCK", "TOOL-GIT"]


def test_what_a_chosen_check_waits_for_is_not_left_in_the_dark(tmp_path, capsys):
    world = World(tmp_path, docker=DockerError("down", cause="engine-down"))
    assert doctor(world, "--only", "TOOL-DOCKER-PRIV", "--output", "json") == 3
    assert statuses(document(capsys)) == {"TOOL-DOCKER": "fail", "TOOL-DOCKER-PRIV": "skip"}


def test_an_accepted_failure_is_a_warning(tmp_path, capsys):
    world = World(tmp_path)
    world.machine = replace(world.machine, memory=4_000_000_000)
    assert doctor(world, "--only", "HOST-MEM", "--accept", "HOST-MEM", "--output", "json") == 5  # nobody asked the others
    found = document(capsys)
    assert (found["verdict"], found["first_unanswered"]) == ("undetermined", "HOST-ARCH")
    row = found["checks"][0]
    assert (row["status"], row["accepted"]) == ("warn", True)


def test_offline_asks_neither_the_network_nor_aws(tmp_path, checkout, capsys):
    world = World(tmp_path)
    assert doctor(world, "--offline", "--checkout", str(checkout), "--output", "json") == 5
    told = document(capsys)
    assert (told["verdict"], told["first_unanswered"]) == ("undetermined", "HOST-CLOCK")
    found = statuses(told)
    assert {n for n, s in found.items() if s == "skip"} == {
        n for n in found if n.startswith(("NET-", "AWS-")) or n in {"TOOL-DOCKER-PRIV", "HOST-CLOCK"}
    }
    assert not [q for q in world.asked if q.startswith("http") or q in {"identity", "rights", "open"}]
    assert doctor(world, "--offline", "--only", "aws") == 5
    capsys.readouterr()


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--only", "HOST-MEN"), "--only: there is no check `HOST-MEN`\nhint: did you mean `HOST-MEM`?"),
        (("--skip", "host-disk"), "--skip: there is no check `host-disk`\nhint: did you mean `HOST-DISK`?"),
        (("--accept", "tools"), "--accept: there is no check `tools`"),
        (("--only", "network", "--only", "tool"), "--only: there is no check `tool`\nhint: did you mean `tools`?"),
    ],
)
def test_an_unknown_word_is_refused_with_the_near_one(tmp_path, capsys, words, hint):
    world = World(tmp_path)
    assert doctor(world, *words) == 2
    said = capsys.readouterr()
    assert hint in said.err
    assert said.out == ""
    assert not world.asked


def test_the_arg_file_is_never_sourced(tmp_path, checkout, capsys):
    (checkout / ".arg").write_text(GOOD + f"X=$(touch {tmp_path}/sourced)\n")
    assert doctor(World(tmp_path), "--checkout", str(checkout), "--only", "files", "--output", "short") == 3
    assert "FAIL FILE-ARG  line 7: bash would execute a part of this line" in capsys.readouterr().out
    assert not (tmp_path / "sourced").exists()


def test_files_of_a_checkout_are_judged_as_they_are(tmp_path, checkout, capsys):
    (checkout / ".arg").write_text(GOOD.replace("acme-images", ""))
    (checkout / ".secret").write_text(KEYS.replace("AWS_PROFILE=\n", ""))
    assert doctor(World(tmp_path), "--checkout", str(checkout), "--only", "files", "--output", "json") == 3
    found = document(capsys)
    assert {n for n, s in statuses(found).items() if s == "fail"} == {"FILE-ARG", "FILE-SECRET"}
    assert SECRET not in json.dumps(found)


def test_a_denied_right_reaches_the_report(tmp_path, checkout, capsys):
    denied = RightProbe("s3:PutObject", Right.DENIED, "dry_run", "AccessDenied", "no")
    assert doctor(World(tmp_path, probes={"s3:PutObject": denied}), "--checkout", str(checkout), "--only", "aws") == 3
    out = capsys.readouterr().out
    assert "FAIL AWS-S3-PUT  denied (AccessDenied no)" in out
    assert "aws iam put-user-policy --user-name edge" in out


def test_a_limit_of_no_time_is_refused(capsys):
    for wrong in ("0", "-1", "inf", "soon"):
        with pytest.raises(SystemExit) as left:
            parse("--timeout", wrong)
        assert left.value.code == 2
    assert parse("--timeout", "2.5").timeout == 2.5
    capsys.readouterr()


# -- as a program --------------------------------------------------------------------------------------------------

ROOT = str(Path(canvos_tui.__file__).parents[1])
CODE = "import sys; from canvos_tui.commands.doctor import main_doctor, register; import argparse; p = argparse.ArgumentParser(); " + (
    "register(p.add_subparsers()); a = p.parse_args(); sys.exit(a.run(a))"
)


def program(home: Path, **environ: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": ROOT, "DOCKER_HOST": f"unix://{home}/none.sock", **environ}


def test_the_real_program_prints_one_document_and_nothing_else(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE, "doctor", "--offline", "--output", "json"],
        env=program(tmp_path),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    found = json.loads(done.stdout)
    assert (found["schema"], done.stderr) == ("canvos-tui.doctor/1", "")
    assert statuses(found)["TOOL-DOCKER"] == "fail"
    assert done.returncode == 3
    assert found["host"]["os"] == os.uname().sysname


def test_the_real_program_asks_aws_with_the_keys_of_the_secret_file(tmp_path, checkout):
    key = StandinKey("AKIAREHEARSAL0000001", "s" * 40)
    (checkout / ".arg").write_text(GOOD.replace("acme-images", "here"))
    (checkout / ".secret").write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={key.key_id}\nAWS_SECRET_ACCESS_KEY={key.secret}\n")
    config = StandinConfig(keys=(key,), buckets={"here": "us-east-1"}, faults=deny("ec2:RegisterImage"))
    with StandinAws(config) as standin:
        done = subprocess.run(
            [sys.executable, "-c", CODE, "doctor", "--checkout", str(checkout), "--only", "aws", "--output", "json"],
            env=program(tmp_path, AWS_ENDPOINT_URL=standin.start()),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    found = json.loads(done.stdout)
    told = {c["id"]: c["observed"]["text"] for c in found["checks"] if c["status"] == "fail"}
    assert list(told) == ["AWS-BUCKET-REGION", "AWS-EC2-REGISTER"]
    assert told["AWS-BUCKET-REGION"] == "here is in us-east-1"
    assert done.returncode == 3
    assert key.secret not in done.stdout + done.stderr


def test_an_engine_that_hangs_is_called_so_within_the_limit(tmp_path_factory):
    home = tmp_path_factory.mktemp("h")
    with unix(home / "none.sock", hang):
        done = subprocess.run(
            [sys.executable, "-c", CODE, "doctor", "--only", "TOOL-DOCKER", "--timeout", "1", "--output", "json"],
            env=program(home),
            cwd=home,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    row = json.loads(done.stdout)["checks"][0]
    assert (row["status"], row["timed_out"], row["observed"]["text"]) == ("unknown", True, "no answer within 1 s")
    assert done.returncode == 5


def test_an_interrupt_ends_it_with_130_and_leaves_no_half_document(tmp_path_factory):
    home = tmp_path_factory.mktemp("h")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(home / "none.sock"))
        listening.listen()
        listening.settimeout(30)
        with (
            subprocess.Popen(
                [sys.executable, "-c", CODE, "doctor", "--only", "TOOL-DOCKER", "--output", "json"],
                env=program(home),
                cwd=home,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as process,
            listening.accept()[0],
        ):  # it waits for our answer now
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "interrupted\n")


def test_the_command_is_light_to_import():
    code = (
        "import sys; import canvos_tui.commands.doctor;"
        "heavy = {'textual', 'rich', 'boto3', 'botocore', 'docker', 'yaml', 'dotenv', 'asyncio'} & set(sys.modules);"
        "print(sorted(heavy)); sys.exit(bool(heavy))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
