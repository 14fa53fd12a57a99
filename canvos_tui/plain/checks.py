"""The checks of the machine and of AWS: what is not well is told in full, and then one goes on, asks again or takes it on."""

from __future__ import annotations

from dataclasses import replace

from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checks.acceptance import accept, acceptable
from canvos_tui.core.checks.aws import questions as aws_questions
from canvos_tui.core.checks.aws.account import CHECKS_AWS
from canvos_tui.core.checks.check import Check, CheckResult, Context
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.report import Report, with_dependants
from canvos_tui.core.checks.reports.report_text import LOUD, block, headline, row
from canvos_tui.core.checks.routes import of_route, unasked
from canvos_tui.core.checks.runner import run
from canvos_tui.core.questions import access
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.readiness import rights_subject
from canvos_tui.core.session import Checked, RightsSeen
from canvos_tui.core.status import Status
from canvos_tui.plain.desk import Desk
from canvos_tui.plain.talk import Prompt, Talk, Way, picked
from canvos_tui.plain.walk import Question

ABOUT = (
    "Everything the guide asks for, and what it forgets. A failed check never keeps you from filling in the answers; "
    "it keeps the build from starting. Accepted, with a reason, it is a warning; the build may fail of it."
)
ABOUT_AWS = (
    "Reads and dry runs only; nothing is written unless you choose so. What could not be observed is never shown as PASS. "
    "What nobody can see from here: service control policies of an organisation, and bucket policies with conditions."
)
GO_ON, AGAIN = Choice("next", "Go on"), Choice("again", "Ask everything again")
ACCEPT, PROVE = Choice("accept", "Accept a failure, with a reason"), Choice("prove", access.WAYS_TITLE)


async def asked(talk: Talk, checks: tuple[Check, ...], report: Report, context: Context) -> Report:
    """The report with these checks asked anew; what is not well is said as it comes."""
    talk.say(f"asking {len(checks)} checks ...")
    ids = {c.id for c in checks}
    known = {name: result for name, result in report.results.items() if name not in ids}

    def tell(result: CheckResult) -> None:
        if result.status in LOUD:
            talk.say(*(block(result) if result.status is Status.FAIL else (row(result),)))

    for result in await run(checks, context, tell, known):
        report = report.after(result)
    talk.prose(headline(report))
    return report


async def ask_all(desk: Desk, talk: Talk) -> None:
    """Every prerequisite, unless they were asked; what came of it."""
    known = desk.known.report
    if known is not None and known.done and not unasked(known.results, desk.draft.route):
        talk.prose(headline(known))
    else:
        checks = of_route(CHECKS, desk.draft.route)
        report = await asked(talk, checks, Report(checks), Context(desk.ports, desk.draft))
        desk.learn(Checked(report, desk.ports.clock.now()))


async def accepted(desk: Desk, talk: Talk, report: Report) -> str:
    """The id of a failure that was taken on with a reason; empty where it was not."""
    failed = [r.check for r in report.ordered() if acceptable(r)]
    name = await talk.choose(Prompt("check to accept", help=ABOUT), [Choice(c.id, f"{c.id}  {c.title}") for c in failed], failed[0].id)
    if name is Way.BACK:
        return ""

    async def take(text: str) -> None:
        desk.answer(accept(CHECKS, name, text))

    return "" if await talk.ask(Prompt(f"why may the build go on without {name}", help=ABOUT), take) is Way.BACK else name


class Prerequisites(Question):
    """The machine, the tools, the network; repository, files and AWS as far as they are known."""

    page = name = "check"

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """Asks them all the first time; says what came of it, and asks how to go on."""
        await ask_all(desk, talk)
        while True:
            report = desk.known.report
            assert report is not None
            failed = report.first_failure is not None
            ways = (GO_ON, AGAIN, *((ACCEPT,) if failed else ()))
            word = await talk.choose(Prompt("check", help=ABOUT), ways, "next")
            if word is Way.BACK:
                return word
            if word == "next":
                return Way.NEXT
            chosen = of_route(CHECKS, desk.draft.route)
            if word == "accept":
                name = await accepted(desk, talk, report)
                chosen = with_dependants(report, tuple(c for c in CHECKS if c.id == name))
            if chosen:
                report = await asked(talk, chosen, report, Context(desk.ports, desk.draft))
                desk.learn(Checked(report, desk.ports.clock.now()))


class Access(Question):
    """What AWS would refuse, found out before the long build."""

    page = name = "aws"
    _report = Report(of_route(CHECKS_AWS, Route.GUIDE))
    _found = aws_questions.Found()

    async def ask(self, desk: Desk, talk: Talk) -> Way:
        """Asks AWS where there is something new to ask about."""
        waits = aws_questions.missing(Context(desk.ports, desk.draft), "REGION", "S3_BUCKET", "S3_KEY", "keys")
        if waits is not None:
            talk.say(f"AWS cannot be asked yet: {waits.words}")
        elif desk.known.rights_for != rights_subject(desk.draft):
            await self._ask_aws(desk, talk)
        while True:
            failed, prove = self._report.first_failure is not None, self._may_prove
            ways = (GO_ON, *((AGAIN,) if waits is None else ()), *((ACCEPT,) if failed else ()), *((PROVE,) if prove else ()))
            word = await talk.choose(Prompt("aws", help=ABOUT_AWS), ways, "next")
            if word is Way.BACK:
                return word
            if word == "next":
                return Way.NEXT
            if word == "prove":
                await self._prove(desk, talk)
            elif word == "again" or await accepted(desk, talk, self._report):
                await self._ask_aws(desk, talk)

    @property
    def _may_prove(self) -> bool:
        put = self._report.results.get(access.PUT_ID)
        return put is not None and put.status is Status.UNKNOWN

    async def _ask_aws(self, desk: Desk, talk: Talk) -> None:
        subject, context = rights_subject(desk.draft), Context(desk.ports, desk.draft)
        checks = of_route(CHECKS_AWS, desk.draft.route)
        self._report = await asked(talk, checks, Report(checks), context)
        self._found = aws_questions.found(context)
        for fact in access.learned(self._found, subject):
            desk.learn(fact)

    async def _prove(self, desk: Desk, talk: Talk) -> None:
        """The four ways to learn of s3:PutObject; each writes only after it was chosen here."""

        async def take(text: str) -> None:
            word = picked(access.WAYS, text or "leave")
            if word != "leave":
                answer, self._found = await access.prove_put(desk.ports, desk.draft, self._found, word)
                result = replace(self._report.results[access.PUT_ID], answer=answer, at=desk.ports.clock.now())
                self._report = self._report.after(result)
                desk.learn(RightsSeen(tuple(self._found.probes.values()), desk.known.rights_for))
                talk.say(row(result))

        await talk.ask(Prompt(access.WAYS_TITLE, "1", choices=access.WAYS, help=ABOUT_AWS), take)
