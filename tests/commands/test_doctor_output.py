"""The doctor's machine output: one document whatever the flags, as its published schema says, with the exit code of every other form."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from canvos_tui.arguments import build_parser
from canvos_tui.commands.doctor import main_doctor
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import Right, RightProbe
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.routes import of_route
from canvos_tui.core.errors import DockerError
from canvos_tui.core.machine import Reach
from tests import samples
from tests.commands.test_doctor import GOOD, JOIN, KEYS, SECRET
from tests.doubles import canvos_repo
from tests.doubles.check_world import World
from tests.samples import every

ROOT = Path(__file__).parents[2]
SCHEMA_FILE = ROOT / "canvos_tui" / "schemas" / "doctor-1.json"
OUTPUTS = ("json", "text", "short", "markdown")
CONFIG = "IMAGE_REGISTRY: acme\nREGION: eu-west-1\nS3_BUCKET: acme-images\nS3_KEY: edge-1\nuser_data: none\ncheckout: {}\n"
FLAGS: tuple[tuple[tuple[str, ...], ...], ...] = (
    ((), ("--only", "host"), ("--only", "TOOL-DOCKER-PRIV"), ("--only", "aws", "--only", "FILE-ARG")),
    ((), ("--skip", "network", "--skip", "AWS-S3-PUT")),
    ((), ("--accept", "HOST-MEM"), ("--accept", "HOST-MEM=a test machine")),
    ((), ("--timeout", "5")),
    ((), ("--offline",)),
    ((), ("--fail-on", "warn")),
    ((), ("--no-color", "--ascii")),
)


def closed(schema: Any) -> Any:
    """The schema with no room for a field that it does not name: what is printed today is all written down in it."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: closed(part) for name, part in schema.items()}
    return {**made, "additionalProperties": False} if made.get("type") == "object" and "required" in made else made


VALIDATOR = jsonschema.Draft202012Validator(closed(json.loads(SCHEMA_FILE.read_text())))


@pytest.fixture
def checkout(tmp_path) -> Path:
    folder = canvos_repo.make(tmp_path / "CanvOS")
    canvos_repo.git(folder, "checkout", "-q", "v4.9.38")
    (folder / ".git" / "info" / "exclude").write_text("user-data\n")
    (folder / ".arg").write_text(GOOD)
    (folder / ".secret").write_text(KEYS)
    (folder / ".secret").chmod(0o600)
    (folder / "user-data").write_text(JOIN)
    return folder


def doctor(world: World, *words: str) -> int:
    args: argparse.Namespace = build_parser().parse_args(["doctor", *words])
    return main_doctor(args, ports=world.ports())


def healthy(home: Path) -> World:
    return World(home)


def broken(home: Path) -> World:
    """Something of everything: failures, what waits for them, a host that does not answer, a denied right."""
    denied = RightProbe("ec2:RegisterImage", Right.DENIED, "dry_run", "UnauthorizedOperation", "not authorized; token=abc123secret")
    world = World(home, docker=DockerError("/run/docker.sock: Verbindung abgelehnt – né", cause="engine-down"))
    world.reached = {"https://quay.io/v2/": Reach("https://quay.io/v2/", "timeout")}
    world.probes = {"ec2:RegisterImage": denied}
    world.machine = replace(world.machine, memory=4_000_000_000)
    return world


def checked(out: str, err: str) -> dict[str, Any]:
    """The one document that stdout holds, as the schema has it; stderr holds none."""
    assert out.endswith("}\n")
    assert out.isascii()
    found: dict[str, Any] = json.loads(out)
    VALIDATOR.validate(found)
    assert "{" not in err
    assert SECRET not in out + err
    return found


def test_the_schema_is_itself_valid_and_has_room_only_where_fields_may_come():
    schema = json.loads(SCHEMA_FILE.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    open_objects = {name for name, part in schema["$defs"].items() if part.get("additionalProperties", True)}
    assert open_objects == {"check", "evidence"}
    assert schema["properties"]["summary"]["additionalProperties"] is False


@pytest.mark.parametrize("wrong", ["status", "verdict", "severity", "skipped_because", "accepted", "summary", "first_failure", "id"])
def test_the_schema_refuses_a_document_that_is_wrong(tmp_path, capsys, wrong):
    doctor(broken(tmp_path), "--output", "json")
    found = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(found)
    if wrong in found:
        found[wrong] = {"summary": {"pass": 1}, "verdict": "maybe", "first_failure": None}[wrong]
    else:
        found["checks"][0][wrong] = {"status": "ok", "accepted": True, "skipped_because": "x"}.get(wrong, "?")
    assert list(VALIDATOR.iter_errors(found))


def combined(combination: tuple[Any, ...]) -> str:
    return " ".join((combination[0].__name__, *itertools.chain(*combination[1:])))


FACTORS: tuple[tuple[Any, ...], ...] = ((healthy, broken), *FLAGS)


def pairs(combination: Iterable[Any]) -> set[tuple[tuple[int, Any], ...]]:
    """Every two values of a combination, each with the number of its factor."""
    return set(itertools.combinations(enumerate(combination), 2))


def in_pairs(factors: tuple[tuple[Any, ...], ...]) -> list[tuple[Any, ...]]:
    """Few combinations in which every value meets every value of each other factor; always the one that brings the most new pairs."""
    every = list(itertools.product(*factors))
    left, chosen = set[Any]().union(*map(pairs, every)), []
    while left:
        chosen.append(max(every, key=lambda one: len(pairs(one) & left)))
        left -= pairs(chosen[-1])
    return chosen


def test_the_chosen_combinations_have_every_pair_of_flags():
    few = in_pairs(FACTORS)
    wanted = {((a, x), (b, y)) for a, b in itertools.combinations(range(len(FACTORS)), 2) for x in FACTORS[a] for y in FACTORS[b]}
    assert set().union(*map(pairs, few)) == wanted
    assert len(few) < 30


@pytest.mark.parametrize("combination", every(itertools.product(*FACTORS), lambda: in_pairs(FACTORS)), ids=combined)
def test_every_combination_of_flags_prints_one_document_with_the_same_exit_code(tmp_path, monkeypatch, capsys, combination):
    make, words = combination[0], tuple(itertools.chain(*combination[1:]))
    monkeypatch.chdir(tmp_path)
    codes, found = {}, None
    for output in OUTPUTS:
        codes[output] = doctor(make(tmp_path), *words, "--output", output)
        said = capsys.readouterr()
        if output == "json":
            found = checked(said.out, said.err)
        else:
            assert "\x1b" not in said.out
            assert not said.out.startswith("{")
            assert said.out.isascii() or "--ascii" not in words
    assert len(set(codes.values())) == 1, codes
    assert found is not None
    by_verdict = {"not_ready": 3, "undetermined": 5, "ready": 4 if "warn" in words and found["summary"]["warn"] else 0}
    assert codes["json"] == by_verdict[found["verdict"]]


@pytest.mark.parametrize("make", [healthy, broken])
@pytest.mark.parametrize("final", [True, False], ids=["files as they are", "answers file"])
def test_the_document_of_a_whole_run_with_a_checkout_is_as_the_schema_says(tmp_path, checkout, capsys, make, final):
    config = tmp_path / "answers.yaml"
    config.write_text(CONFIG.format(checkout))
    where = ("--checkout", str(checkout)) if final else ("--config", str(config))
    codes = {doctor(make(tmp_path), *where, "--output", output) for output in ("text", "short", "markdown")}
    capsys.readouterr()
    codes.add(doctor(make(tmp_path), *where, "--output", "json"))
    said = capsys.readouterr()
    found = checked(said.out, said.err)
    assert len(codes) == 1
    assert [c["id"] for c in found["checks"]] == [c.id for c in of_route(CHECKS, Route.GUIDE)]
    assert found["canvos"]["path"] == str(checkout)


def test_an_answers_file_is_checked_before_there_is_a_checkout(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "answers.yaml"
    config.write_text(CONFIG.format(tmp_path / "nothing-here"))
    env = {"AWS_ACCESS_KEY_ID": "AKIAOTHEROTHEROTHER1", "AWS_SECRET_ACCESS_KEY": "x" * 40}
    world = World(tmp_path, environ=env)
    doctor(world, "--config", str(config), "--output", "json")
    rows = {c["id"]: c for c in checked(*capsys.readouterr())["checks"]}
    assert rows["AWS-BUCKET"]["status"] == "pass"
    assert rows["AWS-KEYTYPE"]["observed"]["text"] == "...HER1 of environment is long-lived"
    assert rows["REPO-CLONE"]["status"] == "skip"


def test_a_key_in_an_answers_file_is_refused(tmp_path, capsys):
    from canvos_tui.core.errors import InvalidValueError

    config = tmp_path / "answers.yaml"
    config.write_text("AWS_SECRET_ACCESS_KEY: abc\naccept: [HOST-MEN]\n")
    with pytest.raises(InvalidValueError, match="keys do not belong into an answers file"):
        doctor(World(tmp_path), "--config", str(config))
    config.write_text("accept: [HOST-MEN]\n")
    with pytest.raises(InvalidValueError, match="there is no check `HOST-MEN`"):
        doctor(World(tmp_path), "--config", str(config))
    assert capsys.readouterr().out == ""


def test_a_reason_for_accepting_is_kept_in_the_document(tmp_path, capsys):
    doctor(broken(tmp_path), "--only", "HOST-MEM", "--accept", "HOST-MEM=only a try", "--output", "json")
    row = checked(*capsys.readouterr())["checks"][0]
    assert (row["status"], row["accepted"], row["accepted_reason"]) == ("warn", True, "only a try")


# -- events ----------------------------------------------------------------------------------------------------------


def test_events_come_as_lines_on_a_descriptor_of_their_own(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "events.jsonl"
    with path.open("wb") as file:
        code = doctor(broken(tmp_path), "--events", str(file.fileno()), "--output", "json")
    found = checked(*capsys.readouterr())
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [lines[0]["event"], lines[-1]["event"]] == ["start", "end"]
    assert lines[0]["schema"] == "canvos-tui.doctor-events/1"
    results = {line["check"]["id"]: line["check"] for line in lines[1:-1]}
    assert sorted(results) == sorted(lines[0]["checks"])
    assert {c["id"]: c["status"] for c in found["checks"]} == {name: c["status"] for name, c in results.items()}
    assert {name: lines[-1][name] for name in ("verdict", "first_failure", "first_unanswered", "summary")} == {
        name: found[name] for name in ("verdict", "first_failure", "first_unanswered", "summary")
    }
    assert lines[-1]["exit_code"] == code == 3


def test_a_reader_of_events_that_went_away_costs_the_report_nothing(tmp_path, capsys):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        assert doctor(World(tmp_path), "--only", "host", "--events", str(writing), "--output", "json") == 5
    finally:
        os.close(writing)
    assert checked(*capsys.readouterr())["verdict"] == "undetermined"


@pytest.mark.parametrize(("number", "why"), [("1", "is taken"), ("0", "is taken"), ("199", "is not open"), ("x", "is no number")])
def test_a_descriptor_that_cannot_take_events_is_refused(capsys, number, why):
    with pytest.raises(SystemExit) as left:
        build_parser().parse_args(["doctor", "--events", number])
    assert left.value.code == 2
    assert why in capsys.readouterr().err


# -- lists and colours -------------------------------------------------------------------------------------------------


def test_the_list_names_every_check_and_asks_nothing(tmp_path, capsys):
    world = World(tmp_path)
    assert doctor(world, "--list") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == [c.id for c in CHECKS]
    assert doctor(world, "--list", "--only", "files", "--output", "json") == 0
    listed = json.loads(capsys.readouterr().out)["checks"]
    assert [c["id"] for c in listed] == [c.id for c in CHECKS if c.category == "files"]
    assert not world.asked


def test_the_schema_is_printed_as_it_lies_in_the_package(tmp_path, capsys):
    assert doctor(World(tmp_path), "--schema") == 0
    assert capsys.readouterr().out == SCHEMA_FILE.read_text()


def test_colours_are_for_the_status_words_alone():
    from canvos_tui.commands.doctor.lines import painted

    text = "NOT READY  1 fail\n\nFAIL TOOL-DOCKER  down\n     why    PASS is not a FAIL\nREADY SO FAR\n???? X\n"
    lines = painted(text).splitlines()
    assert lines[0] == "\x1b[1;31mNOT READY\x1b[0m  1 fail"
    assert lines[2] == "\x1b[1;31mFAIL\x1b[0m TOOL-DOCKER  down"
    assert lines[3] == "     why    PASS is not a FAIL"
    assert lines[4] == "\x1b[1;33mREADY SO FAR\x1b[0m"
    assert lines[5].startswith("\x1b[1;33m????\x1b[0m X")


# -- as a program ------------------------------------------------------------------------------------------------------


def program(home: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "DOCKER_HOST": f"unix://{home}/none.sock",
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        [sys.executable, "-m", "canvos_tui", "doctor", *words],
        env={**env, **environ},
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


TOLD: tuple[tuple[str, ...], ...] = (
    (),
    ("--only", "host", "--skip", "HOST-DISK"),
    ("--accept", "TOOL-DOCKER=no engine here"),
    ("--timeout", "3", "--fail-on", "warn"),
    ("--ascii", "--no-color", "--plain"),
    ("--only", "TOOL-GIT"),
)


@pytest.mark.parametrize("words", samples.every(TOLD, lambda: TOLD[::2]), ids=" ".join)
def test_the_real_program_has_one_exit_code_and_one_document(tmp_path, words):
    done = program(tmp_path, "--offline", *words, "--output", "json")
    found = checked(done.stdout, done.stderr)
    assert done.stderr == ""
    for output in samples.every(("text", "short", "markdown"), lambda: (("text", "short", "markdown")[len(words) % 3],)):
        again = program(tmp_path, "--offline", *words, "--output", output)
        assert (again.returncode, again.stderr) == (done.returncode, "")
        assert "\x1b" not in again.stdout
    assert done.returncode == {"ready": 0, "not_ready": 3, "undetermined": 5}[found["verdict"]]


def test_only_ascii_is_printed_where_the_locale_has_nothing_else(tmp_path):
    home = tmp_path / "hömé"
    home.mkdir()
    told = program(home, "--offline", "--output", "text")
    assert "hömé" in told.stdout
    for environ in ({"LANG": "C"}, {"LANG": "de_DE.ISO-8859-1"}, {"LC_ALL": "POSIX"}):
        told = program(home, "--offline", "--output", "text", **environ)
        assert told.stdout.isascii(), environ
        assert "home" in told.stdout
        assert "Traceback" not in told.stderr
