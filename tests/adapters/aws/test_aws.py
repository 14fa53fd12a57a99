"""What goes wrong with AWS, told apart; rights that are missing; a look that never raises; keys from profiles."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from canvos_tui.adapters import threads
from canvos_tui.adapters.aws.boto import BotoAws, BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.core.aws.facts import AwsKeys, Baseline, Right
from canvos_tui.core.aws.sighting import Question, Sighting
from canvos_tui.core.errors import AwsError
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinImage, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws

SECRET = "sEcReT/" + "x" * 33
KEY = StandinKey("AKIAREHEARSAL0000001", SECRET)
PLAIN = StandinConfig(keys=(KEY,), buckets={"here": "us-east-1"})
BASE = Baseline(datetime(2026, 11, 22, tzinfo=UTC), "us-east-1", "here", "disk.raw")
QUICK = Patience(1, 2, 1)


class World:
    def __init__(self, standin: StandinAws, endpoint: str) -> None:
        self.standin = standin
        self.endpoint = endpoint

    def door(self, patience: Patience = QUICK) -> BotoDoor:
        return BotoDoor({"AWS_ENDPOINT_URL": self.endpoint}, patience)

    async def aws(self, key: StandinKey = KEY, patience: Patience = QUICK) -> BotoAws:
        token = Secret(key.token) if key.token else None
        return await self.door(patience).open(AwsKeys(key.key_id, Secret(key.secret), token), "us-east-1")


@contextmanager
def running(**changes: Any) -> Iterator[World]:
    with StandinAws(replace(PLAIN, **changes)) as standin:
        yield World(standin, standin.start())


@pytest.fixture
def world() -> Iterator[World]:
    with running() as found:
        yield found


async def problem(asked: Any) -> AwsError:
    with pytest.raises(AwsError) as caught:
        await asked
    text = "".join(traceback.format_exception(caught.value)) + caught.value.remedy
    assert SECRET not in text
    return caught.value


# -- what is wrong with the keys -----------------------------------------------------------------------------


async def test_an_unknown_a_wrong_and_an_inactive_key(world):
    unknown = await problem((await world.aws(replace(KEY, key_id="AKIANOBODY0000000000"))).identity())
    wrong = await problem((await world.aws(replace(KEY, secret="w" * 40))).identity())
    assert unknown.code == "InvalidClientTokenId"
    assert "does not know this access key" in unknown.message
    assert "Active" in unknown.remedy
    assert wrong.code == "SignatureDoesNotMatch"
    assert "secret" in wrong.message
    with running(keys=(replace(KEY, active=False),)) as off:
        assert "deactivated" in (await problem((await off.aws()).identity())).message


async def test_expired_temporary_keys():
    old = StandinKey("ASIAOLD0000000000001", SECRET, token="t" * 20, expired=True)
    with running(keys=(old,)) as world:
        aws = await world.aws(old)
        for asked in (aws.identity(), aws.import_tasks(), aws.head("here", "k")):
            error = await problem(asked)
            assert "expired" in error.message
            assert "new keys" in error.remedy


@pytest.mark.parametrize("offset", [3600.0, -3600.0])
async def test_a_wrong_clock_is_not_a_wrong_key(offset):
    with running(clock_offset=offset) as world:
        aws = await world.aws()
        for asked in (aws.identity(), aws.import_tasks(), aws.with_prefix("here", "k"), aws.head("here", "k")):
            error = await problem(asked)
            assert error.code == "clock-skew"
            assert "clock" in error.message


@pytest.mark.parametrize("offset", [300.0, -300.0])
async def test_a_small_skew_is_measured(offset):
    with running(clock_offset=offset) as world:
        skew = (await (await world.aws()).identity()).clock_skew
        assert skew is not None
        assert abs(skew + offset) < 5  # our clock minus AWS'


# -- what is wrong between here and AWS ----------------------------------------------------------------------


async def test_no_network():
    aws = await BotoDoor({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, QUICK).open(AwsKeys("AKIA", Secret(SECRET)), "us-east-1")
    assert (await problem(aws.identity())).code == "unreachable"


async def test_a_hanging_server_is_a_timeout(world):
    world.standin.set_faults(Fault("sts:*", FaultKind.HANG, seconds=60))
    assert (await problem((await world.aws(patience=Patience(1, 0.3, 1))).identity())).code == "timeout"


async def test_a_proxy_that_refuses_hides_its_password(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://me:pr0xyPass@127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    aws = await BotoDoor({"AWS_ENDPOINT_URL": "http://aws.invalid"}, QUICK).open(AwsKeys("AKIA", Secret(SECRET)), "us-east-1")
    error = await problem(aws.identity())
    assert error.code == "proxy"
    assert "pr0xyPass" not in "".join(traceback.format_exception(error))


async def test_a_login_page_is_not_aws(world):
    world.standin.handle = lambda request: ("s3", _page())
    assert (await problem((await world.aws()).import_tasks())).code == "foreign-answer"


def _page() -> Any:
    from canvos_tui.rehearsal.aws.protocol import HttpAnswer

    return HttpAnswer(200, b"<!doctype html><p>please log in", {"Content-Type": "text/html"})


async def test_throttling_is_survived_and_named(world):
    world.standin.set_faults(Fault("ec2:DescribeImportSnapshotTasks", FaultKind.THROTTLE, times=1))
    assert await (await world.aws(patience=Patience(1, 2, 3))).import_tasks() == ()
    world.standin.set_faults(Fault("ec2:DescribeImportSnapshotTasks", FaultKind.THROTTLE))
    error = await problem((await world.aws()).import_tasks())
    assert error.code == "RequestLimitExceeded"
    assert "slow down" in error.message


def test_looks_that_come_more_often_repeat_less_in_themselves():
    assert Patience().at(1.0) == Patience()
    assert Patience().at(0.005) == Patience(attempts=1)


async def test_a_missing_permission_is_named_with_aws_own_words(world):
    world.standin.set_faults(*deny("ec2:DescribeImages", "s3:ListBucket"))
    aws = await world.aws()
    images = await problem(aws.images_named("disk.raw"))
    assert images.code == "UnauthorizedOperation"
    assert "ec2:DescribeImages" in images.message
    assert "lack a permission" in (await problem(aws.with_prefix("here", "d"))).message
    assert (await problem(aws.with_prefix("nowhere", "d"))).code == "NoSuchBucket"


async def test_a_call_that_hangs_does_not_hold_up_who_gives_up():
    release = threading.Event()
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(threads.call(release.wait), 0.05)
    finally:
        release.set()
    assert await threads.call(lambda: 7) == 7


def test_a_call_that_hangs_does_not_hold_up_the_end_of_the_program():
    code = (
        "import asyncio, threading\n"
        "from canvos_tui.adapters import threads\n"
        "async def main():\n"
        "    asyncio.ensure_future(threads.call(threading.Event().wait))\n"
        "    await asyncio.sleep(0.05)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")


async def test_the_environment_decides_where_aws_is():
    assert BotoDoor({}).endpoint() == ""
    assert BotoDoor({"AWS_ENDPOINT_URL": "http://a"}).endpoint() == "http://a"
    assert BotoDoor({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_S3": "http://b"}).endpoint() == "http://b, http://a"
    assert BotoDoor({"AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}).endpoint() == ""


async def test_a_profile_that_does_not_exist_disturbs_nobody(world, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    assert (await (await world.aws()).identity()).account == "123456789012"


# -- looking -------------------------------------------------------------------------------------------------


async def test_a_look_says_what_it_could_not_see(world):
    world.standin.set_faults(*deny("ec2:DescribeImages", "s3:GetObject"), Fault("ec2:DescribeImportSnapshotTasks", FaultKind.BREAK))
    sighting = await (await world.aws()).sight(BASE)
    assert (sighting.images, sighting.tasks, sighting.object_known) == (None, None, False)
    assert sighting.uploads == ()
    assert sorted(unseen.what.value for unseen in sighting.blind) == ["images", "object", "tasks"]


@pytest.mark.parametrize("code", ["RequestExpired", "AuthFailure", "ExpiredToken", "InvalidClientTokenId"])
async def test_keys_that_aws_takes_no_longer_are_told_from_an_aws_that_does_not_answer(world, code):
    """In whatever words the refusal comes here: a build with these keys asks in vain, for ever."""
    world.standin.set_faults(Fault("ec2:*", FaultKind.ERROR, code, "no more"))
    blind = (await (await world.aws()).sight(BASE, "import-snap-0")).blind
    assert {unseen.what: unseen.refused for unseen in blind} == dict.fromkeys((Question.TASKS, Question.SNAPSHOT, Question.IMAGES), True)
    assert [unseen.what for unseen in blind] == [Question.TASKS, Question.SNAPSHOT, Question.IMAGES], "always in this order"


async def test_the_snapshot_of_a_task_that_may_not_be_described_is_found_by_its_description(world):
    world.standin.cloud.put("here", "disk.raw", b"x", '"e"')
    task = world.standin.cloud.start_import("here", "disk.raw", "", {})
    task.started -= 1000
    world.standin.set_faults(*deny("ec2:DescribeImportSnapshotTasks"))
    aws = await world.aws()
    assert (await aws.sight(BASE)).snapshot is None, "nobody said which task"
    found = (await aws.sight(BASE, task.task_id)).snapshot
    assert found is not None
    assert (found.snapshot_id, found.task_id, found.state) == (task.snapshot_id, task.task_id, "completed")
    assert (await aws.sight(BASE, "import-snap-0other")).snapshot is None


async def test_without_a_server_a_look_is_all_blind():
    aws = await BotoDoor({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, QUICK).open(AwsKeys("AKIA", Secret(SECRET)), "us-east-1")
    sighting = await aws.sight(BASE)
    assert isinstance(sighting, Sighting)
    assert len(sighting.blind) == 4
    assert SECRET not in "".join(map(str, sighting.blind))


async def test_part_lists_that_are_denied_are_asked_for_once(world):
    world.standin.set_faults(*deny("s3:ListBucketMultipartUploads"))
    aws = await world.aws()
    for _ in range(3):
        assert any((u.what, u.code) == (Question.UPLOADS, "AccessDenied") for u in (await aws.sight(BASE)).blind)
    assert world.standin.actions.count("s3:ListBucketMultipartUploads") == 1


async def test_a_baseline_needs_answers_but_not_the_part_lists(world):
    world.standin.set_faults(*deny("s3:ListBucketMultipartUploads"))
    world.standin.cloud.put("here", "disk.raw", b"old", '"e"')
    world.standin.cloud.put("here", "disk.raw-2", b"near", '"e"')
    baseline = await (await world.aws()).baseline("here", "disk.raw")
    assert baseline.object is not None
    assert (baseline.object.size, baseline.neighbours, baseline.upload_ids) == (3, ("disk.raw-2",), ())
    world.standin.set_faults(*deny("ec2:DescribeImportSnapshotTasks"))
    assert (await problem((await world.aws()).baseline("here", "disk.raw"))).code == "UnauthorizedOperation"


async def test_old_images_in_any_state_are_in_the_baseline():
    images = (StandinImage("ami-0off", "disk.raw", "disabled"), StandinImage("ami-0foreign", "disk.raw", owner="999999999999"))
    with running(images=images) as world:
        baseline = await (await world.aws()).baseline("here", "disk.raw")
        assert [(i.image_id, i.state) for i in baseline.images] == [("ami-0off", "disabled")]


async def test_a_bucket_that_may_not_be_looked_at_still_has_a_region(world):
    world.standin.set_faults(*deny("s3:ListBucket"))
    bucket = await (await world.aws()).bucket("here")
    assert (bucket.exists, bucket.region, bucket.accessible) == (True, "us-east-1", False)


# -- rights --------------------------------------------------------------------------------------------------


async def test_the_right_to_cancel_an_import_may_be_missing_or_unclear(world):
    world.standin.set_faults(*deny("ec2:CancelImportTask"))
    probe = await (await world.aws()).may_cancel_import("import-snap-00000000000000001")
    assert (probe.right, probe.code) == (Right.DENIED, "UnauthorizedOperation")
    world.standin.set_faults(Fault("ec2:CancelImportTask", FaultKind.ERROR, "InternalError", "oh"))
    probe = await (await world.aws()).may_cancel_import("import-snap-00000000000000001")
    assert (probe.right, probe.code, probe.message) == (Right.UNKNOWN, "InternalError", "oh")


async def rights(world: World, *denied: str) -> dict[str, Right]:
    world.standin.set_faults(*deny(*denied))
    probes = await (await world.aws()).rights("here", "disk.raw", lambda probe: None)
    assert len(probes) == 10
    return {probe.action: probe.right for probe in probes}


@pytest.mark.parametrize(
    "action",
    [
        "ec2:DescribeImages",
        "ec2:DescribeSnapshots",
        "ec2:DescribeImportSnapshotTasks",
        "ec2:CreateTags",
        "ec2:RegisterImage",
        "s3:GetObject",
        "s3:PutObject",
    ],
)
async def test_one_missing_right_is_found_and_only_that(world, action):
    found = await rights(world, action)
    assert [a for a, right in found.items() if right is not Right.ALLOWED] == [action]
    assert found[action] is Right.DENIED
    assert not world.standin.cloud.buckets["here"].objects


async def test_without_import_its_tags_are_asked_for_alone(world):
    found = await rights(world, "ec2:ImportSnapshot")
    assert (found["ec2:ImportSnapshot"], found["ec2:CreateTags"]) == (Right.DENIED, Right.ALLOWED)
    both = await rights(world, "ec2:ImportSnapshot", "ec2:CreateTags")
    assert both["ec2:ImportSnapshot"] is Right.DENIED
    assert both["ec2:CreateTags"] is Right.UNKNOWN, "a policy may allow to tag what is made, and nothing else"


async def test_without_the_right_to_list_aws_own_sentence_says_which_right_is_missing(world):
    found = await rights(world, "s3:ListBucket")
    assert (found["s3:ListBucket"], found["s3:GetObject"], found["s3:PutObject"]) == (Right.DENIED, Right.ALLOWED, Right.ALLOWED)
    found = await rights(world, "s3:ListBucket", "s3:GetObject")
    assert (found["s3:ListBucket"], found["s3:GetObject"], found["s3:PutObject"]) == (Right.DENIED, Right.DENIED, Right.ALLOWED)


async def test_a_role_that_may_not_be_looked_at_is_unknown_and_an_absent_one_is_missing(world):
    assert (await rights(world, "iam:GetRole"))["vmimport"] is Right.UNKNOWN
    with running(vmimport=False) as without:
        assert (await rights(without))["vmimport"] is Right.DENIED


async def test_a_broken_connection_is_never_a_pass(world):
    world.standin.set_faults(Fault("*", FaultKind.BREAK))
    probes = await (await world.aws()).rights("here", "disk.raw", lambda probe: None)
    assert {probe.right for probe in probes} == {Right.UNKNOWN}


async def test_an_unexpected_answer_to_a_dry_run_is_never_a_pass(world):
    world.standin.set_faults(Fault("ec2:RegisterImage", FaultKind.ERROR, "InvalidSnapshot.NotFound", "no such snapshot"))
    probes = await (await world.aws()).rights("here", "disk.raw", lambda probe: None)
    [register] = [p for p in probes if p.action == "ec2:RegisterImage"]
    assert (register.right, register.code) == (Right.UNKNOWN, "InvalidSnapshot.NotFound")


# -- profiles ------------------------------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    (tmp_path / "credentials").write_text(
        "[plain]\naws_access_key_id = AKIAPLAIN00000000001\naws_secret_access_key = plain-secret\n"
        "[short]\naws_access_key_id = ASIASHORT00000000001\naws_secret_access_key = s\naws_session_token = t\n"
    )
    (tmp_path / "config").write_text(
        "[profile empty]\nregion = eu-west-1\n[profile coded]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = plain\nmfa_serial = x\n"
    )
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


async def test_profiles_resolve_to_their_keys(home):
    door = BotoDoor({})
    assert set(await door.profiles()) == {"plain", "short", "empty", "coded"}
    plain = await door.profile_keys("plain")
    assert (plain.key_id, plain.secret, plain.temporary) == ("AKIAPLAIN00000000001", Secret("plain-secret"), False)
    assert (await door.profile_keys("short")).temporary
    assert (await door.profile_keys("short")).expires is None, "no file says when they end"


async def test_the_end_of_a_login_is_told_with_its_keys(home, tmp_path):
    made = {
        "Version": 1,
        "AccessKeyId": "ASIAMADE000000000001",
        "SecretAccessKey": "s",
        "SessionToken": "t",
        "Expiration": "2099-11-27T20:00:00Z",
    }
    (tmp_path / "made.json").write_text(json.dumps(made))
    with (tmp_path / "config").open("a") as config:
        config.write(f"[profile made]\ncredential_process = cat {tmp_path}/made.json\n")
    keys = await BotoDoor({}).profile_keys("made")
    assert (keys.key_id, keys.expires) == ("ASIAMADE000000000001", datetime(2099, 11, 27, 20, tzinfo=UTC))


@pytest.mark.parametrize(("profile", "code"), [("empty", "no-keys"), ("nobody", "no-keys"), ("coded", "mfa")])
async def test_a_profile_without_usable_keys_says_why(home, profile, code):
    error = await problem(BotoDoor({}).profile_keys(profile))
    assert error.code == code
    assert profile in error.message
