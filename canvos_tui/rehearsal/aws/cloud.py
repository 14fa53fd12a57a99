"""What the stand-in holds: objects, uploads, import tasks, snapshots and images; the last three age by the clock."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import field, replace
from datetime import UTC, datetime

from canvos_tui.core.values import dataclass
from canvos_tui.rehearsal.aws.config import ACCOUNT, StandinConfig
from canvos_tui.rehearsal.aws.protocol import RefusalError

GIB = 1024**3


@dataclass(frozen=True)
class StoredObject:
    """An object: its size and digest; the bytes only while they are few."""

    key: str
    size: int
    etag: str
    modified: datetime
    kept: bytes = b""
    crc32: str = ""  # of the whole object, as S3 writes it; empty where none was asked for


@dataclass
class OpenUpload:
    """A multipart upload under way: part number -> (size, md5)."""

    upload_id: str
    key: str
    started: datetime
    parts: dict[int, tuple[int, str]] = field(default_factory=dict)
    sums: dict[int, int] = field(default_factory=dict)  # CRC-32 by part
    full: bool = False  # one checksum for the whole object was asked for


@dataclass
class StoredBucket:
    """A bucket with its objects and unfinished uploads."""

    name: str
    region: str
    objects: dict[str, StoredObject] = field(default_factory=dict)
    uploads: dict[str, OpenUpload] = field(default_factory=dict)


@dataclass
class StoredTask:
    """An import task; `cancelled` is the moment somebody stopped it."""

    task_id: str
    bucket: str
    key: str
    description: str
    size: int
    started: float
    snapshot_id: str
    failure: str
    tags: dict[str, str] = field(default_factory=dict)
    cancelled: float | None = None
    sealed: str | None = None  # KMS key of its snapshot; "" for AWS' own, None for no encryption


@dataclass(frozen=True)
class TaskView:
    """How a task looks at this moment."""

    status: str
    progress: str | None = None
    message: str | None = None
    snapshot_id: str = ""
    size: float = 0.0


@dataclass(frozen=True)
class StoredSnapshot:
    """A snapshot; `size` in bytes of the disk it was made from."""

    snapshot_id: str
    description: str
    size: int
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    state: str = "completed"
    region: str = ""  # of a copy; what has none is seen from everywhere
    copied: float = 0.0  # the moment (monotonic) at which a copy began; 0 for what is no copy
    key: str | None = None  # KMS key; "" for AWS' own, None for no encryption
    shared: tuple[str, ...] = ()  # accounts that may make volumes of it


@dataclass(frozen=True)
class StoredImage:
    """A registered AMI; `ready` is the moment (monotonic) from which it is available; `state` overrides that when set."""

    image_id: str
    name: str
    snapshot_id: str
    device: str
    owner: str = ACCOUNT
    architecture: str = "x86_64"
    boot_mode: str | None = None
    ena: bool = False
    description: str = ""
    state: str = ""
    ready: float = 0.0
    created: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    region: str = ""  # where it is; one that was there from the start is seen from everywhere
    reason: str = ""
    shared: tuple[str, ...] = ()  # accounts and ARNs that may launch it
    deprecated: str = ""  # the moment as EC2 writes it
    imds: str = ""
    volume_type: str = "gp2"
    delete_on_termination: bool = False
    root_gib: int = 0  # of the root volume, 0 for the snapshot's own size


class Cloud:
    """All of it behind one lock; the methods that age things look at the clock themselves."""

    def __init__(self, config: StandinConfig) -> None:
        self.config = config
        self.lock = threading.RLock()
        self.buckets = {name: StoredBucket(name, region) for name, region in config.buckets.items()}
        self.tasks: dict[str, StoredTask] = {}
        self._tokens: dict[str, tuple[str, tuple[object, ...]]] = {}  # ClientToken of an import -> its task, and what was asked
        self.snapshots: dict[str, StoredSnapshot] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.images = {
            i.image_id: StoredImage(i.image_id, i.name, i.snapshot_id, "/dev/xvda", i.owner, boot_mode="uefi", ena=True, state=i.state)
            for i in config.images
        }

    def put(self, bucket: str, key: str, data: bytes, etag: str) -> StoredObject:
        """Stores a small object, for the start of a test or a rehearsal."""
        found = StoredObject(key, len(data), etag, datetime.now(UTC), data)
        with self.lock:
            self.buckets[bucket].objects[key] = found
        return found

    def start_import(  # noqa: PLR0913  what an import is
        self,
        bucket: str,
        key: str,
        description: str,
        tags: dict[str, str],
        token: str = "",
        *,
        asked: tuple[str, ...] = (),
        sealed: str | None = None,
        barred: str = "",
    ) -> StoredTask:
        """Begins an import; an object that is not there lets it fail later, as AWS does. A token that was there gives the same task.

        `sealed` is the KMS key of the snapshot, `barred` why the role cannot do it, which AWS finds out later as well.
        `asked` is what else the request says: a token goes with one request alone.
        """
        request = (bucket, key, description, tuple(sorted(tags.items())), asked)
        with self.lock:
            if token in self._tokens:
                name, before = self._tokens[token]
                if before != request:
                    raise RefusalError("IdempotentParameterMismatch", "Client token was used before with other parameters.")
                return self.tasks[name]
            found = self._object(bucket, key)
            task = StoredTask(
                task_id=new_id("import-snap"),
                bucket=bucket,
                key=key,
                description=description,
                size=found.size if found is not None else 0,
                started=time.monotonic(),
                snapshot_id=new_id("snap"),
                failure=self._failure(found) or barred,
                tags=tags,
                sealed=sealed,
            )
            self.tasks[task.task_id] = task
            self._tokens |= {token: (task.task_id, request)} if token else {}
            return task

    def _object(self, bucket: str, key: str) -> StoredObject | None:
        return self.buckets[bucket].objects.get(key) if bucket in self.buckets else None

    def _failure(self, found: StoredObject | None) -> str:
        """What the next import fails of, "" where it goes well."""
        missing = "ClientError: Disk validation failed [We do not have access to the given resource. Reason 404 Not Found]"
        most = self.config.failing_imports
        wanted = self.config.import_failure if most is None or len(self.tasks) < most else ""
        return wanted or ("" if found is not None else missing)

    def look(self, task: StoredTask) -> TaskView:
        """The task at this moment: pending, active with progress, and in the end completed or deleted."""
        config = self.config
        age = time.monotonic() - task.started
        if task.cancelled is not None:
            ending = time.monotonic() - task.cancelled < config.cancel_seconds
            return TaskView("deleting" if ending else "deleted", message="User initiated cancellation", size=float(task.size))
        if age < config.pending_seconds:
            return TaskView("pending", "0", "pending")
        share = min((age - config.pending_seconds) / max(config.import_seconds, 1e-6), 1.0)
        if task.failure and share >= 0.6:
            status = "deleted" if share >= 0.7 else "deleting"
            return TaskView(status, message=task.failure, size=float(task.size))
        if share < 1.0:
            return TaskView("active", str(max(3, int(share * 100))), "downloading/converting", size=float(task.size))
        self._finish(task)
        return TaskView("completed", snapshot_id=task.snapshot_id, size=float(task.size))

    def _finish(self, task: StoredTask) -> None:
        with self.lock:
            if task.snapshot_id not in self.snapshots:
                description = f"Created by AWS-VMImport service for {task.task_id}"
                self.snapshots[task.snapshot_id] = StoredSnapshot(task.snapshot_id, description, task.size, key=task.sealed)

    def settle(self) -> None:
        """Lets every task that is due end, so that its snapshot exists."""
        with self.lock:
            for task in self.tasks.values():
                self.look(task)

    def register(self, image: StoredImage) -> StoredImage:
        """Adds an AMI that becomes available after a while."""
        with self.lock:
            now = datetime.now(UTC).replace(microsecond=0)
            image = replace(image, ready=time.monotonic() + self.config.image_seconds, created=now)
            self.images[image.image_id] = image
            return image

    def state_of(self, image: StoredImage) -> str:
        """The AMI's state at this moment; one with a reason fails when its time has come."""
        if image.state:
            return image.state
        return "pending" if time.monotonic() < image.ready else "failed" if image.reason else "available"

    def reason_of(self, image: StoredImage) -> str:
        """Why it failed, "" as long as it has not."""
        return image.reason if self.state_of(image) == "failed" else ""

    def copied(self, snapshot: StoredSnapshot) -> int | None:
        """How many percent of a copy are done, from what the clock says; None for a snapshot that is no copy."""
        if not snapshot.copied:
            return None
        return min(100, int((time.monotonic() - snapshot.copied) / max(self.config.copy_seconds, 1e-6) * 100))

    def tags_of_all(self) -> dict[str, dict[str, str]]:
        """The tags of everything that has any, import tasks too, by its id."""
        with self.lock:
            return {
                **{task.task_id: dict(task.tags) for task in self.tasks.values()},
                **{name: dict(tags) for name, tags in self.tags.items()},
            }


def new_id(kind: str) -> str:
    """An id in AWS' shape: the kind and seventeen hexadecimal digits."""
    return f"{kind}-0{secrets.token_hex(8)}"
