"""The stand-in's own evaluator: actions, resources and conditions, and a refusal of what it does not know."""

from __future__ import annotations

from typing import Any

import pytest

from canvos_tui.rehearsal.aws.config import ACCOUNT, StandinConfig
from canvos_tui.rehearsal.aws.gate import Gate
from canvos_tui.rehearsal.aws.rights.policy import Target, allowed
from canvos_tui.rehearsal.aws.rights.targets import of_ebs, of_ec2

SNAPSHOT = "arn:aws:ec2:us-east-1::snapshot/snap-1"
TAGGED = {"aws:resourcetag/created-by": ("canvos-tui",), "aws:tagkeys": ("Name", "created-by"), "ebs:volumesize": ("16",)}


def document(*conditions: dict[str, Any], effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Action": "ec2:*", "Resource": "*", **more, "Condition": c} for c in conditions]}


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({"StringEquals": {"aws:ResourceTag/created-by": "canvos-tui"}}, True),
        ({"StringEquals": {"aws:resourcetag/CREATED-BY": ["x", "canvos-tui"]}}, True),
        ({"StringEquals": {"aws:ResourceTag/created-by": "Canvos-TUI"}}, False),
        ({"StringEqualsIgnoreCase": {"aws:ResourceTag/created-by": "Canvos-TUI"}}, True),
        ({"StringLike": {"aws:ResourceTag/created-by": "canvos-*"}}, True),
        ({"StringNotLike": {"aws:ResourceTag/created-by": "canvos-*"}}, False),
        ({"StringEquals": {"aws:ResourceTag/team": "edge"}}, False),
        ({"StringEqualsIfExists": {"aws:ResourceTag/team": "edge"}}, True),
        ({"StringNotEquals": {"aws:ResourceTag/team": "edge"}}, True),
        ({"StringNotEquals": {"aws:ResourceTag/created-by": ["a", "canvos-tui"]}}, False),
        ({"Null": {"aws:ResourceTag/team": "true"}}, True),
        ({"Null": {"aws:ResourceTag/created-by": True}}, False),
        ({"Null": {"aws:ResourceTag/created-by": "false"}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["Name", "created-by", "x"]}}, True),
        ({"ForAllValues:StringEquals": {"aws:TagKeys": ["Name"]}}, False),
        ({"ForAllValues:StringEquals": {"aws:Missing": ["Name"]}}, True),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": ["Name"]}}, True),
        ({"ForAnyValue:StringEquals": {"aws:Missing": ["Name"]}}, False),
        ({"NumericLessThanEquals": {"ebs:VolumeSize": "16"}}, True),
        ({"NumericLessThan": {"ebs:VolumeSize": 16}}, False),
        # all of several operators and keys have to hold
        ({"StringEquals": {"aws:ResourceTag/created-by": "canvos-tui"}, "NumericLessThan": {"ebs:VolumeSize": 16}}, False),
        ({"StringEquals": {"aws:ResourceTag/created-by": "canvos-tui", "aws:ResourceTag/team": "edge"}}, False),
    ],
)
def test_a_condition_is_met_or_not(condition, met):
    target = Target(SNAPSHOT, TAGGED)
    assert allowed(document(condition), "ec2:DeleteSnapshot", (target,)) is met
    denying = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}, *document(condition, effect="Deny")["Statement"]]}
    assert allowed(denying, "ec2:DeleteSnapshot", (target,)) is not met, "a deny counts where its condition is met, and there alone"


@pytest.mark.parametrize(
    ("statement", "passes"),
    [
        ({"Action": "EC2:deletesnapshot", "Resource": "*"}, True),
        ({"Action": ["ec2:Describe*", "ec2:Delete?napshot"], "Resource": ["arn:aws:ec2:*::snapshot/*"]}, True),
        ({"Action": "ec2:DeleteSnapshot", "Resource": "arn:aws:ec2:us-east-1::image/*"}, False),
        ({"Action": "ec2:CreateTags", "Resource": "*"}, False),
        ({"NotAction": "ec2:CreateTags", "Resource": "*"}, True),
        ({"NotAction": "ec2:*", "Resource": "*"}, False),
        ({"Action": "*", "NotResource": "arn:aws:ec2:*::snapshot/*"}, False),
    ],
)
def test_action_and_resource(statement, passes):
    assert allowed({"Statement": {"Effect": "Allow", **statement}}, "ec2:DeleteSnapshot", (Target(SNAPSHOT, {}),)) is passes


def test_every_resource_has_to_be_allowed():
    there = [Target("arn:aws:ec2:us-east-1::image/new", {}), Target(SNAPSHOT, {})]
    images = {"Statement": [{"Effect": "Allow", "Action": "ec2:RegisterImage", "Resource": "arn:aws:ec2:us-east-1::image/*"}]}
    assert allowed(images, "ec2:RegisterImage", there[:1])
    assert not allowed(images, "ec2:RegisterImage", there)


@pytest.mark.parametrize(
    "policy",
    [
        document({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
        document({"ForAllValues:DateLessThan": {"aws:CurrentTime": "2026"}}),
        document({"StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}}),
        document({}, Resource="arn:aws:s3:::${aws:username}"),
    ],
)
def test_what_it_does_not_know_is_refused_before_the_first_request(policy):
    with pytest.raises(ValueError, match="the stand-in does not know"):
        Gate(StandinConfig(policy=policy))


def test_a_request_is_asked_for_each_resource_with_its_tags():
    form = {"Action": "RegisterImage", "BlockDeviceMapping.1.Ebs.SnapshotId": "snap-1", "Name": "edge"}
    ((action, targets),) = of_ec2(form, {"snap-1": {"created-by": "canvos-tui"}}, "us-east-1")
    assert (action, [target.arn for target in targets]) == ("ec2:RegisterImage", [SNAPSHOT, "arn:aws:ec2:us-east-1::image/new"])
    assert targets[0].context["aws:resourcetag/created-by"] == targets[0].context["ec2:resourcetag/created-by"] == ("canvos-tui",)
    assert "aws:tagkeys" not in targets[1].context
    tagging = {"Action": "CreateTags", "ResourceId.1": "ami-1", "ResourceId.2": "import-snap-1", "Tag.1.Key": "Name", "Tag.1.Value": "edge"}
    ((_, targets),) = of_ec2(tagging, {}, "us-east-1")
    assert [target.arn for target in targets] == [
        "arn:aws:ec2:us-east-1::image/ami-1",
        f"arn:aws:ec2:us-east-1:{ACCOUNT}:import-snapshot-task/import-snap-1",
    ]
    assert all(target.context["aws:requesttag/name"] == ("edge",) for target in targets)


def test_tags_that_come_with_what_is_made_are_a_right_of_their_own():
    form = {"Action": "ImportSnapshot", "TagSpecification.1.ResourceType": "import-snapshot-task"}
    form |= {"TagSpecification.1.Tag.1.Key": "created-by", "TagSpecification.1.Tag.1.Value": "canvos-tui"}
    (action, made), (tags, tagged) = of_ec2(form, {}, "us-east-1")
    assert (action, tags) == ("ec2:ImportSnapshot", "ec2:CreateTags")
    assert [target.arn.rpartition(":")[2] for target in made] == ["import-snapshot-task/new", "snapshot/new"]
    assert tagged[0].context["ec2:createaction"] == ("ImportSnapshot",)
    assert tagged[0].context["aws:requesttag/created-by"] == ("canvos-tui",)


def test_a_snapshot_that_is_written_is_asked_for_with_what_it_carries():
    (begun,) = of_ebs("", {}, "us-east-1", {"Tags": [{"Key": "created-by", "Value": "canvos-tui"}], "VolumeSize": 3})
    assert begun.context["aws:requesttag/created-by"] == ("canvos-tui",)
    assert begun.context["ebs:volumesize"] == ("3",)
    (written,) = of_ebs("snap-1", {"snap-1": {"created-by": "canvos-tui"}}, "us-east-1")
    assert (written.arn, written.context["aws:resourcetag/created-by"]) == (SNAPSHOT, ("canvos-tui",))
