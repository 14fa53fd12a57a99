"""What AWS lets these keys do: what has to be answered before it can be asked, what is learned by asking, how a last right is found out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.on_route import making
from canvos_tui.core.aws.facts import PutWay, RightProbe
from canvos_tui.core.checks.aws.account import CHECKS_AWS
from canvos_tui.core.checks.aws.advice import Subject
from canvos_tui.core.checks.aws.questions import Found, subject_of
from canvos_tui.core.checks.aws.rights import PUT, judge_right
from canvos_tui.core.checks.check import Check, CheckAnswer
from canvos_tui.core.checks.routes import of_route
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.session import AccountSeen, Fact, RightsSeen
from canvos_tui.core.stages.elsewhere import names_of

PUT_ID, _KEY_ID = "AWS-S3-PUT", "AWS-KMS-KEY"
NOT_TRIED = "not tried"
WAYS_TITLE = f"How shall {PUT} be found out?"
WAYS = (
    Choice("leave", f"Leave      nothing is tried; the row stays `{NOT_TRIED}`"),
    Choice("simulate", "Simulate   IAM reads the policies; leaves nothing; cannot see what an organisation or the bucket forbids"),
    Choice("multipart", "Upload     start one and give it up; leaves nothing, unless giving up is refused: then an empty upload"),
    Choice("object", "Object     write an empty one, canvos-tui-probe-...; it STAYS: the guide's permissions cannot delete it"),
)


def checks_of(draft: Draft) -> tuple[Check, ...]:
    """What AWS is asked on the way to the AMI that was chosen; of a KMS key only where one was."""
    left_out = set() if making(draft).key else {_KEY_ID}
    return tuple(check for check in of_route(CHECKS_AWS, draft.route) if check.id not in left_out)


def missing(draft: Draft) -> tuple[str, ...]:
    """The names of the answers, besides the keys, without which nothing can be asked."""
    return tuple(name for name in names_of(draft) if not draft.text(name))


def about(draft: Draft, found: Found) -> Subject:
    """Whom and what the documents are about, as far as it is known."""
    bucket = draft.text("S3_BUCKET") if draft.route.needs_bucket else ""
    return subject_of(bucket, draft.text("REGION"), found.identity, found.encryption, making(draft))


def learned(found: Found, subject: str) -> Iterator[Fact]:
    """What is known once AWS was asked; `subject` is what the answers hold for."""
    yield AccountSeen(found.identity, found.bucket, found.clash)
    if found.complete:
        yield RightsSeen(tuple(found.probes.values()), subject)


async def prove_put(ports: Ports, draft: Draft, found: Found, word: str) -> tuple[CheckAnswer, Found]:
    """The answer of the check in the way that was chosen, and what is known with it; raises AwsError."""
    assert draft.keys is not None
    region, bucket = draft.text("REGION"), draft.text("S3_BUCKET")
    aws = await ports.aws.open(draft.keys, region)
    probe: RightProbe = await aws.prove_put(bucket, PutWay(word))
    answer = judge_right(probe, subject_of(bucket, region, found.identity, found.encryption, making(draft)))
    return answer, replace(found, probes={**found.probes, probe.action: probe})
