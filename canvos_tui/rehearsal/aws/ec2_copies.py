"""What EC2 does with an AMI that is ready: copies to other regions, permissions of AMI and snapshot, the deprecation date."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from canvos_tui.rehearsal.aws.cloud import Cloud, StoredImage, StoredSnapshot, new_id
from canvos_tui.rehearsal.aws.protocol import RefusalError, Tree

_FAILED = "Client.InternalError: Client error on launch"
_MOST_YEARS = 10


class Ec2Copies:
    """The calls of EC2 after an AMI is available."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._tokens: dict[tuple[str, str], tuple[str, str]] = {}  # region and ClientToken -> what was asked, and the copy

    def copy(self, form: Mapping[str, str]) -> Tree:
        """CopyImage, asked in the destination; a token that was there gives the same copy, for the same request only."""
        region, asked = form["_region"], f"{form.get('SourceRegion')}/{form.get('SourceImageId')}/{form.get('Name')}"
        before = self._tokens.get((region, form.get("ClientToken", "")))
        if before is not None:
            if before[0] != asked:
                raise RefusalError("IdempotentParameterMismatch", "Client token was used before with other parameters.")
            return {"imageId": before[1]}
        source = self._image({"ImageId": form.get("SourceImageId", ""), "_region": form.get("SourceRegion", "")})
        if self._cloud.state_of(source) != "available":
            raise RefusalError("InvalidRequest", f"The image {source.image_id} is not available.")
        image = self._copied(source, form)
        if token := form.get("ClientToken", ""):
            self._tokens[region, token] = asked, image.image_id
        return {"imageId": image.image_id}

    def _copied(self, source: StoredImage, form: Mapping[str, str]) -> StoredImage:
        region, fails = form["_region"], form["_region"] in self._cloud.config.failing_copies
        old, image_id = self._cloud.snapshots.get(source.snapshot_id), new_id("ami")
        text = f"Copied for DestinationAmi {image_id} from SourceAmi {source.image_id} for SourceSnapshot {source.snapshot_id}."
        snapshot = StoredSnapshot(
            new_id("snap"),
            text,
            old.size if old is not None else 0,
            state="error" if fails else "completed",
            region=region,
            copied=time.monotonic(),
            key=old.key if old is not None else None,
        )
        ready = time.monotonic() + self._cloud.config.copy_seconds * (0.5 if fails else 1.0)
        image = replace(
            source,
            image_id=image_id,
            name=form.get("Name", ""),
            snapshot_id=snapshot.snapshot_id,
            state="",
            ready=ready,
            created=datetime.now(UTC).replace(microsecond=0),
            region=region,
            reason=_FAILED if fails else "",
            shared=(),
            deprecated="",
        )
        self._cloud.snapshots[snapshot.snapshot_id], self._cloud.images[image_id] = snapshot, image
        copied = self._cloud.tags.get(source.image_id, {}) if form.get("CopyImageTags") == "true" else {}
        for kind, thing, tags in (("image", image_id, copied), ("snapshot", snapshot.snapshot_id, {})):
            self._cloud.tags[thing] = {**tags, **_tags_for(form, kind)}
        return image

    def share_image(self, form: Mapping[str, str]) -> Tree:
        """ModifyImageAttribute: adds and removes launch permissions; no group, which an account blocks by default."""
        image = self._image(form)
        shared = _changed(image.shared, form, "LaunchPermission", ("UserId", "OrganizationArn", "OrganizationalUnitArn"))
        self._cloud.images[image.image_id] = replace(image, shared=shared)
        return {"return": True}

    def share_snapshot(self, form: Mapping[str, str]) -> Tree:
        """ModifySnapshotAttribute: what AWS' own key encrypts is not shared."""
        snapshot = self._snapshot(form)
        if snapshot.key == "":
            raise RefusalError("InvalidParameter", "Encrypted snapshots with EBS default key cannot be shared")
        shared = _changed(snapshot.shared, form, "CreateVolumePermission", ("UserId",))
        self._cloud.snapshots[snapshot.snapshot_id] = replace(snapshot, shared=shared)
        return {"return": True}

    def image_attribute(self, form: Mapping[str, str]) -> Tree:
        """DescribeImageAttribute: the launch permissions."""
        image = self._image(form)
        rows: list[Tree] = [{"organizationArn" if ":" in who else "userId": who} for who in image.shared]
        return {"imageId": image.image_id, "launchPermission": rows}

    def snapshot_attribute(self, form: Mapping[str, str]) -> Tree:
        """DescribeSnapshotAttribute: who may make volumes of it."""
        snapshot = self._snapshot(form)
        return {"snapshotId": snapshot.snapshot_id, "createVolumePermission": [{"userId": who} for who in snapshot.shared]}

    def deprecate(self, form: Mapping[str, str]) -> Tree:
        """EnableImageDeprecation: to the minute, not past and not further than ten years."""
        image, text = self._image(form), form.get("DeprecateAt", "")
        try:
            moment = datetime.fromisoformat(text.replace("Z", "+00:00")).replace(second=0, microsecond=0)
        except ValueError:
            raise RefusalError("InvalidParameterValue", f"Value ({text}) for parameter DeprecateAt is invalid.") from None
        now = datetime.now(UTC)
        if moment < now.replace(second=0, microsecond=0) or moment > now.replace(year=now.year + _MOST_YEARS, day=min(now.day, 28)):
            raise RefusalError("InvalidParameterValue", f"Value ({text}) for parameter DeprecateAt is invalid.")
        self._cloud.images[image.image_id] = replace(image, deprecated=f"{moment:%Y-%m-%dT%H:%M:%S}.000Z")
        return {"return": True}

    def _image(self, form: Mapping[str, str]) -> StoredImage:
        image = self._cloud.images.get(form.get("ImageId", ""))
        if image is None or image.region not in {"", form["_region"]}:
            raise RefusalError("InvalidAMIID.NotFound", f"The image id '[{form.get('ImageId', '')}]' does not exist")
        return image

    def _snapshot(self, form: Mapping[str, str]) -> StoredSnapshot:
        snapshot = self._cloud.snapshots.get(form.get("SnapshotId", ""))
        if snapshot is None or snapshot.region not in {"", form["_region"]}:
            raise RefusalError("InvalidSnapshot.NotFound", f"The snapshot '{form.get('SnapshotId', '')}' does not exist.")
        return snapshot


def _changed(before: tuple[str, ...], form: Mapping[str, str], attribute: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    shape = re.compile(rf"{attribute}\.(Add|Remove)\.\d+\.(\w+)")
    added, removed = [], set()
    for name, who in form.items():
        found = shape.fullmatch(name)
        if found is None:
            continue
        if found[2] not in kinds:
            raise RefusalError("OperationNotPermitted", "You can't publicly share this resource because block public access is enabled.")
        if found[1] == "Add":
            added.append(who)
        else:
            removed.add(who)
    return tuple(dict.fromkeys(who for who in (*before, *added) if who not in removed))


def _tags_for(form: Mapping[str, str], kind: str) -> dict[str, str]:
    found = {}
    for name, text in form.items():
        place = re.fullmatch(r"TagSpecification\.(\d+)\.Tag\.(\d+)\.Key", name)
        if place and form.get(f"TagSpecification.{place[1]}.ResourceType") == kind:
            found[text] = form.get(f"TagSpecification.{place[1]}.Tag.{place[2]}.Value", "")
    return found
