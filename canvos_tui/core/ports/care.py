"""The gate to what can be cleaned up in AWS: more than a build asks for, and the only calls that take something away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from canvos_tui.core.aws.facts import Image, Snapshot


class AwsCare(Protocol):
    """AWS with one pair of keys in one region. Every method may raise AwsError; each removal needs a right beyond the guide's nine."""

    async def made_snapshots(self) -> tuple[Snapshot, ...]:
        """The snapshots of this account that VM Import made, by the description that AWS gives them, and those that carry our tag."""

    async def images_on(self, snapshot_ids: tuple[str, ...]) -> tuple[Image, ...]:
        """The AMIs of this account on any of these snapshots, disabled ones too."""

    async def delete_object(self, bucket: str, key: str, version_id: str, etag: str = "") -> None:
        """Deletes one object; on a versioned bucket that version, "" for a bucket without versions (s3:DeleteObject)."""

    async def abort_upload(self, bucket: str, key: str, upload_id: str) -> None:
        """Ends a multipart upload and drops its parts (s3:AbortMultipartUpload)."""

    async def delete_snapshot(self, snapshot_id: str) -> None:
        """Deletes a snapshot; AWS refuses one that an AMI uses (ec2:DeleteSnapshot)."""

    async def deregister_image(self, image_id: str) -> None:
        """Deregisters an AMI; its snapshot stays (ec2:DeregisterImage)."""
