"""moto's EBS direct calls put right where AWS refuses what moto takes.

Blocks of 524288 bytes with checksums that fit, inside the volume and while the snapshot is pending; a token that is remembered; the number
of blocks and the checksum of them all; no list before the snapshot is complete, and then in pages, lowest index first.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.ebs import models
from moto.ebs.responses import EBSResponse
from moto.ec2.exceptions import EC2ClientError

from tests.adapters import moto_import

BLOCK = 524288
PAGE = 2  # blocks of one page: AWS may answer with fewer than it was asked for, and with none while more follow
_GIB = 1024**3
_tokens: dict[str, tuple[dict[str, Any], ActionResult]] = {}
_begin, _start = models.EBSSnapshot.__init__, EBSResponse.start_snapshot
_put = EBSResponse.put_snapshot_block


class RefusedError(JsonRESTError):
    """What AWS refuses, with the code and the status of the service's model."""

    def __init__(self, message: str, code: str = "ValidationException", status: int = 400) -> None:
        super().__init__(code, message)
        self.code = status


def _sum(raw: bytes) -> str:
    return base64.b64encode(hashlib.sha256(raw).digest()).decode()


def _known(self: Any) -> Any:
    """The snapshot of a request, while EC2 has it, too."""
    name = self._get_param("SnapshotId")
    if name not in self.ebs_backend.snapshots or name not in self.ebs_backend.ec2_backend.snapshots:
        raise RefusedError(f"The snapshot '{name}' does not exist.", "ResourceNotFoundException", 404)
    return self.ebs_backend.snapshots[name]


def _complete(self: Any) -> Any:
    snapshot = _known(self)
    if snapshot.status != "completed":
        raise RefusedError(f"The snapshot '{snapshot.snapshot_id}' is not accessible.")
    return snapshot


def _pending(self: Any) -> Any:
    snapshot = _known(self)
    if snapshot.status != "pending":
        raise RefusedError(f"The snapshot '{snapshot.snapshot_id}' is not pending.")
    return snapshot


def _begun(self: Any, account_id: str, snapshot: Any) -> None:
    _begin(self, account_id, snapshot)
    self.block_size = BLOCK
    self.of_ec2 = snapshot
    snapshot.status = "pending"


def _started(self: Any) -> ActionResult:
    names = ("VolumeSize", "Tags", "Description", "Timeout", "Encrypted", "KmsKeyArn", "ParentSnapshotId")
    asked = {name: self._get_param(name) for name in names}
    token = self._get_param("ClientToken")
    if asked["ParentSnapshotId"] and asked["Encrypted"] is not None:
        raise RefusedError("Encrypted cannot be given together with ParentSnapshotId.")
    if token in _tokens and _tokens[token][0] != asked:
        raise RefusedError("The same client token with other parameters.", "ConflictException", 409)
    if token not in _tokens:
        key = _key(self, asked["KmsKeyArn"])
        answer: Any = _start(self)
        made = self.ebs_backend.ec2_backend.snapshots[answer.result["SnapshotId"]]
        made.encrypted, made.kms_key_id = bool(asked["Encrypted"] or key), key
        _tokens[token] = (asked, answer)
    return _tokens[token][1]


def _key(self: Any, arn: str | None) -> str | None:
    try:
        return moto_import.key_of(self, arn)
    except EC2ClientError as error:
        raise RefusedError(str(error)) from None


def _one(self: Any) -> ActionResult:
    snapshot, data = _pending(self), self._get_param("BlockData")
    if len(data) != BLOCK or int(self._get_param("DataLength")) != BLOCK or self._get_param("Checksum") != _sum(data):
        raise RefusedError("The block is none.")
    if (int(self._get_param("BlockIndex")) + 1) * BLOCK > snapshot.volume_size * _GIB:
        raise RefusedError("The block lies behind the end of the volume.")
    return _put(self)


def _sealed(self: Any) -> ActionResult:
    snapshot = _pending(self)
    digests = b"".join(base64.b64decode(snapshot.blocks[index].checksum) for index in sorted(snapshot.blocks))
    wanted = (self._get_param("Checksum"), self._get_param("ChecksumAlgorithm"), self._get_param("ChecksumAggregationMethod"))
    if int(self._get_param("ChangedBlocksCount")) != len(snapshot.blocks):
        raise RefusedError("ChangedBlocksCount does not match the blocks that were written.")
    if any(wanted) and wanted != (_sum(digests), "SHA256", "LINEAR"):
        raise RefusedError("The checksum does not match the blocks that were written.")
    snapshot.status = snapshot.of_ec2.status = "completed"
    return ActionResult({"Status": "pending"})  # it is sealed behind the answer


def _listed(self: Any) -> ActionResult:
    snapshot, at = _complete(self), int(self._get_param("NextToken") or 0)
    indexes = sorted(snapshot.blocks)
    rows = [{"BlockIndex": index, "BlockToken": snapshot.blocks[index].block_token} for index in indexes[at : at + PAGE]]
    more = {"NextToken": str(at + PAGE)} if at + PAGE < len(indexes) else {}
    return ActionResult({"Blocks": rows, "BlockSize": BLOCK, "VolumeSize": snapshot.volume_size, **more})


def put_right(patch: pytest.MonkeyPatch) -> None:
    """Until the patch is undone."""
    _tokens.clear()
    patch.setattr(models.EBSSnapshot, "__init__", _begun)
    calls = {"start_snapshot": _started, "put_snapshot_block": _one, "complete_snapshot": _sealed}
    for name, deed in (calls | {"list_snapshot_blocks": _listed}).items():
        patch.setattr(EBSResponse, name, deed)
