"""`doctor --explain ID`: all about a check, for whoever has only its id. Nothing is asked, not even of this machine."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence

from canvos_tui.adapters.explanations import load_explanations
from canvos_tui.commands.output import room, write_json
from canvos_tui.core.checks.check import Check
from canvos_tui.core.checks.explanation import data_of, markdown_page, page
from canvos_tui.core.checks.registry import CHECKS
from canvos_tui.core.checks.selection import Wish, unknown_word
from canvos_tui.core.exit_codes import ExitCode

EXPLAINED = "canvos-tui.check-explanations/1"
_ALL = "all"
_WIDTH = 79
_INDENT = 9  # characters of a label such as `Asked    `


def main_explain(name: str, output: str | None) -> int:
    """Prints the page of that check, or of all; an id that is none is told with the nearest one."""
    if name == _ALL:
        return print_pages(CHECKS, output)
    known = name.upper()
    if problem := unknown_word(CHECKS, Wish(only=(known,))):
        sys.stderr.write(f"canvos-tui doctor: {problem[0].replace('--only', '--explain')}\nhint: {problem[1]}\n")
        return ExitCode.USAGE
    return print_pages([check for check in CHECKS if check.id == known], output)


def print_pages(checks: Sequence[Check], output: str | None) -> int:
    """The pages of these checks in the form that was asked for; short is as text."""
    told = load_explanations()
    if output == "json":
        write_json({"schema": EXPLAINED, "checks": [data_of(check, told[check.id]) for check in checks]})
    elif output == "markdown":
        pages = ["\n".join(markdown_page(check, told[check.id])) for check in checks]
        sys.stdout.write("\n\n".join(["# The checks of canvos-tui", *pages]) + "\n")
    else:
        pages = ["\n".join(_wrapped(line) for line in page(check, told[check.id])) for check in checks]
        sys.stdout.write("\n\n\n".join(pages) + "\n")
    return ExitCode.OK


def _wrapped(line: str) -> str:
    """A line of at most 79 columns, what goes on under the first word of the text; addresses and commands stay whole."""
    text = line.lstrip()
    indent = " " * (len(line) - len(text) + (2 if text.startswith("* ") else 0) if line.startswith(" ") else _INDENT)
    width = min(_WIDTH, room() or _WIDTH)
    return "\n".join(textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))
