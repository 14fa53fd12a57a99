"""The calls of the EBS direct APIs, one attempt each, and which of their refusals pass by themselves.

The SDK repeats none of the three that really happen: a snapshot that is not found right after it was begun, a body that AWS could not
read, and too many requests at once (botocore's standard retries; tried). So that the repeating is done by whoever calls.
"""

from __future__ import annotations

from typing import Any

from canvos_tui.adapters.aws import values as aws_values
from canvos_tui.adapters.aws.clients import Clients, Patience
from canvos_tui.adapters.aws.making import encryption_request, named_tags, snapshot_request
from canvos_tui.adapters.aws.pace import Pace
from canvos_tui.core.aws.blocks import BLOCK, Manifest, text_of
from canvos_tui.core.aws.crew import MOST
from canvos_tui.core.aws.facts import DENIALS, REFUSED_KEYS, THROTTLES, AwsKeys, Snapshot
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.errors import AwsError
from canvos_tui.core.values import dataclass

IDLE_MINUTES = 1440  # after so long without a block AWS gives a pending snapshot up: what was killed today can go on tomorrow
PUSHES = THROTTLES | {"RequestThrottledException", "ConcurrentLimitExceededException"}
_UNREAD = "failed to read block data"  # what AWS says of a body that came too slowly
_MISSING = frozenset({"ResourceNotFoundException", "InvalidSnapshot.NotFound"})


@dataclass(frozen=True)
class Started:
    """What StartSnapshot answers."""

    snapshot_id: str
    status: str


def clients_for(keys: AwsKeys, region: str, limit: int = 0) -> Clients:
    """Clients with a short patience: a block that is not answered is sent again. `limit` is in bytes a second, 0 for none."""
    return Clients(keys, region, patience=Patience(connect=5.0, read=15.0, attempts=1, pool=MOST, pace=Pace(limit) if limit else None))


def passes(error: AwsError) -> bool:
    """Whether the very same call may be answered next time."""
    if error.code in DENIALS or error.code in REFUSED_KEYS:
        return False
    return pushes(error) or error.status >= 500 or not error.status


def pushes(error: AwsError) -> bool:
    """Whether AWS, or the line, asks for fewer requests at once."""
    return error.code in PUSHES or _UNREAD in error.said.lower() or error.code == "timeout"


def missing(error: AwsError) -> bool:
    """Whether AWS says that there is no such snapshot."""
    return error.code in _MISSING


class EbsCalls:
    """The calls for one account and region; AwsError for each refusal."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def start(self, manifest: Manifest, name: str, token: str, making: SnapshotSettings) -> Started:
        """StartSnapshot, tagged as ours: the same for each run of the same content and name, because the token stands for all of it."""
        asked = {**snapshot_request(name, manifest.gib, named_tags(name)), **encryption_request(making)}

        def ask(ebs: Any) -> Started:
            made = ebs.start_snapshot(Timeout=IDLE_MINUTES, ClientToken=token, **asked)
            size = int(made.get("BlockSize", BLOCK))
            if size != BLOCK:
                raise ValueError(f"its blocks have {size} bytes, and this program writes {BLOCK}")
            return Started(str(made["SnapshotId"]), str(made.get("Status", "pending")))

        return await self._clients.call("ebs", ask)

    async def put(self, snapshot_id: str, index: int, body: bytes, digest: bytes) -> None:
        """PutSnapshotBlock; AWS' own checksum of what it got has to be ours."""
        checksum = text_of(digest)

        def ask(ebs: Any) -> str:
            done = ebs.put_snapshot_block(
                SnapshotId=snapshot_id, BlockIndex=index, BlockData=body, DataLength=BLOCK, Checksum=checksum, ChecksumAlgorithm="SHA256"
            )
            return str(done.get("Checksum", checksum))

        if await self._clients.call("ebs", ask) != checksum:
            raise AwsError(f"AWS took block {index} with another checksum", code="checksum", status=500)

    async def complete(self, snapshot_id: str, manifest: Manifest) -> None:
        """CompleteSnapshot, with the number of blocks and the checksum of all of them."""
        await self._clients.call(
            "ebs",
            lambda ebs: ebs.complete_snapshot(
                SnapshotId=snapshot_id,
                ChangedBlocksCount=manifest.count,
                Checksum=manifest.checksum,
                ChecksumAlgorithm="SHA256",
                ChecksumAggregationMethod="LINEAR",
            ),
        )

    async def blocks(self, snapshot_id: str) -> set[int]:
        """The blocks that a completed snapshot has, ListSnapshotBlocks; a page may be empty while more follow."""

        def ask(ebs: Any) -> set[int]:
            found: set[int] = set()
            more: dict[str, str] = {}
            while True:
                page = ebs.list_snapshot_blocks(SnapshotId=snapshot_id, MaxResults=10000, **more)
                found.update(int(row["BlockIndex"]) for row in page.get("Blocks", ()))
                if not page.get("NextToken"):
                    return found
                more = {"NextToken": page["NextToken"]}

        return await self._clients.call("ebs", ask)

    async def look(self, snapshot_id: str) -> Snapshot | None:
        """DescribeSnapshots; None where AWS lists none."""
        try:
            found = await self._clients.call("ec2", lambda ec2: ec2.describe_snapshots(OwnerIds=["self"], SnapshotIds=[snapshot_id]))
        except AwsError as error:
            if missing(error):
                return None
            raise
        return next((aws_values.snapshot(row) for row in found.get("Snapshots", ())), None)
