"""The raw image that a run built, as its log names it: known again by its size and its inode."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from canvos_tui.core.machine import FileFacts

FOLDER = "build"  # of the checkout, where CanvOS saves it (Earthfile: +cloud-image)
_ID = re.compile(r"([\w.+-]{1,200}\.raw),(\d+),(\d+)")


@dataclass(frozen=True)
class RawImage:
    """A file of the folder `build/`: its name, its bytes and its inode when the build had just written it."""

    name: str
    size: int
    inode: int

    @property
    def id(self) -> str:
        """`NAME,BYTES,INODE`: in one word, for a log."""
        return f"{self.name},{self.size},{self.inode}"

    def path(self, checkout: Path) -> Path:
        """Where it was written."""
        return checkout / FOLDER / self.name

    def unlike(self, facts: FileFacts | None) -> str:
        """Why the file that lies there now is not this image, "" where nothing speaks against it."""
        if facts is None:
            return "is gone"
        if facts.size != self.size:
            return f"has {facts.size:,} bytes, and the run's had {self.size:,}"
        return "" if facts.inode == self.inode else "is another file than the run's"


def parse_raw_image(text: str) -> RawImage | None:
    """The image of such a word, None for any other."""
    found = _ID.fullmatch(text)
    return RawImage(found[1], int(found[2]), int(found[3])) if found else None
