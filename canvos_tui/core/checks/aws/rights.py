"""The guide's nine permissions and the role it forgets, and the names that are taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from canvos_tui.core.answers.draft import Origin
from canvos_tui.core.aws import taken_names as clash
from canvos_tui.core.aws.facts import DENIALS, Right, RightProbe
from canvos_tui.core.aws.snapshot_settings import ROLE
from canvos_tui.core.aws.taken_names import TakenNames
from canvos_tui.core.aws.vmimport_role import NO_ROLE, ROLE_EXISTS
from canvos_tui.core.checks.aws.advice import Subject, advice
from canvos_tui.core.checks.aws.questions import OTHER_ROUTE, asked, clash_facts, missing, refused, rights, subject, subject_of
from canvos_tui.core.checks.check import CheckAnswer, Context, Evidence, Method, Wait, waits
from canvos_tui.core.errors import AwsError, Command, Remedy
from canvos_tui.core.status import Status

PUT = "s3:PutObject"
_METHODS = {"verified": Method.VERIFIED, "dry_run": Method.DRY_RUN, "simulated": Method.SIMULATED}


def right(action: str) -> Callable[[Context], Awaitable[CheckAnswer]]:
    """The question whether these keys may do that; `vmimport` stands for the role."""

    async def ask(context: Context) -> CheckAnswer:
        if wait := missing(context, "keys", "REGION", "S3_BUCKET", "S3_KEY"):
            return waits(wait)
        try:
            probe = await (await rights(context)).one(action)
        except AwsError as error:
            return refused(error, f"{action} allowed")
        about = asked(context)
        good = probe.right is Right.ALLOWED and not probe.left
        return judge_right(probe, subject_of(about.bucket, about.region, None, None, about.settings) if good else await subject(context))

    return ask


_OTHER_ROLE = (Remedy("Or choose another role, as import_role in the answers", page="ami-settings"),)  # where one was chosen


def judge_right(probe: RightProbe, about: Subject) -> CheckAnswer:
    """What a probe means: an answer of AWS' is a PASS or a FAIL, anything else is not known."""
    required = f"the role {about.role}" if probe.action == ROLE else "allowed"
    method = _METHODS.get(probe.method, Method.NOT_VERIFIABLE)
    said = " ".join(filter(None, (probe.code, probe.message)))
    evidence = probe.heard
    if probe.left:
        return _left_something(probe, about, method, evidence)
    if probe.right is Right.ALLOWED:
        observed = probe.message or ("exists" if probe.action == ROLE else "allowed")
        return CheckAnswer(Status.PASS, observed, required, evidence=evidence, method=method)
    if probe.right is Right.DENIED:
        fixes = advice(probe.action, about, code=probe.code or NO_ROLE, said=probe.message)
        fixes = (*fixes, *(_OTHER_ROLE if about.role != ROLE else ()), OTHER_ROUTE) if probe.action == ROLE else fixes
        observed = f"denied ({said})" if probe.action != ROLE else probe.message or probe.code
        return CheckAnswer(Status.FAIL, observed, required, fixes, evidence, method)
    # looking at the role is not among the guide's permissions, and a policy may allow for what the run makes what it refuses for anything
    # else: nobody can know that before the run, so that it is an answer. The right to upload can be found out in other ways
    beyond = probe.method == "not_verifiable" and (probe.action == ROLE or (probe.code in DENIALS and probe.action != PUT))
    status = Status.WARN if beyond else Status.UNKNOWN
    word = "not verifiable" if beyond and probe.action != ROLE else "not known"
    return CheckAnswer(status, f"{word}: {said or 'no answer'}", required, _to_find_out(probe, about), evidence, Method.NOT_VERIFIABLE)


def _left_something(probe: RightProbe, about: Subject, method: Method, evidence: tuple[Evidence, ...]) -> CheckAnswer:
    """A question that left something in AWS is a warning, whatever it proved."""
    word = {Right.ALLOWED: "allowed", Right.DENIED: "denied", Right.UNKNOWN: "not known"}[probe.right]
    left = f"upload {probe.left_upload} {probe.left}" if probe.left_upload else probe.left
    if probe.left_upload:
        command = f"aws s3api abort-multipart-upload --bucket {about.bucket} --key {probe.left} --upload-id {probe.left_upload}"
    else:
        command = f"aws s3 rm s3://{about.bucket}/{probe.left}"
    fix = Remedy("Remove it; the guide's permissions do not include that, so an administrator may have to", (Command(command),))
    what = f"{word}: {probe.message}; {left} stays in {about.bucket}"
    return CheckAnswer(Status.WARN, what, "allowed, and nothing left behind", (fix,), evidence, method)


def _to_find_out(probe: RightProbe, about: Subject) -> tuple[Remedy, ...]:
    if probe.action == ROLE:
        show = Remedy("Ask somebody who may look at roles whether it is there", (Command(f"aws iam get-role --role-name {about.role}"),))
        new, there = (advice(ROLE, about, code=code)[0] for code in (NO_ROLE, ROLE_EXISTS))
        ways = (
            replace(new, text="If it is not there, make it"),
            replace(there, text="If it is, let VM Import take it and read the bucket"),
        )
        return (show, *ways) if probe.method == "not_verifiable" else (Remedy("Ask again"),)
    if probe.action == PUT:
        return (
            Remedy("Choose in the wizard how to find out; the command line never writes", page="aws"),
            *advice(PUT, about),
        )
    return (
        Remedy(f"Ask again; if AWS answers the same, an administrator can say whether {probe.action} is allowed"),
        *advice(probe.action, about),
    )


async def key_clash(context: Context) -> CheckAnswer:
    """No object of that key, and none that starts with it."""
    if wait := missing(context, "keys", "REGION", "S3_BUCKET", "S3_KEY"):
        return waits(wait)
    about = asked(context)
    try:
        found = await clash_facts(context)
    except AwsError as error:
        return refused(error, "a free key")
    neighbours = () if context.draft.route.uploads_itself else found.neighbours  # they mislead the import script alone
    if found.same is None and not neighbours:
        return CheckAnswer(Status.PASS, f"s3://{about.bucket}/{about.key} is free", "a free key")
    status = Status.WARN if context.draft.reuses else Status.FAIL
    objects = TakenNames(found.key, found.same, neighbours)
    return _taken(context, objects, status, "a free key")


async def ami_clash(context: Context) -> CheckAnswer:
    """No AMI of that name in any state."""
    if wait := missing(context, "keys", "REGION", "S3_BUCKET", "S3_KEY"):
        return waits(wait)
    try:
        found = await clash_facts(context)
    except AwsError as error:
        return refused(error, "a free AMI name")
    if not found.images:
        return CheckAnswer(Status.PASS, f"no AMI is named {found.key}", "a free AMI name")
    return _taken(context, TakenNames(found.key, images=found.images), Status.FAIL, "a free AMI name")


def _taken(context: Context, found: TakenNames, status: Status, required: str) -> CheckAnswer:
    now = context.ports.clock.now()
    said = found.sentences(asked(context).bucket, now, ours=context.draft.route.uploads_itself)
    free = clash.unique_key(found.key, now)
    fix = Remedy(f"Choose a key that is free: S3_KEY={free}", page="s3")
    more = (Evidence("what else has that name", "\n".join(said[1:])),) if said[1:] else ()
    return CheckAnswer(status, said[0], required, (fix,), more)


async def ami_name(context: Context) -> CheckAnswer:
    """S3_KEY is also the AMI's name, so it has to be good for both."""
    entry, required = context.draft.entry("S3_KEY"), "3-128 of letters, digits, `.` `_` `/` `-`"
    if not entry.text or (context.final and entry.origin is Origin.TAG):  # a build takes no default of ours
        return waits(Wait("S3_KEY", ("s3",)))
    if entry.error:
        return CheckAnswer(Status.FAIL, entry.error, required, (Remedy("Choose another S3_KEY", page="s3"),))
    return CheckAnswer(Status.PASS, entry.text, required)
