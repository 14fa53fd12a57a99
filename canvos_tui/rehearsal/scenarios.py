"""What can be rehearsed: one line per scenario, with what it changes in AWS and in the build."""

from __future__ import annotations

from typing import Any

from canvos_tui.core.values import dataclass

_NOT_A_DISK = "ClientError: Disk validation failed [Unsupported specified file format]"
_OTHER_BUCKET = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::other-images*"},
        {"Effect": "Allow", "Action": ["ec2:*"], "Resource": "*"},
    ],
}


@dataclass(frozen=True)
class Scenario:
    """A rehearsal. `aws` are fields of the stand-in's configuration; `disk_full` breaks the build; `slowness` stretches AWS' part.

    `taken_on` is the check that would keep the build from starting, and so from ending as it is to be seen.
    """

    name: str
    title: str
    aws: tuple[tuple[str, Any], ...] = ()
    disk_full: bool = False
    slowness: float = 1.0
    taken_on: str = ""

    @property
    def accepted(self) -> dict[str, str]:
        """What the rehearsal takes on, with its reason."""
        return {self.taken_on: f"the rehearsal of {self.name}"} if self.taken_on else {}


_ALL = (
    Scenario("success", "everything works, a new AMI at the end"),
    Scenario(
        "vmimport-missing",
        "the service role vmimport is missing: the import is refused after the whole build",
        aws=(("vmimport", False),),
        taken_on="AWS-ROLE-VMIMPORT",
    ),
    Scenario(
        "role-cannot-read",
        "the role vmimport is there, but its policies are for another bucket: AWS gives up on the import",
        aws=(("role_policies", {"vmimport-other": _OTHER_BUCKET}),),
        taken_on="AWS-ROLE-VMIMPORT",
    ),
    Scenario("import-deleted", "AWS gives up on the import half-way", aws=(("import_failure", _NOT_A_DISK),)),
    Scenario(
        "import-once",
        "AWS gives up on the first import; canvos-tui resume imports again",
        aws=(("import_failure", "ServerError: an internal error has occurred during the conversion"), ("failing_imports", 1)),
    ),
    Scenario(
        "register-once",
        "the AMI is not registered the first time; canvos-tui resume registers it",
        aws=(("faults", ({"action": "ec2:RegisterImage", "kind": "deny", "times": 1, "real": True},)),),
    ),
    Scenario(
        "upload-once",
        "the upload is refused the first time; with --route two-stage canvos-tui resume goes on without a build",
        aws=(("faults", ({"action": "s3:PutObject", "kind": "deny", "times": 1, "real": True},)),),
    ),
    Scenario(
        "snapshot-once",
        "a block is refused the first time; with --route direct canvos-tui resume sends what is missing",
        aws=(("faults", ({"action": "ebs:PutSnapshotBlock", "kind": "deny", "times": 1, "real": True},)),),
    ),
    Scenario(
        "access-denied",
        "the keys may not write to the bucket",
        aws=(("faults", ({"action": "s3:PutObject", "kind": "deny"},)),),
        taken_on="AWS-S3-PUT",
    ),
    Scenario("disk-full", "the disk of the Docker engine runs full while the raw image is made", disk_full=True),
    Scenario("slow", "as success, but AWS takes minutes for the import", slowness=8.0),
)
SCENARIOS = {scenario.name: scenario for scenario in _ALL}
