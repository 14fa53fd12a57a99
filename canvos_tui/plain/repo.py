"""Guide steps 1 to 5: the folder, the clone, the tag and its checkout, and whether the files are there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from canvos_tui.core.answers.draft import FolderChosen, TagChosen
from canvos_tui.core.checkout.facts import CheckoutFacts, look
from canvos_tui.core.checkout.state import GUIDE_FILES, CheckoutState, Place, parse_folder, parse_repository
from canvos_tui.core.checkout.tags import CanvosTag, listed
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.questions import checkout as rules
from canvos_tui.core.questions import palette
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.readiness import refuse_second
from canvos_tui.core.session import CheckoutSeen, TagsSeen
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.help import with_guide
from canvos_tui.plain.talk import Back, Prompt, Talk, Way, numbered
from canvos_tui.plain.walk import Move, Question, To

FETCH, EVERYTHING = "fetch", "all"
STEP = 10  # per cent of a clone between two lines


def seen(desk: Desk, facts: CheckoutFacts) -> None:
    """Counts in what was found in the folder; a tag that the answers file names stays wanted."""
    for answer in rules.follows(facts, desk.draft) if facts.state.place is Place.CANVOS else ():
        if not (isinstance(answer, TagChosen) and desk.gives("tag")):
            desk.answer(answer)
    desk.learn(CheckoutSeen(facts.state, facts.versions, facts.tags, facts.systems))


class Folder(Question):
    """Where the checkout is, or is to be."""

    page, name = "repo", "checkout"

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """The folder, looked at."""
        home = Path(desk.ports.environ.get("HOME") or "/")
        default = str(desk.draft.folder or home / "CanvOS")

        async def take(text: str) -> CheckoutFacts:
            facts = await look(desk.ports, parse_folder(text or default, home))
            if refused := rules.refusal(facts.state):
                raise InvalidValueError(refused)
            return facts

        about = ("The CanvOS folder (guide steps 1 and 2).",)
        prompt = Prompt(self.name, default, about=about, help=with_guide(rules.ABOUT_CLONE, desk.draft, 1, 2), given=desk.gives(self.name))
        facts = await talk.ask(prompt, take)
        if facts is Way.BACK:
            return facts
        desk.answer(FolderChosen(facts.state.path, desk.draft.repository))
        seen(desk, facts)
        talk.prose(rules.told(facts.state))
        if facts.problem:
            talk.prose(f"! {facts.problem}")
        return Way.NEXT


class _WhereNothingIs(Question):
    page = "repo"

    def wanted(self, desk: Desk) -> bool:
        """Only where something can be cloned."""
        return desk.known.checkout is None or desk.known.checkout.place is Place.ABSENT


class Source(_WhereNothingIs):
    """Where to clone from."""

    name = "repository"

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """A URL or a local path."""

        async def take(text: str) -> str:
            return parse_repository(text or desk.draft.repository)

        prompt = Prompt(self.name, desk.draft.repository, help=with_guide(rules.ABOUT_CLONE, desk.draft, 1), given=desk.gives(self.name))
        repository = await talk.ask(prompt, take)
        if repository is Way.BACK:
            return repository
        assert desk.draft.folder is not None
        desk.answer(FolderChosen(desk.draft.folder, repository))
        return Way.NEXT


class Clone(_WhereNothingIs):
    """The first thing that is written, and so asked for."""

    name = "clone"

    async def ask(self, desk: Desk, talk: Talk) -> Move:
        """Clones, or goes back to the folder."""
        folder = desk.draft.folder
        assert folder is not None
        choices = (Choice("yes", f"Yes  git clone {desk.draft.repository} {folder}"), Choice("no", "No   choose another folder"))
        while True:
            word = await talk.choose(Prompt(self.name, help=with_guide(rules.ABOUT_CLONE, desk.draft, 1, 2)), choices, "yes")
            if word is Way.BACK:
                return word
            if word == "no":
                return To(Folder.name)
            try:
                await desk.ports.git.clone(desk.draft.repository, folder, _progress(talk))
                seen(desk, await look(desk.ports, folder))
            except CanvosError as error:
                talk.refuse(self.name, error)
                continue
            return Way.NEXT


def _progress(talk: Talk) -> Callable[[str, int | None], None]:
    """git's own progress, at each full ten per cent."""
    said: set[tuple[str, int]] = set()

    def progress(text: str, percent: int | None) -> None:
        step = (text, (percent or 0) // STEP)
        if step not in said:
            said.add(step)
            talk.say(f"git clone: {text}" + (f" {percent} %" if percent is not None else ""))

    return progress


class Tag(Question):
    """The tag, and its checkout."""

    page, name = "repo", "tag"
    _all = False

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """Until one is checked out."""
        while True:
            text = await talk.ask(self._prompt(desk), lambda typed: self._meant(desk, typed))
            if text is Way.BACK:
                return text
            if text == EVERYTHING:
                self._all = not self._all
                continue
            try:
                if text == FETCH:
                    await _fetch(desk, talk)
                elif await self._check_out(desk, talk, text):
                    return Way.NEXT
            except CanvosError as error:
                talk.refuse(self.name, error)

    def _shown(self, desk: Desk) -> tuple[CanvosTag, ...]:
        return tuple(tag for tag in listed(desk.known.tags, everything=self._all) if tag.selectable)

    def _default(self, desk: Desk) -> str:
        best = palette.suggested(desk.draft, desk.known)
        return desk.draft.tag or (best.name if best is not None else "")

    def _prompt(self, desk: Desk) -> Prompt:
        state, best = desk.known.checkout, palette.suggested(desk.draft, desk.known)
        takes = palette.takes(desk.draft, desk.known)
        choices = [Choice(tag.name, _line(tag, rules.remarks(tag, best, state.tag if state else "", takes))) for tag in self._shown(desk)]
        about = (
            "The tag that is checked out (guide steps 3 and 4). It has to match your Palette release.",
            f"`{EVERYTHING}` lists pre-releases too, or the releases again; `{FETCH}` fetches new tags.",
            "     TAG           DATE        AGENT",
        )
        told = with_guide(rules.ABOUT_TAGS, desk.draft, 3, 4, 5)
        return Prompt(self.name, self._default(desk), "", about, tuple(choices), told, given=desk.gives(self.name))

    async def _meant(self, desk: Desk, text: str) -> str:
        shown = self._shown(desk)
        number = numbered(len(shown), text)
        name = shown[number].name if number is not None else text or self._default(desk)
        if name in {FETCH, EVERYTHING}:
            return name
        tag = next((tag for tag in desk.known.tags if tag.name == name), None)
        if tag is None:
            what = f"there is no {name} in the checkout" if name else "no tag can be suggested"
            raise InvalidValueError(what, allowed="a tag of the list", remedy=f"`{FETCH}` fetches new ones")
        if not tag.selectable:
            raise InvalidValueError(tag.refusal, allowed="a tag that can do AWS")
        return name

    async def _check_out(self, desk: Desk, talk: Talk, name: str) -> bool:
        state = desk.known.checkout
        assert state is not None
        if name != state.tag:
            await refuse_second(desk.ports, state.path)  # a build reads these files
            if not await _protected(desk, talk, state, name):
                return False
            desk.learn(await rules.check_out(desk.ports, state, name))
            talk.say(f"git checkout {name}: done")
        desk.answer(TagChosen(name))
        _tell_files(desk, talk)
        return True


def _line(tag: CanvosTag, remarks: str) -> str:
    date = tag.date.strftime("%Y-%m-%d") if tag.date else "-"
    return f"{tag.name:<13} {date:<11} {tag.earthfile.pe_version or '-':<9} {remarks}".rstrip()


async def _fetch(desk: Desk, talk: Talk) -> None:
    assert desk.draft.folder is not None
    await desk.ports.git.fetch_tags(desk.draft.folder)
    tags = await desk.ports.git.tags(desk.draft.folder)
    new = {t.name for t in tags} - {t.name for t in desk.known.tags}
    desk.learn(TagsSeen(tags))
    talk.say(f"{len(new)} new tags" if new else "no new tags")


async def _protected(desk: Desk, talk: Talk, state: CheckoutState, name: str) -> bool:
    """Whether nothing of the user's stands before the checkout any more."""
    if not state.in_the_way:
        return True
    stamp = desk.ports.clock.now().strftime("%Y%m%d-%H%M%S")
    about = (f"Local changes stand before git checkout {name}", rules.in_the_way(state))
    prompt = Prompt("local changes", about=about, help=rules.ABOUT_CHECKOUT)
    word: str | Back = await talk.choose(prompt, rules.ways(rules.aside(state, stamp)), "cancel")
    if word not in {"stash", "copy"}:
        if not talk.typed:
            raise CanvosError("local changes stand in the way", remedy="stash or copy keeps them")
        return False
    if done := await rules.keep(desk.ports, state, name, str(word), stamp):
        talk.say(done)
    return True


def _tell_files(desk: Desk, talk: Talk) -> None:
    """Guide step 5."""
    state = desk.known.checkout
    if state is not None:
        talk.say("Files (guide step 5): " + ", ".join(f"{name}{'' if name in state.files else ' MISSING'}" for name in GUIDE_FILES))
