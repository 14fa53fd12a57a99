"""Our streams with the gate in them: whatever is written to stdout or stderr is cleaned and masked, wherever it came from."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
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


def descriptor(text: str) -> int:
    """An open descriptor beside stdin and stdout, which have their own work."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{text[:40]}` is no number; open one, as in: --events 3 3>events.jsonl") from None
    if number < 2:
        raise argparse.ArgumentTypeError(f"{number} is taken; use another, as in: --events 3 3>events.jsonl")
    try:
        os.fstat(number)
    except (OSError, OverflowError):
        raise argparse.ArgumentTypeError(f"descriptor {text[:40]} is not open; open it, as in: --events 3 3>events.jsonl") from None
    return number


def choice(text: str) -> tuple[str, str]:
    """`NAME=VALUE`, as argparse wants its errors."""
    from canvos_tui.core.answers.matrix import parse_choice
    from canvos_tui.core.errors import InvalidValueError

    try:
        return parse_choice(text)
    except InvalidValueError as error:
        raise argparse.ArgumentTypeError(error.sentence()) from None


def add_schema(parser: argparse.ArgumentParser, *names: str, of: str = "--output json") -> None:
    """Adds `--schema`, which prints the JSON Schema of what that option prints, and asks nothing."""
    parser.add_argument("--schema", action=_PrintSchema, names=names, help=f"print the JSON Schema of {of}")


class _PrintSchema(argparse.Action):
    """Like `--help`: it prints, whatever else is missing, and ends."""

    def __init__(self, option_strings: Sequence[str], dest: str, names: Sequence[str], help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)
        self._names = names

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Prints each schema, one after the other."""
        from importlib.resources import files

        for name in self._names:
            sys.stdout.write(files("canvos_tui").joinpath("schemas", f"{name}-1.json").read_text(encoding="utf-8"))
        parser.exit(0)


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
    if isinstance(error, RightError):
        return ExitCode.NOT_READY
    return ExitCode.UNDETERMINED if isinstance(error, AwsError) else ExitCode.USAGE


def indented(text: str) -> str:
    """Lines after the first stand in, so that a line feed in somebody's file name cannot look like a line of ours."""
    return "\n".join(line if n == 0 or line.startswith("  ") else f"  {line}" for n, line in enumerate(text.splitlines()))
