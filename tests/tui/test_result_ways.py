"""The ways on from an image that is ready: a list like that of a failure, what each leads to, and commands that were run."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.core.questions.result import about_launch, launch_command, links, next_step, removal_commands
from canvos_tui.core.run.result import Finding
from canvos_tui.core.session import Session
from canvos_tui.core.status import Status
from canvos_tui.core.text import GIB
from canvos_tui.rehearsal.aws.cloud import StoredImage
from tests.rehearsal.test_aws_standin import KEY, finished_import, upload, world  # noqa: F401  the fixture
from tests.tui import story
from tests.tui.screen import see, until

SIZE = (80, 24)


@pytest.fixture
def ended() -> Session:
    return Session(run_id=story.RUN, result=story.SUCCESS)


async def test_the_first_way_shows_the_launch_and_c_copies_the_command_alone(make_app, ports, full, ended):
    app = make_app(full, page="result", known=ended)
    async with app.run_test(size=SIZE) as pilot:
        painted = await see(pilot, "Your image is ready", "▸ Launch an instance", "Remove what is left", "object in S3", "F8 Do it")
        assert "▲ no user-data inside" in painted
        await pilot.press("f8")
        assert await see(pilot, "aws ec2 run-instances --region eu-west-1", "ami-0a1b2c3d4e5f67890 --instance", "our suggestion")
        await pilot.press("c")
        await until(pilot, lambda: ports.terminal.copied)
        assert ports.terminal.copied[-1].startswith("aws ec2 run-instances --region eu-west-1 --image-id ami-0a1b2c3d4e5f67890 ")


async def test_addresses_are_links_that_a_terminal_opens(make_app, full, ended):
    app = make_app(full, page="result", known=ended)
    async with app.run_test(size=(120, 40)) as pilot:
        await see(pilot, "Your image is ready")
        await pilot.press("l")
        await see(pilot, "https://")
        text = app.screen.query_one("#reading Static")
        found = {segment.style.link for y in range(text.size.height) for segment in text.render_line(y) if segment.style}
        assert found - {None} == {line.partition(": ")[2] for line in links(story.SUCCESS, ended)}


async def test_what_is_left_is_named_and_removed_where_we_can(make_app, full, ended, checkout):
    (checkout / ".secret").write_text("AWS_PROFILE=\n")
    app = make_app(full, page="result", known=ended)
    async with app.run_test(size=SIZE) as pilot:
        assert await see(pilot, "object in S3 · .secret")
        await pilot.press("down", "enter")
        assert await see(pilot, "Show the commands", "Look at all that is left of every run", "Keep it all")
        await pilot.press("enter")
        assert await see(pilot, "object s3://acme-edge-images/palette-learn", "aws s3 rm s3://acme-edge-images/palette-learn")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("enter")
        await see(pilot, "Keep it all")
        await pilot.press("down", "enter")
        assert await see(pilot, "Delete .secret?")
        await pilot.press("down", "enter")
        await until(pilot, lambda: not (checkout / ".secret").exists())
        await until(pilot, lambda: ".secret" not in "".join(way.line for way in app.screen.query_one("Validate")._ways))


async def test_the_id_stays_in_sight_however_much_is_proven(make_app, full, ended):
    """The list has the focus: were it within what scrolls, the window would go to it, and away from what the whole build was for."""
    many = tuple(
        Finding(f"f{n}", Status.PASS, f"fact {n}, which AWS itself has told of what came of this run of the build") for n in range(12)
    )
    app = make_app(full, page="result", known=replace(ended, result=replace(story.SUCCESS, findings=many)))
    async with app.run_test(size=SIZE) as pilot:
        await see(pilot, "ami-0a1b2c3d4e5f67890", "▸ Launch an instance", "Leave it as it is", "fact 0,")
        await pilot.press("pagedown", "pagedown")
        await see(pilot, "▸ Launch an instance", "fact 11,", "USD a month")
        await pilot.press("pageup", "pageup")
        await see(pilot, "ami-0a1b2c3d4e5f67890")


@pytest.mark.parametrize(
    ("root", "raw", "launched", "said", "then"),
    [
        (200, 4 * GIB, 200, "The root volume has the AMI's own 200 GiB.", "its root volume has 200 GiB"),
        (16, 4 * GIB, 100, "100 GiB are our suggestion", "(the AMI's is 16 GiB)"),
        (0, 4 * GIB, 100, "the small raw disk", "(the AMI's is the small raw disk)"),
        (0, 150 * GIB + 1, 151, "151 GiB are our suggestion", "the small raw disk"),  # of a run before the size was kept
    ],
)
def test_the_launch_has_no_smaller_root_volume_than_the_ami(root, raw, launched, said, then):
    result = replace(story.SUCCESS, root_gib=root, object_size=raw)
    assert f"VolumeSize={launched},VolumeType=gp3" in launch_command(result)
    assert said in about_launch(result)
    assert then in next_step(result)


async def test_nothing_left_is_no_way(make_app, full, ended):
    app = make_app(full, page="result", known=replace(ended, result=replace(story.SUCCESS, left_behind=())))
    async with app.run_test(size=SIZE) as pilot:
        assert "Remove what is left" not in await see(pilot, "▸ Launch an instance", "Open in the AWS console")
        await pilot.press("down", "enter")
        assert await see(pilot, "https://eu-west-1.console.aws.amazon.com/ec2/home")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("down", "enter")
        assert await see(pilot, "▸ Copy to other regions", "Ask whether it launches", "ami-0a1b2c3d4e5f67890 in eu-west-1")
        await pilot.press("escape")
        await until(pilot, lambda: len(app.screen_stack) == 1)
        await pilot.press("down", "enter")
        await until(pilot, lambda: app.current_mode == "start")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("aws") is None, reason="no AWS command line here")
def test_the_commands_do_what_they_say(world, tmp_path):  # noqa: F811
    """In a shell, against the stand-in: an instance of that AMI, and the object gone."""
    cloud = world.standin.cloud
    upload(world)
    snapshot = str(finished_import(world)["SnapshotId"])
    image = cloud.register(StoredImage("ami-0a1b2c3d4e5f67890", "palette-learn", snapshot, "/dev/xvda", boot_mode="uefi", ena=True))
    left = replace(story.SUCCESS.left_behind[0], id="s3://here/disk.raw", remove="aws s3 rm s3://here/disk.raw")
    result = replace(story.SUCCESS, region="us-east-1", ami=image.image_id, left_behind=(left,))
    environ = {
        **{k: v for k, v in os.environ.items() if not k.startswith("AWS_")},
        "AWS_ACCESS_KEY_ID": KEY.key_id,
        "AWS_SECRET_ACCESS_KEY": KEY.secret,
        "AWS_ENDPOINT_URL": world.endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }
    launched = shell(launch_command(result), environ, tmp_path)
    assert '"InstanceId": "i-' in launched
    assert image.image_id in launched
    assert "smaller than snapshot" in shell(launch_command(result).replace("VolumeSize=100", "VolumeSize=0"), environ, tmp_path, fails=True)
    for command in removal_commands(result):
        assert "delete: s3://here/disk.raw" in shell(command, environ, tmp_path)
    assert "disk.raw" not in cloud.buckets["here"].objects


def shell(text: str, environ: dict[str, str], folder: Path, *, fails: bool = False) -> str:
    done = subprocess.run(["bash", "-c", text], env=environ, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode != 0) is fails, shlex.join(done.args) + done.stderr
    return done.stdout + done.stderr
