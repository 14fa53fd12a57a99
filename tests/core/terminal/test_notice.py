"""The window's title, its progress mark and the bell: only where the terminal takes them, and all of it taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from canvos_tui.core.aws.facts import Baseline, ImportTask
from canvos_tui.core.run.events import PhaseEntered, TaskSeen, UploadSeen
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan, BuildRun
from canvos_tui.core.terminal.notice import NO_BELL, Notice, ended, title_of

AT = datetime(2026, 11, 22, tzinfo=UTC)
XTERM = {"TERM": "xterm-256color"}
RUN = BuildRun(BuildPlan("/x", "v4.9.38", ("./earthly.sh",), Baseline(AT, "us-east-1", "b", "k")))
UPLOADING = RUN.after((PhaseEntered(AT, Phase.UPLOAD, 1),))


def test_a_title_is_put_on_the_stack_once_and_taken_back_once():
    notice = Notice(XTERM)
    assert notice.show("canvos-tui: 2 Base image") == "\x1b[22;0t\x1b]0;canvos-tui: 2 Base image\x07"
    assert notice.show("canvos-tui: 2 Base image") == "", "a window that does not change gets no bytes"
    assert notice.show("canvos-tui: 3") == "\x1b]0;canvos-tui: 3\x07"
    assert notice.restore() == "\x1b[23;0t"
    assert notice.restore() == ""
    assert notice.show("again").startswith("\x1b[22;0t"), "after fg the stack is used anew"


@pytest.mark.parametrize("environ", [{}, {"TERM": "dumb"}, {"TERM": "linux"}, {"TERM": "screen", "STY": "1.pts"}])
def test_a_terminal_without_a_title_stack_keeps_its_title(environ):
    notice = Notice(environ)
    assert notice.show("x", 5) == ""
    assert notice.restore() == ""


@pytest.mark.parametrize("environ", [{"TERM_PROGRAM": "ghostty"}, {"TERM_PROGRAM": "WezTerm"}, {"WT_SESSION": "1"}, {"ConEmuANSI": "ON"}])
def test_progress_goes_to_terminals_that_know_it_and_is_cleared(environ):
    notice = Notice({**XTERM, **environ})
    assert "\x1b]9;4;1;42\x07" in notice.show("x", 42)
    assert notice.show("x", 43) == "\x1b]9;4;1;43\x07"
    assert "\x1b]9;4;0;0\x07" in notice.show("x", None)
    notice.show("x", 9)
    assert notice.restore() == "\x1b]9;4;0;0\x07\x1b[23;0t"


@pytest.mark.parametrize("environ", [{}, {"TERM_PROGRAM": "iTerm.app"}, {"TERM_PROGRAM": "ghostty", "TMUX": "/tmp/x,1,0"}])
def test_other_terminals_get_no_number_that_they_would_show_as_a_notification(environ):
    assert "]9;" not in Notice({**XTERM, **environ}).show("x", 42)


def test_the_bell_rings_unless_nobody_wants_it():
    assert Notice(XTERM).ring("DONE") == "\x07"
    assert Notice({**XTERM, "VTE_VERSION": "7600"}).ring("DONE ami-1") == "\x1b]777;notify;canvos-tui;DONE ami-1\x07\x07"
    assert Notice({**XTERM, "TERM_PROGRAM": "iTerm.app"}).ring("DONE") == "\x1b]9;DONE\x07\x07"
    assert Notice({**XTERM, NO_BELL: "1"}).ring("DONE") == ""
    assert Notice({"TERM": "dumb"}).ring("DONE") == ""


def test_no_foreign_word_gets_out_of_the_title():
    told = Notice(XTERM).show("evil\x07\x1b]52;c;AAAA\x07" + "x" * 500)
    assert told.count("\x07") == 1
    assert told.count("\x1b") == 2
    assert len(told) < 110


def test_a_number_stands_only_where_somebody_counts():
    assert (title_of(RUN), RUN.percent) == ("canvos-tui: starting", None)
    assert title_of(UPLOADING) == "canvos-tui: 6 Upload to S3"
    assert UPLOADING.after((UploadSeen(AT, 5, 0, "aws"),)).percent is None
    assert title_of(UPLOADING.after((UploadSeen(AT, 1, 4, "log"),))) == "canvos-tui: 6 Upload to S3 25 %"
    task = ImportTask("import-snap-1", "active", 42)
    importing = UPLOADING.after((PhaseEntered(AT, Phase.IMPORT, 2), TaskSeen(AT, task)))
    assert title_of(importing) == "canvos-tui: 7 Snapshot import 42 %"
    assert importing.after((TaskSeen(AT, replace(task, progress=None)),)).percent is None


def test_the_last_word_names_the_outcome():
    assert ended(RunResult("r", Outcome.FAILED)) == "canvos-tui: FAILED"
    assert ended(RunResult("r", Outcome.SUCCEEDED, ami="ami-1")) == "canvos-tui: DONE ami-1"
