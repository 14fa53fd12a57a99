"""The other route by keys: chosen on the review, refused once at the upload, gone on from without a build."""

from __future__ import annotations

import pytest

from tests.on_stage import OnStage, on_stage, to_image, to_review, to_tags
from tests.terminal import Terminal

pytestmark = pytest.mark.slow


def begun(scene: OnStage) -> Terminal:
    environ = {**scene.environ, "AWS_REGION": scene.stage.region, "S3_BUCKET": scene.stage.bucket}
    return scene.terminal("--checkout", str(scene.checkout), "--repo", str(scene.stage.repository), environ=environ)


def test_the_two_stage_route_is_chosen_and_what_failed_is_gone_on_from(tmp_path):
    with on_stage(tmp_path, "upload-once") as scene, begun(scene) as terminal:
        to_tags(terminal)
        to_review(terminal)
        assert "+aws-cloud-image" in terminal.text
        terminal.press("r")
        terminal.see("The route to the AMI", "two-stage")
        terminal.press("down", "enter")
        terminal.see("two-stage, no key enters the build", "./earthly.sh +cloud-image --ARCH=amd64")
        assert ".secret" not in terminal.row("write ")
        terminal.press("f8")  # the rights of this route were not asked for yet: it tags what it makes
        terminal.see("What your keys may do", "20 of 20 proven")
        terminal.press("escape")
        terminal.see("two-stage, no key enters the build")
        terminal.press("f8")
        terminal.see("Go on: Upload to S3", "may not write to the bucket")
        terminal.press("down")
        terminal.until(lambda: terminal.highlighted("Go on: Upload to S3"))
        terminal.press("enter")
        terminal.see("Back  ", "image     done", "upload    open")
        terminal.press("down", "enter")
        terminal.see("Your image is ready")
    newest, first = scene.infos()
    assert "+base-image" in scene.log(first.run_id)
    assert "+base-image" not in scene.log(newest.run_id)


def test_without_a_bucket_the_direct_route_is_offered_where_the_bucket_is_asked_for(tmp_path):
    with on_stage(tmp_path, "snapshot-once") as scene:
        environ = {**scene.environ, "AWS_REGION": scene.stage.region}
        words = ("--checkout", str(scene.checkout), "--repo", str(scene.stage.repository))
        with scene.terminal(*words, environ=environ) as terminal:
            to_tags(terminal)
            to_image(terminal)
            terminal.press("f8")
            terminal.see("How instances join Palette", "Make one")
            terminal.press("down", "f8")
            terminal.see("In this AMI")
            terminal.press("f8")
            terminal.see("Go without a bucket")
            terminal.press("tab", "tab")
            terminal.until(lambda: terminal.focused("Go without a bucket"))
            terminal.press("enter")
            terminal.see("not needed on the direct route", "[ Use a bucket ]")
            terminal.press("f8")
            terminal.see("─ AMI settings ─", "as the script does", "uploads and registers, with its own parameters")
            terminal.type("v2")
            terminal.press("tab", "down")
            terminal.see("gp3     the present general type")
            terminal.type("gp3\r")
            terminal.see("✓ OS/K8s ● S3", "gp3")
            terminal.press("f8")
            terminal.see("Keys of an IAM user", "✓ account")
            terminal.press("f8")
            terminal.see("ebs:StartSnapshot", "14 of 14 proven")
            terminal.press("f8")
            terminal.see("direct, neither bucket nor vmimport", "./earthly.sh +cloud-image --ARCH=amd64")
            terminal.press("f8")  # the hosts of this route were not asked for yet
            terminal.see("network 11", "✓ ready")
            terminal.press("escape")
            terminal.see("direct, neither bucket nor vmimport")
            terminal.press("f8")
            terminal.see("Go on: Write snapshot", "ebs:PutSnapshotBlock", "without a build")
            terminal.press("down", "down")
            terminal.until(lambda: terminal.highlighted("Go on: Write snapshot"))
            terminal.press("enter")
            terminal.see("Back  ", "image     done", "snapshot  open")
            terminal.press("down", "enter")
            terminal.see("Your image is ready")
    newest, first = scene.infos()
    assert "+base-image" in scene.log(first.run_id)
    assert "+base-image" not in scene.log(newest.run_id)
    result = scene.result(newest.run_id)
    assert result is not None
    (shown,) = (finding for finding in result.findings if finding.id == "ami-settings")
    assert shown.text.startswith("IMDS v2.0 only, root volume"), "chosen before the run that failed"
    assert "s3://" not in scene.log(newest.run_id)


@pytest.mark.long
def test_what_the_direct_route_may_not_write_goes_through_the_bucket_that_is_named(tmp_path):
    with on_stage(tmp_path, "snapshot-once") as scene, begun(scene) as terminal:
        to_tags(terminal)
        to_review(terminal)
        terminal.press("r")
        terminal.see("The route to the AMI", "we write the snapshot")
        terminal.press("down", "down", "enter")
        terminal.see("direct, neither bucket nor vmimport")
        for asked in ("network 11", "14 of 14 proven"):  # what this route asks besides: its hosts, its rights
            terminal.press("f8")
            terminal.see(asked)
            terminal.press("escape")
            terminal.see("direct, neither bucket nor vmimport")
        terminal.press("f8")
        terminal.see("Through S3 instead", "Go on: Write snapshot")
        terminal.press("down", "enter")
        terminal.see("Through S3 instead?", f"s3://{scene.stage.bucket}/", "vmimport")
        terminal.press("down", "enter")
        terminal.see("Your image is ready")
    newest, first = scene.infos()
    assert "+base-image" in scene.log(first.run_id)
    assert "+base-image" not in scene.log(newest.run_id)
    assert f"s3://{scene.stage.bucket}/" in scene.log(newest.run_id)
