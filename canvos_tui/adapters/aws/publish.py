"""What is done with an AMI that is ready, through boto3, in the one region that the clients are of."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from canvos_tui.adapters.aws import values as aws_values
from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.core.aws.facts import COPY_TAG, CREATED_BY, DENIALS, Image, Right, RightProbe
from canvos_tui.core.aws.instance import Launch
from canvos_tui.core.errors import AwsError

_WOULD = "DryRunOperation"


class BotoPublish:
    """Implements the AwsPublish port."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def copies_of(self, source: str) -> tuple[Image, ...]:
        """The AMIs that carry our tag with that source."""

        def ask(ec2: Any) -> tuple[Image, ...]:
            wanted = [{"Name": f"tag:{COPY_TAG}", "Values": [source]}]
            pages = ec2.get_paginator("describe_images").paginate(Owners=["self"], Filters=wanted, IncludeDisabled=True)
            return tuple(aws_values.image(row) for page in pages for row in page.get("Images", ()))

        return await self._clients.call("ec2", ask)

    async def copy_image(self, region: str, image_id: str, name: str, token: str) -> str:
        """CopyImage with the source's tags and ours, by which a later start finds the copy; names of copies need not be unique."""
        tags = [{"Key": COPY_TAG, "Value": f"{region}/{image_id}"}, {"Key": CREATED_BY[0], "Value": CREATED_BY[1]}]
        named = [{"ResourceType": kind, "Tags": tags} for kind in ("image", "snapshot")]

        def ask(ec2: Any) -> str:
            more = {"ClientToken": token, "CopyImageTags": True, "TagSpecifications": named}
            return str(ec2.copy_image(SourceRegion=region, SourceImageId=image_id, Name=name, **more)["ImageId"])

        return await self._clients.call("ec2", ask)

    async def share_snapshot(self, snapshot_id: str, accounts: tuple[str, ...]) -> None:
        """ModifySnapshotAttribute: createVolumePermission."""
        allow = {"Add": [{"UserId": account} for account in accounts]}
        await self._clients.call("ec2", lambda ec2: ec2.modify_snapshot_attribute(SnapshotId=snapshot_id, CreateVolumePermission=allow))

    async def share_image(self, image_id: str, accounts: tuple[str, ...], organizations: tuple[str, ...]) -> None:
        """ModifyImageAttribute: launchPermission."""
        units = [{"OrganizationalUnitArn" if ":ou/" in arn else "OrganizationArn": arn} for arn in organizations]
        allow = {"Add": [*({"UserId": account} for account in accounts), *units]}
        await self._clients.call("ec2", lambda ec2: ec2.modify_image_attribute(ImageId=image_id, LaunchPermission=allow))

    async def shared_with(self, image_id: str) -> tuple[str, ...]:
        """DescribeImageAttribute: launchPermission."""
        found = await self._clients.call("ec2", lambda ec2: ec2.describe_image_attribute(ImageId=image_id, Attribute="launchPermission"))
        return tuple(str(value) for row in found.get("LaunchPermissions", ()) for value in row.values())

    async def snapshot_shared_with(self, snapshot_id: str) -> tuple[str, ...]:
        """DescribeSnapshotAttribute: createVolumePermission."""
        found = await self._clients.call(
            "ec2", lambda ec2: ec2.describe_snapshot_attribute(SnapshotId=snapshot_id, Attribute="createVolumePermission")
        )
        return tuple(str(value) for row in found.get("CreateVolumePermissions", ()) for value in row.values())

    async def deprecate(self, image_id: str, at: datetime) -> None:
        """EnableImageDeprecation; AWS keeps minutes."""
        await self._clients.call("ec2", lambda ec2: ec2.enable_image_deprecation(ImageId=image_id, DeprecateAt=at))

    async def deprecation(self, image_id: str) -> datetime | None:
        """DescribeImages: DeprecationTime."""
        found = await self._clients.call("ec2", lambda ec2: ec2.describe_images(Owners=["self"], ImageIds=[image_id]))
        text = next((str(row.get("DeprecationTime") or "") for row in found.get("Images", ())), "")
        return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC) if text else None

    async def may_launch(self, image_id: str, launch: Launch) -> RightProbe:
        """RunInstances as a dry run; never raises for a refusal."""
        mapping = [{"DeviceName": launch.device, "Ebs": {**launch.disk, "VolumeSize": launch.gib}}]

        def ask(ec2: Any) -> object:
            return ec2.run_instances(
                DryRun=True, ImageId=image_id, InstanceType=launch.kind, MinCount=1, MaxCount=1, BlockDeviceMappings=mapping
            )

        action = "ec2:RunInstances"
        try:
            await self._clients.call("ec2", ask)
        except AwsError as error:
            right = Right.ALLOWED if error.code == _WOULD else Right.DENIED if error.code in DENIALS else Right.UNKNOWN
            return RightProbe(action, right, "dry_run", "" if right is Right.ALLOWED else error.code, error.said or str(error))
        return RightProbe(action, Right.UNKNOWN, "dry_run", message="the endpoint does not know dry runs")
