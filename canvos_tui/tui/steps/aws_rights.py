"""What AWS would refuse, found out before the long build (not in the guide)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import OptionList, Static

from canvos_tui.core.answers.fields import BY_KEY
from canvos_tui.core.aws.facts import RightProbe
from canvos_tui.core.checks.aws import questions as aws_questions
from canvos_tui.core.checks.check import CheckResult, Context
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.report_text import LOUD
from canvos_tui.core.checks.runner import run
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import access
from canvos_tui.core.readiness import rights_subject
from canvos_tui.core.session import RightsSeen
from canvos_tui.core.status import Status
from canvos_tui.tui.checks import rights_table
from canvos_tui.tui.checks.titles import where
from canvos_tui.tui.dialogs.ask_text import AskText
from canvos_tui.tui.dialogs.confirm import Ask
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.step_panel import StepPanel, WayChanged
from canvos_tui.tui.widgets.panel import Panel, State
from canvos_tui.tui.widgets.row_list import RowList

WIDE = 90  # columns from which every check has a row of its own
AROUND = 7  # columns beside a row: borders, the cursor's mark, the scrollbar
MAY = "What your keys may do"
NOT_YET = "Nothing can be asked yet"


def _state(report: Report) -> State:
    """What the border of the rights says."""
    if report.count(Status.FAIL):
        return State.ERROR
    if report.count(Status.UNKNOWN) or report.count(Status.WARN):
        return State.WARNING
    return State.SUCCESS if report.done and report.results else State.RUNNING


class AwsRights(StepPanel):
    """A row for the guide's nine permissions, for the vmimport role and for what else an import can fail of."""

    TITLE = "AWS access"
    ABOUT = (
        "Reads and dry runs only; nothing is written unless you choose so. What could not be observed is never shown as passed.\n"
        "Beside a right stands how it was found out: verified (AWS did it), dry run (AWS would have done it), simulated (IAM read "
        "the policies). Of what did not pass, what AWS said stands there, and the detail below says how it was found out.\n"
        "What nobody can see from here: service control policies of an organisation, and bucket policies with conditions. "
        "A permission that passes here can still be refused by them.\n"
        "Enter on a row that failed shows the documents that mend it; on a row that passed it goes on. "
        "Shift+down and shift+up scroll what is said of the row, where it is longer than the window."
    )
    BINDINGS = [
        Binding("r", "rerun", "Again"),
        Binding("c", "copy_fix", "Copy fix"),
        Binding("m", "copy_message", "Message"),
        Binding("w", "write_files", "Write files"),
        Binding("shift+down", "scroll_detail(1)", show=False),
        Binding("shift+up", "scroll_detail(-1)", show=False),
    ]

    _report = Report(())
    _found = aws_questions.Found()
    _rows: tuple[rights_table.RightsRow, ...] = ()
    _seconds: float | None = None
    _waits = ""  # what has to be answered before anything can be asked
    _moved = False

    def compose(self) -> ComposeResult:
        """Rows, detail."""
        yield Panel(RowList(id="rights"), title=MAY, id="rights-box")
        with Panel(id="rights-detail-panel"):
            yield VerticalScroll(Static("", id="rights-detail", markup=False), id="rights-detail-box", can_focus=False)

    def entered(self) -> None:
        """Asks when there is something new to ask about."""
        self.query_one("#rights").focus()
        if self.known.rights_for != rights_subject(self.draft) or not self._report.done:
            self._rerun()

    def on_resize(self) -> None:
        """Another width, other columns."""
        self.call_after_refresh(self._show)

    # -- asking ----------------------------------------------------------------------------------------------

    def action_rerun(self) -> None:
        """Asks AWS again, and says so when it has answered: mostly it answers the same."""
        self._rerun(again=True)

    def _rerun(self, *, again: bool = False) -> None:
        self._waits = self._missing()
        self._moved = False
        if not self._waits:
            self._ask(again=again)
            return
        self.workers.cancel_group(self, "rights")
        self._report, self._found, self._seconds = Report(access.checks_of(self.draft)), aws_questions.Found(), None
        self._show()
        if again:
            self.decline(f"nothing was asked: it {self._waits}")

    def _missing(self) -> str:
        """What it waits for, and where that is answered."""
        names = [BY_KEY[key].title for key in access.missing(self.draft)]
        waits = [f"{', '.join(names)}{where(('s3',))}"] if names else []
        waits += [f"AWS keys{where(('keys',))}"] if self.draft.keys is None else []
        return f"waits for {' and '.join(waits)}" if waits else ""

    @work(exclusive=True, group="rights")
    async def _ask(self, *, again: bool) -> None:
        subject, context = rights_subject(self.draft), Context(self.ports, self.draft)
        began = self.ports.clock.now()
        self._report, self._found, self._seconds = Report(access.checks_of(self.draft)), aws_questions.Found(), None
        self._show()

        def came(result: CheckResult) -> None:
            self._report = self._report.after(result)
            self._found = aws_questions.found(context)
            self._show()

        await run(access.checks_of(self.draft), context, came)
        self._found = found = aws_questions.found(context)
        self._seconds = (self.ports.clock.now() - began).total_seconds()
        self._show()
        for fact in access.learned(found, subject):
            self.learn(fact)
        if again:
            self.hint(f"AWS was asked again: {len(self._report.results)} answers in {self._seconds:.1f} s")

    def way_on(self) -> str:
        """After a refusal asking once more: somebody has mended it meanwhile, here or in AWS."""
        return "Check again" if self._refused else ""

    def go_on(self) -> None:
        """Asks."""
        self.action_rerun()

    def other_way(self) -> str:
        """Answers can be prepared all the same; Review says what is missing."""
        return "Go on without" if self._refused else ""

    def go_other(self) -> None:
        """To the next page."""
        self.leave("next")

    @property
    def _refused(self) -> bool:
        return not self._waits and self._report.done and self._report.count(Status.FAIL) > 0

    # -- showing ---------------------------------------------------------------------------------------------

    def _show(self) -> None:
        wide = self.size.width >= WIDE
        list_ = self.query_one("#rights", RowList)
        standing = self._rows[list_.highlighted].ids[0] if self._moved and list_.highlighted is not None and self._rows else ""
        self._rows = rights_table.rows(self._report, self.size.width - AROUND, wide=wide, waits=bool(self._waits))
        at = next((n for n, row in enumerate(self._rows) if standing in row.ids), 0)
        failed = [n for n, row in enumerate(self._rows) if row.status is Status.FAIL]
        list_.fill([row.line for row in self._rows], at, failed)
        who = self._found.identity
        account, region = who.account if who else "", self.draft.text("REGION")
        text = rights_table.verdict(self._report, self._probes_by_check(), account, region, self._seconds)
        box = self.query_one("#rights-box", Panel)
        box.entitle(MAY, "" if self._waits else text)
        box.say(State.REST if self._waits else _state(self._report))
        self.post_message(WayChanged())
        self._explain()

    def _probes_by_check(self) -> dict[str, RightProbe]:
        actions = {i: "vmimport" if i == rights_table.ROLE_ID else name for i, (name, _) in rights_table.NAMES.items()}
        return {i: probe for i, action in actions.items() if (probe := self._found.probes.get(action)) is not None}

    @property
    def _picked(self) -> CheckResult | None:
        at = self.query_one("#rights", RowList).highlighted
        return self._report.results.get(self._rows[at].ids[0]) if at is not None and at < len(self._rows) else None

    @on(OptionList.OptionHighlighted, "#rights")
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._explain()
        self.query_one("#rights-detail-box", VerticalScroll).scroll_home(animate=False)

    def action_scroll_detail(self, way: int) -> None:
        """By a line; the list keeps the cursor."""
        self.query_one("#rights-detail-box", VerticalScroll).scroll_relative(y=way, animate=False)

    def _explain(self) -> None:
        picked = self._picked
        probe = self._probes_by_check().get(picked.check.id) if picked else None
        width = max(40, self.size.width - AROUND)
        said = rights_table.detail(picked, probe, width) if picked else self._waits and f"it {self._waits}"
        self.query_one("#rights-detail", Static).update(said)
        panel = self.query_one("#rights-detail-panel", Panel)
        panel.say(State.RUNNING if picked else State.REST)
        panel.entitle(*(rights_table.caption(picked) if picked else (NOT_YET if self._waits else "", "")))
        self.refresh_bindings()

    def on_key(self) -> None:
        """From the first key on the cursor belongs to the user."""
        self._moved = True

    def idle(self) -> frozenset[str]:
        """What there is nothing for: no fix of this row, nothing that did not pass to write to an administrator about."""
        does = {"copy_fix": self._picked and self._picked.answer.remedies, "copy_message": any(map(self._report.count, LOUD))}
        return frozenset(action for action, able in does.items() if not able)

    # -- doing -----------------------------------------------------------------------------------------------

    @on(OptionList.OptionSelected, "#rights")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter shows what mends a row; where there is nothing to mend it goes on, as everywhere."""
        event.stop()
        picked = self._picked
        if picked is None or picked.status in {Status.PASS, Status.SKIP}:
            self.leave("next")
        elif picked.check.id == rights_table.PUT_ID and picked.status is Status.UNKNOWN:
            self._find_out(picked)
        else:
            text = rights_table.document(picked, access.about(self.draft, self._found))
            await self.app.push_screen(ReadText(rights_table.caption(picked)[0], text))

    @work(exclusive=True, group="find-out")
    async def _find_out(self, picked: CheckResult) -> None:
        """The four ways to learn of s3:PutObject; each writes only after it was chosen here."""
        word = await self.app.push_screen_wait(Ask(access.WAYS_TITLE, picked.answer.observed, access.WAYS))
        if word in {"", "leave"} or self.draft.keys is None:
            return
        self.hint("asking AWS ...")
        try:
            answer, found = await access.prove_put(self.ports, self.draft, self._found, word)
        except CanvosError as error:
            self.hint(f"x {error}. {error.remedy}")
            return
        self._report = self._report.after(replace(picked, answer=answer, at=self.ports.clock.now()))
        self._found = found
        self._show()
        self.learn(RightsSeen(tuple(self._found.probes.values()), self.known.rights_for))
        self.hint(f"s3:PutObject: {answer.observed}")

    def action_copy_fix(self) -> None:
        """Copies the commands of the row's fix."""
        picked = self._picked
        if picked is None or not picked.answer.remedies:
            self.decline("there is no fix to copy in this row")
            return
        commands = [c.run for fix in picked.answer.remedies for c in fix.commands]
        self.copy("\n".join(commands) or picked.answer.remedies[0].text, f"fix of {rights_table.caption(picked)[0]}")

    def action_copy_message(self) -> None:
        """Copies a complete message to an AWS administrator."""
        self.copy(rights_table.to_administrator(self._report, access.about(self.draft, self._found)), "message to an administrator")

    @work(exclusive=True, group="write")
    async def action_write_files(self) -> None:
        """Writes the documents to a folder that is confirmed here; an older file is kept as a backup."""
        home = self.ports.environ.get("HOME", "/tmp")  # noqa: S108  only where there is no home at all
        text = "trust-policy.json and role-policy.json go there. Not into the checkout: what lies there can enter the image."
        given = await self.app.push_screen_wait(AskText("Write the policy files to", text, f"{home}/canvos-vmimport"))
        if not given:
            self.hint("nothing was written")
            return
        folder = Path(given.replace("~", home, 1) if given.startswith("~") else given)
        if not folder.is_absolute():
            self.hint(f"x `{given}` is a relative path: nothing was written; w asks again, for one that starts with / or ~/")
            return
        if self._in_checkout(folder):
            self.hint(f"x inside of the checkout: choose another folder than {folder}")
            return
        try:
            names = await self._write(folder)
        except CanvosError as error:
            self.hint(f"x {error}. {error.remedy}")
            return
        self.hint(f"written to {folder}: {', '.join(names)}")

    def _in_checkout(self, folder: Path) -> bool:
        checkout = self.draft.folder
        return checkout is not None and folder.resolve().is_relative_to(checkout.resolve())

    async def _write(self, folder: Path) -> list[str]:
        files, names = self.ports.files, []
        await files.make_folder(folder)
        stamp = self.ports.clock.now().strftime("%Y%m%d-%H%M%S")
        for name, text in rights_table.files_to_write(self._report, access.about(self.draft, self._found)):
            kept = await files.backup(folder / name, stamp)
            await files.write(folder / name, text.encode())
            names.append(f"{name} (the old one is {kept.name})" if kept else name)
        return names
