"""The command line: argv to the command that does it, and the exit code. Imports nothing heavy before a command needs it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from canvos_tui import __version__
from canvos_tui.commands.output import gated, indented, told_error
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.exit_codes import ExitCode

if TYPE_CHECKING:
    import argparse


def _set_look(args: argparse.Namespace) -> None:
    """The options that say how things look, as the variables that everybody reads."""
    if args.no_color:
        os.environ["NO_COLOR"] = "1"
    if args.no_mouse:
        os.environ["CANVOS_TUI_NO_MOUSE"] = "1"  # tui.pace.NO_MOUSE
    if args.no_bell:
        os.environ["CANVOS_TUI_NO_BELL"] = "1"
    if args.ascii:
        os.environ["CANVOS_TUI_ASCII"] = "1"  # core.plain_ascii.VARIABLE, not imported for its sake
    if args.theme == "none":
        os.environ["NO_COLOR"] = "1"
    elif args.theme:
        from canvos_tui.tui.theme import VARIABLE, known

        known(args.theme)
        os.environ[VARIABLE] = args.theme


def _run(words: list[str]) -> int:
    from canvos_tui.commands.wizard import open_wizard

    if not words:  # the wizard needs no word of the parser, and the parser loads every command
        return open_wizard()
    from canvos_tui.arguments import build_parser

    args = build_parser(words).parse_args(words)
    _set_look(args)
    if args.run is None:
        return open_wizard(args.checkout, args.repo, plain=args.plain, config=args.config)
    return int(args.run(args))


def _whole_streams() -> None:
    """A stream that the caller closed leads nowhere from now on: else the next file to be opened takes its place, and what is printed."""
    for number, mode in ((0, os.O_RDONLY), (1, os.O_WRONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest number that is free
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115  for as long as the process lives
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def _no_folder() -> bool:
    try:
        os.getcwd()  # noqa: PTH109  pathlib is not loaded for its sake
    except OSError:
        return True
    return False


def _lost(error: OSError) -> int:
    """What became of an output that could not be written, or of the folder that the user stands in; raises it again where it is neither."""
    if isinstance(error, BrokenPipeError):  # the reader of our output went away, for example `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.INTERRUPTED
    if isinstance(error, FileNotFoundError) and _no_folder():
        sys.stderr.write("canvos-tui: the folder that you stand in is not there any more\nhint: cd to one that is\n")
        return ExitCode.USAGE
    if error.filename is None and error.errno in {errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG}:  # no file of ours: what was printed
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"canvos-tui: the output cannot be written: {error.strerror}\nhint: it is not complete; write it elsewhere\n")
        return ExitCode.USAGE
    raise error


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command; errors that a user can act on are one sentence and a hint.

    Their exit code is 2, or 3 where a right is missing, or 5 where AWS did not answer.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:  # asked for often, and before anything is loaded
        sys.stdout.write(f"canvos-tui {__version__}\n")
        return 0
    _whole_streams()
    with gated():
        if sorted(words) == ["--verbose", "--version"]:
            words = ["help", "version"]
        return _told(words)


def _told(words: list[str]) -> int:
    try:
        try:
            return _run(words)
        finally:
            sys.stdout.flush()  # here it can still be told that it failed
    except CanvosError as error:
        return told_error(error)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except OSError as error:
        try:
            return _lost(error)
        except OSError:
            return _crashed(error, words)
    except Exception as error:  # noqa: BLE001  a bug of ours, which must not print what it had at hand
        return _crashed(error, words)


def _crashed(error: Exception, words: list[str]) -> int:
    """Keeps a report without any value in it, and says where it lies; of the words only the command is told."""
    from canvos_tui.adapters.crash_file import keep, report
    from canvos_tui.adapters.machine.about import reports_to
    from canvos_tui.arguments import COMMANDS

    home = reports_to()
    where = f"; reports are taken at {home}" if home else "; send it to whoever gave you canvos-tui"
    text = report(error, next((word for word in words if word in COMMANDS), "the wizard"), os.environ)
    path = keep(text, os.environ)
    if path is None:
        sys.stderr.write(f"canvos-tui: this is a bug of ours; the report cannot be stored, so it stands here{where}:\n{indented(text)}\n")
    else:
        said = f"this is a bug of ours ({type(error).__name__}); attach the masked report to yours: {path}{where}"
        sys.stderr.write(f"canvos-tui: {said}\n")
    return ExitCode.BUG
