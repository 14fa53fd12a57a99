"""The EBS direct APIs: a snapshot that is written block by block, refuses what AWS refuses, and completes a while after it was sealed."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import time
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any
from urllib.parse import unquote

from canvos_tui.core.values import dataclass
from canvos_tui.rehearsal.aws.cloud import GIB, Cloud, StoredSnapshot, new_id
from canvos_tui.rehearsal.aws.kms.keys import USES, UnfitKeyError, sealing
from canvos_tui.rehearsal.aws.protocol import HttpAnswer, RefusalError, Request
from canvos_tui.rehearsal.aws.rights.permit import Permit
from canvos_tui.rehearsal.aws.rights.targets import of_ebs, of_kms

BLOCK = 512 * 1024
_KEPT = 64 * 1024**2  # bytes of a snapshot that can be read again; of more only the digests are kept
_PATH = re.compile(r"/snapshots/(?P<id>[^/]+)/blocks(?:/(?P<index>\d+))?")
_SEAL = re.compile(r"/snapshots/completion/(?P<id>[^/]+)")


@dataclass
class OpenSnapshot:
    """A snapshot of these APIs: what it was begun with, its blocks, and when it was begun, written to last, and sealed."""

    snapshot_id: str
    asked: Mapping[str, Any]
    started: float
    touched: float
    digests: dict[int, bytes] = field(default_factory=dict)
    kept: dict[int, bytes] = field(default_factory=dict)
    puts: int = 0
    sealed: float | None = None
    refused: bool = False  # sealed with a count or a checksum that does not fit


class Ebs:
    """Answers the REST requests of the service `ebs` from the cloud."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.snapshots: dict[str, OpenSnapshot] = {}
        self._tokens: dict[str, str] = {}

    def answer(self, request: Request, permit: Permit) -> HttpAnswer:
        """The answer to a signed request; a right is judged before anything else."""
        path = unquote(request.raw_path)
        if (request.method, path) == ("POST", "/snapshots"):
            asked = json.loads(request.body.kept or b"{}")
            new = of_ebs("", {}, self._cloud.config.region, asked)
            dry = bool(asked.get("ParentSnapshotId"))
            permit("ebs:StartSnapshot", "*", dry=dry, targets=new)
            if asked.get("Tags"):
                permit("ec2:CreateTags", "*", dry=dry, targets=new)
            sealed = None if dry else self._sealed(asked, permit)
            return _json(201, self._start(asked, sealed))
        if (found := _SEAL.fullmatch(path)) is not None and request.method == "POST":
            self._permit(permit, "ebs:CompleteSnapshot", found["id"])
            return _json(202, self._complete(self._known(found["id"]), request.headers))
        if (found := _PATH.fullmatch(path)) is None:
            raise RefusalError("UnknownOperationException", "", 404)
        if request.method == "PUT" and found["index"]:
            self._permit(permit, "ebs:PutSnapshotBlock", found["id"])
            return self._put(self._known(found["id"]), int(found["index"]), request)
        self._permit(permit, "ebs:GetSnapshotBlock" if found["index"] else "ebs:ListSnapshotBlocks", found["id"])
        snapshot = self._known(found["id"])
        if self.state_of(snapshot) != "completed":
            raise _invalid("INVALID_SNAPSHOT_ID", f"The snapshot '{snapshot.snapshot_id}' is not accessible.")
        if found["index"]:
            return self._get(snapshot, int(found["index"]))
        return _json(200, self._list(snapshot, request.query))

    def _permit(self, permit: Permit, action: str, snapshot_id: str) -> None:
        about = of_ebs(snapshot_id, self._cloud.tags_of_all(), self._cloud.config.region)
        permit(action, snapshot_id, dry=snapshot_id not in self.snapshots, targets=about)

    def state_of(self, snapshot: OpenSnapshot) -> str:
        """`pending`, `completed` or `error` at this moment; EC2's view of it is brought up to that."""
        now, config = time.monotonic(), self._cloud.config
        if snapshot.refused or (snapshot.sealed is None and now - snapshot.touched > config.snapshot_idle_seconds):
            state = "error"
        elif snapshot.sealed is None or now - snapshot.sealed < config.seal_seconds:
            state = "pending"
        else:
            state = "completed"
        stored = self._cloud.snapshots.get(snapshot.snapshot_id)
        if stored is not None and stored.state != state:
            self._cloud.snapshots[snapshot.snapshot_id] = replace(stored, state=state)
        return state

    def settle(self) -> None:
        """Lets every snapshot become what it is due to be."""
        for snapshot in self.snapshots.values():
            self.state_of(snapshot)

    def _known(self, snapshot_id: str) -> OpenSnapshot:
        with self._cloud.lock:
            snapshot = self.snapshots.get(snapshot_id)
            hidden = snapshot is not None and time.monotonic() - snapshot.started < self._cloud.config.snapshot_hidden_seconds
            if snapshot is None or hidden or snapshot_id not in self._cloud.snapshots:
                text = f"The snapshot '{snapshot_id}' does not exist."
                raise RefusalError("ResourceNotFoundException", text, 404, {"Reason": "SNAPSHOT_NOT_FOUND"})
            return snapshot

    def _sealed(self, asked: Mapping[str, Any], permit: Permit) -> str | None:
        """The KMS key of the snapshot, which these keys may use: which call needs which of the rights AWS does not tell."""
        config = self._cloud.config
        try:
            key = sealing(config, config.region, encrypted=bool(asked.get("Encrypted")), key=str(asked.get("KmsKeyArn", "")))
        except UnfitKeyError as error:
            raise _invalid("INVALID_CUSTOMER_KEY", str(error)) from None
        if key and key.startswith("arn:"):
            try:
                for action in USES:
                    permit(action, key, targets=of_kms(key, config.region))
            except RefusalError as refusal:
                raise RefusalError("AccessDeniedException", refusal.message, 403, {"Reason": "DEPENDENCY_ACCESS_DENIED"}) from None
        return key

    def _start(self, asked: dict[str, Any], sealed: str | None) -> dict[str, Any]:
        if asked.get("ParentSnapshotId") and (asked.get("Encrypted") is not None or asked.get("KmsKeyArn")):
            raise _invalid("INVALID_PARAMETER_VALUE", "Encrypted and KmsKeyArn cannot be given together with ParentSnapshotId.")
        if asked.get("Encrypted") is False and self._cloud.config.ebs_key is not None:
            raise _invalid("INVALID_PARAMETER_VALUE", "Encryption by default is enabled: Encrypted cannot be false.")
        size, minutes = int(asked.get("VolumeSize", 0)), int(asked.get("Timeout", 60))
        if not 1 <= size <= 65536 or not 10 <= minutes <= 4320:
            raise _invalid("INVALID_VOLUME_SIZE", "VolumeSize or Timeout is out of range.")
        token = str(asked.get("ClientToken", ""))
        with self._cloud.lock:
            if token in self._tokens:
                known = self.snapshots[self._tokens[token]]
                if known.asked != asked:
                    raise RefusalError("ConflictException", "The request uses the same client token with other parameters.", 409)
                return self._started(known)
            snapshot_id, now = new_id("snap"), time.monotonic()
            made = OpenSnapshot(snapshot_id, asked, now, now)
            self.snapshots[snapshot_id] = made
            self._tokens[token] = snapshot_id
            text = str(asked.get("Description", ""))
            self._cloud.snapshots[snapshot_id] = StoredSnapshot(snapshot_id, text, size * GIB, state="pending", key=sealed)
            self._cloud.tags[snapshot_id] = {tag["Key"]: tag["Value"] for tag in asked.get("Tags", ())}
            return self._started(made)

    def _started(self, snapshot: OpenSnapshot) -> dict[str, Any]:
        return {
            "SnapshotId": snapshot.snapshot_id,
            "Status": self.state_of(snapshot),
            "BlockSize": BLOCK,
            "VolumeSize": snapshot.asked.get("VolumeSize"),
            "Tags": snapshot.asked.get("Tags", []),
            **({"KmsKeyArn": snapshot.asked["KmsKeyArn"]} if "KmsKeyArn" in snapshot.asked else {}),
        }

    def _put(self, snapshot: OpenSnapshot, index: int, request: Request) -> HttpAnswer:
        digest = hashlib.sha256(request.body.kept).digest()
        claimed = request.headers.get("x-amz-checksum", "")
        if request.body.size != BLOCK or request.headers.get("x-amz-data-length") != str(BLOCK):
            raise _invalid("INVALID_BLOCK", "The block's length is not 524288.")
        if base64.b64encode(digest).decode() != claimed or request.headers.get("x-amz-checksum-algorithm") != "SHA256":
            raise _invalid("INVALID_BLOCK", "The checksum does not match the block's data.")
        if index * BLOCK >= int(snapshot.asked["VolumeSize"]) * GIB:
            raise _invalid("INVALID_BLOCK", "The block lies behind the end of the volume.")
        with self._cloud.lock:
            if self.state_of(snapshot) != "pending" or snapshot.sealed is not None:
                raise _invalid("INVALID_SNAPSHOT_ID", f"The snapshot '{snapshot.snapshot_id}' is not in the state pending.")
            snapshot.touched, snapshot.puts = time.monotonic(), snapshot.puts + 1
            snapshot.digests[index] = digest
            if len(snapshot.kept) * BLOCK < _KEPT:
                snapshot.kept[index] = request.body.kept
        return HttpAnswer(201, b"{}", {**_TYPE, "x-amz-Checksum": claimed, "x-amz-Checksum-Algorithm": "SHA256"})

    def _complete(self, snapshot: OpenSnapshot, headers: Mapping[str, str]) -> dict[str, Any]:
        with self._cloud.lock:
            if self.state_of(snapshot) != "pending" or snapshot.sealed is not None:
                raise _invalid("INVALID_SNAPSHOT_ID", f"The snapshot '{snapshot.snapshot_id}' is not in the state pending.")
            whole = hashlib.sha256(b"".join(snapshot.digests[index] for index in sorted(snapshot.digests))).digest()
            counted = headers.get("x-amz-changedblockscount") == str(len(snapshot.digests))
            summed = headers.get("x-amz-checksum", base64.b64encode(whole).decode()) == base64.b64encode(whole).decode()
            snapshot.sealed, snapshot.refused = time.monotonic(), not (counted and summed)
            return {"Status": "pending"}

    def _list(self, snapshot: OpenSnapshot, query: Mapping[str, str]) -> dict[str, Any]:
        first = int(query.get("pageToken") or query.get("startingBlockIndex") or 0)
        limit = min(int(query.get("maxResults") or 10000), self._cloud.config.page_size)
        left = [index for index in sorted(snapshot.digests) if index >= first]
        more = {"NextToken": str(left[limit])} if len(left) > limit else {}
        rows = [{"BlockIndex": index, "BlockToken": f"token-{index}"} for index in left[:limit]]
        return {"Blocks": rows, "BlockSize": BLOCK, "VolumeSize": snapshot.asked["VolumeSize"], **more}

    def _get(self, snapshot: OpenSnapshot, index: int) -> HttpAnswer:
        body = snapshot.kept.get(index)
        if body is None:
            raise RefusalError("ResourceNotFoundException", f"There is no block {index}.", 404)
        checksum = base64.b64encode(snapshot.digests[index]).decode()
        headers = {"x-amz-Data-Length": str(BLOCK), "x-amz-Checksum": checksum, "x-amz-Checksum-Algorithm": "SHA256"}
        return HttpAnswer(200, body, {"Content-Type": "application/octet-stream", **headers})


_TYPE = {"Content-Type": "application/json"}


def _json(status: int, tree: dict[str, Any]) -> HttpAnswer:
    return HttpAnswer(status, json.dumps(tree).encode(), _TYPE)


def _invalid(reason: str, text: str) -> RefusalError:
    return RefusalError("ValidationException", text, 400, {"Reason": reason})


def refusal_of(refusal: RefusalError) -> HttpAnswer:
    """A refusal in the words of this protocol: the code in a header, sentence and reason as JSON."""
    reason = refusal.headers.get("Reason", "")
    body = json.dumps({"Message": refusal.message, **({"Reason": reason} if reason else {})}).encode()
    return HttpAnswer(refusal.status, body, {**_TYPE, "x-amzn-ErrorType": refusal.code})
