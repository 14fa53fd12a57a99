"""What a stand-in for AWS starts with: keys, buckets, speeds, and the table of faults that makes it refuse, stall or fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any

from canvos_tui.core.values import dataclass

ACCOUNT = "123456789012"
FOREIGN_ACCOUNT = "999999999999"


@dataclass(frozen=True)
class StandinKey:
    """An access key that the stand-in knows; `active` and `expired` as IAM and STS mean them."""

    key_id: str
    secret: str = field(repr=False)
    user: str = "user/rehearsal"
    token: str = field(default="", repr=False)
    active: bool = True
    expired: bool = False
    partition: str = "aws"

    @property
    def arn(self) -> str:
        """Whose key it is."""
        service = "sts" if self.user.startswith("assumed-role/") else "iam"
        return f"arn:{self.partition}:{service}::{ACCOUNT}:{self.user}"


class FaultKind(Enum):
    """What a fault does to a matching request."""

    DENY = "deny"
    THROTTLE = "throttle"
    ERROR = "error"
    HANG = "hang"
    BREAK = "break"  # the connection is cut without an answer
    LOST = "lost"  # what was asked is done, and its answer never arrives


@dataclass(frozen=True)
class Fault:
    """One line of the fault table. `action` is an IAM action such as `s3:PutObject`, or `ec2:*`; `times` is how often, None for always."""

    action: str
    kind: FaultKind
    code: str = ""
    message: str = ""
    status: int = 400
    seconds: float = 30.0
    times: int | None = None
    real: bool = False  # dry runs pass, and take nothing from `times`
    region: str = ""  # the one region that it is meant for, "" for all

    def hits(self, action: str, region: str = "") -> bool:
        """Whether the fault is meant for that action in that region."""
        return self.action in {action, f"{action.split(':')[0]}:*", "*"} and self.region in {"", region}


@dataclass(frozen=True)
class StandinImage:
    """An AMI that is there from the start; `owner` other than our account makes it a foreign one."""

    image_id: str
    name: str
    state: str = "available"
    snapshot_id: str = "snap-00000000000000001"
    owner: str = ACCOUNT


@dataclass(frozen=True)
class StandinKmsKey:
    """A KMS key of the account; `state`, `spec` and `manager` in KMS' own words."""

    key_id: str
    alias: str = ""
    region: str = "us-east-1"
    state: str = "Enabled"
    spec: str = "SYMMETRIC_DEFAULT"
    manager: str = "CUSTOMER"

    @property
    def arn(self) -> str:
        """In its own region."""
        return self.at(self.region)

    def at(self, region: str) -> str:
        """Its ARN, as a key of that region."""
        return f"arn:aws:kms:{region}:{ACCOUNT}:key/{self.key_id}"


@dataclass(frozen=True)
class StandinRole:
    """A service role: its trust policy and its inline policies by name, None for the right ones."""

    trust: Mapping[str, Any] | None = None
    policies: Mapping[str, Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class StandinConfig:
    """The stand-in's world at the start. Times are seconds; `clock_offset` is how far its clock is ahead of ours."""

    region: str = "us-east-1"
    keys: tuple[StandinKey, ...] = ()
    buckets: dict[str, str] = field(default_factory=dict)  # name -> region
    foreign_buckets: tuple[str, ...] = ()  # of `buckets`: they belong to another account
    closed_regions: tuple[str, ...] = ()  # not enabled for the account: nobody's key is known there
    vmimport: bool = True
    trust: Mapping[str, Any] | None = None  # the role's trust policy; None for the right one
    role_policies: Mapping[str, Mapping[str, Any]] | None = None  # its inline policies by name; None for the right ones
    attached_policies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # policy ARN -> document
    boundary: str = ""  # ARN of the role's permissions boundary
    roles: Mapping[str, StandinRole] = field(default_factory=dict)  # besides vmimport, by name
    kms_keys: tuple[StandinKmsKey, ...] = ()  # besides AWS' own
    bucket_key: str | None = None  # the KMS key of the bucket's default encryption; "" for AWS' own, None for SSE-S3
    ebs_key: str | None = None  # the same for EBS encryption by default; None when it is off
    policy: Mapping[str, Any] | None = None  # of the keys' user: what it does not allow is denied; None allows everything
    honours_conditions: bool = True  # some endpoints that speak S3 ignore If-Match
    images: tuple[StandinImage, ...] = ()
    faults: tuple[Fault, ...] = ()
    pending_seconds: float = 0.05
    import_seconds: float = 0.3
    image_seconds: float = 0.1
    cancel_seconds: float = 0.0  # how long a cancelled import is `deleting` before it is `deleted`
    import_failure: str = ""  # a StatusMessage: the task ends as `deleted` with it
    failing_imports: int | None = None  # how many end so, None for all
    copy_seconds: float = 0.3  # how long a copy of an AMI to another region takes
    failing_copies: tuple[str, ...] = ()  # regions in which a copy fails half-way
    seal_seconds: float = 0.1  # how long a snapshot of the EBS direct APIs is `pending` after it was completed
    snapshot_hidden_seconds: float = 0.0  # how long nobody knows one that was begun
    snapshot_idle_seconds: float = 86400.0  # without a block, after which it is given up
    answer_seconds: float = 0.0  # how long every answer takes on its way
    clock_offset: float = 0.0
    page_size: int = 1000


def deny(*actions: str) -> tuple[Fault, ...]:
    """Faults that refuse these actions always, as a missing permission does."""
    return tuple(Fault(action, FaultKind.DENY) for action in actions)
