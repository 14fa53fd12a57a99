"""The stand-in's AMIs after success: copies in other regions, permissions, deprecation; asked by boto3 over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from canvos_tui.rehearsal.aws.cloud import GIB, StoredImage, StoredSnapshot
from canvos_tui.rehearsal.aws.config import Fault, FaultKind
from tests.rehearsal.test_aws_standin import PLAIN, World, refused, running
from tests.waiting import until

AMI, SNAP = "ami-0aaaaaaaaaaaaaaaa", "snap-0aaaaaaaaaaaaaaaa"
ASKED = {"SourceImageId": AMI, "SourceRegion": "us-east-1", "Name": "edge.raw", "ClientToken": "t" * 64, "CopyImageTags": True}
HOUR = 3600.0  # seconds of a copy that no test waits for
MARK = [{"ResourceType": kind, "Tags": [{"Key": "of", "Value": AMI}]} for kind in ("image", "snapshot")]


def stocked(world: World, key: str | None = None) -> World:
    cloud = world.standin.cloud
    cloud.snapshots[SNAP] = StoredSnapshot(SNAP, "of the build", 4 * GIB, key=key)
    cloud.images[AMI] = StoredImage(AMI, "edge.raw", SNAP, "/dev/xvda", state="available", region="us-east-1")
    cloud.tags[AMI] = {"Name": "edge.raw"}
    return world


@pytest.fixture
def world() -> Iterator[World]:
    with running(replace(PLAIN, copy_seconds=0.5)) as found:
        yield stocked(found)


def one(ec2: Any, image_id: str) -> dict[str, Any]:
    (found,) = ec2.describe_images(ImageIds=[image_id])["Images"]
    return dict(found)


def test_a_copy_comes_in_its_region_alone_and_grows_over_several_looks(world):
    there, here = world.client("ec2", region="eu-west-1"), world.client("ec2")
    world.standin.cloud.config = replace(world.standin.cloud.config, copy_seconds=HOUR)
    made = there.copy_image(**ASKED, TagSpecifications=MARK)["ImageId"]
    assert there.copy_image(**ASKED)["ImageId"] == made
    assert refused(there.copy_image, **{**ASKED, "Name": "other"}) == ("IdempotentParameterMismatch", 400)
    assert refused(here.describe_images, ImageIds=[made]) == ("InvalidAMIID.NotFound", 400)
    snapshot = one(there, made)["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    cloud = world.standin.cloud

    def progress() -> int:
        return int(there.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["Progress"].rstrip("%"))

    assert (progress() < 50, one(there, made)["State"]) == (True, "pending")
    for seconds, least in ((HOUR / 2, 50), (HOUR / 4, 75), (HOUR / 4, 100)):  # time that passes
        stored, image = cloud.snapshots[snapshot], cloud.images[made]
        cloud.snapshots[snapshot] = replace(stored, copied=stored.copied - seconds)
        cloud.images[made] = replace(image, ready=image.ready - seconds)
        assert least <= progress() < least + 25
    assert one(there, made)["State"] == "available"
    assert {t["Key"] for t in one(there, made)["Tags"]} == {"Name", "of"}
    found = there.describe_images(Owners=["self"], Filters=[{"Name": "tag:of", "Values": [AMI]}])["Images"]
    assert [i["ImageId"] for i in found] == [made]


def test_faults_of_one_region_leave_the_others_alone(world):
    world.standin.set_faults(Fault("ec2:CopyImage", FaultKind.DENY, region="eu-west-1"))
    assert refused(world.client("ec2", region="eu-west-1").copy_image, **ASKED) == ("UnauthorizedOperation", 403)
    assert world.client("ec2", region="eu-west-2").copy_image(**ASKED)["ImageId"]
    world.standin.cloud.config = replace(world.standin.cloud.config, failing_copies=("eu-west-3",))
    there = world.client("ec2", region="eu-west-3")
    made = there.copy_image(**ASKED)["ImageId"]
    until(lambda: one(there, made)["State"] == "failed")
    assert one(there, made)["StateReason"]["Message"]


def test_permissions_are_added_and_read_back(world):
    ec2 = world.client("ec2")
    organization = "arn:aws:organizations::123456789012:organization/o-abcdefghij"
    permission = {"Add": [{"UserId": "999999999999"}, {"OrganizationArn": organization}]}
    for _ in range(2):
        ec2.modify_image_attribute(ImageId=AMI, LaunchPermission=permission)
    rows = ec2.describe_image_attribute(ImageId=AMI, Attribute="launchPermission")["LaunchPermissions"]
    assert rows == [{"UserId": "999999999999"}, {"OrganizationArn": organization}]
    ec2.modify_snapshot_attribute(SnapshotId=SNAP, CreateVolumePermission={"Add": [{"UserId": "999999999999"}]})
    found = ec2.describe_snapshot_attribute(SnapshotId=SNAP, Attribute="createVolumePermission")
    assert found["CreateVolumePermissions"] == [{"UserId": "999999999999"}]
    ec2.modify_image_attribute(ImageId=AMI, LaunchPermission={"Remove": [{"UserId": "999999999999"}]})
    assert len(ec2.describe_image_attribute(ImageId=AMI, Attribute="launchPermission")["LaunchPermissions"]) == 1
    everybody = {"Add": [{"Group": "all"}]}
    assert refused(ec2.modify_image_attribute, ImageId=AMI, LaunchPermission=everybody) == ("OperationNotPermitted", 400)


def test_a_snapshot_under_the_default_key_is_not_shared(world):
    stocked(world, key="")
    ask = world.client("ec2").modify_snapshot_attribute
    allow = {"Add": [{"UserId": "999999999999"}]}
    assert refused(ask, SnapshotId=SNAP, CreateVolumePermission=allow) == ("InvalidParameter", 400)


def test_the_deprecation_date_is_kept_to_the_minute_and_lies_ahead(world):
    ec2, soon = world.client("ec2"), datetime.now(UTC) + timedelta(days=30, seconds=7)
    ec2.enable_image_deprecation(ImageId=AMI, DeprecateAt=soon)
    assert one(ec2, AMI)["DeprecationTime"] == f"{soon:%Y-%m-%dT%H:%M}:00.000Z"
    for wrong in (soon - timedelta(days=60), soon + timedelta(days=3700)):
        assert refused(ec2.enable_image_deprecation, ImageId=AMI, DeprecateAt=wrong) == ("InvalidParameterValue", 400)


def test_a_dry_run_of_an_instance_starts_nothing(world):
    ask = world.client("ec2").run_instances
    assert refused(ask, ImageId=AMI, MinCount=1, MaxCount=1, DryRun=True) == ("DryRunOperation", 412)
    world.standin.set_faults(Fault("ec2:RunInstances", FaultKind.DENY))
    assert refused(ask, ImageId=AMI, MinCount=1, MaxCount=1, DryRun=True) == ("UnauthorizedOperation", 403)
