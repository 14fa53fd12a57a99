"""What to ask an AWS administrator for: the statement that is missing, whole policies, and a message that holds all of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from canvos_tui.core.aws.facts import Identity
from canvos_tui.core.aws.refusal import Behind, behind
from canvos_tui.core.aws.snapshot_settings import ROLE
from canvos_tui.core.aws.vmimport_role import NO_ROLE, partition_of, role_commands, role_document, trust_document
from canvos_tui.core.command_words import word
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.values import dataclass

BUCKET_ACTIONS, OBJECT_ACTIONS = ("s3:ListBucket",), ("s3:GetObject", "s3:PutObject")
EC2_ACTIONS = (
    "ec2:CreateTags",
    "ec2:DescribeImages",
    "ec2:DescribeImportSnapshotTasks",
    "ec2:DescribeSnapshots",
    "ec2:ImportSnapshot",
    "ec2:RegisterImage",
)
LOOK_AT_ROLE = ("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies")
LOOK_AT_POLICY = ("iam:GetPolicy", "iam:GetPolicyVersion")
_UPLOADER_KMS = ("kms:Decrypt", "kms:GenerateDataKey")
# what the EBS direct APIs ask of whoever writes with a key of the account (AWS, EBS user guide, permissions of the direct APIs)
WRITE_ENCRYPTED = (
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncrypt*",
)
GRANT = ("kms:CreateGrant",)  # to AWS' own services alone


DIRECT_ACTIONS = ("ebs:CompleteSnapshot", "ebs:PutSnapshotBlock", "ebs:StartSnapshot")
SEE_BLOCKS = ("ebs:ListSnapshotBlocks",)  # not needed: AWS' checksum of all blocks proves a snapshot without their list
DIRECT_EC2_ACTIONS = ("ec2:CreateTags", "ec2:DescribeImages", "ec2:DescribeSnapshots", "ec2:RegisterImage")


@dataclass(frozen=True)
class Subject:
    """Whom and what the documents are about; `account` is empty while nobody knows it, `bucket` on the direct route.

    `role` is the one that imports, `snapshot_key` the ARN of the snapshot's KMS key, where it is the account's own.
    """

    bucket: str
    region: str
    who: Identity | None = None
    upload_key: str = ""
    snapshot_key: str = ""
    role: str = ROLE

    @property
    def kms_keys(self) -> tuple[str, ...]:
        """The ARNs of the account's own KMS keys that the role has to use: the bucket's and that of EBS."""
        return tuple(dict.fromkeys(k for k in (self.upload_key, self.snapshot_key) if k))

    @property
    def partition(self) -> str:
        """As the identity says, else by the region's name."""
        return self.who.partition if self.who else partition_of(self.region)

    @property
    def user(self) -> str:
        """The IAM user's bare name, "" for a role or the root user."""
        name = self.who.user if self.who else ""
        return name.rpartition("/")[2] if name.startswith("user/") else ""


def key_arn(key: str, region: str, account: str) -> str:
    """A KMS key as the ARN that a policy takes; "" for a key that AWS keeps, whose own policy admits the whole account.

    A policy takes no aliases (KMS developer guide): for one of the account's own, all keys of the account stand in.
    """
    name = key.rpartition("alias/")[2]
    if not key or name.startswith("aws/"):
        return ""
    if "alias/" not in key and key.startswith("arn:"):
        return key
    return f"arn:{partition_of(region)}:kms:{region}:{account}:key/{'*' if 'alias/' in key else key}"


def user_document(about: Subject) -> dict[str, Any]:
    """The least that a build and these checks need: the guide's nine permissions and a look at the role, or those of the direct route."""
    if not about.bucket:
        direct = [allow(DIRECT_ACTIONS, snapshots_of(about)), allow(DIRECT_EC2_ACTIONS, "*"), *_writes_with(about.snapshot_key)]
        return {"Version": "2012-10-17", "Statement": direct}
    arn = f"arn:{about.partition}:s3:::{about.bucket}"
    found = [
        allow(BUCKET_ACTIONS, arn),
        allow(OBJECT_ACTIONS, f"{arn}/*"),
        allow(EC2_ACTIONS, "*"),
    ]
    account = about.who.account if about.who else "*"
    found.append(allow(LOOK_AT_ROLE, f"arn:{about.partition}:iam::{account}:role/{about.role}"))
    policies = (f"arn:{about.partition}:iam::{account}:policy/*", f"arn:{about.partition}:iam::aws:policy/*")
    found.append(allow(LOOK_AT_POLICY, *policies))
    if about.upload_key:
        found.append(allow(_UPLOADER_KMS, about.upload_key))
    return {"Version": "2012-10-17", "Statement": found}


def _writes_with(key: str) -> tuple[dict[str, Any], ...]:
    if not key:
        return ()
    return (allow(WRITE_ENCRYPTED, key), {**allow(GRANT, key), "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}})


def snapshots_of(about: Subject) -> str:
    """The ARN of all snapshots of the region, as the rights of the EBS direct APIs name them."""
    return f"arn:{about.partition}:ec2:{about.region or '*'}::snapshot/*"


def allow(actions: Iterable[str], *resources: str) -> dict[str, Any]:
    """A statement of a policy: these actions on these resources."""
    names = list(actions)
    return {
        "Effect": "Allow",
        "Action": names[0] if len(names) == 1 else names,
        "Resource": resources[0] if len(resources) == 1 else list(resources),
    }


def statement(action: str, bucket: str, partition: str = "aws") -> str:
    """A policy that allows that action and no more, as one line of JSON."""
    arn = f"arn:{partition}:s3:::{bucket}"
    resource = "*" if action.startswith(("ec2:", "ebs:")) else arn if action == "s3:ListBucket" else f"{arn}/*"
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})


def advice(action: str, about: Subject, *, code: str = NO_ROLE, said: str = "") -> tuple[Remedy, ...]:
    """The commands for whoever may change IAM, by what AWS said; without an identity a user's name is left to fill in."""
    if action == ROLE:
        commands = role_commands(about.bucket, about.partition, about.kms_keys, code=code, name=about.role)
        text = {"TrustPolicy": "Let VM Import take the role", "RolePolicy": "Let the role read the bucket and make snapshots"}.get(
            code, "Create the role and let it read the bucket"
        )
        return (Remedy(text, tuple(Command(c) for c in commands)),)
    if (why := behind(said)) is not Behind.NOTHING:
        return _against(why, action, about)
    policy = statement(action, about.bucket, about.partition)
    if not about.user:
        whom = about.who.user if about.who else "these keys"
        return (Remedy(f"Allow {action} for {whom} with this policy: {policy}"),)
    name = "canvos-tui-" + action.replace(":", "-")
    command = f"aws iam put-user-policy --user-name {word(about.user)} --policy-name {name} --policy-document {word(policy)}"
    return (Remedy(f"Let an administrator allow {action} for the user {about.user}", (Command(command),)),)


def _against(why: Behind, action: str, about: Subject) -> tuple[Remedy, ...]:
    """What forbids has to be found and changed where it stands: one more policy that allows changes nothing."""
    whose = f" --user-name {word(about.user)}"
    of_user = tuple(
        Command(f"aws iam {look}{whose}") for look in ("list-user-policies", "list-attached-user-policies", "list-groups-for-user")
    )
    text, looks = {
        Behind.DENY: (f"A policy of the user or of one of its groups denies {action}: an administrator has to take that out", of_user),
        Behind.BOUNDARY: (
            f"The permissions boundary leaves {action} out: an administrator has to add it to the boundary",
            (Command(f"aws iam get-user{whose} --query User.PermissionsBoundary"),),
        ),
        Behind.ORGANIZATION: (
            f"A policy of the organization forbids {action}: only who manages the organization in AWS Organizations can allow it",
            (),
        ),
        Behind.RESOURCE: (
            f"The bucket's own policy denies {action}: its owner has to take that out",
            (Command(f"aws s3api get-bucket-policy --bucket {about.bucket}"),),
        ),
        Behind.SESSION: (f"The session's policy leaves {action} out: take keys of the user itself, or a session that may", ()),
        Behind.ENDPOINT: (
            f"The VPC endpoint that leads to AWS does not let {action} through: its policy has to allow it",
            (Command("aws ec2 describe-vpc-endpoints --query 'VpcEndpoints[].[VpcEndpointId,ServiceName,PolicyDocument]'"),),
        ),
    }[why]
    return (Remedy(text, looks if about.user or "--user-name" not in "".join(c.run for c in looks) else ()),)


def pretty(document: dict[str, Any]) -> str:
    """A policy document as it stands in a file."""
    return json.dumps(document, indent=2) + "\n"


def documents(about: Subject) -> tuple[tuple[str, str], ...]:
    """File name and text of the three documents; on the direct route of the user's alone."""
    if not about.bucket:  # with what the checks only recommend, so that nobody has to be asked twice
        found = user_document(about)
        return (("user-policy.json", pretty({**found, "Statement": [*found["Statement"], allow(SEE_BLOCKS, snapshots_of(about))]})),)
    return (
        ("user-policy.json", pretty(user_document(about))),
        ("trust-policy.json", pretty(trust_document())),
        ("role-policy.json", pretty(role_document(about.bucket, about.partition, about.kms_keys))),
    )


def message(about: Subject, lacking: tuple[str, ...]) -> str:
    """A complete message to an AWS administrator; `lacking` is a line for each thing that is missing or could not be seen."""
    files = dict(documents(about))
    who = about.who
    parts = [
        "Please help us to build an AWS image with Spectro Cloud CanvOS (guide: Build AWS Cloud Images).",
        "",
        f"Account   {who.account if who else 'not known'}",
        f"For       {who.arn if who else 'not known'}",
        f"Region    {about.region}",
        *([f"Bucket    {about.bucket}  (arn:{about.partition}:s3:::{about.bucket})"] if about.bucket else []),
        "",
        "What is missing or could not be seen:",
        *(f"  - {line}" for line in lacking or ("nothing: this is what is needed in all",)),
        "",
        "1. Policy for the user (the guide's nine permissions, and reading the role):"
        if about.bucket
        else "Policy for the user (the image is written straight into an EBS snapshot: neither bucket nor service role is needed):",
        files["user-policy.json"],
    ]
    if about.user:
        parts.append(
            f"   aws iam put-user-policy --user-name {word(about.user)} --policy-name canvos-tui"
            " --policy-document file://user-policy.json\n"
        )
    if not about.bucket:
        return "\n".join(parts) + "\n"
    parts += [
        f"2. Service role {about.role}, through which EC2 reads the image from the bucket. trust-policy.json:",
        files["trust-policy.json"],
        "   role-policy.json:",
        files["role-policy.json"],
        f"   aws iam create-role --role-name {about.role} --assume-role-policy-document file://trust-policy.json",
        f"   aws iam put-role-policy --role-name {about.role} --policy-name {ROLE}-{about.bucket} --policy-document file://role-policy.json",
        "   (where the role exists already: aws iam update-assume-role-policy in place of create-role)",
        *(["   (some accounts want iam:PassRole on it for the user, too)"] if about.role != ROLE else []),
    ]
    return "\n".join(parts) + "\n"
