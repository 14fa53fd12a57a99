"""The image stage: CanvOS builds the raw image in its checkout, on the same terminal, and no AWS key enters that build."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from canvos_tui.core.errors import CanvosError, RunError
from canvos_tui.core.run.raw_image import FOLDER, RawImage, parse_raw_image
from canvos_tui.core.secret import without_keys

_Seen = dict[str, tuple[int, int, int]]


def built(words: Sequence[str], checkout: Path, say: Callable[[str], None]) -> Path:
    """Runs the command and gives the raw image that it left; RunError where it left none, several, or failed.

    KeyboardInterrupt once the command has ended, where it was interrupted meanwhile: it gets the same signal and clears up first.
    """
    before = _raw_files(checkout)
    code = _run(words, checkout)
    if code:
        raise RunError(f"the build of the raw image ended with {code}", remedy="what it printed above says why")
    after = _raw_files(checkout)
    new = sorted(name for name, seen in after.items() if before.get(name) != seen)
    if len(new) != 1:
        found = f"several in {FOLDER}/: {', '.join(new)}" if new else f"none in {FOLDER}/"
        raise RunError(f"the build succeeded and was to leave one new raw image, and there are {found}", remedy="look into that folder")
    inode, _, size = after[new[0]]
    if parse_raw_image(RawImage(new[0], size, inode).id) is None:
        raise RunError("the raw image has a name that cannot be noted", remedy=f"give it another in {FOLDER}/: letters, digits, `.`, `-`")
    say(f"the raw image is {FOLDER}/{new[0]}, {size} bytes")
    say(f"+ rawImage={RawImage(new[0], size, inode).id}")
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
    """The exit code of the command."""
    try:
        process = subprocess.Popen(list(words), cwd=checkout, env=without_keys(os.environ, "AWS_PROFILE"))
    except OSError as error:
        raise RunError(f"{words[0]} could not be started: {error.strerror}", remedy="is it there, and may it be executed?") from None
    interrupted: KeyboardInterrupt | None = None
    while True:
        try:
            code = process.wait()
        except KeyboardInterrupt as asked:
            interrupted = asked
            continue
        if interrupted is not None:
            raise interrupted
        return code
