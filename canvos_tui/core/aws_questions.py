"""What the checks of AWS share: the values they need, each question put once, and what a refusal means."""

from __future__ import annotations

from dataclasses import dataclass

from canvos_tui.core import clash
from canvos_tui.core.aws_facts import AwsKeys, Bucket, Identity, RightProbe
from canvos_tui.core.checks import Answer, Context, Evidence, Fix
from canvos_tui.core.clash import Clash
from canvos_tui.core.errors import AwsError
from canvos_tui.core.ports import Aws
from canvos_tui.core.result import Status

KEYS_SCREEN, BUCKET_SCREEN = "screen 6", "screen 5"
# codes of AwsError that say nobody answered, as opposed to AWS refusing
NOT_REACHED = frozenset({"unreachable", "timeout", "proxy", "tls", "foreign-answer", "throttled", "invalid"})


@dataclass(frozen=True)
class Asked:
    """What the wizard or the files named."""

    keys: AwsKeys
    region: str
    bucket: str
    key: str


def missing(context: Context, *wanted: str) -> str:
    """The screens where the missing answers are given, "" when nothing is missing."""
    draft = context.draft
    needs_bucket = any(name != "keys" and not draft.text(name) for name in wanted)
    needs_keys = "keys" in wanted and draft.keys is None
    if needs_bucket and needs_keys:
        return "screens 5 and 6"
    return BUCKET_SCREEN if needs_bucket else KEYS_SCREEN if needs_keys else ""


def asked(context: Context) -> Asked:
    """The values, once `missing` says that none is."""
    draft = context.draft
    assert draft.keys is not None
    return Asked(draft.keys, draft.text("REGION"), draft.text("S3_BUCKET"), draft.text("S3_KEY"))


async def aws(context: Context) -> Aws:
    """AWS with these keys in this region."""
    about = asked(context)
    return await context.once("aws", lambda: context.ports.aws.open(about.keys, about.region))


async def identity(context: Context) -> Identity:
    """Whose keys these are; raises AwsError."""

    async def ask() -> Identity:
        return await (await aws(context)).identity()

    return await context.once("identity", ask)


async def bucket_facts(context: Context) -> Bucket:
    """The bucket with these keys; raises AwsError."""

    async def ask() -> Bucket:
        return await (await aws(context)).bucket(asked(context).bucket)

    return await context.once("bucket", ask)


async def rights(context: Context) -> tuple[RightProbe, ...]:
    """All rights, probed once for all checks; raises AwsError."""

    async def ask() -> tuple[RightProbe, ...]:
        about = asked(context)
        return await (await aws(context)).rights(about.bucket, about.key, lambda _: None)

    return await context.once("rights", ask)


async def clash_facts(context: Context) -> Clash:
    """What of the key is taken; raises AwsError."""

    async def ask() -> Clash:
        about = asked(context)
        return await clash.look(await aws(context), about.bucket, about.key)

    return await context.once("clash", ask)


def refused(error: AwsError, required: str) -> Answer:
    """AWS' refusal is a failure; silence, a proxy or a foreign answer proves nothing."""
    fixes = (Fix(error.remedy),) if error.remedy else ()
    evidence = (Evidence("AWS", f"{error.code} {error.request_id}".strip(), error.status or None),)
    status = Status.UNKNOWN if error.code in NOT_REACHED else Status.FAIL
    return Answer(status, error.message, required, fixes, evidence)
