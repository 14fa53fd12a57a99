"""Every sample log, printed line by line on the terminal of a real supervised build: the same phases at the same lines as at full speed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from canvos_tui.core.build import BuildEvent, PhaseEntered
from canvos_tui.core.build_log import LogReader
from canvos_tui.core.log_pipe import LogPipe
from tests.core.test_build_log import AT
from tests.logs import LOGS
from tests.runs import NOBODY, opened

pytestmark = pytest.mark.slow
RATE = float(os.environ.get("CANVOS_TUI_REPLAY_RATE", "4000"))  # lines a second; 200 is what a busy build prints
PRINTER = """
import sys, time
began, rate = time.monotonic(), float(sys.argv[2])
for number, line in enumerate(open(sys.argv[1], "rb"), 1):
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    time.sleep(max(0.0, began + number / rate - time.monotonic()))
sys.exit(1)
"""


def entered(events: list[BuildEvent]) -> list[tuple[str, int]]:
    return [(event.phase.value, event.line) for event in events if isinstance(event, PhaseEntered)]


@pytest.mark.parametrize("path", LOGS, ids=lambda p: p.stem)
def test_a_paced_replay_enters_the_phases_at_the_same_lines(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)
    pipe, reader = LogPipe(), LogReader()
    at_once = list(reader.feed((pipe.feed(path.read_bytes()) + pipe.flush()).decode().split("\n")[:-1], AT))
    (tmp_path / "printer.py").write_text(PRINTER)
    with opened(tmp_path / "site") as site:
        run_id = site.start(f"exec '{sys.executable}' '{tmp_path}/printer.py' '{path}' {RATE}")
        events = site.follow(run_id, 120)
    seen = entered(events)
    assert seen == entered(at_once)
    assert seen
