"""Our streams with the gate in them: whatever is written to stdout or stderr is cleaned and masked, wherever it came from."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO, cast


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


def add_schema(parser: argparse.ArgumentParser, *names: str) -> None:
    """Adds `--schema`, which prints the JSON Schema of what `--output json` prints, and asks nothing."""
    parser.add_argument("--schema", action=_PrintSchema, names=names, help="print the JSON Schema of --output json")


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
