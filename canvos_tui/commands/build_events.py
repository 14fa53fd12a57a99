"""`run --events FD`: what happens, as JSON lines for a pipeline, on a descriptor of their own beside the log and the words for people."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from canvos_tui.commands.output import clean_data

if TYPE_CHECKING:
    from canvos_tui.core.answers.draft import Draft
    from canvos_tui.core.run.events import BuildEvent
    from canvos_tui.core.run.result import RunResult

SCHEMA = "canvos-tui.run-events/1"


class Events:
    """Writes a JSON line for each event, to nobody where no descriptor was named.

    A reader that went away loses the rest and nothing else.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = descriptor

    def of_run(self, run_id: str, batch: Iterable[BuildEvent]) -> None:
        """What the run's own record says, as it comes."""
        if self._descriptor is None:
            return
        from canvos_tui.core.run.codec import event_data

        for event in batch:
            data = event_data(event)
            self.tell(str(data.pop("event")), run=run_id, **data)

    def ended(self, result: RunResult, exit_code: int) -> None:
        """How a run ended, by what was looked at afterwards."""
        phase = result.phase.value if result.phase is not None else None
        cause = result.cause.id if result.cause is not None else None
        seen = {"ami": result.ami or None, "snapshot": result.snapshot or None, "import_task": result.import_task or None}
        where = {"region": result.region, "bucket": result.bucket or None, "key": result.key}
        self.tell("result", run=result.run_id, outcome=result.outcome.value, exit_code=exit_code, phase=phase, cause=cause, **where, **seen)

    def refused(self, draft: Draft | None, exit_code: int, reasons: Iterable[str]) -> None:
        """Why no build was started, of an image or, without a draft, of all."""
        where = {"name": draft.text("S3_KEY") or None, "region": draft.text("REGION") or None} if draft else {"name": None, "region": None}
        self.tell("refused", **where, exit_code=int(exit_code), reasons=list(reasons))

    def tell(self, event: str, **more: Any) -> None:
        """One line: the schema, the event's name, and what is known of it; masked, and ASCII alone."""
        if self._descriptor is None:
            return
        import json

        line = json.dumps(clean_data({"schema": SCHEMA, "event": event, **more})) + "\n"
        with suppress(OSError):
            _write(self._descriptor, line.encode())


def _write(descriptor: int, data: bytes) -> None:
    """All of it: a pipe may take a part."""
    while data:
        data = data[os.write(descriptor, data) :]
