"""What our own stages may ask of EC2 beyond the import script's parameters when they register an AMI, and whether AWS did so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.text import GIB
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:
    from canvos_tui.core.aws.facts import Image

IMDS, VOLUME_TYPE, DELETE, ROOT_SIZE = "imds", "volume_type", "delete_on_termination", "root_size"  # the answers
KEYS = (IMDS, VOLUME_TYPE, DELETE, ROOT_SIZE)
SCRIPT = "script"  # the answer that leaves a parameter out, as the script does; so does an empty one
ONLY_V2, GP3, YES, NO = "v2.0", "gp3", "yes", "no"
LARGEST = 16_384  # GiB of a gp3 volume in every region
LABELS = {
    IMDS: {
        SCRIPT: "says nothing, as the script: the account's default",
        ONLY_V2: "metadata with a session token alone (IMDSv2), hop limit 2",
    },
    VOLUME_TYPE: {SCRIPT: "says nothing, as the script: EC2's default type", GP3: "the present general type; peers set it"},
    DELETE: {
        SCRIPT: "says nothing, as the script: EC2's default",
        YES: "the root volume goes with its instance",
        NO: "the root volume stays when its instance is terminated",
    },
}  # a size has no list: in one its number would mean a line


@dataclass(frozen=True)
class AmiSettings:
    """The choices; what is empty, None or 0 is left out of the call, as the script leaves it out. `root_gib` is in GiB."""

    imds: str = ""
    volume_type: str = ""
    delete_on_termination: bool | None = None
    root_gib: int = 0

    @property
    def texts(self) -> dict[str, str]:
        """The choices as answers, without those that nobody made."""
        delete = "" if self.delete_on_termination is None else YES if self.delete_on_termination else NO
        size = str(self.root_gib) if self.root_gib else ""
        return {key: text for key, text in zip(KEYS, (self.imds, self.volume_type, delete, size), strict=True) if text}

    @property
    def words(self) -> str:
        """What was chosen, in a line; "" where all is as the script has it."""
        return ", ".join(_SAID[key](text) for key, text in self.texts.items())

    def fitting(self, snapshot_bytes: int) -> AmiSettings:
        """The same with a root volume that holds the snapshot: EC2 refuses a smaller one."""
        least = -(-snapshot_bytes // GIB)
        return AmiSettings(self.imds, self.volume_type, self.delete_on_termination, max(self.root_gib, least) if self.root_gib else 0)

    def unlike(self, image: Image) -> tuple[str, ...]:
        """What of the choices an AMI does not have, a clause each; a root volume that is larger has what was chosen."""
        delete, shown = self.delete_on_termination, {True: "on", False: "off", None: "not told by AWS"}[image.delete_on_termination]
        kind = image.volume_type or "not told by AWS"
        wrong = (
            (bool(self.imds) and image.imds != self.imds, f"IMDS is {image.imds or 'v1 and v2'}, not {self.imds}"),
            (bool(self.volume_type) and image.volume_type != self.volume_type, f"the volume type is {kind}, not {self.volume_type}"),
            (delete is not None and image.delete_on_termination is not delete, f"delete on termination is {shown}"),
            (image.root_gib < self.root_gib, f"the root volume has {image.root_gib} GiB, not {self.root_gib}"),
        )
        return tuple(text for is_wrong, text in wrong if is_wrong)


_SAID: dict[str, Callable[[str], str]] = {
    IMDS: lambda text: f"IMDS {text} only",
    VOLUME_TYPE: lambda text: text,
    DELETE: lambda text: "root volume deleted with its instance" if text == YES else "root volume kept after its instance",
    ROOT_SIZE: lambda text: f"root volume of {text} GiB",
}


def settings_of(texts: Mapping[str, str]) -> AmiSettings:
    """The settings of accepted answers."""
    imds, kind, delete, size = ("" if texts.get(key, "") == SCRIPT else texts.get(key, "") for key in KEYS)
    return AmiSettings(imds, kind, delete == YES if delete else None, int(size or 0))


def image_words(image: Image) -> str:
    """How an AMI is registered in these respects, as AWS shows it."""
    kept = {True: "deleted with its instance", False: "kept after its instance", None: "not told whether it stays"}
    imds = f"IMDS {image.imds} only" if image.imds else "IMDS v1 and v2"
    return f"{imds}, root volume {image.root_gib} GiB {image.volume_type or 'of a type not told'}, {kept[image.delete_on_termination]}"


# -- answers --------------------------------------------------------------------------------------------------


def parse_imds(text: str) -> str:
    """`v2.0` for IMDSv2 alone, or `script`. InvalidValueError for all else: RegisterImage has no other value."""
    return _one_of(text, "an IMDS setting", {SCRIPT: SCRIPT, "v2.0": ONLY_V2, "v2": ONLY_V2, "2": ONLY_V2, "2.0": ONLY_V2})


def parse_volume_type(text: str) -> str:
    """`gp3`, or `script`. InvalidValueError for all else."""
    return _one_of(text, "a volume type that can be chosen here", {SCRIPT: SCRIPT, "gp3": GP3})


def parse_delete(text: str) -> str:
    """`yes`, `no` or `script`. InvalidValueError for all else."""
    return _one_of(text, "yes or no", {SCRIPT: SCRIPT, **dict.fromkeys((YES, "true"), YES), **dict.fromkeys((NO, "false"), NO)})


def parse_root_size(text: str) -> str:
    """A whole number of GiB, or `script`. InvalidValueError for all else."""
    word = text.strip().lower()
    if word in {"", SCRIPT}:
        return SCRIPT if word else ""
    allowed, remedy = f"1 to {LARGEST}, a whole number of GiB without a unit; or {SCRIPT}", "100 is our suggestion"
    if not (word.isascii() and word.isdigit() and len(word) < 9):
        raise InvalidValueError(f"`{text}` is no size of a root volume", allowed=allowed, remedy=remedy)
    if not 1 <= int(word) <= LARGEST:
        raise InvalidValueError(f"no root volume has {int(word)} GiB", allowed=allowed, remedy=remedy)
    return str(int(word))


def _one_of(text: str, what: str, known: Mapping[str, str]) -> str:
    word = text.strip().lower()
    if not word:
        return ""
    if word not in known:
        allowed = " or ".join(dict.fromkeys(known.values()))
        raise InvalidValueError(f"`{text}` is not {what}", allowed=allowed, remedy=f"leave it empty for the script's own, {SCRIPT}")
    return known[word]
