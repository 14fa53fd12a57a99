"""What AWS really sends, as values: sizes, percentages, empty ids, unknown words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from canvos_tui.adapters.aws import values as aws_values

GIB = 1024**3


@pytest.mark.parametrize(
    ("given", "size"), [(3.115815424e9, 3115815424), (0.0, 0), (8.0, 8 * GIB), (None, 0)], ids=["bytes", "not yet", "documented", "absent"]
)
def test_the_disk_size_is_bytes(given, size):
    assert aws_values.import_task({"ImportTaskId": "i", "SnapshotTaskDetail": {"DiskImageSize": given}}).size == size


@pytest.mark.parametrize(("given", "progress"), [("3", 3), ("41%", 41), ("", None), (None, None), ("soon", None), ("250", 100)])
def test_progress_is_a_percentage_or_nothing(given, progress):
    assert aws_values.import_task({"SnapshotTaskDetail": {"Progress": given}}).progress == progress


def test_a_bare_task_and_an_unheard_of_word():
    task = aws_values.import_task({"ImportTaskId": "i", "SnapshotTaskDetail": {"Status": "Resting", "SnapshotId": ""}})
    assert (task.status, task.snapshot_id, task.bucket, task.message) == ("resting", "", "", "")
    assert aws_values.import_task({}).task_id == ""


def test_the_root_device_decides_which_snapshot_an_image_has():
    mappings = [
        {"DeviceName": "/dev/xvdb", "Ebs": {"SnapshotId": "snap-data"}},
        {"DeviceName": "/dev/xvdc", "VirtualName": "ephemeral0"},
        {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-root"}},
    ]
    image = aws_values.image(
        {"ImageId": "a", "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": mappings, "StateReason": {"Message": "m"}}
    )
    assert (image.root_snapshot, image.reason, image.ena) == ("snap-root", "m", False)
    assert aws_values.image({"ImageId": "a", "RootDeviceName": "/dev/xvdz", "BlockDeviceMappings": mappings}).root_snapshot == ""


def test_a_snapshot_is_told_in_bytes():
    found = aws_values.snapshot({"SnapshotId": "s", "VolumeSize": 3, "Progress": "57%", "State": "pending"})
    assert (found.size, found.progress) == (3 * GIB, 57)


@pytest.mark.parametrize(
    ("date", "at"),
    [("Sun, 22 Nov 2026 14:12:00 GMT", datetime(2026, 11, 22, 14, 12, tzinfo=UTC)), ("nonsense", None), ("", None)],
)
def test_the_time_of_an_answer(date, at):
    assert aws_values.answered_at({"ResponseMetadata": {"HTTPHeaders": {"date": date}}}) == at
    assert aws_values.answered_at({}) is None
