"""What AWS told us, as values: one class per thing that has an id in AWS. Sizes are bytes, progress is percent, times are aware UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import Enum
from typing import Any

from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass
from canvos_tui.core.values.heard import Evidence

# AWS' words for "too many requests": nothing was judged
THROTTLES = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException", "SlowDown", "TooManyRequestsException"})
# and for "you may not"
DENIALS = frozenset({"UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AllAccessDisabled", "Forbidden", "403"})
CLOCK_SKEW = "clock-skew"  # our word for what AWS says in several: the clocks are too far apart, so that no signature holds
# and for "I do not take these keys, or no longer"
REFUSED_KEYS = frozenset(
    {
        CLOCK_SKEW,
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
MARK_TAG = "canvos-tui-token"  # of an import task that we began: by it a later start knows it again
CREATED_BY = ("created-by", "canvos-tui")  # the tag of an AMI and a snapshot that our own stages made
COPY_TAG = "canvos-tui-copy-of"  # of an AMI that we copied: `region/ami` of its source
IMPORTED_BY = "Created by AWS-VMImport service for "  # and the task's id: how AWS describes a snapshot, whatever was asked for

# states of an import task (EC2, DescribeImportSnapshotTasks); `active` is the only other one
_ENDING_IMPORT = frozenset({"deleting", "cancelling"})
_FAILED_IMPORT = _ENDING_IMPORT | {"deleted", "cancelled", "error"}


@dataclass(frozen=True)
class AwsKeys:
    """An access key pair; `token` is set for temporary (ASIA...) keys only, `expires` where their source says when they end."""

    key_id: str
    secret: Secret
    token: Secret | None = None
    expires: datetime | None = field(default=None, compare=False)

    @property
    def temporary(self) -> bool:
        """Whether the build cannot use these keys, because it passes no session token."""
        return self.token is not None or self.key_id.startswith("ASIA")

    def masked_id(self) -> str:
        """The key id with all but its last four characters hidden."""
        return f"...{self.key_id[-4:]}"


@dataclass(frozen=True)
class Identity:
    """Whose keys these are: the answer of STS GetCallerIdentity; `clock_skew` is our clock minus AWS' in seconds."""

    account: str
    arn: str
    clock_skew: float | None = None

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn` or `aws-us-gov`."""
        parts = self.arn.split(":")
        return parts[1] if len(parts) > 1 and parts[1] else "aws"

    @property
    def root(self) -> bool:
        """Whether these are the account's root keys."""
        return self.arn.endswith(":root")

    @property
    def user(self) -> str:
        """The part of the ARN after the account, for example `user/edge`."""
        return self.arn.split(":", 5)[-1]


@dataclass(frozen=True)
class Bucket:
    """What HeadBucket says; `exists` is None when nobody answered, `accessible` is True only after a 200.

    `foreign` says whether another account owns it: None where that was not or could not be asked.
    """

    name: str
    exists: bool | None
    region: str | None = None
    accessible: bool = False
    foreign: bool | None = None


@dataclass(frozen=True)
class RegionFacts:
    """What the SDK's own list says of a region's name; newer regions are not in it. `near` are names that look like it."""

    name: str
    known: bool
    near: tuple[str, ...] = ()


@dataclass(frozen=True)
class Encryption:
    """What is encrypted by default: the bucket's objects and new EBS snapshots. `unseen` says which could not be asked, and why.

    `denied` are the actions among them that these keys lack. `bucket_key` and `ebs_key` are KMS keys as AWS names them, empty for its own.
    """

    bucket_kms: bool | None = None
    bucket_key: str = ""
    ebs: bool | None = None
    ebs_key: str = ""
    unseen: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoleFacts:
    """The service role as IAM shows it. `trust` and `policies` are policy documents; `unseen` says what could not be looked at."""

    exists: bool
    trust: Mapping[str, Any] | None = None
    policies: tuple[Mapping[str, Any], ...] = ()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True)
class S3Object:
    """One object of a bucket."""

    key: str
    size: int
    modified: datetime
    etag: str = ""
    version_id: str = ""


@dataclass(frozen=True)
class Upload:
    """A multipart upload that is not complete; `done` bytes lie in finished parts."""

    upload_id: str
    key: str
    started: datetime
    done: int = 0


@dataclass(frozen=True)
class ImportTask:
    """One snapshot import task as DescribeImportSnapshotTasks shows it; `snapshot_id` is empty until there is one."""

    task_id: str
    status: str
    progress: int | None = None
    message: str = ""
    snapshot_id: str = ""
    size: int = 0
    bucket: str = ""
    key: str = ""
    description: str = ""
    token: str = ""  # of the tag that our own imports carry

    @property
    def failed(self) -> bool:
        """Whether it ended, or is about to, without a snapshot."""
        return self.status in _FAILED_IMPORT

    @property
    def ending(self) -> bool:
        """Whether AWS is on the way to ending it."""
        return self.status in _ENDING_IMPORT

    @property
    def completed(self) -> bool:
        """Whether AWS says that it is done."""
        return self.status == "completed"

    @property
    def ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.failed or self.completed

    @property
    def snapshot(self) -> str:
        """The snapshot that it made, "" before it is completed: AWS names one while it still writes to it."""
        return self.snapshot_id if self.completed and self.snapshot_id.startswith("snap-") else ""


@dataclass(frozen=True)
class Snapshot:
    """An EBS snapshot of this account; `size` is in bytes (AWS says GiB)."""

    snapshot_id: str
    state: str
    description: str = ""
    size: int = 0
    progress: int | None = None
    started: datetime | None = None
    tagged: bool = False  # as ours; by whichever machine
    encrypted: bool = False
    kms_key: str = ""  # that it is encrypted with, as AWS names it: an ARN
    copy_of: str = ""  # `region/ami` of the AMI whose copy it is behind, by our tag

    @property
    def task_id(self) -> str:
        """The import task that made it, by its description; "" for a snapshot of another origin."""
        return self.description.removeprefix(IMPORTED_BY) if self.description.startswith(IMPORTED_BY) else ""


@dataclass(frozen=True)
class Image:
    """An AMI of this account; `root_snapshot` is the snapshot behind its root device."""

    image_id: str
    name: str
    state: str
    root_snapshot: str = ""
    architecture: str = ""
    boot_mode: str = ""
    ena: bool = False
    reason: str = ""
    created: str = ""
    snapshots: tuple[str, ...] = ()  # of all its disks
    imds: str = ""  # `v2.0` where metadata is served to tokens alone
    volume_type: str = ""  # of the root volume, as the next two
    delete_on_termination: bool | None = None
    root_gib: int = 0
    root_device: str = ""


class Right(Enum):
    """The answer to "may these keys do that?"."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


class PutWay(Enum):
    """How else the right to upload can be found out; the first two write something."""

    MULTIPART = "multipart"
    OBJECT = "object"
    SIMULATE = "simulate"


@dataclass(frozen=True)
class RightProbe:
    """One right, what was learned of it, how (`verified`, `dry_run`, `simulated`, `not_verifiable`) and what AWS said.

    `left` is the key that the question itself left something behind under, empty for nothing; `left_upload` its id where that is
    an upload and no object.
    """

    action: str
    right: Right
    method: str
    code: str = ""
    message: str = ""
    request_id: str = ""
    left: str = ""
    left_upload: str = ""
    heard: tuple[Evidence, ...] = ()  # the requests it was learned by


@dataclass(frozen=True)
class Baseline:
    """What was in AWS before the build, so that afterwards old things are not taken for new ones."""

    taken_at: datetime
    region: str
    bucket: str
    key: str
    account: str = ""
    task_ids: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
    object: S3Object | None = None
    neighbours: tuple[str, ...] = ()
    upload_ids: tuple[str, ...] = ()
    ami_name: str = ""  # where the AMI gets another name than the import script gives it

    @property
    def image_name(self) -> str:
        """The AMI's name: the key of the object, unless another was asked for."""
        return self.ami_name or self.key

    @property
    def direct(self) -> bool:
        """Whether the image goes into a snapshot without an object in S3; `key` then only names the AMI."""
        return not self.bucket
