"""EC2's AMIs: registering with AWS' name rules, describing with filters and wildcards, deregistering."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from canvos_tui.rehearsal.aws.cloud import GIB, Cloud, StoredImage, new_id
from canvos_tui.rehearsal.aws.config import ACCOUNT
from canvos_tui.rehearsal.aws.ec2_parameters import filters, page, values
from canvos_tui.rehearsal.aws.protocol import RefusalError, Tree

_NAME = re.compile(r"[A-Za-z0-9()\[\] ./\-'@_]{3,128}")
_SNAPSHOT = re.compile(r"snap-[0-9a-f]{8,17}")


class Ec2Images:
    """The AMI calls of EC2."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def register(self, form: Mapping[str, str]) -> Tree:
        """RegisterImage: name, snapshot and mapping are judged as AWS does."""
        name, device = form.get("Name", ""), form.get("RootDeviceName", "")
        if not _NAME.fullmatch(name):
            text = "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'"
            raise RefusalError("InvalidAMIName.Malformed", text)
        snapshot = _root_snapshot(form, device)
        if not _SNAPSHOT.fullmatch(snapshot):
            raise RefusalError("InvalidParameterValue", f"Value ({snapshot}) for parameter snapshotId is invalid. Expected: 'snap-...'.")
        with self._cloud.lock:
            if snapshot not in self._cloud.snapshots:
                raise RefusalError("InvalidSnapshot.NotFound", f"The snapshot '{snapshot}' does not exist.")
            if self._cloud.snapshots[snapshot].state != "completed":
                raise RefusalError("IncorrectState", f"Snapshot '{snapshot}' is not 'completed'.")
            twin = next((i for i in self._cloud.images.values() if i.name == name and i.owner == ACCOUNT), None)
            if twin is not None:
                raise RefusalError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI {twin.image_id}")
            disk = _root_disk(form, device)
            self._judge(form, disk, snapshot)
            image = StoredImage(
                image_id=new_id("ami"),
                name=name,
                snapshot_id=snapshot,
                device=device,
                architecture=form.get("Architecture", "i386"),
                boot_mode=form.get("BootMode"),
                ena=form.get("EnaSupport") == "true",
                description=form.get("Description", ""),
                region=form.get("_region", ""),
                imds=form.get("ImdsSupport", ""),
                volume_type=disk.get("VolumeType", "gp2"),
                delete_on_termination=disk.get("DeleteOnTermination") == "true",
                root_gib=int(disk.get("VolumeSize", 0)),
            )
            return {"imageId": self._cloud.register(image).image_id}

    def _judge(self, form: Mapping[str, str], disk: Mapping[str, str], snapshot: str) -> None:
        """Refuses what EC2 refuses of the root volume and of IMDS."""
        if form.get("ImdsSupport", "v2.0") != "v2.0":
            raise RefusalError("InvalidParameterValue", f"Value ({form['ImdsSupport']}) for parameter imdsSupport is invalid.")
        least = -(-self._cloud.snapshots[snapshot].size // GIB)
        if "VolumeSize" in disk and int(disk["VolumeSize"]) < least:
            text = f"Volume of size {disk['VolumeSize']}GB is smaller than snapshot '{snapshot}', expect size >= {least}GB"
            raise RefusalError("InvalidBlockDeviceMapping", text)

    def run(self, form: Mapping[str, str]) -> Tree:
        """RunInstances: one instance of an AMI that is there, its root volume not smaller than the snapshot; nothing is kept of it."""
        image = self._cloud.images.get(form.get("ImageId", ""))
        if image is None:
            raise RefusalError("InvalidAMIID.NotFound", f"The image id '[{form.get('ImageId', '')}]' does not exist")
        size = next((form[f"BlockDeviceMapping.{n}.Ebs.VolumeSize"] for n in _mapped(form, image.device)), "")
        least = -(-self._cloud.snapshots[image.snapshot_id].size // GIB)
        if size and int(size) < least:
            text = f"Volume of size {size}GB is smaller than snapshot '{image.snapshot_id}', expect size >= {least}GB"
            raise RefusalError("InvalidBlockDeviceMapping", text)
        kind, count = form.get("InstanceType", "m1.small"), int(form.get("MinCount", "0"))
        if not count:
            raise RefusalError("MissingParameter", "The request must contain the parameter MinCount")
        instances: list[Tree] = [{"instanceId": new_id("i"), "imageId": image.image_id, "instanceType": kind} for _ in range(count)]
        return {"reservationId": new_id("r"), "ownerId": ACCOUNT, "instancesSet": instances}

    def deregister(self, form: Mapping[str, str]) -> Tree:
        """DeregisterImage: takes the AMI away and its snapshot too when asked."""
        image = self._cloud.images.pop(form.get("ImageId", ""), None)
        if image is None:
            raise RefusalError("InvalidAMIID.NotFound", f"The image id '[{form.get('ImageId', '')}]' does not exist")
        if form.get("DeleteAssociatedSnapshots") == "true":
            self._cloud.snapshots.pop(image.snapshot_id, None)
        return {"return": True}

    def describe(self, form: Mapping[str, str]) -> Tree:
        """DescribeImages: ids, owners and the filters a build uses; `*` and `?` are wildcards in filters."""
        wanted = values(form, "ImageId")
        for image_id in wanted:
            if image_id not in self._cloud.images or self._cloud.images[image_id].region not in {"", form["_region"]}:
                raise RefusalError("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
        owners = values(form, "Owner")
        chosen = filters(form)
        found = [
            image
            for image in self._cloud.images.values()
            if image.region in {"", form["_region"]}
            and (not wanted or image.image_id in wanted)
            and (not owners or ("self" in owners and image.owner == ACCOUNT) or image.owner in owners)
            and all(self._matches(image, name, patterns) for name, patterns in chosen.items())
            and (image.state != "disabled" or form.get("IncludeDisabled") == "true")
        ]
        rows, token = page(found, form, self._cloud.config.page_size)
        return {"imagesSet": [self._view(image) for image in rows], "nextToken": token}

    def _matches(self, image: StoredImage, name: str, patterns: tuple[str, ...]) -> bool:
        values_of = {
            "name": image.name,
            "state": self._cloud.state_of(image),
            "image-id": image.image_id,
            "owner-id": image.owner,
            "block-device-mapping.snapshot-id": image.snapshot_id,
        }
        if name.startswith("tag:"):
            values_of[name] = self._cloud.tags.get(image.image_id, {}).get(name[4:], "")
        if name not in values_of:
            raise RefusalError("InvalidParameterValue", f"The filter '{name}' is invalid")
        return any(fnmatchcase(values_of[name], pattern) for pattern in patterns)

    def _view(self, image: StoredImage) -> Tree:
        snapshot = self._cloud.snapshots.get(image.snapshot_id)
        size = max(1, -(-snapshot.size // GIB)) if snapshot is not None else 8
        ebs: Tree = {
            "snapshotId": image.snapshot_id,
            "volumeSize": image.root_gib or size,
            "volumeType": image.volume_type,
            "deleteOnTermination": image.delete_on_termination,
        }
        return {
            "imageId": image.image_id,
            "imageState": self._cloud.state_of(image),
            "imageOwnerId": image.owner,
            "isPublic": image.owner != ACCOUNT,
            "architecture": image.architecture,
            "imageType": "machine",
            "name": image.name,
            "description": image.description,
            "rootDeviceType": "ebs",
            "rootDeviceName": image.device,
            "blockDeviceMapping": [{"deviceName": image.device, "ebs": ebs}],
            "virtualizationType": "hvm",
            "hypervisor": "xen",
            "enaSupport": image.ena,
            "imdsSupport": image.imds or None,
            "bootMode": image.boot_mode,
            "deprecationTime": image.deprecated or None,
            "stateReason": {"code": "Client.InternalError", "message": image.reason} if self._cloud.reason_of(image) else None,
            "tagSet": [{"key": k, "value": v} for k, v in self._cloud.tags.get(image.image_id, {}).items()],
            "creationDate": f"{image.created:%Y-%m-%dT%H:%M:%S}.000Z",
        }


def _mapped(form: Mapping[str, str], device: str) -> list[str]:
    """The numbers of the mappings of that device."""
    return [found[1] for key in form if (found := re.fullmatch(r"BlockDeviceMapping\.(\d+)\.DeviceName", key)) and form[key] == device]


def _root_snapshot(form: Mapping[str, str], device: str) -> str:
    if not _mapped(form, device):
        raise RefusalError("InvalidParameterCombination", "The root device must be one of the block device mappings")
    return _root_disk(form, device).get("SnapshotId", "")


def _root_disk(form: Mapping[str, str], device: str) -> dict[str, str]:
    """What the call says of the root volume, by EC2's own names."""
    head = f"BlockDeviceMapping.{next(iter(_mapped(form, device)), '')}.Ebs."
    return {name.removeprefix(head): value for name, value in form.items() if name.startswith(head)}
