"""What the snapshot is encrypted with, and whether who makes it may use the key; the KMS key that was chosen for it."""

from __future__ import annotations

from contextlib import suppress

from canvos_tui.core.answers.on_route import refuse_key
from canvos_tui.core.aws.facts import Encryption, Identity, Right
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, ROLE, KeyFacts, SnapshotSettings
from canvos_tui.core.aws.vmimport_role import BAD_POLICY, uses_keys
from canvos_tui.core.checks.aws.advice import GRANT, WRITE_ENCRYPTED, Subject, advice
from canvos_tui.core.checks.aws.questions import (
    asked,
    chosen_key,
    encryption,
    identity,
    missing,
    refused,
    role,
    subject,
    subject_of,
)
from canvos_tui.core.checks.check import CheckAnswer, Context, Method, waits
from canvos_tui.core.command_words import word
from canvos_tui.core.errors import AwsError, Command, InvalidValueError, Remedy
from canvos_tui.core.status import Status

_AWS_KEY = "AWS' own KMS key"
_ALONE = "and cannot be shared with other accounts"
_ASK_EBS = Command("aws ec2 get-ebs-encryption-by-default")
_ASK_KEY = Command("aws ec2 get-ebs-default-kms-key-id")
_GOOD_KEY = "an enabled symmetric key, or none"
_MENDS = {  # by the state of a key that cannot be used (KMS developer guide, key states)
    "Disabled": ("Enable it", ("enable-key",)),
    "PendingDeletion": ("Take the deletion back and enable it", ("cancel-key-deletion", "enable-key")),
}


async def default_encryption(context: Context) -> CheckAnswer:
    """Whether something is encrypted with a key that the role must be allowed to use; without a bucket, what that means for the AMI."""
    if not context.draft.route.needs_bucket:
        return await _of_our_snapshot(context)
    if wait := missing(context, "keys", "REGION", "S3_BUCKET"):
        return waits(wait)
    making = asked(context).settings
    required = f"no KMS key, or one that {making.importer} may use"
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
    return CheckAnswer(Status.PASS, words(found, making), required)


async def _of_our_snapshot(context: Context) -> CheckAnswer:
    """On the direct route a key of the account asks for rights of these keys."""
    if wait := missing(context, "keys", "REGION"):
        return waits(wait)
    making, required = asked(context).settings, "off, or a key that these keys may use"
    try:
        found = await encryption(context)
    except AwsError as error:
        return refused(error, required)
    key = subject_of("", asked(context).region, await _whoever(context), found, making).snapshot_key
    if not making.key and (found.unseen and not found.ebs_key):
        told, command = "; ".join(found.unseen), _ASK_KEY if found.ebs or making.encryption else _ASK_EBS
        look = Remedy(f"To be sure, allow {', '.join(found.denied)}" if found.denied else "Ask again: AWS did not say", (command,))
        return CheckAnswer(Status.UNKNOWN, f"not known: {told}", required, (look,), (), Method.NOT_VERIFIABLE)
    if not (found.ebs or making.encryption):
        return CheckAnswer(Status.PASS, "EBS encryption by default: off", required)
    if not key:
        return CheckAnswer(Status.PASS, f"the AMI will be encrypted with {_AWS_KEY}, {_ALONE}", required)
    fix = Remedy(f"Let the key's policy, or that of these AWS keys, allow {', '.join((*WRITE_ENCRYPTED, *GRANT))}", (_show_key(key),))
    said = f"the AMI will be encrypted with {making.key or key}; whether these keys may use it was not asked"
    return CheckAnswer(Status.WARN, said, required, (fix,), method=Method.NOT_VERIFIABLE)


async def _whoever(context: Context) -> Identity | None:
    with suppress(AwsError):  # the check of the keys says why
        return await identity(context)
    return None


def words(found: Encryption, making: SnapshotSettings = AS_SCRIPT) -> str:
    """Bucket and snapshot in a line."""

    def told(on: bool | None, key: str, off: str) -> str:  # noqa: FBT001  an answer of AWS', not a switch
        return "not known" if on is None else (key or _AWS_KEY) if on else off

    bucket_word, ebs = told(found.bucket_kms, found.bucket_key, "no KMS key"), told(found.ebs, found.ebs_key, "off")
    if not making.encryption:
        return f"bucket: {bucket_word}; EBS encryption by default: {ebs}"
    own = not making.key and found.ebs_key.rpartition("alias/")[2].startswith("aws/")
    with_key = f"{_AWS_KEY}, {_ALONE}" if own else making.key or found.ebs_key or "the default key for EBS"
    return f"bucket: {bucket_word}; the snapshot will be encrypted with {with_key}"


async def _needs_key(context: Context, found: Encryption, about: Subject, required: str) -> CheckAnswer:
    """The account's own key: good only where the role's policies were seen to allow it."""
    may, told = Right.UNKNOWN, words(found, asked(context).settings)
    try:
        facts = await role(context)
        may = uses_keys(facts, about.kms_keys) if facts.exists else Right.DENIED
        if facts.exists and may is Right.DENIED and any(key.endswith("/*") for key in about.kms_keys):
            may = Right.UNKNOWN  # which key an alias means was not told: the policies may allow that very one
    except AwsError:
        pass  # AWS-ROLE-VMIMPORT says why the role could not be seen
    if may is Right.ALLOWED and not found.unseen:
        return CheckAnswer(Status.PASS, f"{told}; the policies of {about.role} allow the key", required)
    fixes = advice(ROLE, about, code=BAD_POLICY)
    key_policy = Remedy("The key's own policy has to admit the account or the role, too", tuple(_show_key(k) for k in about.kms_keys))
    doubt = f"{about.role} may not use the key" if may is Right.DENIED else f"whether {about.role} may use the key was not seen"
    how = Method.VERIFIED if may is Right.DENIED else Method.NOT_VERIFIABLE
    return CheckAnswer(Status.WARN, f"{told}: {doubt}", required, (*fixes, key_policy), method=how)


def _show_key(arn: str) -> Command:
    return Command(f"aws kms get-key-policy --policy-name default --key-id {arn}")


# -- the key that was chosen -----------------------------------------------------------------------------------


async def kms_key(context: Context) -> CheckAnswer:
    """The key that was chosen for the snapshot is there, in the region, and can be used."""
    if wait := missing(context, "keys", "REGION"):
        return waits(wait)
    key = asked(context).settings.key
    if not key:
        return CheckAnswer(Status.PASS, "no KMS key was chosen", _GOOD_KEY)
    try:
        refuse_key(context.draft)
    except InvalidValueError as error:
        return CheckAnswer(Status.FAIL, str(error), _GOOD_KEY, (Remedy(f"Choose another key: {error.remedy}", page="ami-settings"),))
    try:
        facts = await chosen_key(context)
    except AwsError as error:
        return refused(error, _GOOD_KEY)
    return _judged(facts, key, asked(context).region)


def _judged(facts: KeyFacts, key: str, region: str) -> CheckAnswer:
    other = Remedy(
        "Or choose another key, as encryption in the answers", (Command(f"aws kms list-aliases --region {region}"),), page="ami-settings"
    )
    show = Command(f"aws kms describe-key --key-id {word(key)} --region {region}")
    if facts.unseen:
        ask = Remedy("Ask somebody who may look at it whether it is enabled", (show,))
        return CheckAnswer(Status.WARN, f"not verifiable: {facts.unseen}", _GOOD_KEY, (ask,), method=Method.NOT_VERIFIABLE)
    if not facts.exists:
        return CheckAnswer(Status.FAIL, f"there is no KMS key {key} in {region}", _GOOD_KEY, (Remedy("Correct it", (show,)), other))
    if not facts.symmetric:
        return CheckAnswer(Status.FAIL, f"{key} is no symmetric key for encryption, and EBS takes no other", _GOOD_KEY, (other,))
    if facts.state == "Enabled":
        return CheckAnswer(Status.PASS, f"{facts.arn} is enabled", _GOOD_KEY)
    text, deeds = _MENDS.get(facts.state, ("Look again when its state has changed", ("describe-key",)))
    mend = Remedy(text, tuple(Command(f"aws kms {deed} --key-id {word(facts.arn.rpartition('/')[2])} --region {region}") for deed in deeds))
    told = f"{facts.arn} is in state {facts.state or 'not told'}: nothing can be encrypted with it"
    return CheckAnswer(Status.FAIL, told, _GOOD_KEY, (mend, other))
