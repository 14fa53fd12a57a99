"""How a run ended, in one word."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """How a run ended, as proven through the API and never by the exit code alone."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    INCONCLUSIVE = "inconclusive"


WORDS = {
    Outcome.SUCCEEDED: "DONE",
    Outcome.FAILED: "FAILED",
    Outcome.CANCELLED: "CANCELLED",
    Outcome.INTERRUPTED: "INTERRUPTED",
    Outcome.INCONCLUSIVE: "NOT PROVEN",
}
