"""A raw image as the EBS direct APIs take it: blocks of 512 KiB, of which those that hold only zeros are never sent.

AWS' numbers (EBS direct APIs, PutSnapshotBlock and CompleteSnapshot): a block is 524 288 bytes, its checksum the Base64 of its SHA-256,
and the checksum of the whole, method LINEAR, is the Base64 of the SHA-256 over the raw digests of the written blocks, lowest index first.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import field

from canvos_tui.core.values import dataclass

BLOCK = 512 * 1024  # bytes
ZEROS = bytes(BLOCK)
_GIB = 1024**3


@dataclass(frozen=True)
class Manifest:
    """What a raw image holds: its bytes, the SHA-256 of each block that is not all zeros, by index, and the CRC-32 of the whole."""

    size: int
    digests: Mapping[int, bytes] = field(repr=False)
    crc: str

    @property
    def gib(self) -> int:
        """The size of the volume that holds it, in GiB."""
        return max(1, -(-self.size // _GIB))

    @property
    def count(self) -> int:
        """How many blocks are written."""
        return len(self.digests)

    @property
    def data(self) -> int:
        """The bytes of those blocks."""
        return self.count * BLOCK

    @property
    def checksum(self) -> str:
        """The checksum of the whole snapshot, method LINEAR."""
        return text_of(hashlib.sha256(b"".join(self.digests[index] for index in sorted(self.digests))).digest())

    def token(self, *words: str) -> str:
        """A ClientToken for a snapshot of exactly this, and of `words`: 64 hexadecimal digits."""
        lines = (*words, str(self.size), str(self.count), self.checksum)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def text_of(digest: bytes) -> str:
    """A SHA-256 as these APIs write it."""
    return base64.b64encode(digest).decode("ascii")


def runs(indexes: Iterable[int]) -> str:
    """`0-4, 9`: indexes in few words, the first few runs."""
    found: list[list[int]] = []
    for index in sorted(indexes):
        if found and index == found[-1][1] + 1:
            found[-1][1] = index
        else:
            found.append([index, index])
    told = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in found[:4])
    return told + (", ..." if len(found) > 4 else "")
