"""What becomes of user-data; the token for one from our template is typed unseen, and so never read from a pipe."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import UserData, UserDataChosen
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import groups
from canvos_tui.core.questions import user_data as rules
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.questions.help import of_field
from canvos_tui.core.secret import Secret
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.fields import FieldQuestion
from canvos_tui.plain.talk import Back, Prompt, Talk, Way
from canvos_tui.plain.walk import Question

_BACK = Choice("back", "Back")


class UserDataQuestion(Question):
    """The checkout's, a file, one that we make, or none."""

    page, name = "user-data", "user_data"

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """Until one is taken."""
        choices = tuple(choice for choice in rules.CHOICES if talk.typed or choice.word != "make")
        while True:
            prompt = Prompt(self.name, about=(rules.TITLE,), help=f"{rules.TITLE}\n{rules.ABOUT}", given=desk.gives(self.name))
            word = await talk.choose(prompt, choices, await _default(desk, talk))
            if word is Way.BACK:
                return word
            try:
                answer = await _answer(desk, talk, word)
            except CanvosError as error:
                talk.refuse(self.name, error)
                answer = Way.BACK
            if answer is not Way.BACK:
                desk.answer(answer)
                return Way.NEXT
            desk.ask_again(self.name)


async def _default(desk: Desk, talk: Talk) -> str:
    """What was chosen, else as on the screen; but one that we make needs its token typed."""
    draft = desk.draft
    there = draft.folder is not None and await desk.ports.files.mode(draft.folder / "user-data") is not None
    usual = rules.usual(draft, there=there)
    return usual if usual != "make" or talk.typed else "none"


async def _answer(desk: Desk, talk: Talk, word: str) -> UserDataChosen | Back:
    if word == "none":
        return rules.without()
    if word == "make":
        return await _made(desk, talk)
    if word == "checkout":
        found = (await rules.read_checkout(desk.ports, desk.draft)).problems
        return UserDataChosen(UserData.CHECKOUT) if await _anyway(desk, talk, found) else Way.BACK
    return await _from_file(desk, talk)


async def _made(desk: Desk, talk: Talk) -> UserDataChosen | Back:
    endpoint, *account = (FieldQuestion(field, groups.USER_DATA) for field in fields.USER_DATA)
    if await endpoint.ask(desk, talk) is Way.BACK:
        return Way.BACK
    token = await _token(desk, talk)
    if token is Way.BACK:
        return token
    for question in account:
        if await question.ask(desk, talk) is Way.BACK:
            return Way.BACK
    return rules.made(token)


async def _token(desk: Desk, talk: Talk) -> Secret | Back:
    """Typed unseen; an empty line keeps the one that was typed before."""
    field, before = fields.EDGE_HOST_TOKEN, desk.draft.token

    async def take(text: str) -> Secret:
        return before if before is not None and not text else Secret(str(field.parse(text)))

    kept = ("empty keeps the one that was typed",) if before is not None else ()
    with talk.quietly():  # what came with it in a paste is forgotten
        return await talk.ask(Prompt(field.key, about=kept, help=of_field(field), hidden=True), take)


async def _from_file(desk: Desk, talk: Talk) -> UserDataChosen | Back:
    default = desk.draft.user_data_path

    async def take(text: str) -> tuple[Path, tuple[str, ...]]:
        path = rules.parse_path(desk.ports, text or default)
        return path, (await rules.read_file(desk.ports, path)).problems

    prompt = Prompt("user-data file", default, help=rules.TITLE, given=desk.gives(UserDataQuestion.name))
    taken = await talk.ask(prompt, take)
    if taken is Way.BACK:
        return taken
    path, found = taken
    return UserDataChosen(UserData.FILE, str(path)) if await _anyway(desk, talk, found) else Way.BACK


async def _anyway(desk: Desk, talk: Talk, found: tuple[str, ...]) -> bool:
    """Whether a file is taken although something is wrong with it; what the answers file names is."""
    for problem in found:
        talk.prose(f"! {problem}")
    if not found or desk.gives(UserDataQuestion.name):
        return True
    ways = (_BACK, *(choice for choice in rules.ANYWAY if choice.word))
    return await talk.choose(Prompt("user-data as it is", help=rules.TITLE), ways, _BACK.word) == "go"
