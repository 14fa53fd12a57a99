"""All checks, in the order of the guide."""

from __future__ import annotations

from canvos_tui.core.checks import Check

CHECKS: tuple[Check, ...] = ()
