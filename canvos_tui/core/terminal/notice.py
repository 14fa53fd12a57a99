"""What a terminal is told beside the screen: its title, a progress mark, a bell at the end. Sequences only; whoever calls writes them.

Title: OSC 0, with the old one kept on the terminal's own title stack (CSI 22 t and 23 t). Progress: OSC 9;4, only for terminals known to
take it, because others show the number as a notification. All of it is taken back by `restore`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from canvos_tui.core.run.outcome import WORDS

if TYPE_CHECKING:
    from canvos_tui.core.run.result import RunResult
    from canvos_tui.core.run.run import BuildRun

NO_BELL = "CANVOS_TUI_NO_BELL"  # set by --no-bell
_PROGRESS = frozenset({"ghostty", "WezTerm", "WindowsTerminal", "ConEmu"})
_OSC9 = frozenset({"iTerm.app", "WezTerm", "ghostty", "WindowsTerminal"})
_LONGEST = 80  # characters of a title


def title_of(run: BuildRun) -> str:
    """The phase, and its number where there is a real one."""
    phase = run.phase
    if phase is None:
        return "canvos-tui: starting"
    percent = run.percent
    number = f"{run.place[0]} " if run.place is not None else ""
    return f"canvos-tui: {number}{phase.title}{f' {percent} %' if percent is not None else ''}"


def ended(result: RunResult) -> str:
    """The last word: the outcome, and the AMI where there is one."""
    return f"canvos-tui: {WORDS[result.outcome]}{f' {result.ami}' if result.ami else ''}"


class Notice:
    """Remembers what it changed."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        term, inside = environ.get("TERM", ""), bool(environ.get("TMUX") or environ.get("STY"))
        program = environ.get("TERM_PROGRAM", "")
        if environ.get("WT_SESSION"):
            program = "WindowsTerminal"
        elif environ.get("ConEmuANSI") == "ON":
            program = "ConEmu"
        plain = term in {"", "dumb", "linux"}
        self._titles = not plain and not environ.get("STY")  # GNU screen has no title stack
        self._progress = not plain and not inside and program in _PROGRESS
        self._words = "" if plain or inside else "9" if program in _OSC9 else "777;notify" if environ.get("VTE_VERSION") else ""
        self._bell = not environ.get(NO_BELL) and term != "dumb"
        self._title = ""
        self._percent: int | None = None

    def show(self, title: str, percent: int | None = None) -> str:
        """The sequences for a new title and progress; empty when nothing changed."""
        told = ""
        title = "".join(c for c in title if c.isprintable())[:_LONGEST]
        if self._titles and title != self._title:
            told += ("" if self._title else "\x1b[22;0t") + f"\x1b]0;{title}\x07"
            self._title = title
        if self._progress and percent != self._percent:
            told += f"\x1b]9;4;{0 if percent is None else 1};{percent or 0}\x07"
            self._percent = percent
        return told

    def ring(self, words: str) -> str:
        """The bell, and a notification where the terminal has one."""
        if not self._bell:
            return ""
        words = "".join(c for c in words if c.isprintable() and c != ";")[:_LONGEST]
        said = {"9": f"\x1b]9;{words}\x07", "777;notify": f"\x1b]777;notify;canvos-tui;{words}\x07"}.get(self._words, "")
        return said + "\x07"

    def restore(self) -> str:
        """Takes back what was changed; empty when nothing was, or when that was done."""
        told = ("\x1b]9;4;0;0\x07" if self._percent is not None else "") + ("\x1b[23;0t" if self._title else "")
        self._title, self._percent = "", None
        return told
