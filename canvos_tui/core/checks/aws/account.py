"""What AWS would refuse, asked with the very keys of the build, before the build."""

from __future__ import annotations

from canvos_tui.core.answers import fields
from canvos_tui.core.aws.facts import Right, RightProbe
from canvos_tui.core.aws.snapshot_settings import ROLE
from canvos_tui.core.aws.vmimport_role import partition_of
from canvos_tui.core.checks.aws.bucket import bucket, bucket_region, refused_entry
from canvos_tui.core.checks.aws.encryption import default_encryption, kms_key
from canvos_tui.core.checks.aws.import_tasks import import_tasks
from canvos_tui.core.checks.aws.questions import KEYS, asked, aws, identity, missing, refused, rights
from canvos_tui.core.checks.aws.rights import ami_clash, ami_name, key_clash, right
from canvos_tui.core.checks.check import Check, CheckAnswer, Context, Measure, Method, Severity, waits
from canvos_tui.core.errors import AwsError, Command, InvalidValueError, Remedy
from canvos_tui.core.status import Status

SKEW = 240  # seconds; AWS refuses signatures that are five minutes off
_REGION_OFF = frozenset({"OptInRequired", "AuthFailure"})


async def creds(context: Context) -> CheckAnswer:
    """The account and user behind the keys."""
    if wait := missing(context, "keys"):
        return waits(wait)
    required = "keys that AWS accepts"
    try:
        found = await identity(context)
    except AwsError as error:
        return refused(error, required)
    observed = f"account {found.account}, {found.user}"
    skew = found.clock_skew or 0.0
    if abs(skew) > SKEW:
        fix = Remedy("Switch time synchronisation on", (Command("sudo timedatectl set-ntp true", root=True),))
        told = f"{observed}; this clock is {abs(skew) / 60:.0f} min {'ahead' if skew > 0 else 'behind'}"
        return CheckAnswer(Status.WARN, told, "a clock within 4 min of AWS'", (fix,), measure=Measure(round(skew), SKEW, "s"))
    if found.root:
        fix = Remedy("Make a key for an IAM user with no more rights than needed, with the policy that the wizard shows", page="aws")
        return CheckAnswer(Status.WARN, f"{observed}: keys of the root user may do anything", "keys of an IAM user", (fix,))
    return CheckAnswer(Status.PASS, observed, required)


async def key_type(context: Context) -> CheckAnswer:
    """A long-lived key: the build passes no session token."""
    keys = context.draft.keys
    if keys is None:
        return waits(KEYS)
    required = "a long-lived key (AKIA...)"
    if not context.draft.route.keys_in_build:
        what = "temporary: when it expires, canvos-tui resume goes on with new ones" if keys.temporary else "long-lived"
        told = f"{keys.masked_id()} of {context.draft.key_source.value} is {what}"
        return CheckAnswer(Status.PASS, told, "any key: none enters the build")
    if keys.temporary:
        fix = Remedy(
            "Make a key for an IAM user: IAM > Users > Security credentials > Create access key",
            (Command("aws iam create-access-key --user-name NAME"),),
        )
        other = Remedy("Or take the two-stage route, on which no key enters the build", page="review")
        return CheckAnswer(Status.FAIL, f"{keys.masked_id()} is temporary: the build passes no session token", required, (fix, other))
    try:
        fields.AWS_ACCESS_KEY_ID.parse(keys.key_id)
    except InvalidValueError as error:
        return CheckAnswer(Status.WARN, f"{keys.masked_id()}: {error}", required, (Remedy("Compare it with the IAM console"),))
    source = context.draft.key_source.value
    if others := context.draft.other_keys:
        told = ", ".join(f"{place.value} holds {masked}" for place, masked in others)
        remedy = Remedy("Keep one pair: what the build reads is .secret, where it holds keys; a shell's variables are not passed into it")
        return CheckAnswer(Status.WARN, f"{keys.masked_id()} of {source} is long-lived; {told}", "the same keys everywhere", (remedy,))
    return CheckAnswer(Status.PASS, f"{keys.masked_id()} of {source} is long-lived", required)


async def region(context: Context) -> CheckAnswer:
    """EC2 of that region answers these keys."""
    if wrong := refused_entry(context, "REGION"):
        return wrong
    if wait := missing(context, "keys", "REGION", "S3_BUCKET", "S3_KEY"):
        return waits(wait)
    name, required = asked(context).region, "a region that is enabled"
    partition = (await identity(context)).partition
    if partition != partition_of(name):
        fix = Remedy(f"Use a region of the partition {partition}, or keys of an account in {partition_of(name)}")
        told = f"these keys belong to the partition {partition}, {name} is in {partition_of(name)}"
        return CheckAnswer(Status.FAIL, told, f"a region of {partition}", (fix,))
    found = await rights(context)
    # one answer of EC2 is enough; the second is asked where the first says nothing about the region
    probes = [await found.one("ec2:DescribeImages")]
    if probes[0].right is Right.UNKNOWN and probes[0].code not in _REGION_OFF:
        probes.append(await found.one("ec2:DescribeSnapshots"))
    if any(p.right is not Right.UNKNOWN for p in probes):
        return CheckAnswer(Status.PASS, f"EC2 answers in {name}", required, evidence=tuple(one for p in probes for one in p.heard))
    return await _no_region(context, name, probes)


async def _no_region(context: Context, name: str, probes: list[RightProbe]) -> CheckAnswer:
    """Switched off, misspelt, or out of reach."""
    required, said = "a region that is enabled", next((p.message or p.code for p in probes if p.message or p.code), "no answer")
    evidence = tuple(one for p in probes for one in p.heard)
    if any(p.code in _REGION_OFF for p in probes):
        fix = Remedy(
            f"Enable {name} in the account, or choose another region", (Command(f"aws account enable-region --region-name {name}"),)
        )
        told = f"{name} is not enabled for the account: STS knows the keys, EC2 there says {said}"
        return CheckAnswer(Status.FAIL, told, required, (fix,), evidence)
    facts = await (await aws(context)).region_facts()
    if not facts.known and all(p.code == "unreachable" for p in probes):
        near = f"REGION={facts.near[0]}" if facts.near else "one that exists"
        told = f"there seems to be no region {name}: no host of that name, and no such region is known"
        return CheckAnswer(Status.FAIL, told, "an existing region", (Remedy(f"Correct the name: {near}"),), evidence)
    again = Remedy("Check network, proxy and firewall for this host", (Command(f"curl -sI https://ec2.{name}.amazonaws.com"),))
    return CheckAnswer(Status.UNKNOWN, f"EC2 of {name}: {said}", required, (again,), evidence, Method.NOT_VERIFIABLE)


_REQUIRED = Severity.REQUIRED
_ROLE_DOCS = ("https://docs.aws.amazon.com/vm-import/latest/userguide/required-permissions.html",)
# id -> action, title, what breaks, and the checks that must have passed
_RIGHTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("AWS-S3-LIST", "s3:ListBucket", "step 16 lists the bucket to see whether the object is there already", ("AWS-BUCKET",)),
    ("AWS-S3-GET", "s3:GetObject", "step 16 and the validation look at the upload", ("AWS-BUCKET",)),
    ("AWS-S3-PUT", "s3:PutObject", "the raw image is uploaded at the end of step 16, after the whole build", ("AWS-BUCKET",)),
    ("AWS-EC2-IMPORT", "ec2:ImportSnapshot", "step 16 turns the uploaded disk into a snapshot with it", ("AWS-REGION",)),
    ("AWS-EC2-DESC-TASKS", "ec2:DescribeImportSnapshotTasks", "without it step 16 waits for the import for ever", ("AWS-REGION",)),
    ("AWS-EC2-DESC-SNAPS", "ec2:DescribeSnapshots", "the snapshot that step 16 made is looked at with it", ("AWS-REGION",)),
    ("AWS-EC2-REGISTER", "ec2:RegisterImage", "it makes the AMI of the snapshot, the last thing of step 16", ("AWS-REGION",)),
    ("AWS-EC2-DESC-IMAGES", "ec2:DescribeImages", "step 16 looks for an AMI of that name and waits for the new one", ("AWS-REGION",)),
    (
        "AWS-EC2-TAGS",
        "ec2:CreateTags",
        "step 16 tags what it makes; without the right the import, or the snapshot, is refused",
        ("AWS-REGION",),
    ),
)
_DIRECT: tuple[tuple[str, str, str], ...] = (
    ("AWS-EBS-START", "ebs:StartSnapshot", "on the direct route step 16 begins its snapshot with it"),
    ("AWS-EBS-PUT", "ebs:PutSnapshotBlock", "on the direct route step 16 writes the image with it, block by block"),
    (
        "AWS-EBS-COMPLETE",
        "ebs:CompleteSnapshot",
        "on the direct route step 16 ends its snapshot with it; without it nothing can be made of what was written",
    ),
    (
        "AWS-EBS-LIST",
        "ebs:ListSnapshotBlocks",
        "on the direct route step 16 compares AWS' list of blocks with the image; else a checksum has to do",
    ),
)
CHECK_OF = {
    ROLE: "AWS-ROLE-VMIMPORT",
    **{row[1]: row[0] for row in _RIGHTS},
    **{row[1]: row[0] for row in _DIRECT},
}  # the id under which a right is taken on


def _check(name: str, action: str, why: str, needs: tuple[str, ...]) -> Check:
    return Check(name, action, "aws", _REQUIRED, "prerequisites 7", why, right(action), 12, needs)


def _direct(name: str, action: str, why: str) -> Check:
    level = Severity.RECOMMENDED if name == "AWS-EBS-LIST" else _REQUIRED
    return Check(name, action, "aws", level, "step 16", why, right(action), 12, ("AWS-REGION",), beyond=True)


_NAMES = ("AWS-S3-LIST", "AWS-S3-GET", "AWS-EC2-DESC-IMAGES")
CHECKS_AWS = (
    Check(
        "AWS-CREDS",
        "Keys",
        "aws",
        _REQUIRED,
        "step 12",
        "AWS is asked for the first time at the very end of step 16: a wrong key costs the whole build",
        creds,
        limit=12,
    ),
    Check(
        "AWS-KEYTYPE",
        "Kind of key",
        "aws",
        _REQUIRED,
        "step 12",
        "step 16 passes no session token into the build, so temporary keys fail there",
        key_type,
        limit=2,
    ),
    Check("AWS-REGION", "Region", "aws", _REQUIRED, "step 10", "step 16 makes snapshot and AMI there", region, 12, ("AWS-CREDS",)),
    Check("AWS-BUCKET", "Bucket", "aws", _REQUIRED, "prerequisites 6", "step 16 uploads the raw image to it", bucket, 12, ("AWS-CREDS",)),
    Check(
        "AWS-BUCKET-REGION",
        "Bucket's region",
        "aws",
        _REQUIRED,
        "step 10",
        "the upload of step 16 would succeed from anywhere, the import only takes a bucket of its own region",
        bucket_region,
        12,
        ("AWS-BUCKET",),
    ),
    *(_check(*row) for row in _RIGHTS),
    *(_direct(*row) for row in _DIRECT),
    Check(
        "AWS-ROLE-VMIMPORT",
        "Service role vmimport",
        "aws",
        _REQUIRED,
        "step 16",
        "EC2 reads the image from S3 through this role: without it step 16 fails at the import, after the whole build",
        right("vmimport"),
        12,
        ("AWS-CREDS",),
        _ROLE_DOCS,
        beyond=True,
    ),
    Check(
        "AWS-ENCRYPTION",
        "Default encryption",
        "aws",
        Severity.RECOMMENDED,
        "step 16",
        "with a KMS key of the account step 16 fails unless the role vmimport, or the keys of the direct route, may use it",
        default_encryption,
        12,
        ("AWS-BUCKET",),
        _ROLE_DOCS,
        beyond=True,
    ),
    Check(
        "AWS-KMS-KEY",
        "KMS key of the snapshot",
        "aws",
        _REQUIRED,
        "step 16",
        "a key that is disabled or in another region ends step 16 after the whole build",
        kms_key,
        12,
        ("AWS-CREDS",),
        beyond=True,
    ),
    Check(
        "AWS-IMPORT-TASKS",
        "Import tasks under way",
        "aws",
        _REQUIRED,
        "step 16",
        "AWS refuses the import of step 16 while too many run, and a second one of the same object leaves a second snapshot",
        import_tasks,
        12,
        ("AWS-EC2-DESC-TASKS",),
    ),
    Check(
        "AWS-KEY-CLASH",
        "S3 key is free",
        "aws",
        _REQUIRED,
        "step 11",
        "step 16 would skip the upload and import the old object",
        key_clash,
        12,
        _NAMES,
    ),
    Check(
        "AWS-AMI-CLASH",
        "AMI name is free",
        "aws",
        _REQUIRED,
        "step 11",
        "step 16 would report the old AMI as its result",
        ami_clash,
        12,
        _NAMES,
    ),
    Check(
        "AWS-AMI-NAME",
        "AMI name",
        "aws",
        _REQUIRED,
        "step 11",
        "step 16 names the AMI by S3_KEY too, and AWS allows less in that name",
        ami_name,
        2,
    ),
)
