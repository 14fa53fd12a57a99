"""Where runs live in the state directory, and the files of one run. Folders are 0700, files 0600."""

from __future__ import annotations

import contextlib
import os
import re
from datetime import UTC, datetime
from pathlib import Path

from canvos_tui.adapters.files import write_atomically
from canvos_tui.adapters.regular_file import read_regular
from canvos_tui.core.checkout.state import checkout_id
from canvos_tui.core.run.codec import parse_plan, parse_result
from canvos_tui.core.run.copies import Copied, copies_text, parse_copies
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan, RunId
from canvos_tui.core.values import dataclass

_RESERVE, _ROOM = ".room-for-the-result", 64 * 1024
_RUN_ID = re.compile(r"(\d{8}-\d{4})-([0-9a-f]{4})")


def make_run_id(now: datetime) -> RunId:
    """`20261122-1412-3f9a`: the minute in UTC and the milliseconds within it, so that ids sort by time."""
    now = now.astimezone(UTC)
    return f"{now:%Y%m%d-%H%M}-{now.second * 1000 + now.microsecond // 1000:04x}"


def time_of(run_id: RunId) -> datetime | None:
    """When a run was made; None for a name that is no run id."""
    found = _RUN_ID.fullmatch(run_id)
    if found is None:
        return None
    try:
        minute = datetime.strptime(found[1], "%Y%m%d-%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    seconds, milliseconds = divmod(int(found[2], 16), 1000)
    return minute.replace(second=min(seconds, 59), microsecond=milliseconds * 1000)


def lock_path(root: Path, checkout: str) -> Path:
    """The lock of a checkout, by whatever path it is named; who holds it owns the only live run there."""
    with contextlib.suppress(ValueError):  # a byte that no path can have
        checkout = os.path.realpath(checkout)
    return root / "locks" / f"{checkout_id(Path(checkout))}.lock"


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run."""

    path: Path

    @property
    def run_id(self) -> RunId:
        """The folder's name is the id."""
        return self.path.name

    @property
    def root(self) -> Path:
        """The state directory."""
        return self.path.parent.parent

    @property
    def log(self) -> Path:
        """The masked log."""
        return self.path / "build.log"

    @property
    def events(self) -> Path:
        """One event a line."""
        return self.path / "events.jsonl"

    @property
    def control(self) -> Path:
        """The pipe that takes requests."""
        return self.path / "control"

    def make(self) -> None:
        """Makes the folder and those above it; FileExistsError when there is one of that name."""
        private_folder(self.path.parent)
        self.path.mkdir(mode=0o700)

    def reserve(self) -> None:
        """Puts some room aside, so that the result can be stored when the disk is full; no error when there is none."""
        with contextlib.suppress(OSError):
            self.write(_RESERVE, "-" * _ROOM)

    def release(self) -> None:
        """Gives that room back."""
        with contextlib.suppress(OSError):
            (self.path / _RESERVE).unlink()

    def remake(self) -> None:
        """Makes the folder again after somebody removed it."""
        private_folder(self.path)

    def discard(self) -> None:
        """Takes away the folder of a run that never began."""
        with contextlib.suppress(OSError):
            for file in self.path.iterdir():
                file.unlink()
            self.path.rmdir()

    def plan(self) -> BuildPlan | None:
        """The plan, None when there is none or it is damaged."""
        return parse_plan(_text(self.path / "run.json"))

    def result(self) -> RunResult | None:
        """The result, None while there is none."""
        return parse_result(_text(self.path / "result.json"))

    def copies(self) -> tuple[Copied, ...]:
        """The copies of its AMI that were begun."""
        return parse_copies(_text(self.path / "copies.json"))

    def note_copy(self, copied: Copied) -> None:
        """Adds one; OSError where the disk takes nothing."""
        self.write("copies.json", copies_text(dict.fromkeys((*self.copies(), copied))))

    def has_result(self) -> bool:
        """Whether the run said its last word."""
        return (self.path / "result.json").exists()

    def has_heart(self) -> bool:
        """Whether its supervisor gave a sign of life."""
        return (self.path / "supervisor.json").exists()

    def write(self, name: str, text: str) -> None:
        """Puts a whole file in place at once; OSError when that fails, the old file stays then."""
        write_atomically(self.path / name, text.encode("utf-8"), 0o600)


def private_folder(path: Path) -> None:
    """Makes a folder and its parents with mode 0700; those that exist stay as they are."""
    for folder in [*reversed(path.parents), path]:
        if not folder.exists():
            with contextlib.suppress(FileExistsError):
                folder.mkdir(mode=0o700)


def _text(path: Path) -> str:
    try:
        return read_regular(path).decode("utf-8", "replace")
    except OSError:
        return ""
