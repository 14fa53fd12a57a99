"""moto's EBS direct calls put right where AWS refuses: blocks of 524288 bytes, checksums that fit, no list while a snapshot is pending."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest
from moto.core.exceptions import JsonRESTError
from moto.ebs import models

BLOCK = 524288


class _RefusedError(JsonRESTError):
    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


def _sum(raw: bytes) -> str:
    return base64.b64encode(hashlib.sha256(raw).digest()).decode()


def put_right(patch: pytest.MonkeyPatch) -> None:
    """Until the patch is undone. moto drops the number of blocks and the checksum of them all: nobody judges them here."""
    backend, snapshot = models.EBSBackend, models.EBSSnapshot
    begin, put, complete, listed = snapshot.__init__, backend.put_snapshot_block, backend.complete_snapshot, backend.list_snapshot_blocks

    def begun(self: Any, *args: Any, **more: Any) -> None:
        begin(self, *args, **more)
        self.block_size = BLOCK
        self.of_ec2 = args[1] if len(args) > 1 else more["snapshot"]
        self.of_ec2.status = "pending"

    def one(self: Any, snapshot_id: str, **block: Any) -> Any:
        data, length, checksum = block["block_data"], block["data_length"], block["checksum"]
        if len(data) != BLOCK or int(length) != BLOCK or checksum != _sum(data) or self.snapshots[snapshot_id].status != "pending":
            raise _RefusedError("the block is none")
        return put(self, snapshot_id, **block)

    def done(self: Any, snapshot_id: str) -> Any:
        self.snapshots[snapshot_id].of_ec2.status = "completed"
        return complete(self, snapshot_id)

    def blocks(self: Any, snapshot_id: str) -> Any:
        if self.snapshots[snapshot_id].status != "completed":
            raise _RefusedError("the snapshot is not accessible")
        return listed(self, snapshot_id)

    patch.setattr(snapshot, "__init__", begun)
    for name, deed in (("put_snapshot_block", one), ("complete_snapshot", done), ("list_snapshot_blocks", blocks)):
        patch.setattr(backend, name, deed)
