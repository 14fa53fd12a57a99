"""What the checks of AWS share: the values they need, each question put once, and what a refusal means."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any

from canvos_tui.core.answers.on_route import making
from canvos_tui.core.aws import taken_names as clash
from canvos_tui.core.aws.facts import THROTTLES, AwsKeys, Bucket, Encryption, Identity, Right, RightProbe, RoleFacts
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, KeyFacts, SnapshotSettings
from canvos_tui.core.aws.taken_names import TakenNames
from canvos_tui.core.checks.aws.advice import Subject, key_arn
from canvos_tui.core.checks.check import CheckAnswer, Context, Wait
from canvos_tui.core.errors import AwsError, Remedy
from canvos_tui.core.ports import Aws
from canvos_tui.core.status import Status
from canvos_tui.core.values import dataclass

KEYS = Wait("the AWS keys", ("keys",))
OTHER_ROUTE = Remedy("Or take the direct route, which needs neither bucket nor role", page="review")
ANY_REGION = "us-east-1"  # STS answers there as well; used while REGION is not known
_FOR_A_FIX = 3.0  # seconds: a fix must not keep the answer waiting that it belongs to
# codes of AwsError that say nobody answered, as opposed to AWS refusing
NOT_REACHED = frozenset({"unreachable", "timeout", "proxy", "tls", "foreign-answer", "invalid"}) | THROTTLES


@dataclass(frozen=True)
class Asked:
    """What the wizard or the files named; no bucket on the route that needs none."""

    keys: AwsKeys
    region: str
    bucket: str
    key: str
    making: SnapshotSettings | None = None  # what our own stages ask for the snapshot; None where CanvOS' script imports

    @property
    def settings(self) -> SnapshotSettings:
        """The same; the script asks for nothing."""
        return self.making or AS_SCRIPT


def missing(context: Context, *wanted: str) -> Wait | None:
    """What is still to be answered, None when nothing is missing."""
    draft = context.draft
    names = [name for name in wanted if name != "keys" and not draft.text(name) and draft.route.wants(name)]
    no_keys = "keys" in wanted and draft.keys is None
    if not names:
        return KEYS if no_keys else None
    told = [*names, "the AWS keys"] if no_keys else names
    return Wait(" and ".join(filter(None, (", ".join(told[:-1]), told[-1]))), ("s3", "keys") if no_keys else ("s3",))


def asked(context: Context) -> Asked:
    """The values, once `missing` says that none is."""
    draft = context.draft
    assert draft.keys is not None
    bucket = draft.text("S3_BUCKET") if draft.route.needs_bucket else ""
    return Asked(draft.keys, draft.text("REGION"), bucket, draft.text("S3_KEY"), making(draft) if draft.route.uploads_itself else None)


async def aws(context: Context) -> Aws:
    """AWS with these keys in this region."""
    about = asked(context)
    return await context.once("aws", lambda: context.ports.aws.open(about.keys, about.region or ANY_REGION))


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


async def encryption(context: Context) -> Encryption:
    """What is encrypted by default; raises AwsError."""

    async def ask() -> Encryption:
        about = asked(context)
        return await (await aws(context)).encryption(about.bucket, sealed=bool(about.settings.encryption))

    return await context.once("encryption", ask)


async def role(context: Context) -> RoleFacts:
    """The service role; raises AwsError."""

    async def ask() -> RoleFacts:
        return await (await aws(context)).role_facts(asked(context).settings.importer)

    return await context.once("role", ask)


async def chosen_key(context: Context) -> KeyFacts:
    """The KMS key that was chosen for the snapshot; raises AwsError."""

    async def ask() -> KeyFacts:
        return await (await aws(context)).kms_key(asked(context).settings.key)

    return await context.once("kms_key", ask)


async def subject(context: Context) -> Subject:
    """Whom and what a fix is about, as far as AWS told; never raises."""
    about = asked(context)
    who: Identity | None = None
    found: Encryption | None = None
    try:
        who = await identity(context)
        found = await asyncio.wait_for(encryption(context), _FOR_A_FIX) if about.bucket else None
    except (AwsError, TimeoutError):
        pass  # the fix then has fewer real values in it, and the check of that question says why
    return subject_of(about.bucket, about.region, who, found, await _with_arn(context, about.settings))


async def _with_arn(context: Context, settings: SnapshotSettings) -> SnapshotSettings:
    """A key that was chosen by its alias has its ARN where KMS tells it: a policy takes no alias."""
    if "alias/" not in settings.key or settings.key.endswith("alias/aws/ebs"):  # AWS' own admits the whole account
        return settings
    try:
        facts = await asyncio.wait_for(chosen_key(context), _FOR_A_FIX)
    except (AwsError, TimeoutError):
        return settings
    return replace(settings, encryption=facts.arn) if facts.arn else settings


def subject_of(bucket: str, region: str, who: Identity | None, found: Encryption | None, settings: SnapshotSettings = AS_SCRIPT) -> Subject:
    """The same from facts at hand."""
    account = who.account if who else "*"
    upload = key_arn(found.bucket_key, region, account) if found and found.bucket_kms else ""
    usual = found.ebs_key if found and (found.ebs or settings.encryption) else ""
    snapshot = key_arn(settings.key or usual, region, account)
    return Subject(bucket, region, who, upload, snapshot, settings.importer)


@dataclass(frozen=True)
class Found:
    """What was learned so far, for those who show it; nothing is asked for it."""

    identity: Identity | None = None
    bucket: Bucket | None = None
    clash: TakenNames | None = None
    encryption: Encryption | None = None
    probes: Mapping[str, RightProbe] = field(default_factory=dict)
    complete: bool = False  # whether every right was asked for


def found(context: Context) -> Found:
    """The answers that are there in this context."""
    all_rights = _answer(context, "rights")
    probes = all_rights.so_far() if isinstance(all_rights, RightsAsked) else {}
    complete = isinstance(all_rights, RightsAsked) and all_rights.ended
    told = {name: _answer(context, name) for name in ("identity", "bucket", "clash", "encryption")}
    return Found(**told, probes=probes, complete=complete)


def _answer(context: Context, name: str) -> Any:
    future = context.memo.get(name)
    ended = future is not None and future.done() and not future.cancelled() and future.exception() is None
    return future.result() if ended and future is not None else None


class RightsAsked:
    """All rights, probed together; each answer can be had as soon as it is there."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._single: dict[str, asyncio.Future[RightProbe]] = {}
        self._all = asyncio.ensure_future(self._ask())
        self._all.add_done_callback(self._settle)

    async def _ask(self) -> tuple[RightProbe, ...]:
        about = asked(self._context)
        return await (await aws(self._context)).rights(about.bucket, about.key, self._arrived, about.making)

    def _waiting(self, action: str) -> asyncio.Future[RightProbe]:
        return self._single.setdefault(action, asyncio.get_running_loop().create_future())

    def _arrived(self, probe: RightProbe) -> None:
        if not (waiting := self._waiting(probe.action)).done():
            waiting.set_result(probe)

    def _settle(self, done: asyncio.Future[tuple[RightProbe, ...]]) -> None:
        """The answers that nobody reported on the way, and the end for whoever waits for one that never came."""
        if done.cancelled() or done.exception() is not None:
            return
        for probe in done.result():
            self._arrived(probe)
        for action, waiting in self._single.items():
            if not waiting.done():
                waiting.set_result(RightProbe(action, Right.UNKNOWN, "not_verifiable", message="it was not asked"))

    async def one(self, action: str) -> RightProbe:
        """That right; raises AwsError when none could be asked."""
        waiting = self._waiting(action)
        either: set[asyncio.Future[Any]] = {waiting, self._all}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            await asyncio.shield(self._all)
            self._settle(self._all)
        return waiting.result()

    def so_far(self) -> dict[str, RightProbe]:
        """The answers that are there, by action."""
        return {action: f.result() for action, f in self._single.items() if f.done() and not f.cancelled()}

    @property
    def ended(self) -> bool:
        """Whether AWS was asked for every right, whatever it said."""
        return self._all.done() and not self._all.cancelled() and self._all.exception() is None


async def rights(context: Context) -> RightsAsked:
    """The rights, probed once for all checks."""

    async def ask() -> RightsAsked:
        return RightsAsked(context)

    return await context.once("rights", ask)


async def clash_facts(context: Context) -> TakenNames:
    """What of the key is taken; raises AwsError."""

    async def ask() -> TakenNames:
        about = asked(context)
        return await clash.look(await aws(context), about.bucket, about.key)

    return await context.once("clash", ask)


def refused(error: AwsError, required: str) -> CheckAnswer:
    """AWS' refusal is a failure; silence, a proxy, a foreign answer or AWS' own trouble (HTTP 5xx) proves nothing."""
    fixes = (Remedy(error.remedy),) if error.remedy else ()
    status = Status.UNKNOWN if error.code in NOT_REACHED or error.status >= 500 else Status.FAIL
    return CheckAnswer(status, error.message, required, fixes)
