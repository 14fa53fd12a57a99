"""What the stand-in of the import script works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Job:
    """What to import, where, and with which keys; `rest` lets seconds pass in the rehearsal's pace."""

    raw: str
    size: int
    region: str
    bucket: str
    key: str
    key_id: str
    secret: str = field(repr=False)
    rest: Callable[[float], None]
