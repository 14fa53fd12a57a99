"""What is done to the checkout's folder without git."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from canvos_tui.core.checkout.state import BAKE, EARTHFILE, GUIDE_FILES, PROGRAM, Damage, Left, Place, is_canvos
from canvos_tui.core.errors import FilesError, GitError
from canvos_tui.core.text import one_line
from canvos_tui.core.values.heard import tell


def look(folder: Path) -> Place:
    """What stands at that path."""
    found = _look(folder)
    here = [name for name in (".git", *GUIDE_FILES, BAKE) if os.path.lexists(folder / name)] if folder.is_dir() else []
    kind = "a folder" if folder.is_dir() else "a file" if folder.exists() else "no such folder"
    tell("folder", f"lstat {folder}, and in it .git, {', '.join((*GUIDE_FILES, BAKE))}", f"{kind}; there: {', '.join(here) or 'none'}")
    return found


def _look(folder: Path) -> Place:
    if not folder.exists():
        return Place.ABSENT
    if not folder.is_dir():
        return Place.FILE
    if (folder / ".git").exists():
        return Place.CANVOS if is_canvos(guide_files(folder)) else Place.OTHER_GIT
    return Place.FOLDER if any(folder.iterdir()) else Place.ABSENT


def guide_files(folder: Path) -> tuple[str, ...]:
    """Those of the files that the guide names, and that of docker-bake, that stand in the folder."""
    return tuple(name for name in (*GUIDE_FILES, BAKE) if (folder / name).is_file())


# what git reads whole, before or while it looks
_GIT_FILES = ("HEAD", "config", "config.worktree", "index", "packed-refs", "shallow", "info/exclude", "info/attributes", "info/grafts")
_GIT_FILES_BELOW = frozenset({".gitattributes", ".gitignore"})
_MOST_FOLDERS = 5000


def refuse_endless(folder: Path) -> None:
    """GitError for a pipe or a device where git would read a file: it would wait, or fill the memory, for ever."""
    found = next((path for path in _read_by_git(folder) if path.exists() and not path.is_file()), None)
    if found is not None:
        raise GitError(f"{found} is no regular file: git would never get to its end", remedy=f"look at it: ls -l {shlex.quote(str(found))}")


def _read_by_git(folder: Path) -> Iterator[Path]:
    yield from (folder / ".git" / name for name in _GIT_FILES)
    for number, (parent, folders, names) in enumerate(os.walk(folder)):
        if number == _MOST_FOLDERS:
            return
        if ".git" in folders:
            folders.remove(".git")
        yield from (Path(parent) / name for name in names if name in _GIT_FILES_BELOW)


def refuse_elsewhere(folder: Path, top: bytes) -> None:
    """GitError where git takes another folder for the checkout than the one that was asked about."""
    path = Path(os.fsdecode(top.removesuffix(b"\n")))
    if path != folder.resolve():
        raise GitError(
            f"git takes {path} for this checkout, because of core.worktree in its configuration",
            remedy=f"git -C {shlex.quote(str(folder))} config --unset core.worktree",
        )


# step 16 starts the program by its name; the other scripts are handed to bash, or copied into an image
_SCRIPTS = (".sh", EARTHFILE)
_HEAD = 64 * 1024  # bytes in which the first line end stands, wherever it is


def damage(folder: Path, tracked: tuple[str, ...]) -> Damage:
    """What of these paths is missing, a script with CR LF, or cannot be started."""
    missing = tuple(path for path in tracked if not os.path.lexists(folder / path))
    scripts = [path for path in tracked if path.endswith(_SCRIPTS) and (folder / path).is_file() and not (folder / path).is_symlink()]
    crlf = tuple(path for path in scripts if _first_line_ends_in_crlf(folder / path))
    program = folder / PROGRAM
    stuck = program.is_file() and not program.stat().st_mode & 0o111
    told = [f"{len(tracked)} files asked for", *(f"missing: {path}" for path in missing), *(f"CR LF: {path}" for path in crlf)]
    told += [f"{PROGRAM}: mode {program.stat().st_mode & 0o7777:04o}"] if program.is_file() else []
    tell(
        "whole", f"lstat each file that git lists in {folder}; the first line end of {len(scripts)} scripts", "\n".join(map(one_line, told))
    )
    return Damage(missing, crlf, (PROGRAM,) if stuck else ())


def _first_line_ends_in_crlf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(_HEAD).partition(b"\n")[0].endswith(b"\r")


def left(folder: Path, patterns: tuple[str, ...], tracked: frozenset[str]) -> tuple[Left, ...]:
    """What matches the patterns and is not, or not only, what git tracks."""
    found = {path.relative_to(folder).as_posix() for pattern in patterns for path in folder.glob(pattern)}
    here = tuple(one for path in sorted(found) if (one := _measure(folder, path, tracked)))
    told = [f"{one_line(one.path)}: {one.size} bytes, changed {one.changed:%Y-%m-%dT%H:%M:%SZ}" for one in here]
    tell("left", f"glob in {folder}, less what git tracks: {' '.join(patterns)}", "\n".join(told) or "nothing of that name")
    return here


def _measure(folder: Path, path: str, tracked: frozenset[str]) -> Left | None:
    """Size and last change of a file or of all in a folder, without what git tracks; None when nothing else is there."""
    size, changed, any_file = 0, 0.0, False
    for file in _files(folder / path):
        if file.relative_to(folder).as_posix() in tracked:
            continue
        with contextlib.suppress(OSError):
            found = file.lstat()
            size, changed, any_file = size + found.st_size, max(changed, found.st_mtime), True
    return Left(path, size, datetime.fromtimestamp(changed, UTC)) if any_file else None


def _files(path: Path) -> Iterator[Path]:
    if path.is_symlink() or not path.is_dir():
        yield path
        return
    for parent, _, names in os.walk(path):
        yield from (Path(parent) / name for name in names)


def remove_clone(folder: Path, existed: bool) -> None:  # noqa: FBT001  a fact about the folder, not a switch
    """Removes what a failed clone made; the folder itself stays when it was there before."""
    if not folder.is_dir():
        return
    if not existed:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child, ignore_errors=True)
        else:
            child.unlink(missing_ok=True)


def copy(folder: Path, target: Path, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Copies those files below `target`, deleted ones are passed over; the relative paths that were copied."""
    copied = []
    try:
        target.mkdir(mode=0o700, parents=True)
        for path in paths:
            source = folder / path
            if not (source.is_symlink() or source.is_file()):
                continue
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / path, follow_symlinks=False)
            copied.append(path)
    except OSError as error:
        raise FilesError(f"cannot copy to {target}: {error.strerror}", remedy="choose another way to keep the changes") from None
    return tuple(copied)
