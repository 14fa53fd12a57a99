"""Answers of the SDK as values of the core: what AWS leaves out, misdocuments or spells as text is settled here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from canvos_tui.core.aws.facts import COPY_TAG, CREATED_BY, MARK_TAG, Image, ImportTask, S3Object, Snapshot
from canvos_tui.core.text import GIB

_BYTES_FROM = 1e6  # DiskImageSize is documented in GiB, but AWS sends bytes
SdkAnswer = Mapping[str, Any]


def import_task(found: SdkAnswer) -> ImportTask:
    """One task of DescribeImportSnapshotTasks; a status we never heard of is kept as it is."""
    detail = found.get("SnapshotTaskDetail") or {}
    where = detail.get("UserBucket") or {}
    progress = str(detail.get("Progress") or "").strip().rstrip("%")
    return ImportTask(
        task_id=str(found.get("ImportTaskId", "")),
        status=str(detail.get("Status") or "").lower(),
        progress=min(int(progress), 100) if progress.isdecimal() else None,
        message=str(detail.get("StatusMessage") or ""),
        snapshot_id=str(detail.get("SnapshotId") or ""),
        size=_disk_size(float(detail.get("DiskImageSize") or 0.0)),
        bucket=str(where.get("S3Bucket") or ""),
        key=str(where.get("S3Key") or ""),
        description=str(found.get("Description") or detail.get("Description") or ""),
        token=next((str(tag.get("Value") or "") for tag in found.get("Tags") or () if tag.get("Key") == MARK_TAG), ""),
    )


def _disk_size(size: float) -> int:
    return int(size) if size >= _BYTES_FROM else int(size * GIB)


def snapshot(found: SdkAnswer) -> Snapshot:
    """One snapshot of DescribeSnapshots."""
    progress = str(found.get("Progress") or "").rstrip("%")
    return Snapshot(
        snapshot_id=str(found.get("SnapshotId", "")),
        state=str(found.get("State") or ""),
        description=str(found.get("Description") or ""),
        size=int(found.get("VolumeSize") or 0) * GIB,
        progress=int(progress) if progress.isdecimal() else None,
        started=found["StartTime"].astimezone(UTC) if found.get("StartTime") else None,
        tagged=CREATED_BY in {(tag.get("Key"), tag.get("Value")) for tag in found.get("Tags", ())},
        encrypted=bool(found.get("Encrypted")),
        kms_key=str(found.get("KmsKeyId") or ""),
        copy_of=next((str(tag.get("Value") or "") for tag in found.get("Tags", ()) if tag.get("Key") == COPY_TAG), ""),
    )


def image(found: SdkAnswer) -> Image:
    """One AMI of DescribeImages, with the snapshot behind its root device."""
    root = found.get("RootDeviceName")
    mappings = found.get("BlockDeviceMappings") or ()
    disk: SdkAnswer = next((m["Ebs"] for m in mappings if m.get("DeviceName") == root and m.get("Ebs")), {})
    return Image(
        image_id=str(found.get("ImageId", "")),
        name=str(found.get("Name") or ""),
        state=str(found.get("State") or ""),
        root_snapshot=str(disk.get("SnapshotId") or ""),
        architecture=str(found.get("Architecture") or ""),
        boot_mode=str(found.get("BootMode") or ""),
        ena=bool(found.get("EnaSupport")),
        reason=str((found.get("StateReason") or {}).get("Message") or ""),
        created=str(found.get("CreationDate") or ""),
        snapshots=tuple(str(m["Ebs"]["SnapshotId"]) for m in mappings if m.get("Ebs") and m["Ebs"].get("SnapshotId")),
        imds=str(found.get("ImdsSupport") or ""),
        volume_type=str(disk.get("VolumeType") or ""),
        delete_on_termination=disk.get("DeleteOnTermination"),
        root_gib=int(disk.get("VolumeSize") or 0),
        root_device=str(root or ""),
    )


def headed_object(key: str, found: SdkAnswer) -> S3Object:
    """The object that HeadObject described."""
    return S3Object(
        key=key,
        size=int(found.get("ContentLength") or 0),
        modified=_utc(found["LastModified"]),
        etag=str(found.get("ETag") or ""),
        version_id=str(found.get("VersionId") or ""),
    )


def listed_object(found: SdkAnswer) -> S3Object:
    """One row of a listing."""
    return S3Object(str(found["Key"]), int(found.get("Size") or 0), _utc(found["LastModified"]), str(found.get("ETag") or ""))


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def answered_at(found: SdkAnswer) -> datetime | None:
    """When AWS says that it answered: the Date header of a reply or of an error."""
    text = (found.get("ResponseMetadata") or {}).get("HTTPHeaders", {}).get("date", "")
    try:
        return _utc(parsedate_to_datetime(text))
    except (TypeError, ValueError):
        return None
