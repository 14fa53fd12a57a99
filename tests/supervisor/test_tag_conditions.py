"""Policies that hang on our tags: both of our own routes pass with one, and fail by its name where any tag that it asks for is missing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from canvos_tui.core.aws.facts import CREATED_BY
from canvos_tui.core.checks.aws.further_rights import policy
from tests.supervisor import test_direct_policy as direct
from tests.supervisor import test_policies as two_stage

REQUEST, RESOURCE = (f"aws:{kind}/{CREATED_BY[0]}" for kind in ("RequestTag", "ResourceTag"))
SNAPSHOTS, IMAGES = "arn:aws:ec2:us-east-1::snapshot/*", "arn:aws:ec2:us-east-1::image/*"
TASKS = "arn:aws:ec2:us-east-1:123456789012:import-snapshot-task/*"


def statement(actions: Any, resource: Any, key: str = "") -> dict[str, Any]:
    condition = {"Condition": {"StringEquals": {key: CREATED_BY[1]}}} if key else {}
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **condition}


DIRECT: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        statement("ebs:StartSnapshot", SNAPSHOTS, REQUEST),
        statement("ec2:CreateTags", [SNAPSHOTS, IMAGES], REQUEST),
        statement(["ebs:PutSnapshotBlock", "ebs:CompleteSnapshot", "ebs:ListSnapshotBlocks"], SNAPSHOTS, RESOURCE),
        statement(["ec2:DescribeSnapshots", "ec2:DescribeImages"], "*"),
        statement("ec2:RegisterImage", IMAGES),
        statement("ec2:RegisterImage", SNAPSHOTS, RESOURCE),
    ],
}
OF_S3 = [row for row in policy("needed", two_stage.ABOUT)["Statement"] if "s3:" in str(row["Action"])]
TWO_STAGE: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        *OF_S3,
        statement(["ec2:DescribeImages", "ec2:DescribeImportSnapshotTasks", "ec2:DescribeSnapshots"], "*"),
        statement("ec2:ImportSnapshot", TASKS, REQUEST),
        statement("ec2:ImportSnapshot", SNAPSHOTS),
        statement("ec2:CreateTags", [TASKS, SNAPSHOTS, IMAGES], REQUEST),
        statement("ec2:RegisterImage", [SNAPSHOTS, IMAGES]),
    ],
}


def conditioned(document: dict[str, Any]) -> list[int]:
    return [number for number, row in enumerate(document["Statement"]) if "Condition" in row]


def of_another_tag(document: dict[str, Any], number: int) -> dict[str, Any]:
    """The same, but for one statement that asks for a tag which no request and no resource of ours carries."""
    found = copy.deepcopy(document)
    condition = found["Statement"][number]["Condition"]["StringEquals"]
    (key,) = condition
    condition[key.replace(CREATED_BY[0], "team")] = "edge"
    return found


def test_the_direct_route_passes_with_a_policy_that_hangs_on_our_tags(tmp_path, monkeypatch):
    ami, said, images, _ = direct.worked(tmp_path, monkeypatch, DIRECT)
    assert [ami] == images, said
    assert any("AWS lists exactly" in line for line in said), "to list its blocks hangs on the snapshot's tag, too"


@pytest.mark.parametrize("number", conditioned(DIRECT))
def test_the_direct_route_fails_where_one_tag_more_is_asked_for(tmp_path, monkeypatch, number):
    ami, said, images, _ = direct.worked(tmp_path, monkeypatch, of_another_tag(DIRECT, number))
    actions = DIRECT["Statement"][number]["Action"]
    assert (ami, images) == ("", [])
    assert any(action in said[-1] for action in ([actions] if isinstance(actions, str) else actions)), said[-1]


def test_the_two_stage_route_passes_with_a_policy_that_hangs_on_our_tags(tmp_path, monkeypatch):
    ami, said = two_stage.worked(tmp_path, monkeypatch, TWO_STAGE)
    assert ami.startswith("ami-"), said
    assert not any("without tags" in line for line in said)


@pytest.mark.parametrize("number", conditioned(TWO_STAGE))
def test_the_two_stage_route_fails_where_one_tag_more_is_asked_for(tmp_path, monkeypatch, number):
    ami, said = two_stage.worked(tmp_path, monkeypatch, of_another_tag(TWO_STAGE, number))
    assert ami == "", said
    assert TWO_STAGE["Statement"][number]["Action"] in "\n".join(said)


@pytest.mark.parametrize("route", ["direct", "two-stage"])
def test_what_we_do_not_tag_is_what_fails(tmp_path, monkeypatch, route):
    """The same policies with a program that tags nothing as its own."""
    monkeypatch.setattr("canvos_tui.adapters.aws.making.CREATED_BY", ("made-by", "somebody"))
    if route == "direct":
        ami, said, *_ = direct.worked(tmp_path, monkeypatch, DIRECT)
    else:
        ami, said = two_stage.worked(tmp_path, monkeypatch, TWO_STAGE)
    assert ami == ""
    assert {"direct": "ebs:StartSnapshot", "two-stage": "ec2:ImportSnapshot"}[route] in "\n".join(said)
