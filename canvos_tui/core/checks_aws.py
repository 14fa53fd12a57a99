"""What AWS would refuse, asked with the very keys of the build, before the build."""

from __future__ import annotations

from canvos_tui.core import fields
from canvos_tui.core.aws_facts import Right
from canvos_tui.core.aws_questions import KEYS_SCREEN, asked, bucket_facts, identity, missing, refused, rights
from canvos_tui.core.checks import Answer, Check, Command, Context, Evidence, Fix, Measure, Method, Severity
from canvos_tui.core.checks_rights import ami_clash, ami_name, key_clash, right
from canvos_tui.core.errors import AwsError, InvalidValueError
from canvos_tui.core.questions import waits
from canvos_tui.core.result import Status

SKEW = 240  # seconds; AWS refuses signatures that are five minutes off
_REGION_OFF = frozenset({"OptInRequired", "AuthFailure"})


async def creds(context: Context) -> Answer:
    """The account and user behind the keys."""
    if screens := missing(context, "keys", "REGION"):
        return waits(screens)
    required = "keys that AWS accepts"
    try:
        found = await identity(context)
    except AwsError as error:
        return refused(error, required)
    observed = f"account {found.account}, {found.user}"
    evidence = (Evidence("aws sts get-caller-identity", found.arn),)
    skew = found.clock_skew or 0.0
    if abs(skew) > SKEW:
        fix = Fix("Switch time synchronisation on", (Command("sudo timedatectl set-ntp true", root=True),))
        told = f"{observed}; this clock is {abs(skew) / 60:.0f} min {'ahead' if skew > 0 else 'behind'}"
        return Answer(Status.WARN, told, "a clock within 4 min of AWS'", (fix,), evidence, measure=Measure(round(skew), SKEW, "s"))
    return Answer(Status.PASS, observed, required, evidence=evidence)


async def key_type(context: Context) -> Answer:
    """A long-lived key: the build passes no session token."""
    keys = context.draft.keys
    if keys is None:
        return waits(KEYS_SCREEN)
    required = "a long-lived key (AKIA...)"
    if keys.temporary:
        fix = Fix(
            "Make a key for an IAM user: IAM > Users > Security credentials > Create access key",
            (Command("aws iam create-access-key --user-name NAME"),),
        )
        return Answer(Status.FAIL, f"{keys.masked_id()} is temporary: the build passes no session token", required, (fix,))
    try:
        fields.AWS_ACCESS_KEY_ID.parse(keys.key_id)
    except InvalidValueError as error:
        return Answer(Status.WARN, f"{keys.masked_id()}: {error}", required, (Fix("Compare it with the IAM console"),))
    return Answer(Status.PASS, f"{keys.masked_id()} is long-lived", required)


async def region(context: Context) -> Answer:
    """EC2 of that region answers these keys."""
    if screens := missing(context, "keys", "REGION", "S3_BUCKET"):
        return waits(screens)
    name = asked(context).region
    probes = [p for p in await rights(context) if p.action.startswith("ec2:")]
    off = next((p for p in probes if p.code in _REGION_OFF), None)
    if off is not None:
        fix = Fix(f"Enable {name} in the account, or choose another region", (Command(f"aws account enable-region --region-name {name}"),))
        return Answer(Status.FAIL, f"{name}: {off.message or off.code}", "a region that is enabled", (fix,))
    answered = [p for p in probes if p.right is not Right.UNKNOWN]
    if answered:
        return Answer(Status.PASS, f"EC2 answers in {name}", "a region that is enabled")
    said = next((p.message or p.code for p in probes if p.message or p.code), "no answer")
    return Answer(Status.UNKNOWN, f"EC2 of {name}: {said}", "a region that is enabled", method=Method.NOT_VERIFIABLE)


async def bucket(context: Context) -> Answer:
    """The bucket exists and these keys may look at it."""
    if screens := missing(context, "keys", "REGION", "S3_BUCKET"):
        return waits(screens)
    about, required = asked(context), "an existing bucket"
    try:
        found = await bucket_facts(context)
    except AwsError as error:
        return refused(error, required)
    if found.exists is None:
        return Answer(Status.UNKNOWN, f"{found.name}: nobody answered", required, method=Method.NOT_VERIFIABLE)
    if not found.exists:
        make = Fix(
            "Create it, or correct the name", (Command(f"aws s3 mb s3://{about.bucket} --region {about.region}"), Command("aws s3 ls"))
        )
        return Answer(Status.FAIL, f"there is no bucket {found.name}", required, (make,))
    if not found.accessible:
        fix = Fix(
            "Is it this account's bucket? If so, ask for s3:ListBucket on it",
            (Command(f"aws s3api get-bucket-location --bucket {found.name}"),),
        )
        return Answer(Status.WARN, f"{found.name} exists, but these keys may not look at it", required, (fix,))
    return Answer(Status.PASS, f"{found.name} exists", required)


async def bucket_region(context: Context) -> Answer:
    """Bucket and REGION are in the same place, because EC2 imports from nowhere else."""
    if screens := missing(context, "keys", "REGION", "S3_BUCKET"):
        return waits(screens)
    about = asked(context)
    try:
        found = await bucket_facts(context)
    except AwsError as error:
        return refused(error, about.region)
    if not found.region:
        return Answer(Status.UNKNOWN, f"the region of {found.name} was not told", about.region, method=Method.NOT_VERIFIABLE)
    if found.region == about.region:
        return Answer(Status.PASS, f"{found.name} is in {found.region}", about.region)
    use = Fix(f"Use the bucket's region: REGION={found.region} (screen 5)")
    other = Fix(f"Use a bucket in {about.region}", (Command(f"aws s3 mb s3://{about.bucket}-{about.region} --region {about.region}"),))
    return Answer(Status.FAIL, f"{found.name} is in {found.region}", about.region, (use, other))


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
    ("AWS-EC2-TAGS", "ec2:CreateTags", "step 16 tags the import task; without the right the import is refused", ("AWS-REGION",)),
)


def _check(name: str, action: str, why: str, needs: tuple[str, ...]) -> Check:
    return Check(name, action, "aws", _REQUIRED, "prerequisites 7", why, right(action), 30, needs)


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
    Check("AWS-REGION", "Region", "aws", _REQUIRED, "step 10", "step 16 makes snapshot and AMI there", region, 30, ("AWS-CREDS",)),
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
    Check(
        "AWS-ROLE-VMIMPORT",
        "Service role vmimport",
        "aws",
        _REQUIRED,
        "step 16, not in the guide",
        "EC2 reads the image from S3 through this role: without it step 16 fails at the import, after the whole build",
        right("vmimport"),
        30,
        ("AWS-CREDS",),
        _ROLE_DOCS,
    ),
    Check(
        "AWS-KEY-CLASH",
        "S3 key is free",
        "aws",
        _REQUIRED,
        "step 11",
        "step 16 would skip the upload and import the old object",
        key_clash,
        30,
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
        30,
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
