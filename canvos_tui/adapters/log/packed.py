"""Reads a log from a file as people have it: plain, from standard input, or packed with gzip or zip."""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from canvos_tui.core.errors import FilesError

_PIECE = 1 << 16
_MOST = 8 << 30  # bytes that are unpacked at most
_MOST_WHOLE = 320 << 20  # bytes of a file that is read at once
_ZIP, _OURS = b"PK\x03\x04", b"canvos-tui."
_REMEDY = "name a file that you may read"


def log_parts(name: str) -> Iterator[bytes]:
    """The bytes of the log, unpacked, a piece at a time; `-` is standard input. FilesError says what is wrong with the file."""
    with opened(name) as given:
        yield from given.parts()


class Given:
    """A file that is open, once: a pipe cannot be read a second time."""

    def __init__(self, name: str, source: BinaryIO) -> None:
        self._name = name
        self._source = source if hasattr(source, "peek") else io.BufferedReader(source)  # type: ignore[type-var]
        self._read: bytes | None = None

    def whole(self) -> bytes | None:
        """All bytes of what is no log by its first ones, a zip file or a JSON object; None for everything else."""
        head = self._source.peek(_PIECE).lstrip()
        if head.startswith(_ZIP) or (head.startswith(b"{") and _OURS in head):
            self._read = self._source.read(_MOST_WHOLE + 1)
            if len(self._read) > _MOST_WHOLE:
                raise FilesError(f"{self._name} is larger than {_MOST_WHOLE >> 20} MiB", remedy="unpack it by hand, and name the log in it")
        return self._read

    def parts(self) -> Iterator[bytes]:
        """The log, unpacked, a piece at a time."""
        return _unpacked(self._source if self._read is None else io.BytesIO(self._read), self._name)


@contextmanager
def opened(name: str) -> Iterator[Given]:
    """Opens a file, or standard input; FilesError for whatever goes wrong with it while it is open."""
    try:
        with sys.stdin.buffer if name == "-" else Path(name).open("rb") as source:
            yield Given(name, source)
    except OSError as error:
        raise FilesError(f"cannot read {name}: {error.strerror}", remedy=_REMEDY) from None
    except (zlib.error, zipfile.BadZipFile, EOFError, RuntimeError, NotImplementedError) as error:
        raise FilesError(f"{name} cannot be unpacked: {error}", remedy="unpack it by hand, and name the log in it") from None


def _unpacked(source: BinaryIO, name: str) -> Iterator[bytes]:
    first = source.read(_PIECE)
    if first.startswith(b"\x1f\x8b"):
        yield from _bounded(_gunzipped(first, source), name)
    elif first.startswith(_ZIP):
        yield from _bounded(_from_zip(first + source.read()), name)
    else:
        while first:
            yield first
            first = source.read(_PIECE)


def _bounded(parts: Iterator[bytes], name: str) -> Iterator[bytes]:
    size = 0
    for part in parts:
        size += len(part)
        if size > _MOST:
            raise FilesError(f"{name} holds more than {_MOST >> 30} GiB", remedy="unpack the log and cut off what is not needed")
        yield part


def _gunzipped(part: bytes, source: BinaryIO) -> Iterator[bytes]:
    """A file may hold several packed parts one behind the other, and may be cut off: what is there is given."""
    unpacker = zlib.decompressobj(31)
    while part:
        data = unpacker.decompress(part, _PIECE)
        if data:
            yield data
        if unpacker.eof and unpacker.unused_data:
            part, unpacker = unpacker.unused_data, zlib.decompressobj(31)
        else:
            part = unpacker.unconsumed_tail or (b"" if unpacker.eof else source.read(_PIECE))


def _from_zip(data: bytes) -> Iterator[bytes]:
    """The logs of the archive one behind the other, in the order of their names, as a build server packs them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = sorted(info.filename for info in archive.infolist() if not info.is_dir())
        logs = [name for name in names if name.lower().endswith((".log", ".txt"))] or names
        whole = [name for name in logs if "/" not in name]  # GitHub packs each job whole, and once more step by step
        for name in whole or logs:
            with archive.open(name) as source:
                while part := source.read(_PIECE):
                    yield part
