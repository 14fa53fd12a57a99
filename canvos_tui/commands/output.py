"""Our streams with the gate in them: whatever is written to stdout or stderr is cleaned and masked, wherever it came from."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from canvos_tui.core.errors import AwsError, CanvosError, InvalidValueError, RightError
from canvos_tui.core.exit_codes import ExitCode


class Gate:
    """A stream that lets text pass and nothing that a terminal obeys; everything else is as the stream behind it has it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Writes the cleaned and masked text; the number of characters taken, as every stream tells it."""
        self._stream.write(_outlet().text(text))
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        """As `write`, one after the other."""
        for line in lines:
            self.write(line)

    def raw(self, text: str) -> None:
        """Writes what is our own or has been through the gate, such as a colour around a word."""
        self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


_outlets: list[Any] = []


def _outlet() -> Any:
    if not _outlets:  # loaded with the first word that is printed; the wizard's first frame does not wait for it
        from canvos_tui.core.masking.outlet import Outlet, secrets_in

        _outlets.append(Outlet(secrets_in(os.environ)))
    return _outlets[0]


@contextmanager
def gated() -> Iterator[None]:
    """Puts the gate into stdout and stderr while a command runs."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", stream if isinstance(stream, Gate) else Gate(stream)) for stream in before)
    _outlets.clear()
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def write_raw(stream: TextIO, text: str) -> None:
    """Our own escape sequences: a colour, the window's title, the bell. Nothing that came from outside."""
    (stream.raw if isinstance(stream, Gate) else stream.write)(text)


def clean_text(text: str) -> str:
    """What the gate makes of a text, for whoever wants to add colours to it."""
    return str(_outlet().text(text))


def clean_data(data: Any) -> Any:
    """What the gate makes of plain data: every text in it is masked and cleaned."""
    return _outlet().data(data)


_WIDEST = 100  # columns; a longer line is hard to follow with the eye


def room() -> int:
    """Columns of the terminal that is printed to, at most 100; 0 for a pipe or a file, whose lines stay whole."""
    import shutil

    return min(_WIDEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else 0


def write_lines(lines: Iterable[str]) -> None:
    """Prints them on stdout, folded between words where that is a terminal."""
    from canvos_tui.core.text import folded

    sys.stdout.write("".join(f"{line}\n" for line in folded(lines, room())))


def write_json(data: Any) -> None:
    """One JSON document on stdout: masked, and ASCII alone, so that nothing in it is obeyed by a terminal."""
    import json

    write_raw(sys.stdout, json.dumps(_outlet().data(data), indent=2) + "\n")
    sys.stdout.flush()


def told_error(error: CanvosError) -> int:
    """Prints an error that a user can act on, a sentence and a hint, and gives its exit code.

    2, or 3 where a right is missing, or 5 where AWS did not answer.
    """
    allowed = f"allowed: {error.allowed}" if isinstance(error, InvalidValueError) and error.allowed else ""
    hint = "; ".join(filter(None, (allowed, error.remedy)))
    sys.stderr.write(f"canvos-tui: {indented(str(error))}\n" + (f"hint: {indented(hint)}\n" if hint else ""))
    return code_of(error)


def code_of(error: CanvosError) -> ExitCode:
    """The exit code of a command that such an error ends."""
    if isinstance(error, RightError):
        return ExitCode.NOT_READY
    return ExitCode.UNDETERMINED if isinstance(error, AwsError) else ExitCode.USAGE


def indented(text: str) -> str:
    """Lines after the first stand in, so that a line feed in somebody's file name cannot look like a line of ours."""
    return "\n".join(line if n == 0 or line.startswith("  ") else f"  {line}" for n, line in enumerate(text.splitlines()))
