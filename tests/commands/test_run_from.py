"""`run --from STAGE`: the run of the very answers goes on with that stage, and no other image does."""

from __future__ import annotations

import json
import os
from pathlib import Path

from canvos_tui.core.exit_codes import ExitCode
from tests.on_stage import OnStage, on_stage


def failed(scene: OnStage, **more: str) -> str:
    """A run of the two-stage route whose upload was refused; its id."""
    ended = scene.inside("run", "--config", scene.answers(route="two-stage", **more), "--yes")
    assert ended.returncode == ExitCode.IMPORT_FAILED, ended.stderr
    return scene.infos()[0].run_id


def again(scene: OnStage, stage: str, *words: str, **more: str) -> tuple[int, str]:
    """Exit code and what was said."""
    done = scene.inside("run", "--config", scene.answers(**{"route": "two-stage", **more}), "--from", stage, *words)
    return done.returncode, done.stdout + done.stderr


def test_the_run_of_the_answers_goes_on_and_builds_nothing(tmp_path: Path):
    with on_stage(tmp_path, "upload-once") as scene:
        run_id = failed(scene)
        code, said = again(scene, "upload", "--dry-run")
        assert (code, "it would go on with: upload" in said) == (0, True), said
        code, said = again(scene, "register", "--yes")
        assert (code, "it cannot begin at register: Upload to S3: s3://" in said) == (ExitCode.USAGE, True), said
        code, said = again(scene, "upload")
        assert (code, "not asked for: go on with upload" in said) == (ExitCode.USAGE, True), said
        with (tmp_path / "events").open("w+") as events:
            code, said = again(scene, "upload", "--yes", "--events", str(os.dup(events.fileno())))
            events.seek(0)
            told = [json.loads(line) for line in events]
        assert code == 0, said
        newest = scene.infos()[0]
        assert newest.ami
        assert newest.ami in said
        assert "+base-image" not in scene.log(newest.run_id)
        assert (told[-1]["event"], told[-1]["ami"]) == ("result", newest.ami)
        assert f"run {run_id}" in said
        code, said = again(scene, "register", "--yes")
        assert (code, scene.infos()[0].ami) == (0, newest.ami), "run twice, one result"
        code, said = again(scene, "import", "--yes")
        assert (code, f"taken by {newest.ami}" in said) == (ExitCode.NOT_READY, True), said


def test_other_answers_are_another_image(tmp_path: Path):
    with on_stage(tmp_path, "upload-once") as scene:
        run_id = failed(scene)
        for more, had in (
            ({"S3_KEY": "edge-9"}, f"S3_KEY={scene.key}"),
            ({"OS_VERSION": "22.04"}, "OS_VERSION=24.04"),
            ({"import_role": "canvos-import"}, "import_role="),
            ({"route": "direct"}, "route=two-stage"),
        ):
            code, said = again(scene, "register", "--yes", **more)
            assert code == ExitCode.USAGE
            assert f"was built of these answers: the newest, {run_id}, was of " in said
            assert had in said
        code, said = again(scene, "snapshot", "--yes")
        assert (code, "the two-stage route has no stage snapshot" in said) == (ExitCode.USAGE, True)
        code, said = again(scene, "upload", "--yes", S3_KEY="edge-{OS_VERSION}", OS_VERSION="[22.04, 24.04]")
        assert (code, "--from goes on with one run, and these answers describe 2 images" in said) == (ExitCode.USAGE, True)
        assert [info.run_id for info in scene.infos()] == [run_id], "nothing was begun"


def test_from_the_image_is_the_whole_build(tmp_path: Path):
    with on_stage(tmp_path) as scene:
        code, said = again(scene, "upload", "--yes")
        assert code == ExitCode.USAGE
        assert f"no run in {scene.checkout} was built of these answers" in said
        code, said = again(scene, "image", "--yes")
        assert code == 0, said
        assert "+base-image" in scene.log(scene.infos()[0].run_id)
