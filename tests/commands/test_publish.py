"""`publish` as a process: what it asks, prints and ends with, with a terminal and without."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.publish import copying
from canvos_tui.rehearsal.aws.cloud import GIB, StoredImage, StoredSnapshot
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from tests import in_process
from tests.commands.test_schemas import schemas as schemas
from tests.commands.test_schemas import shown
from tests.on_stage import on_stage
from tests.runs import KEY_ID, SECRET
from tests.terminal import Terminal
from tests.waiting import until

AMI, SNAP, HOME = "ami-0aaaaaaaaaaaaaaaa", "snap-0aaaaaaaaaaaaaaaa", "us-east-1"
TO = ("--copy-to", "eu-central-1", "--copy-to", "eu-west-1", "--copy-to", "us-west-2")
THIS = ("publish", AMI, "--region", HOME)


class Account:
    """An account with one AMI, and the command in a home of its own."""

    def __init__(self, standin: StandinAws, endpoint: str, home: Path) -> None:
        self.standin, self.home = standin, home
        kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "COVERAGE_PROCESS_START") if name in os.environ}
        keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_EC2_METADATA_DISABLED": "true"}
        place = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "LANG": "C.UTF-8", "AWS_ENDPOINT_URL": endpoint}
        self.environ = {**kept, **keys, **place, "TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2])}

    def inside(self, *words: str) -> subprocess.CompletedProcess[str]:
        return in_process.command(words, self.environ, self.home)

    @staticmethod
    def words(*words: str) -> list[str]:
        return [sys.executable, "-m", "canvos_tui", *words]

    def slow(self, seconds: float) -> None:
        self.standin.cloud.config = replace(self.standin.cloud.config, copy_seconds=seconds)

    def in_region(self, region: str) -> list[str]:
        return [i.image_id for i in self.standin.cloud.images.values() if i.region == region]


@pytest.fixture
def account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    monkeypatch.setattr(copying, "PAUSE", 0.05)
    with StandinAws(StandinConfig(keys=(StandinKey(KEY_ID, SECRET),))) as standin:
        cloud = standin.cloud
        cloud.snapshots[SNAP] = StoredSnapshot(SNAP, "of the build", 4 * GIB, region=HOME)
        cloud.images[AMI] = StoredImage(AMI, "edge.raw", SNAP, "/dev/xvda", state="available", region=HOME)
        yield Account(standin, standin.start(), tmp_path)


def test_it_shows_what_can_be_done_and_changes_nothing(account):
    done = account.inside(*THIS)
    assert done.returncode == 0, done.stderr
    assert "aws ec2 run-instances" in done.stdout
    assert f"#ImageDetails:imageId={AMI}" in done.stdout
    assert "this account alone" in done.stdout
    assert not [action for action in account.standin.actions if not action.startswith(("ec2:Describe", "sts:"))]


@pytest.mark.parametrize(
    ("image", "disk", "said"),
    [
        ({"root_gib": 200}, "DeviceName=/dev/xvda,Ebs={VolumeSize=200,VolumeType=gp3}", "m6i.xlarge, 200 GiB"),
        ({"root_gib": 64}, "DeviceName=/dev/xvda,Ebs={VolumeSize=100,VolumeType=gp3}", "m6i.xlarge, 100 GiB"),
        ({"snapshot_id": "snap-0big"}, "DeviceName=/dev/xvda,Ebs={VolumeSize=150,VolumeType=gp3}", "m6i.xlarge, 150 GiB"),
        (
            {"device": "/dev/sda1", "architecture": "arm64", "volume_type": "io2", "root_gib": 120},
            "DeviceName=/dev/sda1,Ebs={VolumeSize=120}",
            "m7g.xlarge, 120 GiB",
        ),
    ],
)
def test_the_launch_follows_the_block_devices_of_the_ami(account, image, disk, said):
    """Another root device than the AMI's would be a second volume, and a smaller one than its snapshot EC2 refuses."""
    cloud = account.standin.cloud
    cloud.snapshots["snap-0big"] = StoredSnapshot("snap-0big", "large", 150 * GIB, region=HOME)
    cloud.images[AMI] = replace(cloud.images[AMI], **image)
    done = account.inside(*THIS)
    assert disk in done.stdout
    tried = json.loads(account.inside(*THIS, "--try-launch", "--output", "json").stdout)
    assert disk in tried["launch_command"]
    assert (tried["launch"]["right"], f"({said})" in tried["launch"]["text"]) == ("allowed", True)


def test_without_yes_a_script_gets_the_plan_and_nothing_is_done(account):
    done = account.inside(*THIS, *TO, "--share", "999999999999")
    assert done.returncode == ExitCode.USAGE
    assert "USD a month" in done.stderr
    assert "--yes" in done.stderr
    assert set(account.standin.cloud.images) == {AMI}
    assert account.standin.cloud.images[AMI].shared == ()


def test_a_region_that_nobody_knows_is_named_in_the_plan(account):
    done = account.inside(*THIS, "--copy-to", "eu-wets-1")
    assert done.returncode == ExitCode.USAGE
    assert "! eu-wets-1 is not among the regions that are known here; perhaps eu-west-1" in done.stderr
    assert not [action for action in account.standin.actions if action.startswith("ec2:Copy")]


def test_everything_at_once_as_json_and_again(account, schemas):
    wish = (*THIS, *TO, "--share", "999999999999", "--deprecate", "2027-06-30", "--try-launch", "--yes", "--output", "json")
    done = account.inside(*wish)
    assert done.returncode == 0, done.stderr
    told = shown(schemas, "publish", done.stdout)
    assert [copy["state"] for copy in told["copies"]] == ["available"] * 3
    assert (told["whole"], told["shared_with"], told["launch"]["right"]) == (True, ["999999999999"], "allowed")
    assert told["deprecated_from"] == "2027-06-30T00:00:00+00:00"
    again = json.loads(account.inside(*wish).stdout)
    assert [copy["ami"] for copy in again["copies"]] == [copy["ami"] for copy in told["copies"]]
    assert len(account.standin.cloud.images) == 4


def test_whoever_shares_what_a_key_of_the_account_encrypts_hears_of_the_key(account, schemas):
    cloud, key = account.standin.cloud, "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    alone = account.inside(*THIS, "--output", "json")
    assert shown(schemas, "publish", alone.stdout)["key_to_share"] is None
    cloud.snapshots[SNAP] = replace(cloud.snapshots[SNAP], key=key)
    share = (*THIS, "--share", "999999999999", "--yes")
    done = account.inside(*share)
    assert done.returncode == 0, done.stderr
    copied = account.inside(*THIS, "--copy-to", "eu-west-1", "--yes")
    assert f"each copy is encrypted with the region's default key for EBS, not with {key}" in copied.stderr
    assert f"! the snapshot is encrypted with {key}: share that key with them as well" in done.stdout
    assert shown(schemas, "publish", account.inside(*share, "--output", "json").stdout)["key_to_share"] == key


def test_a_denied_region_ends_with_the_code_of_a_missing_right(account):
    account.standin.set_faults(Fault("ec2:CopyImage", FaultKind.DENY, region="eu-west-1"))
    done = account.inside(*THIS, *TO, "--yes")
    assert done.returncode == ExitCode.NOT_READY
    assert "ec2:CopyImage in eu-west-1" in done.stdout
    assert done.stdout.count("is available") == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*THIS, "--share", "all"), "never made public"),
        ((*THIS, "--copy-to", "cn-north-1"), "another partition"),
        ((*THIS, "--deprecate", "2020-01-01"), "is past"),
        (("publish", AMI), "--region"),
        (("publish", "20200101-0000-0000"), "no run with an AMI"),
        (("publish",), "no run has made an AMI"),
        (("publish", AMI, "--region", "eu-west-1"), "there is no AMI"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_way_on(account, words, said):
    done = account.inside(*words, "--yes")
    assert done.returncode == ExitCode.USAGE
    assert said in done.stderr
    assert "hint: " in done.stderr


def test_a_bar_for_each_region_on_a_terminal(account):
    account.slow(13.0)
    with Terminal(account.words(*THIS, *TO), account.environ, 80, 24, account.home) as terminal:
        terminal.see("USD a month", "[y/N]", seconds=30)
        terminal.type("y\r")
        terminal.see("###", seconds=30)
        shown_bars = [line for line in terminal.text.splitlines() if re.match(r"(eu|us)-\S+ +\[", line)]
        assert len(shown_bars) == 3, terminal.text
        terminal.see("this account alone", seconds=40)
        assert terminal.wait() == 0


def test_after_ctrl_c_the_copies_go_on_and_the_words_that_were_said_pick_them_up(account):
    account.slow(6.0)
    with subprocess.Popen(
        account.words(*THIS, *TO, "--yes"),
        env=account.environ,
        cwd=account.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as going:
        assert going.stderr is not None
        begun: set[str] = set()
        for line in going.stderr:
            assert "\x1b" not in line
            begun |= set(re.findall(r"ami-0(?!aaaa)\w+", line))
            if len(begun) == 3:
                break
        going.send_signal(signal.SIGINT)
        _, rest = going.communicate(timeout=20)
    assert going.returncode == ExitCode.INTERRUPTED
    assert set(re.findall(r"(ami-\w+) in \S+ goes on in AWS", rest)) == begun
    words = rest.partition("pick it up: canvos-tui ")[2].split()
    done = account.inside(*words, "--yes", "--output", "json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {copy["ami"] for copy in told["copies"]} == begun
    assert all(account.in_region(copy["region"]) == [copy["ami"]] for copy in told["copies"])


@pytest.mark.slow
@pytest.mark.parametrize("begun", [1, 2, 3])
def test_after_kill_9_the_same_again_makes_no_second_copy(account, begun):
    """Killed as soon as AWS has so many of the three: whether the answer arrived is not known."""
    account.slow(3.0)
    with subprocess.Popen(
        account.words(*THIS, *TO, "--yes"),
        env=account.environ,
        cwd=account.home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as going:
        until(lambda: len(account.standin.cloud.images) > begun)
        going.kill()
        assert going.wait() == -signal.SIGKILL
    there = set(account.standin.cloud.images)
    done = account.inside(*THIS, *TO, "--yes", "--output", "json")
    assert done.returncode == 0, done.stderr
    copies = {copy["region"]: copy["ami"] for copy in json.loads(done.stdout)["copies"]}
    assert {region: account.in_region(region) for region in copies} == {region: [ami] for region, ami in copies.items()}
    assert there <= {AMI, *copies.values()}


def test_the_ami_of_the_newest_build_is_meant_where_none_is_named(tmp_path, schemas):
    with on_stage(tmp_path) as scene:
        done = scene.inside("run", "--config", scene.answers(), "--yes")
        assert done.returncode == 0, done.stderr
        told = shown(schemas, "publish", scene.inside("publish", "--copy-to", "us-west-2", "--yes", "--output", "json").stdout)
        (info,) = scene.infos()
        assert f"canvos-tui publish {info.run_id} copies it, shares it, sets its end; asks first\n" in done.stdout + done.stderr
        assert (told["run"], told["ami"], told["whole"]) == (info.run_id, info.ami, True)
