"""What a state of an import task means, for everybody who asks."""

from __future__ import annotations

import pytest

from canvos_tui.core.aws.facts import ImportTask


@pytest.mark.parametrize(
    ("status", "failed", "ending", "ended"),
    [
        ("active", False, False, False),
        ("", False, False, False),
        ("something new", False, False, False),
        ("deleting", True, True, True),
        ("cancelling", True, True, True),
        ("deleted", True, False, True),
        ("cancelled", True, False, True),
        ("error", True, False, True),
        ("completed", False, False, True),
    ],
)
def test_the_states(status: str, failed: bool, ending: bool, ended: bool) -> None:
    task = ImportTask("import-snap-1", status, snapshot_id="snap-1")
    assert (task.failed, task.ending, task.ended) == (failed, ending, ended)
    assert task.snapshot == ("snap-1" if status == "completed" else "")


def test_a_completed_task_without_a_snapshot_has_none() -> None:
    assert ImportTask("import-snap-1", "completed", snapshot_id="Snapshot import task ...").snapshot == ""
