"""The CanvOS folder: what was found there and what would be done to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import Enum
from pathlib import Path

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.values import dataclass

EARTHFILE, PROGRAM = "Earthfile", "earthly.sh"  # those that step 16 runs
BAKE = "docker-bake.hcl"  # the same build in another language, on branches of CanvOS so far
GUIDE_FILES = (".arg.template", EARTHFILE, PROGRAM, "k8s_version.json")  # step 5: the files to look at
_ITS_OWN = (".arg.template", "k8s_version.json")  # what no other project has
PRIVATE = (".arg", ".env", ".secret", "user-data")  # hold keys, tokens or passwords: they never become git's objects
PUBLIC_REPOSITORY = "https://github.com/spectrocloud/CanvOS.git"


class Place(Enum):
    """What is at the chosen path."""

    ABSENT = "absent"  # nothing, or an empty folder: can be cloned into
    CANVOS = "canvos"  # a git checkout that looks like it
    OTHER_GIT = "other git repository"
    FOLDER = "folder with other files"
    FILE = "file"


@dataclass(frozen=True)
class Change:
    """A local change: git's two-letter status and the path."""

    status: str
    path: str

    @property
    def tracked(self) -> bool:
        """Whether git knows the file, so that a checkout could refuse because of it."""
        return self.status != "??"


@dataclass(frozen=True)
class Left:
    """A file or folder that git does not track: its path below the checkout, its bytes and when anything in it last changed."""

    path: str
    size: int
    changed: datetime


@dataclass(frozen=True)
class Damage:
    """What of a commit does not stand in the folder as it was committed: paths below the checkout.

    `missing` are not there at all (deleted, or never checked out by a sparse checkout), `crlf` are scripts whose lines end in CR LF,
    `not_runnable` cannot be started because their mode has no `x`. `sparse` says that git left some out because it was told to.
    """

    missing: tuple[str, ...] = ()
    crlf: tuple[str, ...] = ()
    not_runnable: tuple[str, ...] = ()
    sparse: bool = False


@dataclass(frozen=True)
class CheckoutState:
    """A folder as git sees it. `tag` is the tag at HEAD, "" when HEAD has none."""

    place: Place
    path: Path
    tag: str = ""
    commit: str = ""
    changes: tuple[Change, ...] = ()
    shallow: bool = False
    files: tuple[str, ...] = ()  # those of GUIDE_FILES that exist, and BAKE
    remote: str = ""
    branch: str = ""  # "" where a tag or a commit is checked out by itself

    @property
    def lacks(self) -> tuple[str, ...]:
        """What the build cannot do without, and is not there."""
        return tuple(name for name in (EARTHFILE, PROGRAM) if name not in self.files) if self.place is Place.CANVOS else ()

    @property
    def deleted(self) -> frozenset[str]:
        """Files of the commit that somebody took away: git can bring them back."""
        return frozenset(c.path for c in self.changes if "D" in c.status)

    @property
    def in_the_way(self) -> tuple[Change, ...]:
        """Changes to tracked files: those that a checkout of another tag may refuse to overwrite."""
        return tuple(c for c in self.changes if c.tracked)


def is_canvos(files: Collection[str]) -> bool:
    """Whether a folder with these of GUIDE_FILES and BAKE is a checkout of CanvOS, whatever git says."""
    return sum(name in files for name in GUIDE_FILES) > 1 or (BAKE in files and any(name in files for name in _ITS_OWN))


def checkout_id(path: Path) -> str:
    """A short name for a checkout that holds for drafts and locks: the folder's name and a hash of its absolute path."""
    import hashlib  # loads OpenSSL; the first page names no lock

    digest = hashlib.sha256(str(path).encode("utf-8", "surrogatepass")).hexdigest()[:10]
    stem = "".join(c if c.isalnum() else "-" for c in path.name.lower())[:24].strip("-")
    return f"{stem or 'checkout'}-{digest}"


def parse_folder(text: str, home: Path) -> Path:
    """An absolute path for the checkout; `~` is the home folder. `:` is refused, because earthly.sh mounts the folder with `-v`."""
    text = text.strip()
    if not text:
        raise InvalidValueError("a folder is needed", allowed="one that starts with / or ~/", remedy="try ~/CanvOS")
    path = home / text[1:].lstrip("/") if text == "~" or text.startswith("~/") else Path(text)
    if not path.is_absolute():
        raise InvalidValueError(f"`{text}` is a relative path", allowed="one that starts with / or ~/")
    sizes = [len(part.encode("utf-8", "surrogateescape")) for part in (str(path), *path.parts)]
    if sizes[0] > 4095 or max(sizes[1:]) > 255:
        raise InvalidValueError("the path is too long", allowed="255 bytes in a name, 4095 in all")
    if any("\ud800" <= c <= "\udfff" for c in str(path)):
        raise InvalidValueError(
            "the path is not UTF-8", allowed="a path whose names are UTF-8", remedy="rename the folder, or choose another"
        )
    bad = sorted({c for c in str(path) if c == ":" or ord(c) < 32})
    if bad:
        named = "`:`" if bad[0] == ":" else "a control character"
        raise InvalidValueError(
            f"{named} cannot stand in the path",
            allowed="any path without `:`",
            remedy="Docker reads `:` as the end of a volume's name",
        )
    return path


def parse_repository(text: str) -> str:
    """A git URL or a local path to clone from, as git takes it."""
    text = text.strip()
    if not text:
        raise InvalidValueError("a repository is needed", allowed="a URL or a local path", remedy=f"try {PUBLIC_REPOSITORY}")
    if text.startswith("-"):
        raise InvalidValueError("a repository cannot start with `-`", allowed="a URL or a local path")
    if any(ord(c) < 33 for c in text):
        raise InvalidValueError("blanks and control characters cannot stand in a repository's address", allowed="a URL or a local path")
    return text


def stashing(message: str, private: Iterable[str] = ()) -> tuple[str, ...]:
    """The words after `git` that put all changes on the stash, new files too, but for those that are private.

    Git refuses an exception for a file that it ignores anyway, so only the others may be named.
    """
    excepted = tuple(f":(exclude){name}" for name in private)
    return ("stash", "push", "--include-untracked", "--message", message, *(("--", ".", *excepted) if excepted else ()))
