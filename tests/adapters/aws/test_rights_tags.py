"""Policies that hang on tags: the questions beforehand carry what the run sends, and call nothing denied that they cannot know."""

from __future__ import annotations

from typing import Any

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.core.aws.facts import AwsKeys, Right, RightProbe
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.cloud import GIB, StoredBucket, StoredSnapshot
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.runs import KEY_ID, SECRET
from tests.supervisor.test_policies import ABOUT
from tests.supervisor.test_tag_conditions import DIRECT, IMAGES, SNAPSHOTS, TASKS, TWO_STAGE, statement

BUCKET = ABOUT.bucket
ALLOWED, DENIED, UNKNOWN = Right.ALLOWED, Right.DENIED, Right.UNKNOWN
OURS = {"created-by": "canvos-tui", "Name": "edge"}


async def probes(
    monkeypatch: pytest.MonkeyPatch,
    policy: dict[str, Any],
    *,
    bucket: str = "",
    ours: bool = True,
    snapshots: tuple[dict[str, str], ...] = (),
) -> dict[str, RightProbe]:
    """The answers by action; `snapshots` are the tags of those in the account. Nothing may be left behind."""
    with StandinAws(StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), policy=policy)) as standin:
        cloud = standin.cloud
        cloud.buckets[BUCKET] = StoredBucket(BUCKET, "us-east-1")
        for number, tags in enumerate(snapshots):
            name = f"snap-0{number:016x}"
            cloud.snapshots[name] = StoredSnapshot(name, "one", GIB)
            cloud.tags[name] = tags
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        aws = await BotoDoor().open(AwsKeys(KEY_ID, Secret(SECRET)), "us-east-1")
        found = await aws.rights(bucket, "edge", lambda _: None, AS_SCRIPT if ours else None)
        assert (len(cloud.snapshots), cloud.images, cloud.tasks, cloud.buckets[BUCKET].objects) == (len(snapshots), {}, {}, {})
        return {probe.action: probe for probe in found}


def asking(document: dict[str, Any], action: str, key: str, value: str = "edge") -> dict[str, Any]:
    """The same policy, but for the conditioned statement of that action, which asks for another tag."""
    rows = [
        {**row, "Condition": {"StringEquals": {key: value}}} if "Condition" in row and action in row["Action"] else row
        for row in document["Statement"]
    ]
    return {**document, "Statement": rows}


async def test_a_two_stage_run_that_may_by_its_tags_is_told_so(monkeypatch):
    found = await probes(monkeypatch, TWO_STAGE, bucket=BUCKET)
    assert {name: probe.right for name, probe in found.items() if probe.right is not ALLOWED and name != "vmimport"} == {}


async def test_canvos_script_gives_a_name_alone_and_so_it_is_asked(monkeypatch):
    found = await probes(monkeypatch, TWO_STAGE, bucket=BUCKET, ours=False)
    assert found["ec2:ImportSnapshot"].right is DENIED
    assert found["ec2:ImportSnapshot"].message.endswith("(asked with the tags of the run: Name=Import-edge)")
    by_name = asking(asking(TWO_STAGE, "ec2:ImportSnapshot", "aws:RequestTag/Name", "Import-edge"), "ec2:CreateTags", "aws:TagKeys", "Name")
    found = await probes(monkeypatch, by_name, bucket=BUCKET, ours=False)
    assert (found["ec2:ImportSnapshot"].right, found["ec2:CreateTags"].right) == (ALLOWED, ALLOWED)


async def test_another_tag_is_denied_with_what_was_sent(monkeypatch):
    found = await probes(monkeypatch, asking(TWO_STAGE, "ec2:ImportSnapshot", "aws:RequestTag/team"), bucket=BUCKET)
    probe = found["ec2:ImportSnapshot"]
    assert (probe.right, "perform: ec2:ImportSnapshot" in probe.message) == (DENIED, True)
    assert probe.message.endswith("(asked with the tags of the run: Name=Import-edge, canvos-tui-token, created-by=canvos-tui)")
    assert found["ec2:CreateTags"].right is ALLOWED, "tagging by itself, with the same tags"
    found = await probes(monkeypatch, asking(TWO_STAGE, "ec2:CreateTags", "aws:RequestTag/team"), bucket=BUCKET)
    assert (found["ec2:CreateTags"].right, "created-by=canvos-tui" in found["ec2:CreateTags"].message) == (DENIED, True)
    hidden = found["ec2:ImportSnapshot"]
    assert (hidden.right, hidden.method, hidden.message) == (UNKNOWN, "not_verifiable", "AWS refused ec2:CreateTags first")


async def test_tags_that_are_allowed_to_what_is_made_alone_are_seen_where_it_is_made(monkeypatch):
    """`ec2:CreateAction`, as AWS' own examples have it: tagging by itself is refused, and proves nothing."""
    made = [
        *(row for row in TWO_STAGE["Statement"] if row["Action"] != "ec2:CreateTags"),
        {**statement("ec2:CreateTags", TASKS), "Condition": {"StringEquals": {"ec2:CreateAction": "ImportSnapshot"}}},
    ]
    found = await probes(monkeypatch, {**TWO_STAGE, "Statement": made}, bucket=BUCKET)
    assert (found["ec2:ImportSnapshot"].right, found["ec2:CreateTags"].right) == (ALLOWED, ALLOWED)
    lacking = [row for row in made if row["Action"] != "ec2:ImportSnapshot"]
    found = await probes(monkeypatch, {**TWO_STAGE, "Statement": lacking}, bucket=BUCKET)
    assert (found["ec2:ImportSnapshot"].right, found["ec2:CreateTags"].right) == (DENIED, UNKNOWN)


OF_OURS = ("ebs:PutSnapshotBlock", "ebs:CompleteSnapshot", "ebs:ListSnapshotBlocks", "ec2:RegisterImage")


async def test_what_hangs_on_the_tags_of_a_snapshot_that_does_not_exist_is_not_verifiable(monkeypatch):
    found = await probes(monkeypatch, DIRECT)
    assert (found["ebs:StartSnapshot"].right, found["ec2:CreateTags"].right) == (ALLOWED, ALLOWED)
    assert {(found[name].right, found[name].method) for name in OF_OURS} == {(UNKNOWN, "not_verifiable")}
    assert "a policy that asks for a tag" in found["ec2:RegisterImage"].message
    sparing = {
        "Effect": "Deny",
        "Action": "*",
        "Resource": SNAPSHOTS,
        "Condition": {"StringNotEquals": {"aws:ResourceTag/created-by": "canvos-tui"}},
    }
    rows = [statement("ec2:*", "*"), statement(list(OF_OURS[:3]), "*"), {**sparing, "Action": list(OF_OURS)}]
    denying = await probes(monkeypatch, {"Version": "2012-10-17", "Statement": rows})
    assert {denying[name].right for name in OF_OURS[:3]} == {UNKNOWN}, "a deny that spares what carries the tag"


@pytest.mark.parametrize(
    ("tags", "key", "right"),
    [
        (({}, OURS), "aws:ResourceTag/created-by", ALLOWED),
        (({"team": "edge"}, OURS), "aws:ResourceTag/team", DENIED),
        (({"team": "edge"},), "aws:ResourceTag/created-by", UNKNOWN),
    ],
)
async def test_a_snapshot_of_an_earlier_run_answers_for_the_next(monkeypatch, tags, key, right):
    value = "canvos-tui" if key.endswith("created-by") else "edge"
    policy = asking(DIRECT, "ec2:RegisterImage", key, value)
    assert (await probes(monkeypatch, policy, snapshots=tags))["ec2:RegisterImage"].right is right


async def test_an_import_s_snapshot_has_no_tags_and_is_asked_for_without(monkeypatch):
    """One that carries the tag would let the question pass, and the run fail."""
    rows = [
        *TWO_STAGE["Statement"][:-1],
        statement("ec2:RegisterImage", IMAGES),
        statement("ec2:RegisterImage", SNAPSHOTS, "aws:ResourceTag/created-by"),
    ]
    found = await probes(monkeypatch, {**TWO_STAGE, "Statement": rows}, bucket=BUCKET, snapshots=(OURS, {}))
    assert found["ec2:RegisterImage"].right is DENIED


@pytest.mark.parametrize("action", ["ebs:StartSnapshot", "ec2:CreateTags"])
async def test_another_tag_at_the_start_of_a_snapshot_is_denied_with_what_was_sent(monkeypatch, action):
    found = await probes(monkeypatch, asking(DIRECT, action, "aws:RequestTag/team"))
    assert found[action].right is DENIED
    assert f"perform: {action}" in found[action].message
    assert found[action].message.endswith("(asked with the tags of the run: Name=edge, created-by=canvos-tui)")
    other = ({"ebs:StartSnapshot", "ec2:CreateTags"} - {action}).pop()
    assert found[other].right is not DENIED


async def test_a_right_that_is_simply_missing_is_denied_where_no_tag_can_matter(monkeypatch):
    rows = [row for row in list(DIRECT["Statement"]) if row["Action"] != "ec2:RegisterImage"]
    assert (await probes(monkeypatch, {**DIRECT, "Statement": rows}))["ec2:RegisterImage"].right is DENIED
