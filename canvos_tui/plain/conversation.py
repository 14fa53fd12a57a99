"""The questions in the order of the pages, and the conversation that asks them."""

from __future__ import annotations

from collections.abc import Sequence

from canvos_tui.core.answers import fields
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.questions import groups
from canvos_tui.core.questions.groups import Group
from canvos_tui.core.questions.result import bucket_of
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.summary import finding_lines
from canvos_tui.core.verdict.validate import validate
from canvos_tui.plain.checks import Access, Prerequisites
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.fields import FieldQuestion
from canvos_tui.plain.keys import Keys
from canvos_tui.plain.kubernetes import Several, Versions
from canvos_tui.plain.repo import Clone, Folder, Source, Tag
from canvos_tui.plain.review import Review
from canvos_tui.plain.s3 import Bucket, Region, Taken
from canvos_tui.plain.start import WELCOME, Follow, Start
from canvos_tui.plain.talk import HOW, Talk, Way
from canvos_tui.plain.user_data import UserDataQuestion
from canvos_tui.plain.walk import Question, Walk


def _of(group: Group) -> list[FieldQuestion]:
    return [FieldQuestion(field, group) for field in group.fields]


class AmiQuestion(FieldQuestion):
    """A choice for the registration; through a pipe only the answers file makes it."""

    def wanted(self, desk: Desk) -> bool:
        """Where the registration is ours."""
        return desk.draft.route.wants(self.field.key)

    def asks(self, talk: Talk) -> bool:
        """Not through a pipe."""
        return talk.typed

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """The choice."""
        return await super().ask(desk, talk) if talk.typed else Way.NEXT


def _s3() -> list[FieldQuestion]:
    return [
        Bucket(fields.S3_BUCKET, groups.S3_BUCKET),
        Region(fields.REGION, groups.S3_BUCKET),
        *_of(groups.S3_KEY),
    ]


def questions(follow: Follow) -> Sequence[Question]:
    """All of them; one that does not matter with the answers so far is passed by."""
    distribution, version, *proxies = _of(groups.KUBERNETES)
    return (
        Start(follow, look_at_image),
        Prerequisites(),
        *(Folder(), Source(), Clone(), *_of(groups.PALETTE), Tag()),
        *_of(groups.IMAGE_TAG),
        *_of(groups.IMAGE_REGISTRY),
        UserDataQuestion(),
        *_of(groups.OPERATING_SYSTEM),
        *(distribution, Several(), version, *proxies, Versions()),
        *_s3(),
        *(AmiQuestion(field, groups.AMI) for field in groups.AMI.fields),
        *(Keys(), Taken(), Access(), Review(follow)),
    )


async def converse(desk: Desk, talk: Talk, follow: Follow) -> int:
    """The whole wizard; the exit code. The answers are stored where somebody types them: a pipe has them already."""
    talk.say(WELCOME)
    talk.prose(HOW)
    return await Walk(questions(follow), desk, talk, stores=talk.typed).run()


async def look_at_image(desk: Desk, talk: Talk) -> int:
    """The guide's validation of an image that was built earlier: asks what is needed for it, and says what AWS shows."""
    await Walk((*_s3(), Keys()), desk, talk, stores=talk.typed).run()
    draft = desk.draft
    assert draft.keys is not None
    aws = await desk.ports.aws.open(draft.keys, draft.text("REGION"))
    findings = await validate(aws, bucket_of(draft), draft.text("S3_KEY"), desk.ports.clock.now())
    talk.say(*finding_lines(findings))
    return ExitCode.NOT_PROVEN if any(f.status is Status.FAIL for f in findings) else ExitCode.OK
