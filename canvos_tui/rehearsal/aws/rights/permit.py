"""How a service of the stand-in asks whether a request may be answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from canvos_tui.rehearsal.aws.rights.policy import Target


class Permit(Protocol):
    """Returns, or raises the refusal; `dry` for a request that can do nothing, `targets` where there is more to say than the resource."""

    def __call__(self, action: str, resource: str, *, dry: bool = False, targets: Sequence[Target] = ()) -> None:
        """Asks for an IAM action."""
