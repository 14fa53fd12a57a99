"""What becomes of user-data; the token for one from our template is typed unseen, and so never read from a pipe."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.answers.draft import UserData, UserDataChosen
from canvos_tui.core.checkout.user_data import parse_endpoint, parse_token
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import user_data as rules
from canvos_tui.core.questions.choice import Choice
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.talk import Back, Prompt, Talk, Way
from canvos_tui.plain.walk import Question

_WORDS = {UserData.CHECKOUT: "checkout", UserData.FILE: "file", UserData.TEMPLATE: "template", UserData.NONE: "none"}
_BACK = Choice("back", "Back")


class UserDataQuestion(Question):
    """The checkout's, a file, our template, or none."""

    page, name = "review", "user_data"

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """Until one is taken."""
        choices = tuple(choice for choice in rules.CHOICES if talk.typed or choice.word != "template")
        while True:
            prompt = Prompt(self.name, about=(rules.TITLE,), help=rules.TITLE, given=desk.gives(self.name))
            word = await talk.choose(prompt, choices, await _default(desk))
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


async def _default(desk: Desk) -> str:
    """What was chosen, else the checkout's where there is one."""
    draft = desk.draft
    if draft.user_data in _WORDS:
        return _WORDS[draft.user_data]
    there = draft.folder is not None and await desk.ports.files.mode(draft.folder / "user-data") is not None
    return "checkout" if there else "none"


async def _answer(desk: Desk, talk: Talk, word: str) -> UserDataChosen | Back:
    if word == "none":
        return rules.without()
    if word == "template":
        return await _from_template(talk)
    if word == "checkout":
        found = await rules.read_checkout(desk.ports, desk.draft)
        return UserDataChosen(UserData.CHECKOUT) if await _anyway(desk, talk, found) else Way.BACK
    return await _from_file(desk, talk)


async def _from_template(talk: Talk) -> UserDataChosen | Back:
    async def host(text: str) -> str:
        return parse_endpoint(text)

    async def token(text: str) -> str:
        return parse_token(text)

    place = await talk.ask(Prompt(rules.HOST, help=rules.TITLE), host)
    if place is Way.BACK:
        return place
    secret = await talk.ask(Prompt(rules.TOKEN, help=rules.TITLE, hidden=True), token)
    return secret if secret is Way.BACK else rules.made(place, secret)


async def _from_file(desk: Desk, talk: Talk) -> UserDataChosen | Back:
    default = desk.draft.user_data_path

    async def take(text: str) -> tuple[Path, tuple[str, ...]]:
        path = rules.parse_path(desk.ports, text or default)
        return path, await rules.read_file(desk.ports, path)

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
