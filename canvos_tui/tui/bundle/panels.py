"""The panels of a bundle: how the run ended, its log, what the doctor found, and the files themselves. Nothing on them acts."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import OptionList, Static

from canvos_tui.core.bundle import contents
from canvos_tui.core.bundle.seen_words import about, names, row, text
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildRun, Stage
from canvos_tui.tui.bundle.places import CHECKS, FILES, LOG, Looking
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.log.browser import LogBrowser
from canvos_tui.tui.painting.blocks import labelled
from canvos_tui.tui.painting.looks import MUTED
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.steps.failure import NAME, Failure
from canvos_tui.tui.steps.step00_prerequisites import Prerequisites
from canvos_tui.tui.steps.step16_build import Build, log_keys
from canvos_tui.tui.steps.validate import Validate
from canvos_tui.tui.widgets.check_list import CheckList
from canvos_tui.tui.widgets.panel import Panel
from canvos_tui.tui.widgets.row_list import RowList

_AROUND = 7  # columns beside a row: borders, the cursor's mark, the scrollbar
CLOSE = "close"  # the way out, where other pages have a way to the start
_NO_PLAN = "Which phases there were is not known: its plan is missing, or damaged."


def ways(looking: Looking) -> tuple[Choice, ...]:
    """Where to look next."""
    checks = (Choice(CHECKS.slug, f"{'The checks':<{NAME}}what the doctor found on that machine"),) if looking.seen.report else ()
    return (
        Choice(LOG.slug, f"{'Log and phases':<{NAME}}what the build said, and when"),
        *checks,
        Choice(FILES.slug, f"{'All that is in it':<{NAME}}answers, AWS, events, versions"),
        Choice(CLOSE, f"{'Close':<{NAME}}the bundle stays as it is"),
    )


class SeenFailure(Looking, Failure):
    """How a run that did not succeed ended."""

    TITLE, WAYS = "How it ended", "Look at"
    ABOUT = "The run as its bundle tells it: the cause, what was said, what mends it, and what AWS showed. It is mended where it was made."
    HIDDEN = frozenset({"bundle"})

    def _show_ways(self, task: str) -> None:  # noqa: ARG002  nobody here may end an import
        found = ways(self)
        self._words = [way.word for way in found]
        self.query_one("#ways", RowList).fill([Content.assemble(way.line[:NAME], (way.line[NAME:], MUTED)) for way in found])

    def _offer(self, task: str) -> None:  # type: ignore[override]  # it asks nobody, and waits for nothing
        """Nobody here may end it."""


class SeenResult(Looking, Validate):
    """The AMI of a run that succeeded."""

    TITLE, WAYS = "How it ended", "Look at"
    ABOUT = "The run as its bundle tells it: the AMI, and the facts from AWS that prove it."
    HIDDEN = frozenset({"json", "links", "delete"})

    def _find_secret(self) -> None:  # type: ignore[override]  # it looks for nothing, and so waits for nothing
        """The keys lie where it was made, if at all."""

    def _show_ways(self, result: RunResult) -> None:  # noqa: ARG002  they are the same for each
        self._ways = ways(self)
        self.query_one("#result-ways", RowList).fill([Content(way.line) for way in self._ways])


class SeenLog(Looking, Build):
    """The phases as they were, and the log."""

    TITLE = "Log and phases"
    ABOUT = "The phases as they stood when the bundle was made, and the log of the build. i copies the ids." + log_keys(saves=False)
    HIDDEN = frozenset({"cancel"})
    SAVES = False

    @work(exclusive=True, group="follow")
    async def _follow(self, run_id: str) -> None:
        log, seen = self.query_one(LogBrowser), self.seen
        log.open(self.ports.runs.open_log(run_id))
        if seen.result is not None and seen.result.cause is not None and seen.result.cause.line:
            log.cause = seen.result.cause.line - 1
        if seen.plan is None:
            self.query_one("#build-note", Static).update(_NO_PLAN)
            return
        run = BuildRun(seen.plan).after(seen.events)
        if contents.RESULT in seen.files and run.ended_at is None and seen.result is not None:  # its supervisor was gone before its end
            run = replace(run, stage=Stage.ENDED, ended_at=seen.result.ended_at or seen.at)
        self._run = run
        self._show()


class SeenChecks(Looking, Prerequisites):
    """What the doctor found on that machine, at that time."""

    TITLE = "What the doctor found"
    ABOUT = (
        "What was found on the machine that the bundle comes from; it is asked again there. Space unfolds what passed and what waited, "
        "/ filters the list, f shows another fix, Enter or v the raw output, C copies the report."
    )
    HIDDEN = frozenset({"rerun", "accept", "bundle", "go_on"})

    def compose(self) -> ComposeResult:
        """The list; no build begins behind it."""
        yield CheckList("")

    def _open_row(self) -> None:
        self.call_later(self.action_raw)

    def _nothing_to_look_at(self) -> None:
        """The list is all there is."""

    def entered(self) -> None:
        """The list, as it was."""
        listed = self.query_one(CheckList)
        listed.since = self.seen.since
        if self.seen.asked_at is not None:
            listed.asked = f"asked {self.seen.asked_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        if self.seen.report is not None:
            self._show(self.seen.report)
        self.query_one("#check-rows").focus()

    def _now(self) -> datetime:
        return self.seen.asked_at or super()._now()


class Files(Looking, StepPanel):
    """Whose bundle it is, and every file of it, to be read."""

    TITLE = "All that is in it"
    ABOUT = "Whose bundle it is, when and by which version it was made, and its files: Enter shows one. Secrets were masked before."

    def compose(self) -> ComposeResult:
        """About, files."""
        yield Panel(Static("", id="bundle-about", markup=False), title="Bundle", small=Path(self.seen.name).name, id="bundle-of")
        yield Panel(RowList(id="bundle-files"), title="Its files", small="Enter shows one", id="bundle-holds")

    def on_mount(self) -> None:
        """Draws both."""
        self._draw()

    def on_resize(self) -> None:
        """Another width, other lines."""
        self.call_after_refresh(self._draw)

    def entered(self) -> None:
        """The files have the focus."""
        self.query_one("#bundle-files").focus()

    def _draw(self) -> None:
        width = max(40, self.size.width - 5)
        lines = [line for label, said in about(self.seen) for line in labelled(label, said, width)]
        self.query_one("#bundle-about", Static).update(Content("\n").join(lines))
        rows = [row(self.seen, name) for name in names(self.seen)]
        self.query_one("#bundle-files", RowList).fill([self._row(*row) for row in rows])

    def _row(self, name: str, size: str, what: str) -> Content:
        """What is in a file goes on below, where it is longer than the row."""
        start = Content.assemble(f"{name:<15}", (f"{size:>9}  ", MUTED))
        below = "\n" + " " * (start.cell_length + 2)  # the cursor's mark stands before the first line alone
        lines = textwrap.wrap(what, max(20, self.size.width - _AROUND - start.cell_length))
        return start + Content.styled(below.join(lines), MUTED)

    @on(OptionList.OptionSelected, "#bundle-files")
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        name = names(self.seen)[event.option_index]
        if name == contents.LOG and self.seen.result is not None:
            self.leave(LOG.slug)  # which finds things in it
        else:
            await self.app.push_screen(ReadText(name, text(self.seen, name)))
