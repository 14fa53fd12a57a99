"""The sample logs, and ways to cut them into chunks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data"
LOGS = sorted(DATA.glob("*/*.log"))
EARTHLY = DATA / "earthly"
AWS_IMPORT = DATA / "aws-import"
CHUNKS = (1, 2, 3, 7, 64, 1000, 4096, 65536, 0)


def chunks(data: bytes, size: int, seed: int = 1) -> Iterator[bytes]:
    """The bytes in pieces of that size; 0 stands for pieces of all sizes."""
    dice = random.Random(seed)
    at = 0
    while at < len(data):
        step = size or dice.choice((1, 5, 90, 1500, 9000))
        yield data[at : at + step]
        at += step
