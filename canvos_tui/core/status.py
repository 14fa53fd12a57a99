"""The status of a check or of a finding."""

from __future__ import annotations

from enum import Enum


class Status(Enum):
    """The status of a check or a finding; the value is the JSON word, `label` the one on screen."""

    PASS = "pass"  # noqa: S105  a status word, not a password
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """Four characters, the same width for all."""
        return "????" if self is Status.UNKNOWN else self.value.upper()
