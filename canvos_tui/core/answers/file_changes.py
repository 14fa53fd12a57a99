"""The files of guide steps 13 to 15: what they would become, as a diff, and the writing of them."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from urllib.parse import unquote

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import Draft, UserData
from canvos_tui.core.checkout import arg_file, k8s_versions, secret_file, user_data
from canvos_tui.core.errors import FilesError, InvalidValueError
from canvos_tui.core.masking.address import password_in
from canvos_tui.core.masking.outlet import shown
from canvos_tui.core.ports import Files
from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass

ARG, SECRET, VERSIONS, USER_DATA = ".arg", ".secret", "k8s_version.json", "user-data"
# CanvOS ignores `.arg.*` but not `.secret.*`: under such names no copy of a key or token can be committed by mistake
COPIES = {SECRET: ".arg.secret", USER_DATA: ".arg.user-data"}
NAMES = (ARG, SECRET, VERSIONS, USER_DATA)


@dataclass(frozen=True)
class DiffLine:
    """One line; `kind` is `+`, `-`, ` `, `@` (place) or `f` (file header)."""

    kind: str
    text: str


@dataclass(frozen=True)
class FileChange:
    """One file before and after; `diff` is safe to show, secrets are masked in it.

    `read_as` are the names that every reader must see in the new file with these values, None for a name that must be gone.
    `gone` says that the file itself must be.
    """

    name: str
    old: bytes | None
    new: bytes
    mode: int
    diff: tuple[DiffLine, ...]
    read_as: Mapping[str, Secret | None] = field(default_factory=dict)
    gone: bool = False

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.gone or self.old != self.new


async def read_current(files: Files, folder: Path) -> dict[str, bytes | None]:
    """The files as they are now, None for each that is not there."""
    return {name: await files.read_own(folder, name) for name in NAMES}


def plan(draft: Draft, current: Mapping[str, bytes | None], chosen: bytes | None = None) -> tuple[FileChange, ...]:
    """What would be written; raises InvalidValueError for what cannot be. `chosen` are the bytes of the chosen user-data file."""
    changes = [_arg(draft, current.get(ARG))]
    if draft.keys is not None and draft.route.keys_in_build:
        changes.append(_secret(draft, current.get(SECRET)))
    versions = current.get(VERSIONS)
    if draft.several and versions is not None:
        text = versions.decode("utf-8", "surrogateescape")
        new = k8s_versions.prune(text, draft.text("K8S_DISTRIBUTION"), draft.kept)
        changes.append(
            FileChange(VERSIONS, versions, new.encode("utf-8", "surrogateescape"), 0o644, unified(VERSIONS, text, new, context=1))
        )
    data = _made(draft) if draft.user_data is UserData.TEMPLATE else chosen
    old = current.get(USER_DATA)
    if draft.user_data is UserData.NONE and old is not None:  # CanvOS builds in whatever lies there
        changes.append(FileChange(USER_DATA, old, b"", 0o600, unified(USER_DATA, covered(old), ""), gone=True))
    if draft.user_data in {UserData.TEMPLATE, UserData.FILE} and data is not None:
        lines = unified(USER_DATA, covered(old), covered(data))
        changes.append(FileChange(USER_DATA, old, data, 0o600, lines))
    return tuple(changes)


def _made(draft: Draft) -> bytes | None:
    """A user-data of the answers; None while its token or the host is missing, which keeps from writing."""
    endpoint, user, ssh_key = (draft.text(field.key) for field in fields.USER_DATA)
    if draft.token is None or not endpoint:
        return None
    return user_data.template(endpoint, draft.token.reveal(), user, ssh_key).encode()


def _arg(draft: Draft, old: bytes | None) -> FileChange:
    new = arg_file.render(old, draft.args(), draft.without_args())
    wanted: dict[str, Secret | None] = {key: Secret(value) for key, value in draft.args().items()}
    return FileChange(ARG, old, new, 0o644, _shown(ARG, old, new), {**wanted, **dict.fromkeys(draft.without_args())})


def _secret(draft: Draft, old: bytes | None) -> FileChange:
    assert draft.keys is not None
    new = secret_file.render(draft.keys, old)
    lines = unified(SECRET, secret_file.masked(old or b""), secret_file.masked(new))
    if old is not None and old != new and not lines:
        lines = (DiffLine("@", "(a masked value changes)"),)
    return FileChange(SECRET, old, new, secret_file.MODE, lines, secret_file.values_of(draft.keys))


def _shown(name: str, old: bytes | None, new: bytes) -> tuple[DiffLine, ...]:
    """The difference without the secrets in it; that one of them changed is said."""
    lines = unified(name, shown(_text(old)), shown(_text(new)))
    return lines if lines or old == new else (DiffLine("@", "(a masked value changes)"),)


def _text(data: bytes | None) -> str:
    return (data or b"").decode("utf-8", "replace").replace("\r", "\\r")


def covered(data: bytes | None) -> str:
    """user-data with its token's value hidden."""
    lines = shown((data or b"").decode("utf-8", "replace")).splitlines()
    return "\n".join(
        f"{line.split(':', 1)[0]}: ********" if any(w in line.lower() for w in ("token", "passw", "secret")) and ":" in line else line
        for line in lines
    )


@dataclass(frozen=True)
class Written:
    """A file that was written, and where its old content went."""

    name: str
    backup: Path | None


async def apply(files: Files, folder: Path, changes: tuple[FileChange, ...], stamp: str, *, keep_all: bool = False) -> tuple[Written, ...]:
    """Backs up, then writes each changed file whole; stops at the first FilesError with the files written so far intact.

    Before anything is written a reader that is not ours looks at what would be: FilesError where it sees something else.
    `keep_all` keeps a copy of a `.secret` with the same keys, too.
    """
    for change in changes:
        await _read_back(files, change)
    done = []
    for change in changes:
        path = folder / change.name
        if not change.changed and await files.mode(path) == change.mode:
            continue
        backup = await _kept(files, path, change, stamp, keep_all=keep_all) if change.old is not None and change.changed else None
        if change.gone:
            await files.remove(path)
        else:
            await files.write(path, change.new, change.mode)
        done.append(Written(change.name, backup))
    return tuple(done)


async def _read_back(files: Files, change: FileChange) -> None:
    """Only our own names are compared: a line of the user's that two readers take differently is his, and a check tells of it."""
    if not change.read_as:
        return
    seen = await files.read_env(change.new)
    for name, wanted in change.read_as.items():
        value = seen.get(name)
        if (value is None) is not (wanted is None) or (wanted is not None and value != wanted.reveal()):
            raise FilesError(
                f"{change.name} was not written: read back, {name} would not be what was asked for",
                remedy=f"look at the lines of {change.name} above {name}, or move the file away and let it be written anew",
            )


async def _kept(files: Files, path: Path, change: FileChange, stamp: str, *, keep_all: bool) -> Path | None:
    """The copy of the old file. AWS shows a secret key only once, so a `.secret` with other keys is kept as well."""
    if change.name == SECRET:
        if not keep_all and secret_file.keys_of(change.old or b"") in {None, secret_file.keys_of(change.new)}:
            return None
        if (await files.mode(path) or 0) & ~change.mode:  # the copy takes the file's mode: nobody gets to read the keys there either
            await files.write(path, change.old or b"", change.mode)
    return await files.backup(path, stamp, name=COPIES.get(change.name, ""))


async def texts_to_mask(files: Files, draft: Draft, changes: tuple[FileChange, ...]) -> tuple[str, ...]:
    """The texts beside the keys that must not reach a log: passwords in addresses, and the secrets of the user-data that is built in."""
    found = [text for value in draft.args().values() if (password := password_in(value)) for text in {password, unquote(password)}]
    data = next((change.new for change in changes if change.name == USER_DATA), None)
    if not data and draft.folder is not None:
        data = await files.read_own(draft.folder, USER_DATA)  # the checkout's own is built in without being asked for
    if data is not None:
        text = data.decode("utf-8", "replace")
        try:
            found += user_data.secrets_in(await files.yaml(text, texts=True))
        except InvalidValueError:  # the build will not get far with it, but it prints it
            found += user_data.secrets_in(
                [{name: value.strip(" \"'") for name, _, value in [line.partition(":")]} for line in text.splitlines()]
            )
    return tuple(dict.fromkeys(found))


def unified(name: str, old: str, new: str, context: int = 2) -> tuple[DiffLine, ...]:
    """The changes from `old` to `new`, empty when there are none."""
    out: list[DiffLine] = []
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), f"{name} (now)", f"{name} (new)", n=context, lineterm=""):
        if line.startswith(("---", "+++")) and len(out) < 2:
            out.append(DiffLine("f", line))
        elif line.startswith("@@"):
            out.append(DiffLine("@", line))
        else:
            out.append(DiffLine(line[:1] or " ", line))
    return tuple(out)


def counts(lines: tuple[DiffLine, ...]) -> tuple[int, int]:
    """Lines added and lines removed."""
    return sum(1 for d in lines if d.kind == "+"), sum(1 for d in lines if d.kind == "-")
