"""What `canvos-tui fix` does to a file of the checkout: our own repair, where nobody has to be asked what was meant."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from canvos_tui.core.answers import arg_mending
from canvos_tui.core.answers.file_changes import ARG, SECRET, USER_DATA, DiffLine, FileChange, Written, apply, unified
from canvos_tui.core.checkout import secret_file
from canvos_tui.core.checks.questions import word
from canvos_tui.core.errors import Command, FilesError
from canvos_tui.core.masking.redactor import mask_text
from canvos_tui.core.ports import Files, Ports
from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass

_RULE = b".secret"
_OPEN = 0o644


@dataclass(frozen=True)
class Mending:
    """What would be done to one file, and the question in which somebody agrees to it."""

    path: Path
    change: FileChange
    question: str


def offer(name: str, folder: Path) -> Command:
    """The command by which that check's file is mended."""
    return Command(f"canvos-tui fix {name} --checkout {word(folder)}")


async def mending(name: str, ports: Ports, folder: Path) -> Mending | None:
    """What would be done for that check, None where nothing is certain; FilesError for what is no file, or a link."""
    return await MENDERS[name](ports, folder)


async def mend(ports: Ports, what: Mending, stamp: str) -> Written | None:
    """Does it, after a look at whether the file is still the one that the question was about."""
    old, path = what.change.old, what.path
    await _no_link(ports.files, path)
    if await ports.files.read_bytes(path) != old:
        raise FilesError(f"{path} has changed since it was looked at: nothing was written", remedy="run the command again")
    if old is None:
        await ports.files.make_folder(path.parent)
    done = await apply(ports.files, path.parent, (what.change,), stamp, keep_all=True)
    return done[0] if done else None


async def _arg(ports: Ports, folder: Path) -> Mending | None:
    path, data, mode = await _read(ports.files, folder / ARG)
    new = arg_mending.mended(data)
    if new == data:
        return None
    return Mending(path, FileChange(ARG, data, new, mode, _diff(ARG, _shown(data), _shown(new))), f"write {path}")


async def _secret(ports: Ports, folder: Path) -> Mending | None:
    path, data, _ = await _read(ports.files, folder / SECRET)
    new = secret_file.mended(data)
    if new == data:
        return None
    diff = _diff(SECRET, secret_file.masked(data), secret_file.masked(new))
    keys = secret_file.keys_of(data)
    read_as = secret_file.values_of(keys) if keys else {"AWS_PROFILE": Secret("")}
    return Mending(path, FileChange(SECRET, data, new, secret_file.MODE, diff, read_as), f"write {path}")


async def _permission(ports: Ports, folder: Path) -> Mending | None:
    path, data, mode = await _read(ports.files, folder / SECRET)
    if not mode & 0o077:
        return None
    told = DiffLine("@", f"the mode {mode:04o} of {SECRET} becomes {secret_file.MODE:04o}, its content stays")
    return Mending(path, FileChange(SECRET, data, data, secret_file.MODE, (told,)), f"close {path} to others")


async def _ignored(ports: Ports, folder: Path) -> Mending | None:
    path = await ports.git.exclude_file(folder)
    await _no_link(ports.files, path)
    data = await ports.files.read_bytes(path)
    lines = (data or b"").split(b"\n")
    if _RULE in lines or await ports.git.ignored(folder, SECRET):
        return None
    if await tracked(ports, folder) or await taken_back(ports, folder):  # a rule would be in vain
        return None
    new = b"\n".join([*(lines if lines[-1] else lines[:-1]), _RULE, b""])
    mode = await ports.files.mode(path) or _OPEN
    return Mending(path, FileChange(path.name, data, new, mode, _diff(path.name, _shown(data or b""), _shown(new))), f"write {path}")


async def _user_data(ports: Ports, folder: Path) -> Mending | None:
    path, data, mode = await _read(ports.files, folder / USER_DATA)
    if data.strip():
        return None
    told = DiffLine("@", f"{USER_DATA}: nothing is in it; it goes, and a copy stays")
    return Mending(path, FileChange(USER_DATA, data, b"", mode, (told,), gone=True), f"remove {path}")


MENDERS: dict[str, Callable[[Ports, Path], Awaitable[Mending | None]]] = {
    "FILE-ARG": _arg,
    "FILE-SECRET": _secret,
    "FILE-SECRET-PERM": _permission,
    "FILE-SECRET-IGNORED": _ignored,
    "FILE-USERDATA": _user_data,
}


async def tracked(ports: Ports, folder: Path) -> bool:
    """Whether `.secret` is in git already, where no rule keeps it out."""
    there = await ports.files.mode(folder / SECRET) is not None
    return there and not await ports.git.untracked(folder, (SECRET,))


async def taken_back(ports: Ports, folder: Path) -> bool:
    """Whether the checkout's .gitignore says that `.secret` is not to be ignored, which wins over what this checkout alone is told."""
    rules = (await ports.files.read_own(folder, ".gitignore") or b"").decode("utf-8", "replace").splitlines()
    return any(rule.startswith("!") and fnmatchcase(SECRET, rule[1:].strip().removeprefix("/")) for rule in rules)


async def _read(files: Files, path: Path) -> tuple[Path, bytes, int]:
    await _no_link(files, path)
    data, mode = await files.read_bytes(path), await files.mode(path)
    if data is None or mode is None:
        raise FilesError(f"there is no {path}", remedy="the wizard writes it; open it with canvos-tui")
    return path, data, mode


async def _no_link(files: Files, path: Path) -> None:
    """Who made the link decides where we would write: that may be a file of somebody else's."""
    for one in (path, path.parent):
        if one is path or one.name == "info":  # the checkout itself may be reached through a link of the user's
            target = await files.link(one)
            if target is not None:
                raise FilesError(f"{one} is a link to {target}: it is not followed", remedy="put a file in its place, then try again")


def _shown(data: bytes) -> str:
    return data.decode("utf-8", "replace").replace("\ufeff", "<U+FEFF>").replace("\r", "\\r")


def _diff(name: str, old: str, new: str) -> tuple[DiffLine, ...]:
    """The difference without secrets; never empty."""
    lines = tuple(replace(line, text=mask_text(line.text)) for line in unified(name, old, new))
    return lines or (DiffLine("@", f"only the ends of the lines of {name} change, or the mark at its beginning"),)
