"""EC2: the calls of a snapshot import, of snapshots, tags and regions. AMIs are in `ec2_images`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

from canvos_tui.rehearsal.aws.cloud import GIB, Cloud, StoredSnapshot, StoredTask
from canvos_tui.rehearsal.aws.config import ACCOUNT
from canvos_tui.rehearsal.aws.ec2_copies import Ec2Copies
from canvos_tui.rehearsal.aws.ec2_images import Ec2Images
from canvos_tui.rehearsal.aws.ec2_parameters import filters, page, values
from canvos_tui.rehearsal.aws.iam import barred, trusts_import
from canvos_tui.rehearsal.aws.kms.keys import UnfitKeyError, sealing, shown
from canvos_tui.rehearsal.aws.protocol import REQUEST_ID, HttpAnswer, RefusalError, Tree, xml
from canvos_tui.rehearsal.aws.rights.permit import Permit
from canvos_tui.rehearsal.aws.rights.targets import of_ec2

SPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"
_RUNNING = frozenset({"pending", "active"})


class Ec2:
    """Answers EC2 query requests from the cloud."""

    def __init__(self, cloud: Cloud, settle: Callable[[], None] = lambda: None) -> None:
        self._cloud = cloud
        self._settle = settle
        self._images, copies = Ec2Images(cloud), Ec2Copies(cloud)
        self._actions: dict[str, Callable[[Mapping[str, str]], Tree]] = {
            "ImportSnapshot": self._import_snapshot,
            "DescribeImportSnapshotTasks": self._describe_tasks,
            "CancelImportTask": self._cancel,
            "DescribeSnapshots": self._describe_snapshots,
            "DeleteSnapshot": self._delete_snapshot,
            "DescribeImages": self._images.describe,
            "RegisterImage": self._images.register,
            "DeregisterImage": self._images.deregister,
            "RunInstances": self._images.run,
            "CopyImage": copies.copy,
            "ModifyImageAttribute": copies.share_image,
            "ModifySnapshotAttribute": copies.share_snapshot,
            "DescribeImageAttribute": copies.image_attribute,
            "DescribeSnapshotAttribute": copies.snapshot_attribute,
            "EnableImageDeprecation": copies.deprecate,
            "CreateTags": self._create_tags,
            "DescribeRegions": self._regions,
            "GetEbsEncryptionByDefault": self._ebs_encryption,
            "GetEbsDefaultKmsKeyId": self._ebs_key,
        }

    def answer(self, form: Mapping[str, str], region: str, permit: Permit) -> HttpAnswer:
        """The answer to a signed request; permissions and DryRun are judged before anything else."""
        action = form.get("Action", "")
        if action not in self._actions:
            raise RefusalError("InvalidAction", f"The action {action} is not valid for this web service.", 400)
        for needed, targets in of_ec2(form, self._cloud.tags_of_all(), region):
            permit(needed, "*", targets=targets)
        if form.get("DryRun") == "true":
            raise RefusalError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
        with self._cloud.lock:
            self._cloud.settle()
            self._settle()
            tree = self._actions[action]({**form, "_region": region})
        body = {"requestId": REQUEST_ID, **(tree if isinstance(tree, Mapping) else {})}
        return HttpAnswer(200, xml(f"{action}Response", body, items=True, space=SPACE), {"Content-Type": "text/xml;charset=UTF-8"})

    def _import_snapshot(self, form: Mapping[str, str]) -> Tree:
        role, config = form.get("RoleName", "vmimport"), self._cloud.config
        if not trusts_import(role, config):
            text = f"The service role {role} provided does not exist or does not have sufficient permissions"
            raise RefusalError("InvalidParameter", text)
        bucket, key = form.get("DiskContainer.UserBucket.S3Bucket", ""), form.get("DiskContainer.UserBucket.S3Key", "")
        if not bucket or not key:
            raise RefusalError("MissingParameter", "The request must contain the parameter DiskContainer")
        stored = self._cloud.buckets.get(bucket)
        if stored is not None and stored.region != form["_region"]:
            text = f"The given S3 object is not local to the region. The object must be located in {form['_region']}."
            raise RefusalError("InvalidParameter", text)
        sealed = self._sealed(form)
        why = barred(role, self._cloud, f"{bucket}/{key}", sealed or "")
        asked = tuple(form.get(name, "") for name in ("RoleName", "Encrypted", "KmsKeyId"))
        given = (bucket, key, form.get("Description", ""), _tags(form), form.get("ClientToken", ""))
        return self._task(self._cloud.start_import(*given, asked=asked, sealed=sealed, barred=why))

    def _sealed(self, form: Mapping[str, str]) -> str | None:
        """The KMS key of the snapshot. In which words AWS refuses one is not known: these are the stand-in's."""
        key, encrypted = form.get("KmsKeyId", ""), form.get("Encrypted") == "true"
        if key and not encrypted:
            raise RefusalError("InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.")
        try:
            return sealing(self._cloud.config, form["_region"], encrypted=encrypted, key=key)
        except UnfitKeyError as error:
            raise RefusalError("InvalidParameterValue", str(error)) from None

    def _describe_tasks(self, form: Mapping[str, str]) -> Tree:
        wanted = values(form, "ImportTaskId")
        unknown = [i for i in wanted if i not in self._cloud.tasks]
        if unknown:
            raise RefusalError("InvalidConversionTaskId.Malformed", f"The id(s) {', '.join(unknown)} do not exist.")
        found = [task for task in self._cloud.tasks.values() if not wanted or task.task_id in wanted]
        states = filters(form).get("task-state")
        if states:
            found = [task for task in found if self._cloud.look(task).status in states]
        rows, token = page(found, form, self._cloud.config.page_size)
        return {"importSnapshotTaskSet": [self._task(task) for task in rows], "nextToken": token}

    def _task(self, task: StoredTask) -> dict[str, Tree]:
        view = self._cloud.look(task)
        detail: dict[str, Tree] = {
            "description": f"Snapshot for {task.key}",
            "diskImageSize": f"{view.size:.9E}" if view.progress != "0" else "0.0",
            "format": "RAW",
            "progress": view.progress,
            "snapshotId": view.snapshot_id,
            "status": view.status,
            "statusMessage": view.message,
            "encrypted": task.sealed is not None,
            "kmsKeyId": shown(task.sealed, self._cloud.config.region),
            "userBucket": {"s3Bucket": task.bucket, "s3Key": task.key},
        }
        tags: list[Tree] = [{"key": k, "value": v} for k, v in task.tags.items()]
        return {"description": task.description, "importTaskId": task.task_id, "snapshotTaskDetail": detail, "tagSet": tags}

    def _cancel(self, form: Mapping[str, str]) -> Tree:
        task = self._cloud.tasks.get(form.get("ImportTaskId", ""))
        if task is None:
            raise RefusalError("InvalidConversionTaskId.Malformed", f"The id {form.get('ImportTaskId', '')} does not exist.")
        before = self._cloud.look(task).status
        if before not in _RUNNING:
            raise RefusalError("IncorrectState", f"The import task {task.task_id} is in state {before} and cannot be cancelled.")
        task.cancelled = time.monotonic()
        return {"importTaskId": task.task_id, "previousState": before, "state": "cancelling"}

    def _describe_snapshots(self, form: Mapping[str, str]) -> Tree:
        wanted = values(form, "SnapshotId")
        unknown = [i for i in wanted if i not in self._cloud.snapshots]
        if unknown:
            raise RefusalError("InvalidSnapshot.NotFound", f"The snapshot '{unknown[0]}' does not exist.")
        chosen = filters(form)
        found = [
            s
            for s in self._cloud.snapshots.values()
            if s.region in {"", form["_region"]}
            and (not wanted or s.snapshot_id in wanted)
            and all(self._fits(s, name, patterns) for name, patterns in chosen.items())
        ]
        rows, token = page(found, form, self._cloud.config.page_size)
        items: list[Tree] = [
            {
                "snapshotId": s.snapshot_id,
                "status": self._state(s),
                "progress": "100%" if self._state(s) == "completed" else f"{self._cloud.copied(s) or 0}%",
                "encrypted": s.key is not None,
                "kmsKeyId": shown(s.key, form["_region"]),
                "ownerId": ACCOUNT,
                "volumeSize": max(1, -(-s.size // GIB)),
                "description": s.description,
                "startTime": f"{s.started:%Y-%m-%dT%H:%M:%S}.000Z",
                "tagSet": [{"key": k, "value": v} for k, v in self._cloud.tags.get(s.snapshot_id, {}).items()],
            }
            for s in rows
        ]
        return {"snapshotSet": items, "nextToken": token}

    def _state(self, snapshot: StoredSnapshot) -> str:
        share = self._cloud.copied(snapshot)
        return snapshot.state if share is None or snapshot.state == "error" else "completed" if share == 100 else "pending"

    def _fits(self, snapshot: StoredSnapshot, name: str, patterns: tuple[str, ...]) -> bool:
        tags = self._cloud.tags.get(snapshot.snapshot_id, {})
        facts = {"description": snapshot.description, "status": self._state(snapshot)}
        text = tags.get(name[4:]) if name.startswith("tag:") else facts.get(name)
        return text is not None and any(fnmatchcase(text, pattern) for pattern in patterns)

    def _delete_snapshot(self, form: Mapping[str, str]) -> Tree:
        found = form.get("SnapshotId", "")
        if any(i.snapshot_id == found for i in self._cloud.images.values()):
            raise RefusalError("InvalidSnapshot.InUse", f"The snapshot {found} is currently in use by an AMI.")
        if self._cloud.snapshots.pop(found, None) is None:
            raise RefusalError("InvalidSnapshot.NotFound", f"The snapshot '{found}' does not exist.")
        for task in [t for t in self._cloud.tasks.values() if t.snapshot_id == found]:
            del self._cloud.tasks[task.task_id]
        return {"return": True}

    def _create_tags(self, form: Mapping[str, str]) -> Tree:
        known = {**self._cloud.snapshots, **self._cloud.images, **self._cloud.tasks}
        for resource in values(form, "ResourceId"):
            if resource not in known:
                raise RefusalError("InvalidID", f"The ID '{resource}' is not valid")
            self._cloud.tags.setdefault(resource, {}).update(_pairs(form, r"Tag\.(\d+)\."))
        return {"return": True}

    def _ebs_encryption(self, _: Mapping[str, str]) -> Tree:
        return {"ebsEncryptionByDefault": self._cloud.config.ebs_key is not None}

    def _ebs_key(self, _: Mapping[str, str]) -> Tree:
        return {"kmsKeyId": self._cloud.config.ebs_key or "alias/aws/ebs"}

    def _regions(self, form: Mapping[str, str]) -> Tree:
        names = sorted({form["_region"], *(b.region for b in self._cloud.buckets.values())})
        return {"regionInfo": [{"regionName": n, "regionEndpoint": f"ec2.{n}.amazonaws.com"} for n in names]}


def _tags(form: Mapping[str, str]) -> dict[str, str]:
    return _pairs(form, r"TagSpecification\.1\.Tag\.(\d+)\.")


def _pairs(form: Mapping[str, str], stem: str) -> dict[str, str]:
    keys = {found[1]: text for key, text in form.items() if (found := re.fullmatch(stem + "Key", key))}
    texts = {found[1]: text for key, text in form.items() if (found := re.fullmatch(stem + "Value", key))}
    return {name: texts.get(number, "") for number, name in keys.items()}
