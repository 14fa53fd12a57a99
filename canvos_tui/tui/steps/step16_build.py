"""Guide step 16: the build as its supervisor tells it. This screen is a reader; closing it stops nothing."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from canvos_tui.core.errors import CanvosError
from canvos_tui.core.run.endless import endless
from canvos_tui.core.run.heartbeat import silence
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildRun, Stage
from canvos_tui.core.session import Ended, PlanSeen
from canvos_tui.core.text import at_home, elapsed, middle
from canvos_tui.core.verdict.aftermath import final_result
from canvos_tui.core.verdict.concerns import concerns
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.log.browser import LogBrowser
from canvos_tui.tui.log.pane import LogPane
from canvos_tui.tui.log.view import frame_for
from canvos_tui.tui.painting.blocks import hung, said
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.frame import TopBar
from canvos_tui.tui.widgets.panel import Panel, State
from canvos_tui.tui.widgets.phase_list import PhaseList

LEAVE = (
    "You may leave: Ctrl+Q, Detach. Build and import go on; come back with canvos-tui attach.\n"
    "If this machine is switched off during the import, AWS still finishes the snapshot; canvos-tui resume makes the AMI of it."
)

STAYS = "What is in AWS stays and is listed afterwards. An import that began goes on in AWS."
LOOP = "The script cannot end by itself. What AWS has finished stays, and the result has the command that makes the AMI of it."
OFFERS = "The result offers to end it, if your keys may; what is in AWS stays and is listed."

_SAVES = """  s        save the log as
"""
_LOG_KEYS = """

The log
  End f    follow the end
  up down  line by line; Home and the page keys
  / n N    search, next, previous; small letters find capitals
           too, re: begins a regular expression
  &        only the lines that were found
  e E      the first real error, then the next, the previous
  1-9 0    only that phase, all
  l        errors, with warnings, commands, all
  w        wrap long lines; left and right go sideways
  t        time of day, time since the start, none
  u        unfold a repeated failure
  c C      copy line or selection, copy the error with 20
           lines around it
  v        select lines, as shift+up and shift+down do
{saves}  o        plain text without a screen; o comes back
  Enter z  the whole screen
  Esc      take back filter, search, the whole screen
The mouse marks text in most terminals while Shift is held."""


def log_keys(*, saves: bool = True) -> str:
    """The keys of the log, for F1; without the one that saves it where there is none."""
    return _LOG_KEYS.format(saves=_SAVES if saves else "")


class Build(StepPanel):
    """Phases above, log below."""

    GUIDE, TITLE = (16,), "Build"
    WAY_ON = "the result opens by itself when the build has ended"
    ABOUT = (
        "The build runs under a supervisor of its own: this window may close, the connection may break. "
        "Percentage and message of the import come from AWS, not from the log. x asks to cancel, i copies the ids, and the "
        "commands that help where something is wrong." + log_keys()
    )
    SAVES: ClassVar[bool] = True  # whether the log may be saved somewhere
    BINDINGS = [
        Binding("x", "cancel", "Cancel"),
        Binding("i", "copy_ids", "Copy ids", show=False),
    ]

    def compose(self) -> ComposeResult:
        """Summary, phases, log."""
        with Panel(title="Build", id="build-box"):
            yield Static("", id="build-wrong", markup=False)
            yield PhaseList()
            yield Static("", id="build-note", markup=False)
        environ = self.ports.environ
        yield LogPane(self.ports.terminal, Path(environ.get("HOME", ".")) if self.SAVES else None, frame_for(environ))

    def on_mount(self) -> None:
        """The elapsed time moves each second, whatever happens."""
        self._run: BuildRun | None = None
        self._following = ""
        self._last_lines, self._last_change = 0, self.ports.clock.now()
        self.set_interval(1, self._show)

    def entered(self) -> None:
        """Follows the run that is known, from its first event."""
        self.query_one(LogBrowser).view.focus()
        if not self.known.run_id:
            self.query_one("#build-note", Static).update("No build is running. Review starts one; Start shows those that run.")
        elif self._following != self.known.run_id:
            self._following = self.known.run_id
            self._follow(self.known.run_id)

    @work(exclusive=True, group="follow")
    async def _follow(self, run_id: str) -> None:
        phases, log = self.query_one(PhaseList), self.query_one(LogBrowser)  # once: the app may be closing when the run ends
        try:
            run = BuildRun(await self.ports.runs.plan(run_id))
            self.learn(PlanSeen(run.plan))
            await phases.attach(self.ports.runs, run_id)
            log.open(self.ports.runs.open_log(run_id))
            async with aclosing(self.ports.runs.follow(run_id)) as batches:
                async for batch in batches:
                    self._run = run = run.after(batch)
                    self._show()
            result = await final_result(self.ports, run_id)
            phases.ended(result)
        except CanvosError as error:
            self.hint(f"x {error}. {error.remedy}")
            self._following = ""
            return
        if result is not None and result.cause is not None and result.cause.line:
            log.cause = result.cause.line - 1
        self.learn(Ended(result))
        while isinstance(self.app.screen, Ask):  # questions about a running build are answered by its end
            await self.app.screen.dismiss("")
        if result is not None:
            self.leave("result")
        else:
            self.hint(
                "! the supervisor is gone and left no result: the build was interrupted. AWS may go on; Validate on the Start screen looks"
            )

    def way_on(self) -> str:
        """To the result, once there is one."""
        return "Result" if self.known.result is not None else ""

    def go_on(self) -> None:
        """Leads there."""
        self.leave("result")

    def _show(self) -> None:
        if not (self.is_mounted and self.query("PhaseList") and self.query("LogBrowser") and self.screen.is_current):
            return  # not there yet, out of sight, or being taken down
        phases = self.query_one(PhaseList)
        run, now = self._run, phases.time(self.ports.clock.now())
        log = self.query_one(LogBrowser)
        if log.view.line_count != self._last_lines:
            self._last_lines, self._last_change = log.view.line_count, now
        if run is None:
            return
        began = run.started_at or now
        took = elapsed(((run.ended_at or now) - began).total_seconds())
        for bar in self.screen.query(TopBar):
            bar.took = took if run.stage is not Stage.ENDED else ""
        stage = {Stage.STARTING: "starting", Stage.RUNNING: "running", Stage.STOPPING: "STOPPING, x again to force", Stage.ENDED: "ended"}[
            run.stage
        ]
        box = self.query_one("#build-box", Panel)
        place = " · {} of {}".format(*run.place) if run.place is not None else ""
        box.entitle(f"Build{place} · {stage}", " · ".join(filter(None, (took, phases.rest(run, now)))))
        path = at_home(str(self.ports.runs.log_path(self.known.run_id)), self.ports.environ.get("HOME", ""))
        log.path = middle(path, max(16, self.size.width - 50))
        phases.show(run, now)
        wrong = phases.wrong(run, now)
        width = max(40, self.size.width - 5)
        self.query_one("#build-wrong", Static).update(Content("\n").join(row for line in wrong for row in hung(said(line), width)))
        box.say(State.WARNING if wrong else State.REST if run.stage is Stage.ENDED else State.RUNNING)
        self.query_one("#build-wrong").display = bool(wrong)
        calm = not wrong and self.screen.size.height >= 30
        note = LEAVE if run.phase is Phase.IMPORT and run.stage is not Stage.ENDED and calm else ""
        self.query_one("#build-note", Static).update(note)
        self.query_one("#build-note").display = bool(note)
        quiet = (now - self._last_change).total_seconds()
        log.note = silence(quiet, phases.pulse) if run.stage is not Stage.ENDED else ""
        log.tell()

    @on(LogPane.Full)
    def _full(self, event: LogPane.Full) -> None:
        event.stop()
        self.screen.toggle_class("-log-full")

    @work(exclusive=True, group="cancel")
    async def action_cancel(self) -> None:
        """Asks, then interrupts; the second time it kills."""
        if self._run is None or self._run.stage is Stage.ENDED:
            self.decline("no build is running")
            return
        force = self._run.stage is Stage.STOPPING
        task = self._run.task.task if self._run.task is not None else None
        text = STAYS if task is None or task.ended else f"AWS goes on with {task.task_id}. {OFFERS}"
        text = LOOP if endless(self._run) is not None else text
        line = "Force    kill it now" if force else "Cancel   interrupt the build (SIGINT), its container cleans up"
        word = await self.app.push_screen_wait(Ask("Cancel the build?", text, (Choice("", "Stay"), Choice("go", line))))
        if word == "go":
            try:
                await self.ports.runs.cancel(self.known.run_id, force=force)
                self.hint("stopping: the build was asked to end" if not force else "killed")
            except CanvosError as error:
                self.hint(f"x {error}. {error.remedy}")

    def action_copy_ids(self) -> None:
        """Copies the ids that are known, and the commands that help where something is wrong."""
        run = self._run
        ids = [f"{kind} {found}" for kind, found in run.ids.items()] if run is not None else []
        wrong = concerns(run, self.query_one(PhaseList).time(self.ports.clock.now())) if run is not None else ()
        lines = [*ids, *(command for concern in wrong for command in concern.commands)]
        if lines:
            self.copy("\n".join(lines), "ids and commands" if len(lines) > len(ids) else "ids")
        else:
            self.decline("there is no id yet")
