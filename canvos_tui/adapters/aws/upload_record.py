"""Which upload in parts was begun for an object: kept in our state folder, so that a later start goes on with it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from canvos_tui.core.errors import FilesError
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class KeptUpload:
    """An upload that was begun: its id, what the file was known by, and the bytes of a part."""

    upload_id: str
    identity: str
    part: int


class UploadRecord:
    """One file below `root`, named after the object; nothing in it is secret."""

    def __init__(self, root: Path, endpoint: str, bucket: str, key: str) -> None:
        name = hashlib.sha256("\n".join((endpoint, bucket, key)).encode()).hexdigest()[:24]
        self._path = root / "uploads" / f"{name}.json"

    def load(self) -> KeptUpload | None:
        """What was kept; None where there is nothing, or nothing that can be read."""
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
            return KeptUpload(str(data["upload_id"]), str(data["identity"]), int(data["part"]))
        except (OSError, ValueError, TypeError, KeyError, OverflowError):
            return None

    def save(self, upload_id: str, identity: str, part: int) -> None:
        """Keeps it, on the disk when it returns: whoever comes behind a death goes on with the same upload. FilesError when it cannot."""
        try:
            self._save(upload_id, identity, part)
        except OSError as error:
            raise self._refused(error) from error

    def _save(self, upload_id: str, identity: str, part: int) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=self._path.parent, prefix=".upload-")  # of mode 0600
        try:
            with os.fdopen(number, "w", encoding="utf-8") as file:
                json.dump({"upload_id": upload_id, "identity": identity, "part": part}, file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def ready(self) -> None:
        """Whether an upload could be noted, before one is begun that nobody would find again. FilesError when not."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self._path.parent) as file:
                file.write(b" " * 512)
                file.flush()
        except OSError as error:
            raise self._refused(error) from error

    def _refused(self, error: OSError) -> FilesError:
        text = f"the upload cannot be noted in {self._path.parent}: {error.strerror}"
        return FilesError(text, remedy="make room there, or let this user write to it")

    def forget(self) -> None:
        """The upload is over."""
        with contextlib.suppress(OSError):
            self._path.unlink()
