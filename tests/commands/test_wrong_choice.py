"""Somebody chose a role or a key that does not do: where that is met it is told how the same image gets another, and that way works."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.verdict.other_choice import OF_KEY, OF_ROLE
from canvos_tui.rehearsal.stage import IMPORT_ROLE
from tests.on_stage import OnStage, on_stage

AMI = re.compile(r"ami-[0-9a-f]{17}")
WAY = "another role; going on keeps the one that was chosen"


def failed(scene: OnStage) -> str:
    """A run of the two-stage route whose role does not exist, which somebody accepted; its id."""
    words = ("--yes", "--accept", "AWS-ROLE-VMIMPORT")
    ended = scene.inside("run", "--config", scene.answers(route="two-stage", import_role="no-such-role"), *words)
    assert ended.returncode == ExitCode.IMPORT_FAILED, ended.stderr
    assert WAY in " ".join(ended.stderr.split())
    return scene.infos()[0].run_id


def told(scene: OnStage, run_id: str) -> list[list[str]]:
    """The commands that the run's cause ends with, as a shell would take them."""
    result = scene.result(run_id)
    assert result is not None
    assert result.cause is not None
    (way,) = (remedy for remedy in result.cause.remedies if WAY in remedy.text)
    return [shlex.split(command.run)[1:] for command in way.commands]


def test_another_role_begins_with_the_raw_image_by_the_commands_that_are_told(tmp_path: Path):
    with on_stage(tmp_path) as scene:
        run_id = failed(scene)
        again = scene.inside("resume", "--dry-run")
        assert "imported by the role no-such-role" in again.stderr, "what going on cannot change"
        export, resume = told(scene, run_id)
        assert scene.inside(*export).returncode == 0
        answers = scene.home / export[-1]
        text = answers.read_text(encoding="utf-8")
        answers.write_text(text.replace("import_role: no-such-role", f"import_role: {IMPORT_ROLE}").replace(scene.key, "edge-2"))
        done = scene.inside(*resume, "--yes", "--plain")
        assert done.returncode == 0, done.stderr
        assert AMI.fullmatch(done.stdout.splitlines()[-1])
        newest = scene.infos()[0]
        assert f"imported by the role {IMPORT_ROLE}" in scene.log(newest.run_id)
        assert "+base-image" not in scene.log(newest.run_id)


def test_every_place_that_tells_the_cause_names_the_role_and_both_ways_on(tmp_path: Path):
    with on_stage(tmp_path) as scene:
        run_id = failed(scene)
        for words in (("diagnose", run_id), ("status", run_id)):
            said = " ".join(scene.inside(*words).stdout.split())
            assert "get-role --role-name no-such-role" in said
            assert WAY in said
            assert f"canvos-tui resume {run_id}" in said
            assert "canvos-tui resume --raw" in said
        ways = json.loads(scene.inside("diagnose", run_id, "--output", "json").stdout)["run"]["go_on"]
        assert [way["commands"][-1].split()[:3] for way in ways] == [["canvos-tui", "resume", run_id], ["canvos-tui", "resume", "--raw"]]


def test_an_object_that_is_proven_is_done_although_its_import_was_refused(tmp_path: Path):
    with on_stage(tmp_path) as scene:
        failed(scene)
        (run,) = json.loads(scene.inside("status", "--output", "json").stdout)["runs"]
        states = {row["stage"]: row["state"] for row in run["stages"]}
        assert states == {"image": "done", "upload": "done", "import": "open", "register": "open"}


def test_the_causes_stand_in_the_catalogue():
    assert {entry.id for entry in load_catalogue().entries} >= OF_ROLE | OF_KEY
