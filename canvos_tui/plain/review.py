"""Guide steps 13 to 16: every answer and the difference once more; then write and build, write only, or leave without either."""

from __future__ import annotations

from canvos_tui.core.answers.draft import PageReached, RouteChosen
from canvos_tui.core.answers.fields import BY_KEY
from canvos_tui.core.answers.routes import parse_route
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.questions import review as rules
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.questions.result import links, next_step
from canvos_tui.core.readiness import Blocker, blockers
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.session import RunChosen
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.help import with_guide
from canvos_tui.plain.start import Follow
from canvos_tui.plain.talk import Prompt, Talk, Way
from canvos_tui.plain.walk import Done, Move, Question, To

ABOUT = (
    "Existing files are kept as copies with a time stamp; secrets are masked in the difference. Nothing was written before this. "
    + rules.ABOUT
)
BUILD = Choice("build", "Write and build")
OTHERS = (
    Choice("write", "Write only       the files, no build"),
    Choice("dry", "Dry run          leave; nothing is written"),
    Choice("change", "Change an answer"),
)


class Review(Question):
    """The last question; what it starts is followed to its end."""

    page = name = "review"

    def __init__(self, follow: Follow) -> None:
        self._follow = follow

    async def ask(self, desk: Desk, talk: Talk) -> Move:
        """What to do with the answers."""
        if desk.draft.folder is None:
            return To("repo")
        try:
            pending = await rules.look(desk.ports, desk.draft)
        except CanvosError as error:
            talk.refuse(self.name, error)
            return Way.BACK
        found = blockers(desk.draft, desk.known)
        self._show(desk, talk, pending)
        for blocker in found:
            talk.prose(f"x {blocker.text}")
        mend = (Choice("mend", f"Mend it          {found[0].text}"),) if found and talk.typed else ()
        word = await talk.choose(
            Prompt(self.name, help=with_guide(ABOUT, desk.draft, 13, 15, 16)), (*mend, BUILD, *OTHERS), "mend" if mend else "build"
        )
        return word if word is Way.BACK else await self._do(desk, talk, pending, word)

    async def _do(self, desk: Desk, talk: Talk, pending: rules.Pending, word: str) -> Move:
        if word == "mend":
            return _mending(blockers(desk.draft, desk.known)[0])
        if word == "change":
            return await self._change(desk, talk)
        if word == "dry":
            talk.say(f"Then, in {desk.draft.folder}:", rules.command(desk.draft), "Nothing was written.")
            return Done(ExitCode.OK)
        against = rules.against(desk.draft, desk.known, build=word == "build")
        said = [blocker.text for blocker in against] or ([pending.fatal] if word == "build" and pending.fatal else [])
        if said:
            talk.say(*(f"FAIL {text}" for text in said), "not ready: no file was written, no build was started")
            return To(self.name) if talk.typed else Done(ExitCode.NOT_READY)
        try:
            return await self._write(desk, talk, pending, build=word == "build")
        except CanvosError as error:
            if not talk.typed:
                raise
            talk.refuse(self.name, error)
            return To(self.name)

    @staticmethod
    def _show(desk: Desk, talk: Talk, pending: rules.Pending) -> None:
        for row in rules.rows(desk.draft, desk.known):
            origin = f"  ({row.origin})" if row.origin else ""
            talk.say(f"{row.name:<16}{row.value}{origin}")
            if row.caution:
                talk.prose(f"! {row.caution}")
        for change in pending.changes:
            talk.say(f"-- {rules.heading(change)}", *(line.text for line in change.diff if line.kind != "f"))
        for warning in (*pending.warnings(), *rules.warnings(desk.draft, desk.known)):
            talk.prose(f"! {warning}")
        if not rules.joins(desk.draft, pending):
            talk.say("! no user-data: the AMI will not join Palette")
        talk.say(rules.then_line(desk.draft))

    @staticmethod
    async def _change(desk: Desk, talk: Talk) -> Move:
        rows = rules.rows(desk.draft, desk.known)
        pages = dict.fromkeys(row.page for row in rows)
        choices = [Choice(page, ", ".join(row.name for row in rows if row.page == page)) for page in pages]
        word = await talk.choose(Prompt("change", help=ABOUT), choices, choices[0].word)
        if word == "review":
            await _ask_route(desk, talk)
        return To("review") if word is Way.BACK else To(word)

    async def _write(self, desk: Desk, talk: Talk, pending: rules.Pending, *, build: bool) -> Move:
        for done in await rules.write(desk.ports, desk.draft, pending):
            talk.say(f"wrote {done.name}" + (f", the old one is {done.backup.name}" if done.backup else ""))
        for answer in rules.follows(desk.draft):
            desk.answer(answer)
        if not build:
            talk.say(f"Then, in {desk.draft.folder}:", rules.command(desk.draft))
            return Done(ExitCode.OK)
        talk.say("taking the baseline from AWS ...")
        run_id = await rules.start(desk.ports, desk.draft, pending)
        desk.learn(RunChosen(run_id))
        desk.answer(PageReached("build", run_id))
        if talk.typed and (unkept := await desk.keep()):
            talk.prose(unkept)
        talk.say("", f"== run {run_id}: {rules.command(desk.draft)}", f"Ctrl-C leaves it running; canvos-tui attach {run_id} comes back")
        code = await self._follow(desk.ports, run_id)
        if talk.typed:  # a pipe is read by a program: the last line is the AMI's id
            await _tell_more(desk, talk, run_id)
        return Done(code)


async def _ask_route(desk: Desk, talk: Talk) -> None:
    talk.say(*rules.about_routes().splitlines())
    word = await talk.choose(Prompt("route", help=ABOUT), rules.route_choices(desk.draft), desk.draft.route.value)
    if word is not Way.BACK:
        desk.answer(RouteChosen(parse_route(word)))


async def _tell_more(desk: Desk, talk: Talk, run_id: str) -> None:
    result = await desk.ports.runs.result(run_id)
    if result is not None and result.outcome is Outcome.SUCCEEDED:
        talk.say(*links(result, desk.known))
        talk.prose(next_step(result))


def _mending(blocker: Blocker) -> To:
    """To the field, or to the page; whoever chooses another checkout has the questions after it before him again."""
    return To(blocker.key if blocker.key in BY_KEY else blocker.page, returns=blocker.page != "repo")
