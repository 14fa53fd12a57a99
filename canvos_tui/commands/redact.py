"""`redact`: masks keys, tokens and passwords in a log that was obtained elsewhere. Works offline."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from canvos_tui.core.errors import FilesError


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command."""
    parser = commands.add_parser(
        "redact",
        help="mask secrets in a log",
        description="Masks by shape: keys, tokens, passwords, user-data. Secrets of no known shape are not found.",
        epilog="Example: canvos-tui redact build.log > safe.log",
    )
    parser.add_argument("file", metavar="FILE", help="the log; - for standard input")
    parser.add_argument(
        "--values-from",
        action="append",
        default=[],
        metavar="FILE",
        help="mask the values of this file too: .secret, .arg, YAML or one a line",
    )
    parser.set_defaults(run=redact)


def redact(args: argparse.Namespace) -> int:
    """The masked text on stdout, the counts per rule on stderr."""
    from canvos_tui.core.masking.outlet import values_of
    from canvos_tui.core.masking.redactor import Redactor
    from canvos_tui.core.masking.spellings import Masked
    from canvos_tui.core.secret import Secret

    redactor = Redactor(Masked("value", Secret(text)) for name in args.values_from for text in values_of(_read(name)))
    for data in _parts(args.file):
        _write(redactor.feed(data))
    _write(redactor.flush())
    sys.stdout.flush()
    found = ", ".join(f"{rule} {count}" for rule, count in sorted(redactor.counts.items())) or "nothing of a known shape"
    sys.stderr.write(f"masked: {found}\n")
    return 0


def _parts(name: str) -> Iterator[bytes]:
    """The file in parts; only what goes wrong with reading is the file's fault."""
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as source:
            while data := source.read(1 << 16):
                yield data
    except OSError as error:
        raise FilesError(f"cannot read {name}: {error.strerror}", remedy="name a file that you may read") from None


def _read(name: str) -> str:
    try:
        return Path(name).read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise FilesError(f"cannot read {name}: {error.strerror}", remedy="name a file that you may read") from None


def _write(masked: bytes) -> None:
    """Every byte that is no secret stays for a file or a pipe; a terminal gets nothing that it would obey."""
    if sys.stdout.isatty():
        sys.stdout.write(masked.decode("utf-8", "replace"))
    else:
        sys.stdout.buffer.write(masked)
