"""What was written of a snapshot: kept in our state folder, because AWS shows no block of a snapshot that is still written.

A record of 36 bytes a block, its index and its SHA-256, appended as AWS acknowledges it. A tail that is torn or lost only means that
those blocks are sent once more, which AWS allows while a snapshot is pending.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from canvos_tui.core.errors import FilesError
from canvos_tui.core.values import dataclass

_RECORD = struct.Struct(">I32s")
_MARK = 16  # hexadecimal digits by which a folder tells contents apart
_OFTEN = 1.0  # seconds between two writes through to the disk


@dataclass(frozen=True)
class Begun:
    """A snapshot that was begun: its id, "" before AWS has answered, the number of the attempt, from 0, and what it is to hold."""

    snapshot_id: str = ""
    attempt: int = 0
    seal: str = ""


class Journal:
    """A folder below `root` for each content of what `name` stands for: a second image under a name forgets nothing of the first.

    Nothing in it is secret. FilesError where it cannot be written.
    """

    def __init__(self, root: Path, name: str) -> None:
        self._folder = self._named = root / "snapshots" / name
        self._fd = -1
        self._synced = 0.0

    def load(self, seal: str) -> Begun:
        """What was begun for such a content; the first attempt where there is nothing, or nothing that can be read."""
        mark = hashlib.sha256(seal.encode()).hexdigest()[:_MARK]
        self._folder = self._named.with_name(f"{self._named.name}-{mark}")
        if not self._folder.exists() and self._read(self._named).seal == seal:  # as versions up to 0.1 kept it: one folder a name
            with contextlib.suppress(OSError):
                self._named.rename(self._folder)
        found = self._read(self._folder)
        return found if found.seal == seal else Begun(seal=seal)

    @staticmethod
    def _read(folder: Path) -> Begun:
        try:
            data = json.loads((folder / "begun.json").read_text(encoding="utf-8"))
            return Begun(str(data["snapshot_id"]), int(data["attempt"]), str(data["seal"]))
        except (OSError, ValueError, TypeError, KeyError, OverflowError):
            return Begun()

    def save(self, begun: Begun) -> None:
        """On the disk when it returns, before anything is written to the snapshot."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=self._folder, prefix=".begun-")  # of mode 0600
            try:
                with os.fdopen(number, "w", encoding="utf-8") as file:
                    json.dump(asdict(begun), file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self._folder / "begun.json")
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self._refused(error) from error

    def written(self, begun: Begun, digests: Mapping[int, bytes]) -> set[int]:
        """The blocks that AWS has acknowledged with the digests that they have here; opens the journal for more."""
        try:
            path = self._folder / f"{begun.attempt}-{begun.snapshot_id}.blocks"
            data = path.read_bytes() if path.exists() else b""
            whole = len(data) - len(data) % _RECORD.size
            self.close()
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            if whole != len(data):
                os.ftruncate(self._fd, whole)
        except OSError as error:
            raise self._refused(error) from error
        return {index for index, digest in _RECORD.iter_unpack(data[:whole]) if digests.get(index) == digest}

    def note(self, index: int, digest: bytes) -> None:
        """AWS has acknowledged a block."""
        try:
            os.write(self._fd, _RECORD.pack(index, digest))
            if time.monotonic() - self._synced > _OFTEN:
                os.fsync(self._fd)
                self._synced = time.monotonic()
        except OSError as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Nothing more is noted."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def forget(self) -> None:
        """The snapshot is complete, and AWS itself shows it from now on."""
        self.close()
        with contextlib.suppress(OSError):
            for path in self._folder.iterdir():
                path.unlink()
            self._folder.rmdir()

    def _refused(self, error: OSError) -> FilesError:
        text = f"what was written of the snapshot cannot be noted in {self._folder}: {error.strerror}"
        return FilesError(text, remedy="make room there, or let this user write to it")
