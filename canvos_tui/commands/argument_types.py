"""What several commands take on their command line: an open descriptor, a choice, the option that prints a schema.

Apart from our streams, which the wizard needs as well: it is opened without argparse, and its first page does not wait for that.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence


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
