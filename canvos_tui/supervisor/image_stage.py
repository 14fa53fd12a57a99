"""The image stage: CanvOS builds the raw image in its checkout, on the same terminal, and no AWS key enters that build."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from canvos_tui.core.errors import CanvosError, RunError
from canvos_tui.core.run.raw_image import FOLDER, RawImage
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import without_aws
from canvos_tui.supervisor.stage_line import Job, tell

_Seen = dict[str, tuple[int, int, int]]


class BuildEndedError(RunError):
    """The build did not succeed; `code` is the exit code to end with."""

    def __init__(self, code: int) -> None:
        how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        super().__init__(f"the build of the raw image {how}", remedy="what it printed above says why, if anything does")
        self.code = 128 - code if code < 0 else code


def image_of(job: Job, say: Callable[[str], None]) -> tuple[Path, int]:
    """The raw image, built where that is the first stage, and 0; or the exit code of what went wrong, which was printed."""
    if job.stage is not StageId.IMAGE:
        return Path(job.raw), 0
    try:
        path = built(job.words, Path(job.checkout))
        tell(job, "raw", RawImage(path.name, path.stat().st_size, "").id)  # at once; with its checksum when it was read
    except (CanvosError, OSError) as error:
        say(f"ERROR: {error}; {getattr(error, 'remedy', '')}")
        return Path(), error.code if isinstance(error, BuildEndedError) else 1
    return path, 0


def built(words: Sequence[str], checkout: Path) -> Path:
    """Runs the command and gives the raw image that it left. BuildEndedError where it failed, RunError where it left none, or several.

    KeyboardInterrupt once the command has ended, where it was interrupted meanwhile: it gets the same signal and clears up first.
    """
    before = _raw_files(checkout)
    if code := _run(words, checkout):
        raise BuildEndedError(code)
    after = _raw_files(checkout)
    new = sorted(name for name, seen in after.items() if before.get(name) != seen)
    if len(new) != 1:
        found = f"several in {FOLDER}/: {', '.join(new)}" if new else f"none in {FOLDER}/"
        raise RunError(
            f"the build succeeded and was to leave one new raw image, and there are {found}",
            remedy="canvos-tui resume --raw FILE --config answers.yaml goes on with the right one",
        )
    return checkout / FOLDER / new[0]


def _raw_files(checkout: Path) -> _Seen:
    """What tells a file from the one that it was: Earthly sets the time of writing to a fixed day, the kernel's own time it cannot set."""
    folder = checkout / FOLDER
    try:
        found = {path.name: path.stat() for path in folder.glob("*.raw") if path.is_file() and not path.is_symlink()}
    except OSError as error:
        raise CanvosError(f"{folder} cannot be read: {error.strerror}", remedy=f"sudo chown $USER {folder}") from None
    return {name: (status.st_ino, status.st_ctime_ns, status.st_size) for name, status in found.items()}


def _run(words: Sequence[str], checkout: Path) -> int:
    """The exit code of the command. An interrupt goes to its process group, and so to it: here it is only noted until the command ends."""
    asked: list[int] = []
    # a handler, because the command would inherit that nothing is to happen
    before = signal.signal(signal.SIGINT, lambda number, _: asked.append(number))
    try:
        code = subprocess.run(list(words), cwd=checkout, env=without_aws(os.environ), check=False).returncode
    except OSError as error:
        raise RunError(f"{words[0]} could not be started: {error.strerror}", remedy="is it there, and may it be executed?") from None
    finally:
        signal.signal(signal.SIGINT, before)
    if asked:
        raise KeyboardInterrupt
    return code
