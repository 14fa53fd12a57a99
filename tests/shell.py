"""What a shell gets of the parser, the scripts that complete its words and the man page: `python -m tests.shell [--check]`.

shtab and argparse-manpage make them; they lie in the package, so that nobody needs either to use them.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import shtab
from argparse_manpage.manpage import Manpage

from canvos_tui import __version__
from canvos_tui.arguments import build_parser
from canvos_tui.commands.completion import SCRIPTS
from canvos_tui.commands.help_topics import OPTIONS, TOPICS

TARGET = Path(__file__).parents[1] / "canvos_tui" / "shell"
MAN = "canvos-tui.1"
# what a word of the command line stands for, by the name that its help gives it
KINDS = {
    "RUN": "runs",
    "RUN|AMI": "runs",
    "ID": "checks",
    "ID[=WHY]": "checks",
    "ROUTE": "routes",
    "TAG": "tags",
    "REGION": "regions",
    "TOPIC": "topics",
    ("rehearse", "NAME"): "scenarios",
}
THEMES = "--theme"  # the same option everywhere, while NAME is another word for each
BESIDE = {"--help": "what it does, and its options", "--schema": "print the JSON Schema"}  # what `help options` has not
NO_WORDS = {("leftovers", "ID")}  # what is in an account is not asked for while somebody types


def commands_of(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The parser itself without a name, then each command."""
    yield "", parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def parser_with_kinds() -> argparse.ArgumentParser:
    """The whole parser, each action with what completes it; an option that the help leaves out for want of rows is completed, too."""
    parser, told = build_parser(), {word.split()[0]: meaning for word, meaning in OPTIONS}
    for name, command in commands_of(parser):
        for action in command._actions:
            if action.help == argparse.SUPPRESS and action.option_strings:
                action.help = told.get(action.option_strings[-1], BESIDE.get(action.option_strings[-1]))
            if (how := completer(name, action)) is not None:
                vars(action)["complete"] = how
    return parser


def completer(command: str, action: argparse.Action) -> Any:
    """What shtab is to offer for a word; None where it knows by itself, or where nothing is known."""
    name = str(action.metavar)
    if THEMES in action.option_strings:
        return live("themes")
    if action.choices or (command, name) in NO_WORDS:
        return None
    if name == "FILE" or action.nargs == 2:
        return shtab.FILE
    if name == "DIR":
        return shtab.DIRECTORY
    kind = KINDS.get((command, name)) or KINDS.get(name)
    return live(kind) if kind else None


def live(kind: str) -> dict[str, Any]:
    """Words that are asked for when they are completed. shtab's own way has zsh ask for all of them while it reads the script."""
    ask, name = f"canvos-tui completion --words {kind} 2>/dev/null", f"_canvos_tui_{kind}"
    bash = f'{name}() {{ compgen -W "$({ask})" -- "$1"; }}'
    zsh = f'{name}() {{ local -a found; found=(${{(f)"$({ask})"}}); compadd -a found; }}'
    return {"bash": name, "zsh": name, "fish": f"({ask})", "preamble": {"bash": bash, "zsh": zsh}}


def roff(text: str) -> str:
    """A text that the formatter of man pages takes as it is."""
    told = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{told}" if told.startswith((".", "'")) else told


def lines(text: str) -> str:
    """The same with a line of its own for each that it has."""
    return "\n.br\n".join(map(roff, text.split("\n")))


def man_page() -> str:
    """The page, with what `help` knows besides the commands."""
    parser = build_parser()
    parser.epilog = None
    parser._optionals.title = "options of the wizard"
    data = {"project_name": "canvos-tui", "manual_title": "User Commands", "date": f"version {__version__}", "version": __version__}
    data["description"] = "build AWS cloud images with CanvOS, and say why it does not work"
    page = Manpage(parser, {**data, "prog": "canvos-tui"}, format="single-commands-section")
    for name, topic in TOPICS.items():
        if name == "version":  # of the machine that makes the page
            continue
        rows = "\n".join(f".TP\n\\fB{roff(word)}\\fR\n{lines(meaning)}" for word, meaning in topic.rows())
        page.add_section(name.replace("-", " "), ">", f"{roff(topic.about)}\n{rows}")
    return str(page)


def made() -> dict[str, str]:
    """Name and content of each file; the width of the window has no part in them."""
    with patch.dict(os.environ, {"COLUMNS": "80"}):
        scripts = {name: shtab.complete(parser_with_kinds(), shell=shell) for shell, name in SCRIPTS.items()}
        return {**scripts, MAN: man_page()}


def differing(folder: Path = TARGET) -> list[str]:
    """The files that are not what the parser says now."""
    return [name for name, text in made().items() if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text]


def main() -> int:
    """Writes them, or with `--check` says which are old."""
    if "--check" in sys.argv[1:]:
        old = differing()
        sys.stdout.write("".join(f"{name} is old; python -m tests.shell writes it anew\n" for name in old))
        return 1 if old else 0
    TARGET.mkdir(exist_ok=True)
    for name, text in made().items():
        (TARGET / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
