"""The bucket of the upload: whether it is there, whose it is, where, and what is encrypted by default."""

from __future__ import annotations

from contextlib import suppress

from canvos_tui.core.aws.facts import Bucket, Encryption, Identity, Right
from canvos_tui.core.aws.vmimport_role import BAD_POLICY, ROLE, uses_keys
from canvos_tui.core.checks.aws.advice import Subject, advice
from canvos_tui.core.checks.aws.questions import (
    OTHER_ROUTE,
    Asked,
    asked,
    bucket_facts,
    encryption,
    identity,
    missing,
    refused,
    role,
    subject,
    subject_of,
)
from canvos_tui.core.checks.check import CheckAnswer, Context, Method, waits
from canvos_tui.core.errors import AwsError, Command, Remedy
from canvos_tui.core.status import Status

_AWS_KEY = "AWS' own KMS key"
_ASK_EBS = Command("aws ec2 get-ebs-encryption-by-default")
# what EBS direct APIs ask of whoever writes with a key of the account (AWS, EBS user guide, permissions of the direct APIs)
_WRITES_ENCRYPTED = (
    "kms:DescribeKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:CreateGrant",
)
_EXISTING = "an existing bucket of this account"


def refused_entry(context: Context, key: str) -> CheckAnswer | None:
    """A text in the files that cannot be the value: no question to AWS is worth it."""
    entry = context.draft.entry(key)
    if not entry.error:
        return None
    return CheckAnswer(Status.FAIL, f"{key} `{entry.text}`: {entry.error}", f"a value for {key}", (Remedy(f"Correct {key}", page="s3"),))


async def bucket(context: Context) -> CheckAnswer:
    """The bucket exists, and these keys may look at it."""
    if wrong := refused_entry(context, "S3_BUCKET"):
        return wrong
    if wait := missing(context, "keys", "REGION", "S3_BUCKET"):
        return waits(wait)
    about = asked(context)
    try:
        found = await bucket_facts(context)
    except AwsError as error:
        return refused(error, _EXISTING)
    return _exists(found, about) or _ours(found, (await identity(context)).account)


def _exists(found: Bucket, about: Asked) -> CheckAnswer | None:
    """The bad news about it, None when these keys may look at it."""
    if found.exists is None:
        return CheckAnswer(Status.UNKNOWN, f"{found.name}: nobody answered", _EXISTING, method=Method.NOT_VERIFIABLE)
    if not found.exists:
        make = Remedy(
            "Create it, or correct the name", (Command(f"aws s3 mb s3://{about.bucket} --region {about.region}"), Command("aws s3 ls"))
        )
        return CheckAnswer(Status.FAIL, f"there is no bucket {found.name}", _EXISTING, (make, OTHER_ROUTE))
    if found.accessible:
        return None
    fix = Remedy(
        "Is it this account's bucket? If so, ask for s3:ListBucket on it; if not, choose another name",
        (Command(f"aws s3api list-objects-v2 --bucket {found.name} --max-items 1"),),
    )
    if found.region and found.region != about.region:
        return CheckAnswer(
            Status.WARN, f"{found.name} exists in {found.region}: what these keys may do there was not asked", _EXISTING, (fix,)
        )
    told = f"{found.name} exists, but these keys may not look at it: it is another account's, or the permission is missing"
    return CheckAnswer(Status.WARN, told, _EXISTING, (fix,))


def _ours(found: Bucket, account: str) -> CheckAnswer:
    if found.foreign:
        fix = Remedy(f"Use a bucket of account {account}; else its owner has to let the role vmimport of {account} read it, too")
        return CheckAnswer(Status.WARN, f"{found.name} exists, but belongs to another account", _EXISTING, (fix,))
    if "." in found.name:
        fix = Remedy("Use a bucket without dots in its name: with them, host names do not match AWS' certificate")
        return CheckAnswer(Status.WARN, f"{found.name} exists, but has dots in its name", "a name without dots", (fix,))
    return CheckAnswer(Status.PASS, f"{found.name} exists", _EXISTING)


async def bucket_region(context: Context) -> CheckAnswer:
    """Bucket and REGION are in the same place, because EC2 imports from nowhere else."""
    if wait := missing(context, "keys", "REGION", "S3_BUCKET"):
        return waits(wait)
    about = asked(context)
    try:
        found = await bucket_facts(context)
    except AwsError as error:
        return refused(error, about.region)
    if not found.region:
        return CheckAnswer(Status.UNKNOWN, f"the region of {found.name} was not told", about.region, method=Method.NOT_VERIFIABLE)
    if found.region == about.region:
        return CheckAnswer(Status.PASS, f"{found.name} is in {found.region}", about.region)
    use = Remedy(f"Use the bucket's region: REGION={found.region}", page="s3")
    other = Remedy(f"Use a bucket in {about.region}", (Command(f"aws s3 mb s3://{about.bucket}-{about.region} --region {about.region}"),))
    return CheckAnswer(Status.FAIL, f"{found.name} is in {found.region}", about.region, (use, other))


# -- encryption ----------------------------------------------------------------------------------------------


async def default_encryption(context: Context) -> CheckAnswer:
    """Whether something is encrypted with a key that the role must be allowed to use; without a bucket, what that means for the AMI."""
    if not context.draft.route.needs_bucket:
        return await _of_our_snapshot(context)
    if wait := missing(context, "keys", "REGION", "S3_BUCKET"):
        return waits(wait)
    required = "no KMS key, or one that vmimport may use"
    try:
        found = await encryption(context)
    except AwsError as error:
        return refused(error, required)
    about = await subject(context)
    if about.kms_keys:
        return await _needs_key(context, found, about, required)
    if found.unseen:
        ask = f"aws s3api get-bucket-encryption --bucket {about.bucket}"
        look = (
            Remedy(f"To be sure, allow {', '.join(found.denied)}", (Command(ask),))
            if found.denied
            else Remedy("Ask again: AWS did not say")
        )
        return CheckAnswer(Status.UNKNOWN, f"not known: {'; '.join(found.unseen)}", required, (look,), method=Method.NOT_VERIFIABLE)
    return CheckAnswer(Status.PASS, words(found), required)


async def _of_our_snapshot(context: Context) -> CheckAnswer:
    """On the direct route the snapshot is encrypted where the account says so, and a key of the account asks for rights of these keys."""
    if wait := missing(context, "keys", "REGION"):
        return waits(wait)
    required = "off, or a key that these keys may use"
    try:
        found = await encryption(context)
    except AwsError as error:
        return refused(error, required)
    if found.ebs is None:
        told = "; ".join(found.unseen)
        look = Remedy(f"To be sure, allow {', '.join(found.denied)}" if found.denied else "Ask again: AWS did not say", (_ASK_EBS,))
        return CheckAnswer(Status.UNKNOWN, f"not known: {told}", required, (look,), (), Method.NOT_VERIFIABLE)
    if not found.ebs:
        return CheckAnswer(Status.PASS, "EBS encryption by default: off", required)
    key = subject_of("", asked(context).region, await _whoever(context), found).snapshot_key
    if not key:
        return CheckAnswer(Status.PASS, f"the AMI will be encrypted with {_AWS_KEY}, and cannot be shared with other accounts", required)
    fix = Remedy(f"Let the key's policy, or that of these AWS keys, allow kms:{', kms:'.join(_WRITES_ENCRYPTED)}", (_show_key(key),))
    said = f"the AMI will be encrypted with {key}; whether these keys may use it was not asked"
    return CheckAnswer(Status.WARN, said, required, (fix,))


async def _whoever(context: Context) -> Identity | None:
    with suppress(AwsError):  # the check of the keys says why
        return await identity(context)
    return None


def words(found: Encryption) -> str:
    """Both defaults in a line."""

    def told(on: bool | None, key: str, off: str) -> str:  # noqa: FBT001  an answer of AWS', not a switch
        return "not known" if on is None else (key or _AWS_KEY) if on else off

    bucket_word, ebs = told(found.bucket_kms, found.bucket_key, "no KMS key"), told(found.ebs, found.ebs_key, "off")
    return f"bucket: {bucket_word}; EBS encryption by default: {ebs}"


async def _needs_key(context: Context, found: Encryption, about: Subject, required: str) -> CheckAnswer:
    """The account's own key: good only where the role's policies were seen to allow it."""
    may = Right.UNKNOWN
    try:
        facts = await role(context)
        may = uses_keys(facts, about.kms_keys) if facts.exists else Right.DENIED
    except AwsError:
        pass  # AWS-ROLE-VMIMPORT says why the role could not be seen
    if may is Right.ALLOWED and not found.unseen:
        return CheckAnswer(Status.PASS, f"{words(found)}; the policies of vmimport allow the key", required)
    fixes = advice(ROLE, about, code=BAD_POLICY)
    key_policy = Remedy("The key's own policy has to admit the account or the role, too", tuple(_show_key(k) for k in about.kms_keys))
    doubt = "vmimport may not use the key" if may is Right.DENIED else "whether vmimport may use the key was not seen"
    return CheckAnswer(Status.WARN, f"{words(found)}: {doubt}", required, (*fixes, key_policy))


def _show_key(arn: str) -> Command:
    return Command(f"aws kms get-key-policy --policy-name default --key-id {arn}")
