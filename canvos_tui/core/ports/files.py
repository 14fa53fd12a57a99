"""The gate to files, of the user and of our own state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from canvos_tui.core.machine import FileFacts


class Files(Protocol):
    """Files of the user and of our own state."""

    async def read_text(self, path: Path, limit: int = 4_000_000) -> str | None:
        """The text (UTF-8, undecodable bytes replaced), None when there is no such file."""

    async def read_bytes(self, path: Path) -> bytes | None:
        """The bytes, None when there is no such file."""

    async def read_own(self, folder: Path, name: str) -> bytes | None:
        """The bytes of a checkout's own file, None when there is none; LinkError for one that is a link out of the folder."""

    async def write(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        """Temporary file beside the target, fsync, rename. On failure the old file is untouched and FilesError says why."""

    async def write_new(self, path: Path, data: bytes) -> bool:
        """Writes a file for its owner alone (0600), whole or not at all. False, and nothing done, when something stands there already."""

    async def make_folder(self, path: Path) -> None:
        """Creates a folder and its parents; no error when it is there."""

    async def backup(self, path: Path, stamp: str, name: str = "") -> Path | None:
        """Copies `path` to `NAME.bak-STAMP` beside it (mode kept, its own name unless given); None when there was nothing."""

    async def remove(self, path: Path) -> None:
        """Deletes a file; no error when there is none."""

    async def mode(self, path: Path) -> int | None:
        """Permission bits, None when there is no such file."""

    async def facts(self, path: Path) -> FileFacts | None:
        """Size and inode of a regular file, None when there is none."""

    async def real(self, path: Path) -> Path:
        """The absolute path without links in it, as far as it is there."""

    async def link(self, path: Path) -> str | None:
        """Where a symbolic link leads, None for what is no link."""

    async def yaml(self, text: str, *, texts: bool = False) -> object:
        """Parses YAML safely; with `texts` every scalar stays the text it was written as (24.10 is no number)."""

    async def read_env(self, data: bytes) -> Mapping[str, str | None]:
        """The names and values of an env file as a reader sees it that is not ours; references are left as they stand."""

    async def load_draft(self, name: str) -> object | None:
        """The stored draft of that checkout id as plain data, None when there is none or it is damaged."""

    async def save_draft(self, name: str, data: object) -> None:
        """Stores a draft (YAML, mode 0600)."""

    async def drafts(self) -> tuple[tuple[str, datetime], ...]:
        """Names and times of the stored drafts, newest first."""
