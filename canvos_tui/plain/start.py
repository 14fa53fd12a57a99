"""The start: go on, watch a build, begin anew, check, or look at an image that was built earlier."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from canvos_tui.core.answers.draft import TagChosen
from canvos_tui.core.checkout.facts import look
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions import start as rules
from canvos_tui.core.session import BegunAnew, CheckoutSeen, RunChosen
from canvos_tui.plain.checks import ask_all
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.talk import Prompt, Talk, Way
from canvos_tui.plain.walk import Done, Move, Question, To

Follow = Callable[[Ports, str], Awaitable[int]]  # a run, live, to its end; the exit code
WELCOME = "Build an AWS cloud image with CanvOS"


class Start(Question):
    """The doors; through a pipe the order of questions must not hang on what was left, so that there is nothing to go on with."""

    page = name = "start"

    def __init__(self, follow: Follow, validate: Callable[[Desk, Talk], Awaitable[int]]) -> None:
        self._follow, self._validate = follow, validate

    def wanted(self, desk: Desk) -> bool:
        """Whoever brings an answers file begins with it."""
        return not desk.from_file

    async def ask(self, desk: Desk, talk: Talk) -> Move:
        """The door."""
        if talk.typed:
            await self._look(desk, talk)
        doors = tuple(rules.doors(desk.draft, desk.known, desk.ports.environ.get("HOME", ""), desk.ports.clock.now()))
        prompt = Prompt(
            self.name,
            about=(
                f"Have ready: {'; '.join(rules.have_ready(desk.draft))}. {rules.NOTHING_WRITTEN[0].upper()}{rules.NOTHING_WRITTEN[1:]}.",
            ),
            help=rules.ABOUT,
        )
        word = await talk.choose(prompt, doors, doors[0].word)
        if word is Way.BACK:
            return word
        if word == "continue":
            return await self._go_on(desk, talk)
        if word == "result":
            return Done(await self._validate(desk, talk))
        if word == "new":
            desk.answer(rules.anew(desk.ports.environ, desk.draft, desk.known))
            desk.learn(BegunAnew())
        elif word != "check":
            return await self._watch(desk, word.removeprefix(rules.WATCH))
        return To("check")

    async def _look(self, desk: Desk, talk: Talk) -> None:
        try:
            desk.learn(await rules.look_around(desk.ports, desk.draft))
            if desk.draft.folder is not None and desk.known.checkout is None:
                facts = await look(desk.ports, desk.draft.folder)
                desk.learn(CheckoutSeen(facts.state, facts.versions, facts.tags, facts.systems))
                if desk.draft.tag and desk.draft.tag != facts.state.tag and not desk.gives("tag"):
                    desk.answer(TagChosen(""))  # another tag was checked out since
        except CanvosError as error:
            talk.prose(f"! {error}")

    async def _go_on(self, desk: Desk, talk: Talk) -> Move:
        page, run = rules.left_at(desk.draft, desk.known)
        if run:
            return await self._watch(desk, run)
        if page != "check":  # whoever continues goes past it; what it finds is needed on the review all the same
            await ask_all(desk, talk)
        return To("review" if page in {"build", "result"} else page)

    async def _watch(self, desk: Desk, run_id: str) -> Move:
        desk.learn(RunChosen(run_id))
        return Done(await self._follow(desk.ports, run_id))
