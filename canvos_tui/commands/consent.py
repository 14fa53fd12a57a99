"""How a command that changes something asks before it does."""

from __future__ import annotations

import argparse
import sys

from canvos_tui.commands.follow import say
from canvos_tui.core.errors import CanvosError


def consent(args: argparse.Namespace) -> Consent:
    """How questions are answered: --yes, a terminal, or not at all."""
    return Consent(yes=args.yes, terminal=sys.stdin.isatty())


class Consent:
    """Asks before anything is changed; without --yes and without a terminal the answer is no."""

    def __init__(self, *, yes: bool, terminal: bool) -> None:
        self._yes = yes
        self._terminal = terminal

    def need(self, what: str) -> None:
        """Returns when the user agrees; CanvosError otherwise."""
        if self._yes:
            say(f"== {what}")
            return
        if not self._terminal:
            raise CanvosError(f"not asked for: {what}", remedy="add --yes to agree to every step beforehand")
        sys.stderr.write(f"{what}? [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            raise CanvosError(f"declined: {what}", remedy="nothing was done")
