"""The time."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """Implements the Clock port."""

    def now(self) -> datetime:
        """Now, aware, in UTC."""
        return datetime.now(UTC)
