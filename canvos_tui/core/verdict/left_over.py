"""What a run left in AWS: each thing with a command that removes it and what it costs to forget it."""

from __future__ import annotations

import json
import shlex

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object, Snapshot, Upload
from canvos_tui.core.aws.prices import PRICE, S3_PRICE, SNAPSHOT_PRICE
from canvos_tui.core.command_words import word
from canvos_tui.core.run.result import LeftOver
from canvos_tui.core.text import size

_SHOW_TASK = "describe-import-snapshot-tasks --import-task-ids"
_BLOCKS = f"its written blocks are billed, {SNAPSHOT_PRICE} USD per GB and month ({PRICE})"


def left_object(baseline: Baseline, found: S3Object, *, task_runs: bool) -> LeftOver:
    """The raw image in the bucket."""
    version = f" --version-id {word(found.version_id)}" if found.version_id and found.version_id != "null" else ""
    note = f"{size(found.size)}, about {_month(found.size, S3_PRICE)}"
    if task_runs:
        note += "; wait for the import task to end first, it reads the object"
    return LeftOver("object", f"s3://{baseline.bucket}/{found.key}", True, note, _s3(baseline, "delete-object", found.key) + version)


def left_unproven(baseline: Baseline, found: S3Object) -> LeftOver:
    """An object that came when the run's own upload ended unheard: most likely its own, and nobody can prove it."""
    note = f"{size(found.size)}; it came when this run's upload ended, and its answer got lost: this run's, or another's of the same key"
    return LeftOver("object", f"s3://{baseline.bucket}/{found.key}", False, note, look=_s3(baseline, "head-object", found.key))


def left_upload(baseline: Baseline, upload: Upload, *, certain: bool) -> LeftOver:
    """Parts of an upload that was not completed; not `certain` when this run uploaded nothing."""
    price = f", about {_month(upload.done, S3_PRICE)}" if upload.done else ""  # one without a part costs nothing
    note = f"{size(upload.done)} in parts that `aws s3 ls` does not show{price}"
    remove = _s3(baseline, "abort-multipart-upload", upload.key) + f" --upload-id {word(upload.upload_id)}"
    look = _s3(baseline, "list-parts", upload.key) + f" --upload-id {word(upload.upload_id)}"
    return LeftOver("upload", upload.upload_id, certain, note, remove if certain else "", "" if certain else look)


def left_task(region: str, task: ImportTask, *, certain: bool) -> LeftOver:
    """An import task that AWS still works on; not `certain` when it may as well be another machine's."""
    if not certain:
        return LeftOver(
            "import_task",
            task.task_id,
            False,
            f"{task.status}; this run's, or another's of the same object",
            look=_ec2(region, _SHOW_TASK, task.task_id),
        )
    note = f"{task.status}; AWS goes on with it and makes a snapshot; cancelling needs ec2:CancelImportTask"
    return LeftOver("import_task", task.task_id, True, note, cancel_command(region, task.task_id))


def cancel_command(region: str, task_id: str) -> str:
    """What ends an import task, for whoever has ec2:CancelImportTask."""
    return _ec2(region, "cancel-import-task --import-task-id", task_id)


def left_snapshot(baseline: Baseline, snapshot_id: str, snapshot: Snapshot | None, *, usable: bool) -> LeftOver:
    """A snapshot that no AMI uses; `usable` when it is this build and its name is still free."""
    region = baseline.region
    count = snapshot.size if snapshot is not None and snapshot.snapshot_id == snapshot_id else 0
    note = f"no AMI uses it, up to {_month(count, SNAPSHOT_PRICE)}" if count else f"no AMI uses it; {_BLOCKS}"
    use = register_command(region, baseline.image_name, snapshot_id) if usable else ""
    return LeftOver("snapshot", snapshot_id, True, note, _ec2(region, "delete-snapshot --snapshot-id", snapshot_id), use=use)


def left_unfinished(baseline: Baseline, snapshot_id: str, snapshot: Snapshot | None) -> LeftOver | None:
    """The snapshot of the direct route that is not complete; None where there is none."""
    if not baseline.direct or snapshot is None or snapshot.snapshot_id != snapshot_id or snapshot.state == "completed":
        return None
    note = f"{snapshot.state}; canvos-tui resume writes what is missing, AWS gives it up a day after the last block; {_BLOCKS}"
    if snapshot.state == "error":
        note = f"in state `error`: nothing more can be written to it; {_BLOCKS}"
    return LeftOver("snapshot", snapshot_id, True, note, _ec2(baseline.region, "delete-snapshot --snapshot-id", snapshot_id))


def register_command(region: str, name: str, snapshot_id: str) -> str:
    """What makes the AMI of a snapshot, with the very parameters of the import script."""
    mapping = json.dumps([{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot_id}}], separators=(",", ":"))
    words = ["aws", "ec2", "register-image", "--region", region, "--name", name]
    words += ["--description", f"AMI for {name} created from snapshot {snapshot_id}", "--architecture", "x86_64"]
    words += ["--root-device-name", "/dev/xvda", "--block-device-mappings", mapping]
    return shlex.join([*words, "--virtualization-type", "hvm", "--boot-mode", "uefi", "--ena-support"])


def left_image(region: str, image: Image) -> LeftOver:
    """An AMI that this run made, but that is no proven result."""
    remove = _ec2(region, "deregister-image --delete-associated-snapshots --image-id", image.image_id)
    return LeftOver("ami", image.image_id, True, f"state {image.state}; its snapshot: {_BLOCKS}", remove)


def stranger(region: str, image: Image) -> LeftOver:
    """An AMI of that name that appeared during the run and is not proven to be this run's: nothing that harms it is given out."""
    note = f"state {image.state}; it has the name, but not this run's snapshot: most likely somebody else's"
    return LeftOver("ami", image.image_id, False, note, look=_ec2(region, "describe-images --image-ids", image.image_id))


def left_by_name(region: str, kind: str, found: str, note: str = "known from the run, AWS was not seen at its end") -> LeftOver:
    """Something that is known by id only: `kind` is `import_task`, `snapshot` or `ami`."""
    looks = {
        "import_task": _SHOW_TASK,
        "snapshot": "describe-snapshots --snapshot-ids",
        "ami": "describe-images --image-ids",
    }
    return LeftOver(kind, found, False, note, look=_ec2(region, looks[kind], found))


def ec2_command(words: str, region: str) -> str:
    """A call of EC2 in that region; `words` are ready for a shell."""
    return f"aws ec2 {words} --region {region}"


def _s3(baseline: Baseline, command: str, key: str) -> str:
    return f"aws s3api {command} --region {baseline.region} --bucket {word(baseline.bucket)} --key {word(key)}"


def _ec2(region: str, command: str, found: str) -> str:
    return ec2_command(f"{command} {word(found)}", region)


def _month(count: int, price: float) -> str:
    return f"{max(count / 1e9 * price, 0.01):.2f} USD a month ({PRICE})"
