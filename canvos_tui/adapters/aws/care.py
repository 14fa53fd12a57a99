"""What cleans up in AWS, through boto3: each call takes exactly the one thing that it is given."""

from __future__ import annotations

from typing import Any

from canvos_tui.adapters.aws import values as aws_values
from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.core.aws.facts import CREATED_BY, IMPORTED_BY, Image, Snapshot

_FEW = 150  # values of one filter; AWS takes 200


def listed_snapshots(ec2: Any, name: str, value: str) -> list[Snapshot]:
    """The account's own snapshots that one filter lets through."""
    pages = ec2.get_paginator("describe_snapshots").paginate(OwnerIds=["self"], Filters=[{"Name": name, "Values": [value]}])
    return [aws_values.snapshot(row) for page in pages for row in page.get("Snapshots", ())]


class BotoCare:
    """Implements the AwsCare port."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def made_snapshots(self) -> tuple[Snapshot, ...]:
        """The snapshots that VM Import made, by their description, and those that carry our tag."""

        def ask(ec2: Any) -> tuple[Snapshot, ...]:
            found: dict[str, Snapshot] = {}
            for name, value in (("description", f"{IMPORTED_BY}*"), (f"tag:{CREATED_BY[0]}", CREATED_BY[1])):
                found |= {one.snapshot_id: one for one in listed_snapshots(ec2, name, value)}
            return tuple(found.values())

        return await self._clients.call("ec2", ask)

    async def images_on(self, snapshot_ids: tuple[str, ...]) -> tuple[Image, ...]:
        """The AMIs of this account on these snapshots."""

        def ask(ec2: Any) -> tuple[Image, ...]:
            found = []
            for at in range(0, len(snapshot_ids), _FEW):
                wanted = [{"Name": "block-device-mapping.snapshot-id", "Values": list(snapshot_ids[at : at + _FEW])}]
                pages = ec2.get_paginator("describe_images").paginate(Owners=["self"], Filters=wanted, IncludeDisabled=True)
                found += [aws_values.image(row) for page in pages for row in page.get("Images", ())]
            return tuple(found)

        return await self._clients.call("ec2", ask)

    async def delete_object(self, bucket: str, key: str, version_id: str, etag: str = "") -> None:
        """Deletes one object, or that version of it; with an ETag only the very bytes that have it."""
        more = {"VersionId": version_id} if version_id else {"IfMatch": etag} if etag else {}
        await self._clients.call("s3", lambda s3: s3.delete_object(Bucket=bucket, Key=key, **more))

    async def abort_upload(self, bucket: str, key: str, upload_id: str) -> None:
        """Ends a multipart upload."""
        await self._clients.call("s3", lambda s3: s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id))

    async def delete_snapshot(self, snapshot_id: str) -> None:
        """Deletes a snapshot."""
        await self._clients.call("ec2", lambda ec2: ec2.delete_snapshot(SnapshotId=snapshot_id))

    async def deregister_image(self, image_id: str) -> None:
        """Deregisters an AMI."""
        await self._clients.call("ec2", lambda ec2: ec2.deregister_image(ImageId=image_id))
