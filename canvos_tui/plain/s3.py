"""Guide steps 10 and 11: what S3 says of the bucket once it is named, and the way out where S3_KEY is taken."""

from __future__ import annotations

from dataclasses import replace

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import FieldAnswered, FieldRefused, ReuseAllowed, RouteChosen, answer_for
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.taken_names import unique_key
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.questions import bucket, groups, s3_key
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.session import BucketSeen, RegionsSeen
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.fields import EMPTY, FieldQuestion
from canvos_tui.plain.talk import Prompt, Talk, Way, numbered
from canvos_tui.plain.walk import Question


class Bucket(FieldQuestion):
    """S3_BUCKET; its region is asked for without any keys, and the SDK for its list of regions."""

    def prompt(self, desk: Desk) -> Prompt:
        """With the way to go without one."""
        asked = super().prompt(desk)
        return replace(asked, about=(*asked.about, f"{EMPTY} goes without a bucket: the direct route"))

    async def _take(self, desk: Desk, text: str) -> FieldAnswered | None:
        if text == EMPTY:
            desk.answer(RouteChosen(Route.DIRECT))
            return None
        if text and not desk.draft.route.needs_bucket:
            desk.answer(RouteChosen(Route.GUIDE))
        return await super()._take(desk, text)

    async def after(self, desk: Desk, talk: Talk) -> None:
        """What S3 says of the name."""
        name = desk.draft.text("S3_BUCKET")
        if not desk.known.regions:
            desk.learn(RegionsSeen(await desk.ports.aws.regions()))
        if bucket.seen(desk.draft, desk.known) is None and name and desk.draft.route.needs_bucket:
            try:
                desk.learn(BucketSeen(await desk.ports.aws.bucket_region(name)))
            except CanvosError as error:
                talk.prose(f"? {error}. It is asked again with your keys.")
        if told := bucket.told(desk.draft, desk.known):
            talk.prose(told)


class Region(FieldQuestion):
    """REGION; an empty line takes the bucket's own where there is none yet."""

    offered = "the bucket's own"

    def offers(self, desk: Desk) -> str:
        """The bucket's region."""
        return bucket.offered_region(desk.draft, desk.known)


class Taken(Question):
    """S3_KEY once more, where something has that name already."""

    page, name = "aws", "S3_KEY taken"

    def wanted(self, desk: Desk) -> bool:
        """Only there, and unless the object is reused on purpose."""
        return s3_key.clash(desk.draft, desk.known) is not None and not s3_key.reused(desk.draft, desk.known)

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """A new key, another one, or the object that is there; until the key is free."""
        while self.wanted(desk):
            now = desk.ports.clock.now()
            new = Choice("new", f"New key  {unique_key(desk.draft.text('S3_KEY'), now)}")
            reuse = (Choice("reuse", "Reuse the object on purpose"),) if s3_key.reusable(desk.draft, desk.known) else ()
            choices = (new, *reuse)

            async def take(text: str, choices: tuple[Choice, ...] = choices) -> FieldAnswered | ReuseAllowed:
                return self._meant(desk, text, choices)

            about = (s3_key.told(desk.draft, desk.known, now), "or another key as text")
            answer = await talk.ask(Prompt(self.name, "1", about=about, choices=choices, help=groups.S3_KEY.about), take)
            if answer is Way.BACK:
                return answer
            desk.answer(answer)
            await look_at_key(desk, talk)
        return Way.NEXT

    @staticmethod
    def _meant(desk: Desk, text: str, choices: tuple[Choice, ...]) -> FieldAnswered | ReuseAllowed:
        number = numbered(len(choices), text or "1")
        word = choices[number].word if number is not None else text
        if word == "reuse" and len(choices) > 1:
            return ReuseAllowed(desk.draft.text("S3_KEY"))
        key = unique_key(desk.draft.text("S3_KEY"), desk.ports.clock.now()) if word == "new" else word
        answer = answer_for(fields.S3_KEY, key)
        if isinstance(answer, FieldRefused):
            raise InvalidValueError(answer.error)
        return answer


async def look_at_key(desk: Desk, talk: Talk) -> None:
    """Asks AWS what of the key is taken, once there are keys to ask with."""
    try:
        if (fact := await s3_key.ask(desk.ports, desk.draft, desk.known)) is not None:
            desk.learn(fact)
    except CanvosError as error:
        talk.prose(f"? whether {desk.draft.text('S3_KEY')} is free could not be asked: {error}")
