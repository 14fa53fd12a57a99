"""`validate` of a run: its AMI by its id and as it was chosen, not whatever has the name; and without a run what its answers name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files

import boto3
import pytest
from jsonschema import Draft202012Validator

from canvos_tui.core.exit_codes import ExitCode
from tests.on_stage import OnStage, on_stage

SCHEMA = json.loads(files("canvos_tui").joinpath("schemas/validation-1.json").read_text(encoding="utf-8"))


@pytest.fixture
def scene(tmp_path) -> Iterator[OnStage]:
    with on_stage(tmp_path, "register-once") as found:
        yield found


def looked(scene: OnStage, *words: str) -> dict[str, object]:
    """The document, which is what the schema says, whatever was found."""
    done = scene.inside("validate", *words, "--output", "json")
    document: dict[str, object] = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(document)
    assert (done.returncode == 0) is document["valid"], done.stderr
    return document


def deregister(scene: OnStage, ami: str) -> None:
    stage = scene.stage
    keys = {"aws_access_key_id": stage.keys.key_id, "aws_secret_access_key": stage.keys.secret.reveal()}
    client = boto3.client("ec2", region_name=stage.region, endpoint_url=stage.environ["AWS_ENDPOINT_URL"], **keys)
    client.deregister_image(ImageId=ami)


def test_each_run_is_looked_at_by_what_it_made(scene: OnStage):
    scene.inside("run", "--config", scene.answers(), "--yes")
    (first,) = scene.infos()
    failed = scene.inside("validate", first.run_id)
    assert failed.returncode == ExitCode.NOT_PROVEN
    assert "PASS object s3://" in failed.stdout
    assert f"FAIL this run made no AMI, and none of this account is named {scene.key}" in failed.stdout
    scene.inside("resume", "--yes", "--name", "edge-two", "--plain")
    newest = scene.infos()[0]
    assert newest.ami
    done = looked(scene, newest.run_id)
    assert (done["run"], done["name"], done["valid"]) == (newest.run_id, "edge-two", True)
    without = looked(scene, "--checkout", str(scene.checkout))
    assert (without["run"], without["name"], without["valid"]) == (None, "edge-two", True), "the name that the newest run gave it"
    older = looked(scene, first.run_id)
    assert (older["name"], older["valid"]) == (scene.key, False)
    deregister(scene, newest.ami)
    gone = scene.inside("validate", newest.run_id)
    assert f"FAIL {newest.ami} of this run is there no more, and none of this account is named edge-two" in gone.stdout


def test_a_run_that_lives_and_words_that_do_not_go_together_are_refused(tmp_path):
    with on_stage(tmp_path, pace=0.5) as scene:
        run_id = scene.start_build()
        alive = scene.inside("validate", run_id)
        assert (alive.returncode, alive.stdout) == (ExitCode.USAGE, "")
        assert f"the run `{run_id}` is not over\nhint: canvos-tui attach {run_id} shows it" in alive.stderr
        both = scene.inside("validate", run_id, "--key", "edge-9")
        assert (both.returncode, "a run has its own names" in both.stderr) == (ExitCode.USAGE, True)
        assert "there is no run `nope`" in scene.inside("validate", "nope").stderr
        assert f"asking AWS for {scene.key} in {scene.stage.region}" not in alive.stderr, "nobody asked it"


def test_an_ami_that_is_not_as_it_was_chosen_is_no_success(tmp_path):
    with on_stage(tmp_path) as scene:
        done = scene.inside("run", "--config", scene.answers(route="two-stage", volume_type="gp3"), "--yes")
        assert done.returncode == 0, done.stderr
        (run,) = scene.infos()
        assert looked(scene, run.run_id)["valid"]
        record = scene.state / "runs" / run.run_id / "run.json"
        plan = json.loads(record.read_text(encoding="utf-8"))
        plan["settings"]["imds"] = "v2.0"
        record.write_text(json.dumps(plan), encoding="utf-8")
        seen = scene.inside("validate", run.run_id)
        assert seen.returncode == ExitCode.NOT_PROVEN
        assert "FAIL not as it was chosen: " in seen.stdout
