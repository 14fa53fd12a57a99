"""Files of the user and of our own state: read with limits, written whole or not at all."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import io
import logging
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from canvos_tui.adapters import threads
from canvos_tui.adapters.new_file import NewFiles
from canvos_tui.adapters.regular_file import read_regular
from canvos_tui.core.errors import FilesError, InvalidValueError, LinkError
from canvos_tui.core.machine import FileFacts
from canvos_tui.core.values.heard import tell

_REMEDIES = {
    errno.ENOSPC: ("the disk is full", "free some space on that filesystem and write again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space or ask for a larger quota"),
    errno.EROFS: ("the filesystem is read-only", "use a folder that can be written"),
    errno.EACCES: ("permission denied", "check the owner and mode of the folder"),
    errno.EPERM: ("not permitted", "check the owner and attributes of the file"),
    errno.ENOENT: ("there is no such folder", "create it or choose another one"),
    errno.EISDIR: ("a folder stands there", "move it away"),
    errno.ENOTDIR: ("a part of the path is a file", "choose another path"),
    errno.ENAMETOOLONG: ("the path is too long", "choose a shorter one"),
    errno.EINVAL: ("it is no regular file", "choose a file"),
    errno.EFBIG: ("it is too large to be meant", "choose another file"),
    errno.EIO: ("the device reports an error", "check the disk"),
}
_MOST_NODES = 200_000  # values in a YAML text with every alias written out


def files_error(action: str, path: Path, error: OSError) -> FilesError:
    """The OS error in words, with what to do about it."""
    reason, remedy = _REMEDIES.get(error.errno or 0, (error.strerror or type(error).__name__, ""))
    return FilesError(f"cannot {action} {path}: {reason}", remedy=remedy)


def write_atomically(path: Path, data: bytes, mode: int) -> None:
    """Temporary file beside the target with its final mode from the first byte, fsync, rename, fsync of the folder."""
    target = path.resolve() if path.is_symlink() else path  # a link stays a link, its target is replaced
    handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # created 0600
    try:
        try:
            _give(handle, target)
            os.fchmod(handle, mode)
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        Path(temporary).replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    with contextlib.suppress(OSError):  # some filesystems cannot sync a folder; the file itself is safe by then
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _give(handle: int, target: Path) -> None:
    """Leaves the owner of a file as it was, or takes that of its folder: what root wrote by sudo would be closed to its user."""
    if os.geteuid() != 0:
        return
    try:
        known = target.stat()
    except FileNotFoundError:
        known = target.parent.stat()
    with contextlib.suppress(OSError):  # where not even root may give a file away, root's it stays
        os.fchown(handle, known.st_uid, known.st_gid)


class Disk(NewFiles):
    """Implements the Files port; `state` is the state directory, created 0700 when first written."""

    def __init__(self, state: Path) -> None:
        self._drafts = state / "drafts"
        self._state = state

    async def read_bytes(self, path: Path) -> bytes | None:
        """The bytes, None when there is no such file."""
        return await threads.call(lambda: self._read(path, None))

    async def read_text(self, path: Path, limit: int = 4_000_000) -> str | None:
        """The text, None when there is no such file; at most `limit` bytes of it."""
        data = await threads.call(lambda: self._read(path, limit))
        return None if data is None else data.decode("utf-8", "replace")

    async def read_own(self, folder: Path, name: str) -> bytes | None:
        """The bytes of a checkout's own file, None when there is none; LinkError for one that is a link out of the folder."""
        return await threads.call(lambda: self._read_own(folder, name))

    @classmethod
    def _read_own(cls, folder: Path, name: str) -> bytes | None:
        path = folder / name
        if path.is_symlink():
            with contextlib.suppress(RuntimeError):  # links in a ring; opening them says so
                if not path.resolve().is_relative_to(folder.resolve()):
                    raise LinkError(
                        f"{path} is a link to {path.readlink()}: it is not followed out of the checkout",
                        remedy="put a file of its own in the place of the link",
                    )
        return cls._read(path, None)

    @staticmethod
    def _read(path: Path, limit: int | None) -> bytes | None:
        try:
            return read_regular(path, limit)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise files_error("read", path, error) from None

    async def write(self, path: Path, data: bytes, mode: int = 0o644) -> None:
        """Writes the whole file or leaves the old one; FilesError says why."""
        try:
            await asyncio.to_thread(write_atomically, path, data, mode)
        except OSError as error:
            raise files_error("write", path, error) from None

    async def make_folder(self, path: Path) -> None:
        """Creates a folder and its parents; no error when it is there."""
        try:
            await asyncio.to_thread(path.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise files_error("create", path, error) from None

    async def backup(self, path: Path, stamp: str, name: str = "") -> Path | None:
        """Copies `path` to `NAME.bak-STAMP` beside it with its mode; a taken name gets a number."""
        return await asyncio.to_thread(self._backup, path, f"{name or path.name}.bak-{stamp}")

    @staticmethod
    def _backup(path: Path, name: str) -> Path | None:
        try:
            data, mode = read_regular(path), stat.S_IMODE(path.stat().st_mode)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise files_error("read", path, error) from None
        copy, number = path.with_name(name), 1
        while copy.exists():
            number += 1
            copy = path.with_name(f"{name}-{number}")
        try:
            write_atomically(copy, data, mode)
        except OSError as error:
            raise files_error("write the backup", copy, error) from None
        return copy

    async def remove(self, path: Path) -> None:
        """Deletes a file; no error when there is none."""
        try:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        except OSError as error:
            raise files_error("delete", path, error) from None

    async def mode(self, path: Path) -> int | None:
        """Permission bits, None when there is no such file."""
        try:
            mode = stat.S_IMODE((await threads.call(path.stat)).st_mode)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise files_error("look at", path, error) from None
        tell(f"mode {path.name}", f"stat({path})", f"mode {mode:04o}")
        return mode

    async def facts(self, path: Path) -> FileFacts | None:
        """Size and inode of a regular file, None when there is none."""
        if await self.mode(path) is None:
            return None
        found = await threads.call(path.lstat)
        return FileFacts(found.st_size, found.st_ino) if stat.S_ISREG(found.st_mode) else None

    async def real(self, path: Path) -> Path:
        """The absolute path without links in it, as far as it is there."""
        try:
            return Path(await threads.call(lambda: os.path.realpath(path)))
        except ValueError:  # a byte that no path can have
            return path

    async def link(self, path: Path) -> str | None:
        """Where a symbolic link leads, None for what is no link."""
        try:
            return await threads.call(lambda: str(path.readlink()) if path.is_symlink() else None)
        except OSError as error:
            raise files_error("look at", path, error) from None

    async def yaml(self, text: str, *, texts: bool = False) -> object:
        """Parses YAML safely; with `texts` every scalar stays a text."""
        return await asyncio.to_thread(parse_yaml, text, texts=texts)

    async def read_env(self, data: bytes) -> Mapping[str, str | None]:
        """The names and values as python-dotenv reads them, without interpolation; lines that it cannot read are passed over."""
        return await asyncio.to_thread(parse_env, data)

    async def load_draft(self, name: str) -> object | None:
        """The stored draft as plain data, None when there is none or it is damaged."""
        text = await self.read_text(self._drafts / f"{name}.yaml")
        if text is None:
            return None
        with contextlib.suppress(InvalidValueError):
            return await self.yaml(text)
        return None

    async def save_draft(self, name: str, data: object) -> None:
        """Stores a draft, mode 0600, in a folder of mode 0700."""
        import yaml

        text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
        await asyncio.to_thread(self._make_private, self._drafts)
        await self.write(self._drafts / f"{name}.yaml", text.encode(), 0o600)

    def _make_private(self, folder: Path) -> None:
        try:
            self._state.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise files_error("create", folder, error) from None

    async def drafts(self) -> tuple[tuple[str, datetime], ...]:
        """Names and times of the stored drafts, newest first."""
        return await asyncio.to_thread(self._list)

    def _list(self) -> tuple[tuple[str, datetime], ...]:
        found = []
        with contextlib.suppress(OSError):
            for path in self._drafts.glob("*.yaml"):
                found.append((path.stem, datetime.fromtimestamp(path.stat().st_mtime, UTC)))
        return tuple(sorted(found, key=lambda pair: pair[1], reverse=True))


def parse_yaml(text: str, *, texts: bool = False) -> object:
    """The value of a YAML text; InvalidValueError names the line and the problem."""
    import yaml

    try:
        value: object = yaml.load(text, Loader=yaml.BaseLoader if texts else yaml.SafeLoader)  # noqa: S506  both are safe loaders
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "it is no YAML"
        raise InvalidValueError(f"{where}{problem}", allowed="valid YAML") from None
    except (ValueError, RecursionError, OverflowError) as error:  # dates such as 2026-99-99, endless nesting
        raise InvalidValueError(f"a value cannot be read: {error}", allowed="valid YAML") from None
    if _grows(value):
        raise InvalidValueError(
            "its aliases stand for more than can be held", allowed=f"{_MOST_NODES} values when each alias is written out"
        )
    return value


def _grows(value: object) -> bool:
    """Whether a value has too many parts: nine lines of aliases of aliases stand for a thousand million."""
    count, waiting = 0, [value]
    while waiting and count <= _MOST_NODES:
        one = waiting.pop()
        count += 1
        if isinstance(one, Mapping):
            waiting += [*one, *one.values()]
        elif isinstance(one, list | tuple | set):
            waiting += one
        if len(waiting) > _MOST_NODES:
            return True
    return count > _MOST_NODES


def parse_env(data: bytes) -> dict[str, str | None]:
    """What python-dotenv reads; None for a name without `=`."""
    from dotenv import dotenv_values

    logging.getLogger("dotenv").addHandler(logging.NullHandler())  # it would print a warning for a line of the user's own
    return dotenv_values(stream=io.StringIO(data.decode("utf-8", "replace")), interpolate=False)


def same_filesystem(path: Path) -> Path:
    """The nearest existing parent of a path."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def free_bytes(path: Path) -> tuple[int, int]:
    """Free and total bytes of the filesystem that holds `path` or would hold it."""
    usage = shutil.disk_usage(same_filesystem(path))
    return usage.free, usage.total
