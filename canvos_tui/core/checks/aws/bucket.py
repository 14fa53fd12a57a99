"""The bucket of the upload: whether it is there, whose it is, and where."""

from __future__ import annotations

from canvos_tui.core.aws.facts import Bucket
from canvos_tui.core.checks.aws.questions import (
    OTHER_ROUTE,
    Asked,
    asked,
    bucket_facts,
    identity,
    missing,
    refused,
)
from canvos_tui.core.checks.check import CheckAnswer, Context, Method, waits
from canvos_tui.core.errors import AwsError, Command, Remedy
from canvos_tui.core.status import Status

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
    return _exists(found, about) or _ours(found, (await identity(context)).account, about.settings.importer)


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


def _ours(found: Bucket, account: str, role: str) -> CheckAnswer:
    if found.foreign:
        fix = Remedy(f"Use a bucket of account {account}; else its owner has to let the role {role} of {account} read it, too")
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
