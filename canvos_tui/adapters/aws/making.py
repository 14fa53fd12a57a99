"""What makes something in EC2, with the parameters of CanvOS' import script (create-raw-to-ami.sh); the tags are ours."""

from __future__ import annotations

from typing import Any

from canvos_tui.adapters.aws import values as aws_values
from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import CREATED_BY, MARK_TAG, ImportTask
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings

DEVICE = "/dev/xvda"
Tags = list[dict[str, str]]


class Making:
    """The making part of the Aws port."""

    _clients: Clients

    async def start_import(self, bucket: str, key: str, token: str, mark: str, making: SnapshotSettings) -> ImportTask:
        """ImportSnapshot of a raw image in S3. The same `token` again gives the same task, tagged with `mark`; the script has neither."""
        asked = import_request(bucket, key, import_tags(key, mark), making)

        def ask(ec2: Any) -> ImportTask:
            return aws_values.import_task(ec2.import_snapshot(ClientToken=token, **asked))

        return await self._clients.call("ec2", ask)

    async def register_image(self, name: str, snapshot_id: str, settings: AmiSettings) -> str:
        """RegisterImage of a snapshot, UEFI and ENA; the AMI's id. No token exists for it: only the name keeps it from being made twice."""
        asked = register_request(name, snapshot_id, settings)
        return await self._clients.call("ec2", lambda ec2: str(ec2.register_image(**asked)["ImageId"]))

    async def tag(self, ids: tuple[str, ...], name: str) -> None:
        """CreateTags: Name, and who made it. Import and registration take no tags for a snapshot, so that it is a call of its own."""
        tags = named_tags(name)
        await self._clients.call("ec2", lambda ec2: ec2.create_tags(Resources=list(ids), Tags=tags))


# -- the requests, for the run and for the questions before it whether it may -----------------------------------


def named_tags(name: str) -> Tags:
    """The tags of a snapshot and an AMI of ours: a Name, and who made it, so that a policy can hang on it."""
    return [{"Key": "Name", "Value": name}, {"Key": CREATED_BY[0], "Value": CREATED_BY[1]}]


def import_tags(key: str, mark: str) -> Tags:
    """The tags of an import: the script's, which is the Name, and ours where there is a `mark`."""
    name, *ours = named_tags(f"Import-{key}")
    return [name, {"Key": MARK_TAG, "Value": mark}, *ours] if mark else [name]


def import_request(bucket: str, key: str, tags: Tags, making: SnapshotSettings) -> dict[str, Any]:
    """ImportSnapshot of a raw image in S3, as CanvOS' script asks for it, and what was chosen beyond that."""
    container = {"Description": f"Snapshot for {key}", "Format": "RAW", "UserBucket": {"S3Bucket": bucket, "S3Key": key}}
    tagged = {"TagSpecifications": [{"ResourceType": "import-snapshot-task", "Tags": tags}]} if tags else {}
    chosen = {"RoleName": making.role, "Encrypted": bool(making.encryption), "KmsKeyId": making.key}
    return {
        "Description": f"Import {key}",
        "DiskContainer": container,
        **tagged,
        **{name: value for name, value in chosen.items() if value},
    }


def register_request(name: str, snapshot_id: str, settings: AmiSettings) -> dict[str, Any]:
    """RegisterImage of a snapshot, as CanvOS' script asks for it, and what was chosen beyond that."""
    chosen = {
        "VolumeType": settings.volume_type or None,
        "DeleteOnTermination": settings.delete_on_termination,
        "VolumeSize": settings.root_gib or None,
    }
    disk = {"SnapshotId": snapshot_id, **{name: value for name, value in chosen.items() if value is not None}}
    return {
        "Name": name,
        "Description": f"AMI for {name} created from snapshot {snapshot_id}",
        "Architecture": "x86_64",
        "RootDeviceName": DEVICE,
        "BlockDeviceMappings": [{"DeviceName": DEVICE, "Ebs": disk}],
        "VirtualizationType": "hvm",
        "BootMode": "uefi",
        "EnaSupport": True,
        **({"ImdsSupport": settings.imds} if settings.imds else {}),
    }


def snapshot_request(name: str, gib: int, tags: Tags) -> dict[str, Any]:
    """StartSnapshot without its encryption, which a question that begins nothing has to ask in another way."""
    return {"VolumeSize": gib, "Description": described(name), **({"Tags": tags} if tags else {})}


def described(name: str) -> str:
    """The description of a snapshot that is begun under that name; AWS takes 255 characters."""
    return name[:255]


def encryption_request(making: SnapshotSettings) -> dict[str, Any]:
    """What StartSnapshot is told of the encryption. Nothing leaves it to the account, where `Encrypted=False` may be refused."""
    return {**({"Encrypted": True} if making.encryption else {}), **({"KmsKeyArn": making.key} if making.key else {})}
