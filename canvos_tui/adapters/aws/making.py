"""What makes something in EC2, with the parameters of CanvOS' import script (create-raw-to-ami.sh); the tags are ours."""

from __future__ import annotations

from typing import Any

from canvos_tui.adapters.aws import values as aws_values
from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import CREATED_BY, MARK_TAG, ImportTask

DEVICE = "/dev/xvda"


class Making:
    """The making part of the Aws port."""

    _clients: Clients

    async def start_import(self, bucket: str, key: str, token: str, mark: str) -> ImportTask:
        """ImportSnapshot of a raw image in S3. The same `token` again gives the same task, tagged with `mark`; the script has neither."""
        container = {"Description": f"Snapshot for {key}", "Format": "RAW", "UserBucket": {"S3Bucket": bucket, "S3Key": key}}
        named = [{"Key": "Name", "Value": f"Import-{key}"}, {"Key": MARK_TAG, "Value": mark}, _made_by()]
        tags = [{"ResourceType": "import-snapshot-task", "Tags": named}]

        def ask(ec2: Any) -> ImportTask:
            return aws_values.import_task(
                ec2.import_snapshot(ClientToken=token, Description=f"Import {key}", DiskContainer=container, TagSpecifications=tags)
            )

        return await self._clients.call("ec2", ask)

    async def register_image(self, name: str, snapshot_id: str, settings: AmiSettings) -> str:
        """RegisterImage of a snapshot, UEFI and ENA; the AMI's id. No token exists for it: only the name keeps it from being made twice."""
        chosen = {
            "VolumeType": settings.volume_type or None,
            "DeleteOnTermination": settings.delete_on_termination,
            "VolumeSize": settings.root_gib or None,
        }
        disk = {"SnapshotId": snapshot_id, **{name: value for name, value in chosen.items() if value is not None}}
        more = {"ImdsSupport": settings.imds} if settings.imds else {}

        def ask(ec2: Any) -> str:
            made = ec2.register_image(
                Name=name,
                Description=f"AMI for {name} created from snapshot {snapshot_id}",
                Architecture="x86_64",
                RootDeviceName=DEVICE,
                BlockDeviceMappings=[{"DeviceName": DEVICE, "Ebs": disk}],
                VirtualizationType="hvm",
                BootMode="uefi",
                EnaSupport=True,
                **more,
            )
            return str(made["ImageId"])

        return await self._clients.call("ec2", ask)

    async def tag(self, ids: tuple[str, ...], name: str) -> None:
        """CreateTags: Name, and who made it. Import and registration take no tags for a snapshot, so that it is a call of its own."""
        tags = [{"Key": "Name", "Value": name}, _made_by()]
        await self._clients.call("ec2", lambda ec2: ec2.create_tags(Resources=list(ids), Tags=tags))


def _made_by() -> dict[str, str]:
    """The tag that all has which is made here, so that a policy can hang on it."""
    return {"Key": CREATED_BY[0], "Value": CREATED_BY[1]}
