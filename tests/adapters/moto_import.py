"""The independent double: moto's server, taught the three import calls that it lacks, and images with a real block device mapping."""

from __future__ import annotations

import secrets
import urllib.request
from typing import Any

from moto import settings
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.server import ThreadedMotoServer

settings.ec2_load_default_amis = lambda: False  # a thousand images and snapshots of its own, read anew after each reset
LOOKS = 2  # a task is completed at the third look

_tasks: dict[str, dict[str, Any]] = {}
_mappings: dict[str, tuple[str, list[dict[str, Any]], str | None]] = {}


def import_snapshot(self: Any) -> ActionResult:
    container = self._get_param("DiskContainer") or {}
    specifications = self._get_param("TagSpecifications", [])
    _judged(self)
    self.error_on_dryrun()
    task = {
        "ImportTaskId": f"import-snap-0{secrets.token_hex(8)}",
        "Description": self._get_param("Description", ""),
        "Tags": [tag for one in specifications for tag in one["Tags"]],
        "looks": 0,
        "bucket": container["UserBucket"],
        "snapshot": "",
        "cancelled": False,
        "sealed": bool(self._get_param("Encrypted")),
        "key": key_of(self, self._get_param("KmsKeyId")),
    }
    _tasks[task["ImportTaskId"]] = task
    return ActionResult(_shown(task))


def _judged(self: Any) -> None:
    """A role that is named has to be there, and a key goes with encryption alone."""
    role = self._get_param("RoleName")
    if role and role not in {one.name for one in iam_backends[self.current_account]["aws"].roles.values()}:
        raise EC2ClientError("InvalidParameter", f"The service role {role} provided does not exist or does not have sufficient permissions")
    if self._get_param("KmsKeyId") and not self._get_param("Encrypted"):
        raise EC2ClientError("InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.")


def key_of(self: Any, name: str | None) -> str | None:
    """The ARN of a KMS key of the account, which is there and enabled."""
    if not name:
        return None
    try:
        key = kms_backends[self.current_account][self.region].describe_key(name)
    except KeyError:
        raise EC2ClientError("InvalidParameterValue", f"The KMS key {name} does not exist.") from None
    if not key.enabled:
        raise EC2ClientError("InvalidParameterValue", f"The KMS key {name} is not enabled.")
    return str(key.arn)


def describe_import_snapshot_tasks(self: Any) -> ActionResult:
    wanted = self._get_param("ImportTaskIds", [])
    found = [task for task in _tasks.values() if not wanted or task["ImportTaskId"] in wanted]
    for task in found:
        task["looks"] += 1
        if task["looks"] > LOOKS and not task["snapshot"] and not task["cancelled"]:
            volume = self.ec2_backend.create_volume(size=3, zone_name=f"{self.region}a")
            text = f"Created by AWS-VMImport service for {task['ImportTaskId']}"
            made = self.ec2_backend.create_snapshot(volume.id, text)
            made.encrypted, made.kms_key_id = task["sealed"], task["key"]
            task["snapshot"] = made.id
    return ActionResult({"ImportSnapshotTasks": [_shown(task) for task in found]})


def _shown(task: dict[str, Any]) -> dict[str, Any]:
    detail = {"DiskImageSize": 3.115815424e9, "Format": "RAW", "UserBucket": task["bucket"], "SnapshotId": task["snapshot"]}
    detail |= {"Encrypted": task["sealed"], **({"KmsKeyId": task["key"]} if task["key"] else {})}
    if task["cancelled"]:
        detail |= {"Status": "deleted", "StatusMessage": "User initiated cancellation"}
    elif task["snapshot"]:
        detail |= {"Status": "completed"}
    else:
        detail |= {"Status": "active", "Progress": str(20 * task["looks"] + 3), "StatusMessage": "downloading/converting"}
    return {key: task[key] for key in ("ImportTaskId", "Description", "Tags")} | {"SnapshotTaskDetail": detail}


def cancel_import_task(self: Any) -> ActionResult:
    task = _tasks[self._get_param("ImportTaskId")]
    self.error_on_dryrun()
    task["cancelled"] = True
    return ActionResult({"ImportTaskId": task["ImportTaskId"], "PreviousState": "active", "State": "cancelling"})


def register_image(self: Any) -> ActionResult:
    name, device, mappings = self._get_param("Name"), self._get_param("RootDeviceName"), self._get_param("BlockDeviceMappings", [])
    self.error_on_dryrun()
    snapshot = mappings[0]["Ebs"]["SnapshotId"]
    if snapshot not in self.ec2_backend.snapshots:
        raise EC2ClientError("InvalidSnapshot.NotFound", f"The snapshot '{snapshot}' does not exist.")
    image = self.ec2_backend.register_image(name, self._get_param("Description", ""))
    image.architecture, image.boot_mode = self._get_param("Architecture"), self._get_param("BootMode")
    _mappings[image.id] = (device, mappings, self._get_param("ImdsSupport"))
    return ActionResult({"ImageId": image.id})


def describe_images(self: Any) -> ActionResult:
    ids, owners = self._get_param("ImageIds", []), self._get_param("Owners", [])
    images = self.ec2_backend.describe_images(ami_ids=ids, filters=self._filters_from_querystring(), exec_users=[], owners=owners)
    rows = []
    for image in images:
        device, mappings, imds = _mappings.get(image.id, ("/dev/sda1", [], None))
        rows.append(
            {
                "ImageId": image.id,
                "Name": image.name,
                "State": image.state,
                "CreationDate": image.creation_date,
                "Architecture": image.architecture,
                "BootMode": image.boot_mode,
                "EnaSupport": True,
                "RootDeviceName": device,
                "BlockDeviceMappings": mappings,
                **({"ImdsSupport": imds} if imds else {}),
            }
        )
    return ActionResult({"Images": rows})


class MotoWorld:
    """A moto server on a free port, with the import calls."""

    def __init__(self) -> None:
        for deed in (import_snapshot, describe_import_snapshot_tasks, cancel_import_task, register_image, describe_images):
            setattr(EC2Response, deed.__name__, deed)
        self._server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"

    def reset(self) -> None:
        """Forgets everything."""
        _tasks.clear()
        _mappings.clear()
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST")).close()

    def close(self) -> None:
        """Stops the server; moto itself leaves its socket open."""
        self._server.stop()
        assert self._server._server is not None
        self._server._server.server_close()
