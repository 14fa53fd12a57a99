"""AWS in one region with one pair of keys, as left-overs are looked at and taken away."""

from __future__ import annotations

from canvos_tui.core.ports import Aws, AwsCare
from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Region:
    """AWS in one region with one pair of keys: for looking, and for taking away."""

    aws: Aws
    care: AwsCare
