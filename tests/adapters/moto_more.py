"""What else moto lacks or takes that AWS does not, of the calls that this program makes: put right until a patch is undone.

Tokens of imports and copies, names of AMIs that are given once, tags of a copy, permissions of a snapshot in the form with names, dates of
deprecation, the words of a refusal that AWS seals, a simulation of policies, sums of parts and of whole objects, and lists in pages:
AWS decides how long a page is, so that nobody may take the first one for all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.amis import Ami
from moto.ec2.responses import EC2Response
from moto.iam.responses import IamResponse
from moto.s3.exceptions import S3ClientError
from moto.s3.responses import S3Response
from moto.s3.utils import compute_checksum
from moto.sts.responses import TokenResponse

from tests.adapters import moto_import

PAGE = 2  # rows of one page
_SEALED = "sealed-"


def put_right(patch: pytest.MonkeyPatch) -> None:
    """All of it."""
    _making(patch)
    _filters(patch)
    _giving(patch)
    _asking(patch)
    _parts(patch)
    for method, rows in (("describe_images", "Images"), ("describe_snapshots", "Snapshots")):
        _paged(patch, EC2Response, method, rows, ("NextToken", "NextToken"))
    _paged(patch, EC2Response, "describe_import_snapshot_tasks", "ImportSnapshotTasks", ("NextToken", "NextToken"))
    _paged(patch, IamResponse, "list_role_policies", "PolicyNames", ("Marker", "Marker"))


def _paged(patch: pytest.MonkeyPatch, of: type, method: str, rows: str, token: tuple[str, str]) -> None:
    whole = getattr(of, method)

    def page(self: Any) -> ActionResult:
        at, result = int(self._get_param(token[0]) or 0), dict(whole(self).result)
        found = list(result[rows])
        more = at + PAGE < len(found)
        ends = {token[1]: str(at + PAGE)} if more else {}
        return ActionResult(result | {rows: found[at : at + PAGE], "IsTruncated": more} | ends)

    patch.setattr(of, method, page)


def _once(patch: pytest.MonkeyPatch, method: str) -> None:
    """The same token again is answered as the first time, and refused with another request."""
    answers: dict[str, tuple[list[Any], ActionResult]] = {}
    names = ("DiskContainer", "Description", "RoleName", "Encrypted", "KmsKeyId", "SourceImageId", "SourceRegion", "Name")
    make = getattr(EC2Response, method)

    def made(self: Any) -> ActionResult:
        token = self._get_param("ClientToken")
        if not token:
            return make(self)  # type: ignore[no-any-return]
        asked = [self._get_param(name) for name in names]
        if token not in answers:
            answers[token] = asked, make(self)
        if answers[token][0] != asked:
            raise EC2ClientError("IdempotentParameterMismatch", "The client token was used with other parameters.")
        return answers[token][1]

    patch.setattr(EC2Response, method, made)


def _making(patch: pytest.MonkeyPatch) -> None:
    register, copy, tag = EC2Response.register_image, EC2Response.copy_image, "TagSpecifications"

    def registered(self: Any) -> ActionResult:
        name, mappings = self._get_param("Name"), self._get_param("BlockDeviceMappings", [])
        snapshots = [self.ec2_backend.snapshots.get(row["Ebs"]["SnapshotId"]) for row in mappings]
        if any(image.name == name for image in self.ec2_backend.amis.values()):
            raise EC2ClientError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use")
        if any(snapshot is not None and snapshot.status != "completed" for snapshot in snapshots):
            raise EC2ClientError("IncorrectState", "The snapshot is not 'completed'")
        return register(self)

    def copied(self: Any) -> ActionResult:
        made: Any = copy(self)
        named = [row for one in self._get_param(tag, []) if one["ResourceType"] == "image" for row in one["Tags"]]
        self.ec2_backend.amis[made.result["ImageId"]].add_tags({row["Key"]: row["Value"] for row in named})
        return made  # type: ignore[no-any-return]

    patch.setattr(EC2Response, "register_image", registered)
    patch.setattr(EC2Response, "copy_image", copied)
    for method in ("copy_image", "import_snapshot"):
        _once(patch, method)


def _filters(patch: pytest.MonkeyPatch) -> None:
    """The disks of an AMI as a filter; moto has none."""
    known = Ami.get_filter_value

    def value(self: Any, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name != "block-device-mapping.snapshot-id":
            return known(self, filter_name, method_name)
        _, mappings, _ = moto_import._mappings.get(self.id, ("", [], None))
        return next((row["Ebs"]["SnapshotId"] for row in mappings), "")

    patch.setattr(Ami, "get_filter_value", value)


def _giving(patch: pytest.MonkeyPatch) -> None:
    dates: dict[str, str] = {}
    images = EC2Response.describe_images

    def permit(self: Any) -> EmptyResult:
        self.error_on_dryrun()
        if self._get_param("UserIds", []) or self._get_param("GroupNames", []):
            raise EC2ClientError("InvalidParameterCombination", "one form or the other")
        added = [row["UserId"] for row in self._get_param("CreateVolumePermission", {}).get("Add", [])]
        self.ec2_backend.add_create_volume_permission(self._get_param("SnapshotId"), user_ids=added, groups=[])
        return EmptyResult()

    def deprecate(self: Any) -> ActionResult:
        image, at = self._get_param("ImageId"), self._get_param("DeprecateAt")
        self.error_on_dryrun()
        if at.replace(tzinfo=None) <= utcnow():
            raise EC2ClientError("InvalidParameterValue", "The date lies in the past")
        self.ec2_backend.describe_images(ami_ids=[image])
        dates[image] = at.replace(second=0, microsecond=0).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return ActionResult({"Return": True})

    def shown(self: Any) -> ActionResult:
        result: Any = images(self).result
        rows = [row | ({"DeprecationTime": dates[row["ImageId"]]} if row["ImageId"] in dates else {}) for row in result["Images"]]
        return ActionResult({"Images": rows})

    patch.setattr(EC2Response, "modify_snapshot_attribute", permit)
    patch.setattr(EC2Response, "enable_image_deprecation", deprecate, raising=False)
    patch.setattr(EC2Response, "describe_images", shown)


# -- what is refused, and why --------------------------------------------------------------------------------


@contextmanager
def sealed(method: str, action: str) -> Iterator[None]:
    """Meanwhile EC2 refuses that call with a reason that is encoded: only who may decode it can read it."""

    def refuse(_: Any) -> ActionResult:
        text = "You are not authorized to perform this operation. Encoded authorization failure message: "
        raise EC2ClientError("UnauthorizedOperation", f"{text}{_SEALED}{action.encode().hex()}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EC2Response, method, refuse)
        yield


def _asking(patch: pytest.MonkeyPatch) -> None:
    def decoded(self: Any) -> ActionResult:
        message = self._get_param("EncodedMessage")
        if not message.startswith(_SEALED):
            raise ServiceException("InvalidAuthorizationMessageException", "it is none")
        action = bytes.fromhex(message.removeprefix(_SEALED)).decode()
        context = {"principal": {"arn": "arn:aws:iam::123456789012:user/edge"}, "action": action, "resource": "*"}
        return ActionResult({"DecodedMessage": json.dumps({"allowed": False, "explicitDeny": True, "context": context})})

    def simulated(self: Any) -> ActionResult:
        backend, source = self.backend, self._get_param("PolicySourceArn")
        user = next(user for user in backend.users.values() if user.arn == source)
        texts = [json.loads(text) for text in user.policies.values()]
        allowed = [action for text in texts for row in text["Statement"] for action in row["Action"]]
        rows = [
            {"EvalActionName": name, "EvalDecision": "allowed" if name in allowed else "implicitDeny", "EvalResourceName": where}
            for name in self._get_param("ActionNames", [])
            for where in self._get_param("ResourceArns", [])
        ]
        return ActionResult({"EvaluationResults": rows, "IsTruncated": False})

    patch.setattr(TokenResponse, "decode_authorization_message", decoded, raising=False)
    patch.setattr(IamResponse, "simulate_principal_policy", simulated, raising=False)


# -- the parts of an upload ------------------------------------------------------------------------------------


def _parts(patch: pytest.MonkeyPatch) -> None:
    listed, serialized, finish = S3Response.list_parts, S3Response.serialized, S3Response._key_response_post

    def told(self: Any, answer: Any) -> Any:
        more = {"ListParts": _sums_of_parts, "ListMultipartUploads": _page_of_uploads}.get(self.data.get("Action", ""))
        if more is not None:
            more(self, answer.result)
        return serialized(self, answer)

    def few(self: Any) -> Any:
        self.querystring["max-parts"] = [str(PAGE)]
        return listed(self)

    def whole(self: Any, request: Any, body: bytes, bucket_name: str, query: dict[str, Any], key_name: str) -> Any:
        _fits(self, bucket_name, (query.get("uploadId") or [""])[0])
        return finish(self, request, body, bucket_name, query, key_name)

    patch.setattr(S3Response, "serialized", told)
    patch.setattr(S3Response, "list_parts", few)
    patch.setattr(S3Response, "_key_response_post", whole)


def _fits(self: Any, bucket: str, upload_id: str) -> None:
    """The sum and the size of the whole object, which a completion names."""
    wanted, size = self.headers.get("x-amz-checksum-crc32"), self.headers.get("x-amz-mp-object-size")
    upload = self.backend.get_bucket(bucket).multiparts.get(upload_id)
    if upload is None or not wanted:
        return
    content = b"".join(upload.parts[number].value for number in upload.partlist)
    if compute_checksum(content, "CRC32").decode() != wanted:
        raise S3ClientError("BadDigest", "The CRC32 you specified did not match what we received.")
    if size and int(size) != len(content):
        raise S3ClientError("InvalidRequest", "The value of x-amz-mp-object-size does not match.")


def _sums_of_parts(self: Any, result: dict[str, Any]) -> None:
    upload = self.backend.get_bucket(self.bucket_name).multiparts[result["UploadId"]]
    result |= {"ChecksumAlgorithm": upload.metadata.get("x-amz-checksum-algorithm")}
    result |= {"ChecksumType": upload.metadata.get("x-amz-checksum-type")}
    for row in result["Parts"]:
        row["ChecksumCRC32"] = compute_checksum(upload.parts[row["PartNumber"]].value, "CRC32").decode()


def _page_of_uploads(self: Any, result: dict[str, Any]) -> None:
    """S3 goes on behind both markers, the key and the upload."""
    rows = sorted(result["Uploads"], key=lambda row: (row["Key"], row["UploadId"]))
    key, upload = ((self.querystring.get(name) or [""])[0] for name in ("key-marker", "upload-id-marker"))
    rows = [row for row in rows if (row["Key"], row["UploadId"]) > (key, upload)]
    result["Uploads"], result["IsTruncated"] = rows[:PAGE], len(rows) > PAGE
    if rows[PAGE:]:
        result |= {"NextKeyMarker": rows[PAGE - 1]["Key"], "NextUploadIdMarker": rows[PAGE - 1]["UploadId"]}
