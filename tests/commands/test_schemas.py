"""What a command prints as JSON is what its schema says, to the last name; and the schema is printed by the command itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import canvos_tui
from canvos_tui.commands.batch import State
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.facts import Right
from canvos_tui.core.bundle.placeholders import KINDS
from canvos_tui.core.checks.check import Method, Severity
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.leftovers.thing import Kind
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.stage import StageId, states_of
from canvos_tui.core.stages.proof import Done
from canvos_tui.core.status import Status
from tests import in_process
from tests.on_stage import OnStage, on_stage

NAMES = (
    *("bundle", "cancel", "check-explanations", "checks", "diagnosis", "doctor-comparison", "doctor-events", "leftovers"),
    *("publish", "removal", "resume", "status", "validation"),
)


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    folder = files("canvos_tui").joinpath("schemas")
    return {name: json.loads(folder.joinpath(f"{name}-1.json").read_text(encoding="utf-8")) for name in NAMES}


def strict(schema: Any) -> Any:
    """The same schema, which lets no name pass that it does not list."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: strict(one) for name, one in schema.items()}
    return {**found, "additionalProperties": False} if "properties" in found else found


def shown(schemas: dict[str, Any], name: str, text: str) -> Any:
    data = json.loads(text)
    assert data["schema"] == f"canvos-tui.{name}/1"
    problems = [error.message for error in Draft202012Validator(strict(schemas[name])).iter_errors(data)]
    assert not problems, problems
    return data


VERDICTS = ("ready", "not_ready", "undetermined")
STAGES = {stage.value for stage in StageId}
WORDS: dict[str, set[str | None]] = {  # where a schema lists words, and what the program says there
    "bundle replaced_kinds": {*KINDS},
    "cancel asked": {"stop", "kill", "clear", "import_task"},
    "check-explanations severity": {one.value for one in Severity},
    "check-explanations routes": {one.value for one in Route},
    "checks severity": {one.value for one in Severity},
    "diagnosis result": {"succeeded", "failed", "cancelled", "running", "inconclusive"},
    "diagnosis status": {one.value for one in Status},
    "doctor route": {one.value for one in Route},
    "doctor verdict": {*VERDICTS},
    "doctor category": {check.category for check in CHECKS},
    "doctor severity": {one.value for one in Severity},
    "doctor status": {one.value for one in Status},
    "doctor method": {one.value for one in Method},
    "doctor-comparison verdicts": {*VERDICTS, None},
    "leftovers kind": {one.value for one in Kind},
    "publish right": {one.value for one in Right},
    "resume stage": {*STAGES},
    "resume state": {one.value for one in Done},
    "resume start": {*STAGES, None},
    "run-events outcome": {one.value for one in Outcome},
    "run-events state": {one.value for one in State if one is not State.BEGUN},  # which is another word by the time of the summary
    "status route": {one.value for one in Route},
    "status stage": {*STAGES},
    "status state": {state for _, state in states_of(Phase.UPLOAD, live=True)},
    "validation status": {one.value for one in Status},
}


def listed(node: Any, name: str = "") -> Iterator[tuple[str, set[str | None]]]:
    """Each list of words in a schema, by the name of what may be one of them."""
    if isinstance(node, list):
        for one in node:
            yield from listed(one, name)
    elif isinstance(node, dict):
        if isinstance(node.get("enum"), list):
            yield name, set(node["enum"])
        for key, one in node.items():
            yield from listed(one, name if key in {"items", "properties", "oneOf", "$defs"} else key)


def test_each_list_of_words_holds_those_that_the_program_has():
    """A word that came later is in the document and not in the schema: whoever checks one against the other stumbles over a good run."""
    seen = set[str]()
    for entry in files("canvos_tui").joinpath("schemas").iterdir():
        schema = json.loads(entry.read_text(encoding="utf-8"))
        for name, words in listed(schema):
            where = f"{entry.name.removesuffix('-1.json')} {name}"
            assert words == WORDS[where], where
            seen.add(where)
    assert seen == WORDS.keys()


def test_each_is_a_schema(schemas):
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"canvos-tui.{name}/1"


@pytest.fixture
def scene(tmp_path) -> Iterator[OnStage]:
    with on_stage(tmp_path, "register-once") as found:
        yield found


def test_every_command_prints_what_its_schema_says(scene: OnStage, schemas):
    nothing = scene.inside("leftovers", "--output", "json")
    assert shown(schemas, "leftovers", nothing.stdout)["things"] == []
    ended = scene.inside("run", "--config", scene.answers(), "--yes")
    assert ended.returncode == ExitCode.IMPORT_FAILED
    status = shown(schemas, "status", scene.inside("status", "--output", "json").stdout)["runs"][0]
    assert (status["route"], [one["state"] for one in status["stages"]]) == ("guide", ["done", "done", "done", "open"])
    going = shown(schemas, "resume", scene.inside("resume", "--dry-run", "--output", "json").stdout)
    assert (going["start"], going["refused"]) == ("register", None)
    left = shown(schemas, "leftovers", scene.inside("leftovers", "--output", "json").stdout)
    assert {one["kind"] for one in left["things"]} == {"object", "snapshot", "file"}
    assert all(one["command"] for one in left["things"])
    name = next(one["id"] for one in left["things"] if one["kind"] == "object")
    removed = scene.inside("leftovers", "--delete", name, "--yes", "--output", "json")
    assert shown(schemas, "removal", removed.stdout)["removed"] == [{"id": name, "said": f"{name} is gone"}]
    wrong = scene.inside("validate", "--checkout", str(scene.checkout), "--output", "json")
    assert not shown(schemas, "validation", wrong.stdout)["valid"]


def test_what_the_doctor_tells_from_files(tmp_path, schemas):
    def asked(*words: str) -> str:
        done = in_process.command(("doctor", *words), {"HOME": str(tmp_path), "PATH": "/nowhere"}, tmp_path)
        assert (done.returncode in {0, 3, 5}, done.stderr) == (True, "")
        return done.stdout

    pages = shown(schemas, "check-explanations", asked("--explain", "all", "--output", "json"))
    assert len(pages["checks"]) == len(CHECKS)
    accepted: dict[str, tuple[str, ...]] = {"a": (), "b": ("--accept", "HOST-CPU")}
    for name, words in accepted.items():
        (tmp_path / f"{name}.json").write_text(asked("--offline", "--no-save", "--only", "host", "--output", "json", *words))
    both = ("--compare", str(tmp_path / "a.json"), str(tmp_path / "b.json"))
    assert shown(schemas, "doctor-comparison", asked(*both, "--output", "json"))["files"] == list(both[1:])
    assert len(shown(schemas, "checks", asked("--list", "--output", "json"))["checks"]) == len(CHECKS)
    named: list[tuple[tuple[str, ...], str]] = [(both, "doctor-comparison"), (("--explain", "all"), "check-explanations"), ((), "doctor")]
    named += [(("--list",), "checks")]
    for words, name in named:
        assert json.loads(asked(*words, "--schema"))["$id"] == f"canvos-tui.{name}/1"


def test_each_event_of_the_doctor_is_what_its_schema_says(tmp_path, schemas):
    with (tmp_path / "events").open("w+") as file:
        words = ("doctor", "--offline", "--no-save", "--only", "host", "--events", str(file.fileno()))
        environ = {"HOME": str(tmp_path), "PATH": "/nowhere"}
        assert in_process.command((*words, "--output", "short"), environ, tmp_path).returncode in {0, 3, 5}
        file.seek(0)
        lines = file.read().splitlines()
        assert [shown(schemas, "doctor-events", line)["event"] for line in lines] == ["start", *["result"] * (len(lines) - 2), "end"]
        assert json.loads(in_process.command((*words, "--schema"), environ, tmp_path).stdout)["$id"] == "canvos-tui.doctor-events/1"


def test_a_diagnosis_of_a_log_a_bundle_and_a_report(tmp_path, scene: OnStage, schemas):
    ended = scene.inside("run", "--config", scene.answers(), "--yes")
    assert ended.returncode == ExitCode.IMPORT_FAILED
    run = json.loads(scene.inside("status", "--output", "json").stdout)["runs"][0]["id"]
    packed, report = tmp_path / "b.zip", tmp_path / "d.json"
    assert scene.inside("bundle", run, "--yes", "--to", str(packed)).returncode == 0
    report.write_text(scene.inside("doctor", "--offline", "--output", "json").stdout)
    for name, more in ((run, None), (str(packed), "bundle"), (str(report), "doctor")):
        told = shown(schemas, "diagnosis", scene.inside("diagnose", name, "--output", "json").stdout)
        assert (more is None) == ({"bundle", "doctor"} & set(told) == set())
        assert more is None or more in told
        assert told["cause"] or more == "doctor"


def test_every_schema_that_a_command_names_lies_in_the_package():
    """Whatever prints `"schema"` has its file, and each file is a schema that somebody prints."""
    folder = files("canvos_tui").joinpath("schemas")
    lying = {entry.name.removesuffix("-1.json") for entry in folder.iterdir() if entry.name.endswith(".json")}
    named = set[str]()
    for path in Path(canvos_tui.__file__).parent.rglob("*.py"):
        named |= set(re.findall(r'"canvos-tui\.([a-z-]+)/1"', path.read_text(encoding="utf-8")))
    kept = {"run", "result", "draft"}  # of files of our own, which nobody prints
    assert named - kept == lying


def test_a_build_that_lives_and_is_cancelled(tmp_path, schemas):
    with on_stage(tmp_path, pace=0.5) as scene:
        run_id = scene.start_build()
        live = shown(schemas, "status", scene.inside("status", "--output", "json").stdout)["runs"][0]
        assert live["state"] == "running"
        assert live["stages"][0]["state"] in {"open", "running"}
        asked = scene.inside("cancel", run_id, "--force", "--output", "json")
        assert asked.returncode == 0
        told = shown(schemas, "cancel", asked.stdout)
        assert (told["run"], told["asked"], told["proven"]) == (run_id, "kill", False)
        assert told["text"] == ["asked to stop; canvos-tui attach shows how it ends"]


def test_the_schema_is_printed_by_the_command(tmp_path):
    with on_stage(tmp_path) as scene:
        for command in ("bundle", "cancel", "diagnose", "leftovers", "publish", "resume", "status", "validate"):
            done = scene.inside(command, "--schema")
            assert done.returncode == 0
            first = json.JSONDecoder().raw_decode(done.stdout)[0]
            assert first["$id"].startswith("canvos-tui.")
