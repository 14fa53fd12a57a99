"""The guide's nine permissions and the role it forgets, and the names that are taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from canvos_tui.core import clash
from canvos_tui.core.aws_facts import Identity, Right, RightProbe
from canvos_tui.core.aws_questions import BUCKET_SCREEN, asked, clash_facts, identity, missing, refused, rights
from canvos_tui.core.checks import Answer, Context, Evidence, Fix, Method
from canvos_tui.core.clash import Clash
from canvos_tui.core.errors import AwsError
from canvos_tui.core.questions import waits
from canvos_tui.core.result import Status
from canvos_tui.core.right_advice import advice

_METHODS = {"verified": Method.VERIFIED, "dry_run": Method.DRY_RUN, "simulated": Method.SIMULATED}


def right(action: str) -> Callable[[Context], Awaitable[Answer]]:
    """The question whether these keys may do that; `vmimport` stands for the role."""

    async def ask(context: Context) -> Answer:
        if screens := missing(context, "keys", "REGION", "S3_BUCKET", "S3_KEY"):
            return waits(screens)
        try:
            probes = await rights(context)
        except AwsError as error:
            return refused(error, f"{action} allowed")
        probe = next(
            (p for p in probes if p.action == action), RightProbe(action, Right.UNKNOWN, "not_verifiable", message="it was not asked")
        )
        who = await _who(context) if probe.right is not Right.ALLOWED else None
        return _judge(probe, asked(context).bucket, who)

    return ask


async def _who(context: Context) -> Identity | None:
    try:
        return await identity(context)
    except AwsError:
        return None


def _judge(probe: RightProbe, bucket: str, who: Identity | None) -> Answer:
    required = "the role vmimport" if probe.action == "vmimport" else "allowed"
    method = _METHODS.get(probe.method, Method.NOT_VERIFIABLE)
    said = " ".join(filter(None, (probe.code, probe.message)))
    evidence = (Evidence(probe.action, said),) if said else ()
    if probe.right is Right.ALLOWED:
        observed = probe.message or ("exists" if probe.action == "vmimport" else "allowed")
        return Answer(Status.PASS, observed, required, evidence=evidence, method=method)
    fixes = advice(probe.action, bucket, who)
    if probe.right is Right.DENIED:
        observed = f"denied ({said})" if probe.action != "vmimport" else said
        return Answer(Status.FAIL, observed, required, fixes, evidence, method)
    # iam:GetRole is not among the guide's permissions: not being allowed to look says nothing about the role
    status = Status.WARN if probe.action == "vmimport" and probe.method == "not_verifiable" else Status.UNKNOWN
    return Answer(status, f"not known: {said or 'no answer'}", required, fixes, evidence, Method.NOT_VERIFIABLE)


async def key_clash(context: Context) -> Answer:
    """No object of that key, and none that starts with it."""
    if screens := missing(context, "keys", "REGION", "S3_BUCKET", "S3_KEY"):
        return waits(screens)
    about = asked(context)
    try:
        found = await clash_facts(context)
    except AwsError as error:
        return refused(error, "a free key")
    if found.same is None and not found.neighbours:
        return Answer(Status.PASS, f"s3://{about.bucket}/{about.key} is free", "a free key")
    status = Status.WARN if context.draft.reuse == about.key else Status.FAIL
    objects = Clash(found.key, found.same, found.neighbours)
    return _taken(context, objects, status, "a free key")


async def ami_clash(context: Context) -> Answer:
    """No AMI of that name in any state."""
    if screens := missing(context, "keys", "REGION", "S3_BUCKET", "S3_KEY"):
        return waits(screens)
    try:
        found = await clash_facts(context)
    except AwsError as error:
        return refused(error, "a free AMI name")
    if not found.images:
        return Answer(Status.PASS, f"no AMI is named {found.key}", "a free AMI name")
    return _taken(context, Clash(found.key, images=found.images), Status.FAIL, "a free AMI name")


def _taken(context: Context, found: Clash, status: Status, required: str) -> Answer:
    now = context.ports.clock.now()
    said = found.sentences(asked(context).bucket, now)
    free = clash.unique_key(found.key, now)
    fix = Fix(f"Choose a key that is free: S3_KEY={free} (screen 5)")
    return Answer(status, said[0], required, (fix,), (Evidence("names that are taken", "\n".join(said)),))


async def ami_name(context: Context) -> Answer:
    """S3_KEY is also the AMI's name, so it has to be good for both."""
    entry, required = context.draft.entry("S3_KEY"), "3-128 of letters, digits, `.` `_` `/` `-`"
    if entry.error:
        return Answer(Status.FAIL, entry.error, required, (Fix("Choose another S3_KEY (screen 5)"),))
    if not entry.text:
        return waits(BUCKET_SCREEN)
    return Answer(Status.PASS, entry.text, required)
