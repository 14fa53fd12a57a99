"""The raw image of a run, as its own stages tell it: known again by its size and its checksum, wherever it lies."""

from __future__ import annotations

import re
from pathlib import Path

from canvos_tui.core.machine import FileFacts
from canvos_tui.core.values import dataclass

FOLDER = "build"  # of the checkout, where CanvOS saves it (Earthfile: +cloud-image)
_ID = re.compile(r"([0-9a-f]+),(\d+),([A-Za-z0-9+/=]{8}|)")


@dataclass(frozen=True)
class RawImage:
    """A file's name, its bytes, and its CRC-32 as S3 writes it, "" where nobody has read it yet."""

    name: str
    size: int
    crc: str

    @property
    def id(self) -> str:
        """`NAME,BYTES,CRC` in one word; the name in hexadecimal digits, in which nobody's password is found and masked."""
        return f"{self.name.encode('utf-8', 'surrogateescape').hex()},{self.size},{self.crc}"

    def path(self, checkout: Path) -> Path:
        """Where a build of that checkout wrote it."""
        return checkout / FOLDER / self.name

    def unlike(self, facts: FileFacts | None) -> str:
        """Why the file that lies there cannot be this image, "" where nothing speaks against it: its bytes are read when they are sent."""
        if facts is None:
            return "is gone"
        return "" if facts.size == self.size else f"has {facts.size:,} bytes, and the run's had {self.size:,}"


def parse_raw_image(text: str) -> RawImage | None:
    """The image of such a word, None for any other."""
    found = _ID.fullmatch(text)
    if found is None:
        return None
    try:
        name = bytes.fromhex(found[1]).decode("utf-8", "surrogateescape")
    except ValueError:
        return None
    return RawImage(name, int(found[2]), found[3]) if name and "/" not in name and name not in {".", ".."} else None
