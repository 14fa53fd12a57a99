"""The doctor for somebody who sits elsewhere: two reports compared, a check explained, a machine watched while it is mended."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.commands.doctor import watch
from canvos_tui.commands.doctor.draft import source_of
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.selection import Wish, plan
from canvos_tui.rehearsal.repository import git
from tests.commands.test_doctor import doctor, parse
from tests.doubles.check_world import World
from tests.on_stage import OnStage, on_stage


def report_of(tmp_path: Path, name: str, capsys: Any, **environ: str) -> Path:
    (tmp_path / f"home-{name}").mkdir()
    world = World(tmp_path / f"home-{name}", environ=environ)
    doctor(world, "--output", "json", "--only", "host", "--only", "network", "--no-save")
    path = tmp_path / f"{name}.json"
    path.write_text(capsys.readouterr().out)
    return path


def command(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with an empty home and no programs but Python."""
    env = {"PATH": "/nowhere", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, "-m", "canvos_tui", "doctor", *words], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )


def test_two_machines_that_differ_in_one_proxy_variable_are_told_apart_by_the_first_line(tmp_path, capsys):
    works = report_of(tmp_path, "works", capsys)
    broken = report_of(tmp_path, "broken", capsys, HTTPS_PROXY="http://me:hush@proxy.corp:3128")
    done = command(tmp_path, "--compare", str(works), str(broken))
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[:3] == ["HTTPS_PROXY", "    works   not set", "    broken  http://***@proxy.corp:3128"]
    assert "hush" not in done.stdout
    assert lines[-1].startswith("broken  ")
    data = json.loads(command(tmp_path, "--compare", str(works), str(broken), "--output", "json").stdout)
    assert data["schema"] == "canvos-tui.doctor-comparison/1"
    assert data["first"][0] == {"name": "HTTPS_PROXY", "left": "not set", "right": "http://***@proxy.corp:3128", "follows": None}
    same = command(tmp_path, "--compare", str(works), str(works))
    assert same.stdout.startswith("No difference: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("", "it is empty"),
        ("{", "no JSON document"),
        ("[" * 100_000, "no JSON document"),
        ("[1]", "no report of the doctor"),
        ('{"schema": "canvos-tui.status/1"}', "its schema is canvos-tui.status/1"),
        ('{"schema": "canvos-tui.doctor/1"}', "no list of checks"),
        ('{"schema": "canvos-tui.doctor/1", "checks": [{"id": "A"}]}', "check no. 1 lacks"),
        (
            '{"schema": "canvos-tui.doctor/1", "checks": [{"id": "A", "status": "x", "category": "y", "observed": 1}]}',
            "not as it was written",
        ),
        ('{"schema": "canvos-tui.doctor/1", "checks": [], "environment": []}', "`environment` is no mapping"),
    ],
)
def test_a_file_that_is_no_report_is_named_with_the_reason_and_what_makes_one(tmp_path, content, said):
    path = tmp_path / "a.json"
    if content is not None:
        path.write_text(content)
    done = command(tmp_path, "--compare", str(path), str(path))
    assert done.returncode == 2
    assert said in done.stderr
    assert "canvos-tui doctor --output json > FILE" in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_bundle_is_compared_by_the_report_in_it(tmp_path, capsys):
    works, home = report_of(tmp_path, "works", capsys), tmp_path / "home"
    home.mkdir()
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "HTTPS_PROXY": "http://proxy:0"}
    words = [sys.executable, "-m", "canvos_tui", "bundle", "--yes", "--to", str(tmp_path / "b.zip")]
    made = subprocess.run(words, env=env, cwd=home, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    done = command(tmp_path, "--compare", str(works), str(tmp_path / "b.zip"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "NET-PROXY" in done.stdout
    assert "    b      " in done.stdout
    (tmp_path / "b.zip").write_bytes((tmp_path / "b.zip").read_bytes()[:-40])
    broken = command(tmp_path, "--compare", str(works), str(tmp_path / "b.zip"))
    assert broken.returncode == 2
    assert "damaged" in broken.stderr


def test_a_check_is_explained_without_asking_anything(tmp_path):
    done = command(tmp_path, "--explain", "aws-s3-put")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("AWS-S3-PUT  s3:PutObject\n\nWhy      ")
    assert max(len(line) for line in done.stdout.splitlines() if "https://" not in line) <= 80, "an address is not broken"
    data = json.loads(command(tmp_path, "--explain", "all", "--output", "json").stdout)
    assert [check["id"] for check in data["checks"]] == [check.id for check in CHECKS]
    pages = command(tmp_path, "--list", "--output", "markdown", "--only", "aws").stdout
    assert pages.count("\n## AWS-") == sum(check.category == "aws" for check in CHECKS)
    near = command(tmp_path, "--explain", "TOOL-DOKER")
    assert (near.returncode, near.stdout) == (2, "")
    assert "did you mean `TOOL-DOCKER`?" in near.stderr
    assert not list(tmp_path.iterdir())


def test_what_passed_yesterday_is_told_and_kept_only_where_that_is_allowed(tmp_path, capsys):
    world = World(tmp_path)
    only = ("--only", "NET-PROXY", "--output", "text")
    doctor(world, *only, "--no-save")
    assert not list(tmp_path.rglob("passed"))
    doctor(world, *only)
    capsys.readouterr()
    broken = World(tmp_path, environ={"HTTPS_PROXY": "http://proxy:0"})
    assert doctor(broken, *only) == 3
    (told,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("     last   passed "))
    assert told.endswith(" UTC: no proxy is set; since then changed: HTTPS_PROXY not set -> http://proxy:0")


def test_a_watched_machine_tells_what_changes_and_ends_when_it_is_ready(tmp_path, capsys):
    world = World(tmp_path, environ={"HTTPS_PROXY": "http://proxy:0"})
    made = plan(CHECKS, Wish(only=("NET-PROXY",)))
    made = type(made)(made.shown, made.asked)  # nothing is left out, so that this one check decides

    async def mend_and_watch() -> int:
        watching = asyncio.create_task(watch.watched(made, source_of(world.ports(), None, None, {}), "fail", every=0.05))
        await asyncio.sleep(0.3)
        assert not watching.done()
        source.environ.pop("HTTPS_PROXY")
        return await asyncio.wait_for(watching, 20)

    source = world.ports()
    world.ports = lambda: source  # type: ignore[method-assign]
    assert asyncio.run(mend_and_watch()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("NOT READY  1 fail")
    moved = [line.partition("  ")[2] for line in lines if "NET-PROXY  no proxy" in line]
    assert moved == ["PASS NET-PROXY  no proxy is set (needs: none, or one that lets the build through)  (was FAIL)"]
    assert lines[-1].endswith("READY  1 pass")


def test_watching_is_lines_and_nothing_else(tmp_path):
    assert "leave out --output, --events and --redact" in command(tmp_path, "--watch", "--output", "json").stderr
    assert parse("--watch").watch


def test_ctrl_c_ends_the_watching_with_its_own_code(tmp_path):
    import signal
    import time

    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    words = [sys.executable, "-m", "canvos_tui", "doctor", "--watch", "--offline", "--only", "HOST-ARCH", "--only", "NET-DNS"]
    with subprocess.Popen(words, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = ""
        limit = time.monotonic() + 30
        while "Ctrl+C ends it" not in seen and time.monotonic() < limit:
            seen += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert said.endswith("interrupted\n")
    assert "Traceback" not in said


# -- what a reader elsewhere is not to see ---------------------------------------------------------------


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnStage]:
    with on_stage(tmp_path_factory.mktemp("redacted")) as found:
        git(found.home, "clone", "--quiet", str(found.stage.repository), str(found.checkout))
        yield found


@pytest.mark.parametrize("form", ["json", "text", "markdown", "short"])
def test_a_report_without_names_says_the_same(scene: OnStage, form: str):
    words = ("doctor", "--config", scene.answers(), "--no-save", "--only", "repo", "--only", "aws", "--output", form)
    environ = {**scene.environ, "USER": "grace-hopper"}
    open_ = scene.inside(*words, environ=environ)
    hidden = scene.inside(*words, "--redact", "account,user,bucket,path", environ=environ)
    assert hidden.returncode == open_.returncode
    values = (str(scene.home), scene.stage.bucket, "123456789012")
    assert all(value not in hidden.stdout for value in values)
    if form == "json":
        assert all(value in open_.stdout for value in values), "there was something to hide"
        whole, told = json.loads(open_.stdout), json.loads(hidden.stdout)
        assert [(c["id"], c["status"]) for c in told["checks"]] == [(c["id"], c["status"]) for c in whole["checks"]]
        assert '"/path-1"' in hidden.stdout
    only_path = scene.inside(*words, "--redact", "path", environ=environ)
    assert str(scene.home) not in only_path.stdout


def test_the_events_of_such_a_report_hold_no_more_than_it(scene: OnStage, tmp_path: Path):
    with (tmp_path / "events").open("w+", encoding="utf-8") as file:
        scene.inside("doctor", "--config", scene.answers(), "--no-save", "--redact", "path,bucket,account", "--events", str(file.fileno()))
        file.seek(0)
        told = file.read()
    assert len(told.splitlines()) > 20
    for value in (str(scene.home), scene.stage.bucket, "123456789012"):
        assert value not in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--redact", "acount"), "did you mean `account`?"),
        (("--redact", "path", "--watch"), "leave out --output, --events and --redact"),
    ],
)
def test_what_cannot_be_hidden_is_refused(tmp_path, words, said):
    done = command(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
