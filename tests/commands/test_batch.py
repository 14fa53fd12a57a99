"""`run` with several images: one after another, none twice, one summary, and what each needs next."""

from __future__ import annotations

import json
import os
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.run.outcome import Outcome
from tests.on_stage import OnStage, on_stage, tree
from tests.waiting import until

SCHEMA = json.loads((Path(__file__).parents[2] / "canvos_tui" / "schemas" / "run-events-1.json").read_text(encoding="utf-8"))
TWO = {"S3_KEY": "edge-{OS_VERSION}", "OS_VERSION": "[22.04, 24.04]"}


@pytest.fixture
def scene(tmp_path: Path):
    with on_stage(tmp_path, pace=0.01) as found:
        yield found


def summary(said: str) -> list[str]:
    """The rows of the summary with what stands below each, with single blanks, from the state on."""
    *_, rows = re.split(r"== \d+ of \d+ images? (?:is|are) there\n", said)
    assert max(map(len, rows.splitlines())) <= 80
    return [" ".join(row.split()) for row in re.split(r"^ +\d+  ", rows, flags=re.MULTILINE)[1:]]


def events(path: Path) -> list[dict[str, Any]]:
    """Every line, each of which is what the schema says, to the last name."""
    alternatives = {
        one["properties"]["event"]["const"]: Draft202012Validator({**one, "additionalProperties": False}) for one in SCHEMA["oneOf"]
    }
    found = [json.loads(line) for line in path.read_text(encoding="ascii").splitlines()]
    for data in found:
        assert [error.message for error in alternatives[data["event"]].iter_errors(data)] == []
    return found


def test_each_is_built_once_and_the_events_tell_of_all(scene: OnStage, tmp_path: Path):
    Draft202012Validator.check_schema(SCHEMA)
    told = tmp_path / "events.jsonl"
    with told.open("w", encoding="ascii") as file:
        words = ("run", "--config", scene.answers(**TWO), "--yes")
        done = scene.inside(*words, "--events", str(file.fileno()))
    assert done.returncode == 0, done.stderr
    newest, oldest = scene.infos()
    first, second = summary(done.stderr)
    assert first.startswith(f"verified edge-22.04 us-east-1 {oldest.ami} 0:")
    assert second.startswith(f"verified edge-24.04 us-east-1 {newest.ami} 0:")
    assert done.stdout.splitlines()[-2:] == [f"{oldest.ami} us-east-1 edge-22.04", f"{newest.ami} us-east-1 edge-24.04"]

    seen = events(told)
    assert seen[-1]["event"] == "summary"
    assert [(row["name"], row["state"], row["ami"]) for row in seen[-1]["images"]] == [
        ("edge-22.04", "verified", oldest.ami),
        ("edge-24.04", "verified", newest.ami),
    ]
    results = [data for data in seen if data["event"] == "result"]
    assert [(data["run"], data["outcome"], data["exit_code"], data["ami"]) for data in results] == [
        (oldest.run_id, "succeeded", 0, oldest.ami),
        (newest.run_id, "succeeded", 0, newest.ami),
    ]
    assert {"started", "phase", "import_task", "image", "finished"} <= {data["event"] for data in seen if data.get("run") == newest.run_id}
    assert scene.secret not in told.read_text(encoding="ascii") + done.stdout + done.stderr

    before = tree(scene.checkout)
    again = scene.inside(*words)
    assert again.returncode == 0, again.stderr
    assert summary(again.stderr)[1] == f"there already edge-24.04 us-east-1 {newest.ami}"
    assert again.stdout.splitlines() == done.stdout.splitlines()[-2:]
    assert tree(scene.checkout) == before
    assert len(scene.infos()) == 2


def test_who_is_refused_before_any_build_is_told_why_in_the_events(scene: OnStage, tmp_path: Path):
    """Whatever keeps a job of a pipeline from building: its reader has no other way to see it."""
    told = tmp_path / "events.jsonl"

    def refused(*words: str, **answers: str) -> list[dict[str, Any]]:
        with told.open("w", encoding="ascii") as file:
            done = scene.inside("run", "--config", scene.answers(**answers), "--yes", *words, "--events", str(file.fileno()))
        seen = events(told)
        assert {data["event"] for data in seen} <= {"refused", "summary"}
        found = [data for data in seen if data["event"] == "refused"]
        assert done.returncode == found[0]["exit_code"] != 0
        assert all(reason.splitlines()[0] in done.stderr for data in found for reason in data["reasons"])
        return found

    [one] = refused(S3_BUCKET="no-such-bucket-anywhere")
    assert (one["name"], one["region"], one["exit_code"]) == ("edge-1", "us-east-1", ExitCode.NOT_READY)
    assert any(reason.startswith("AWS-BUCKET ") for reason in one["reasons"])
    both = refused(**TWO, S3_BUCKET="no-such-bucket-anywhere")
    assert [data["name"] for data in both] == ["edge-22.04", "edge-24.04"]
    [clash] = refused(OS_VERSION="[22.04, 24.04]")
    assert (clash["name"], clash["exit_code"]) == (None, ExitCode.USAGE)


def test_of_four_one_fails_the_others_are_built_and_that_one_is_gone_on_from(tmp_path: Path):
    with on_stage(tmp_path, "register-once", pace=0.01) as scene:
        words = (
            "run",
            "--config",
            scene.answers(S3_KEY="e-{OS_VERSION}-{K8S_VERSION}", OS_VERSION="[22.04, 24.04]", K8S_VERSION="[1.31.1, 1.32.3]"),
        )
        done = scene.inside(*words, "--yes", "--keep-going")
        assert done.returncode == ExitCode.IMPORT_FAILED, done.stderr
        first, *others = summary(done.stderr)
        (failed,) = (info for info in scene.infos() if info.outcome is Outcome.FAILED)
        assert first.startswith("failed e-22.04-1.31.1 us-east-1 0:")
        assert first.endswith(f" canvos-tui resume {failed.run_id}")
        assert [row.split()[0] for row in others] == ["verified"] * 3
        assert [line.split()[2] for line in done.stdout.splitlines()[-3:]] == ["e-22.04-1.32.3", "e-24.04-1.31.1", "e-24.04-1.32.3"]

        held = scene.inside(*words, "--yes")
        assert held.returncode == ExitCode.NOT_READY
        assert summary(held.stderr)[0] == f"can go on e-22.04-1.31.1 us-east-1 canvos-tui resume {failed.run_id}"
        assert len(scene.infos()) == 4, "none is built again"

        gone_on = scene.inside("resume", failed.run_id, "--yes", "--plain")
        assert gone_on.returncode == 0, gone_on.stderr
        assert "+base-image" not in gone_on.stdout
        whole = scene.inside(*words, "--yes")
        assert whole.returncode == 0, whole.stderr
        assert [row[:13] for row in summary(whole.stderr)] == ["there already"] * 4
        assert gone_on.stdout.splitlines()[-1] in whole.stdout


def test_without_the_word_to_go_on_the_rest_is_not_begun(tmp_path: Path):
    with on_stage(tmp_path, "register-once", pace=0.01) as scene:
        done = scene.inside("run", "--config", scene.answers(**TWO), "--yes")
        assert done.returncode == ExitCode.IMPORT_FAILED
        assert summary(done.stderr)[1] == "not begun edge-24.04 us-east-1"
        assert "--keep-going goes on after a failure" in done.stderr
        assert len(scene.infos()) == 1


def test_a_raw_image_that_an_earlier_one_needs_is_not_written_over(tmp_path: Path):
    with on_stage(tmp_path, "upload-once", pace=0.01) as scene:
        done = scene.inside("run", "--config", scene.answers(**TWO, route="two-stage"), "--yes", "--keep-going")
        assert done.returncode == ExitCode.IMPORT_FAILED, done.stderr
        (info,) = scene.infos()
        (raw,) = (scene.checkout / "build").glob("*.raw")
        assert f"the next build would write over {raw}, which canvos-tui resume {info.run_id} needs" in done.stderr
        assert scene.inside("resume", info.run_id, "--yes", "--plain").returncode == 0
        rest = scene.inside("run", "--config", scene.answers(**TWO, route="two-stage"), "--yes")
        assert rest.returncode == 0, rest.stderr
        assert [row.split()[0] for row in summary(rest.stderr)] == ["there", "verified"]


def test_nothing_is_begun_where_any_cannot_be(scene: OnStage):
    before = tree(scene.home)
    same = scene.inside("run", "--config", scene.answers(OS_VERSION="[22.04, 24.04]"), "--yes")
    assert same.returncode == ExitCode.USAGE
    assert "the images 1 and 2 would all be named edge-1 in us-east-1" in same.stderr
    assert "S3_KEY: edge-{OS_VERSION}" in same.stderr
    lacking = scene.inside("run", "--config", scene.answers(**TWO, IMAGE_REGISTRY=None), "--yes")
    assert lacking.returncode == ExitCode.NOT_READY
    assert "FAIL image 1, edge-22.04: IMAGE_REGISTRY is needed" in lacking.stderr
    assert "FAIL image 2, edge-24.04" in lacking.stderr
    buckets = "{us-east-1: nobodys-bucket}"
    denied = scene.inside("run", "--config", scene.answers(**TWO, S3_BUCKET=buckets), "--yes")
    assert denied.returncode == ExitCode.NOT_READY
    assert "FAIL image 1, edge-22.04: AWS-BUCKET" in denied.stderr
    detached = scene.inside("run", "--config", scene.answers(**TWO), "--yes", "--detach")
    assert detached.returncode == ExitCode.USAGE
    assert "--detach starts one build, and these answers describe 2 images" in detached.stderr
    assert {name: kept for name, kept in tree(scene.home).items() if "answers.yaml" not in name} == before
    assert scene.infos() == ()


def test_several_files_and_a_choice_among_them(scene: OnStage):
    first = Path(scene.answers(S3_KEY="edge-a", BASE_IMAGE="acme/base:1"))
    one = first.rename(first.with_name("one.yaml"))
    two = scene.answers(S3_KEY="edge-b")
    done = scene.inside("run", "--config", str(one), two, "--only", "S3_KEY=edge-b", "--yes")
    assert done.returncode == 0, done.stderr
    assert "== 1 image\n" in done.stderr
    assert "BASE_IMAGE" not in (scene.checkout / ".arg").read_text(encoding="utf-8")
    both = scene.inside("run", "--config", str(one), two, "--yes", "--dry-run")
    assert both.returncode == 0, both.stderr
    assert "+BASE_IMAGE=acme/base:1" in both.stderr
    assert "there already: ami-" in both.stderr


def test_one_image_of_several_is_started_and_left_to_itself(scene: OnStage):
    done = scene.inside("run", "--config", scene.answers(**TWO), "--only", "OS_VERSION=24.04", "--yes", "--detach")
    assert done.returncode == 0, done.stderr
    (info,) = scene.infos()
    assert done.stdout.splitlines() == [info.run_id]
    (row,) = summary(done.stderr)
    assert row == f"goes on edge-24.04 us-east-1 canvos-tui attach {info.run_id}"
    until(lambda: scene.result(info.run_id))


def test_what_takes_one_image_says_how_to_get_one(scene: OnStage, tmp_path: Path):
    answers, told = scene.answers(**TWO), ""
    for words in (("doctor", "--output", "short"), ("guide",), ("--plain",)):
        refused = scene.inside(*words, "--config", answers)
        assert refused.returncode == ExitCode.USAGE, words
        assert f"{answers} describes 2 images, and this takes one" in refused.stderr
        (told,) = re.findall(r"canvos-tui (answers export .*) gives", refused.stderr)
    open_ = scene.inside("answers", "export", "--config", answers)
    assert open_.returncode == ExitCode.USAGE
    assert "OS_VERSION 22.04\n" in open_.stderr
    one = tmp_path / "one.yaml"
    made = scene.inside(*told.split(), "--to", str(one))
    assert made.returncode == 0, made.stderr
    assert "S3_KEY: edge-22.04\n" in one.read_text(encoding="utf-8")
    assert scene.inside("guide", "--config", str(one)).returncode == 0


def test_an_interrupt_leaves_the_build_and_says_so_in_the_summary(tmp_path: Path):
    with on_stage(tmp_path, "success", pace=0.2) as scene:
        process = scene.begin("run", "--config", scene.answers(**TWO), "--yes")
        assert process.stdout is not None
        process.stdout.readline()
        until(lambda: scene.infos(), 20)
        os.kill(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=20)
        (info,) = scene.infos()
        assert process.returncode == ExitCode.INTERRUPTED, said
        rows, _ = said.split("\n\nthe run")
        first, second = summary(rows)
        assert first == f"goes on edge-22.04 us-east-1 canvos-tui attach {info.run_id}"
        assert second == "not begun edge-24.04 us-east-1"
