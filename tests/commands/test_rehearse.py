"""A rehearsal in plain lines that is interrupted: it says so, ends what it began, and claims no log that is gone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).parents[2]


def test_ctrl_c_says_what_becomes_of_the_rehearsal(tmp_path):
    temporary = tmp_path / "t"
    temporary.mkdir()
    environ = {"PATH": os.environ["PATH"], "TMPDIR": str(temporary), "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    environ |= {"LANG": "C.UTF-8", "CANVOS_TUI_REHEARSAL_PACE": "0.3"}
    out, err = tmp_path / "out", tmp_path / "err"
    with out.open("wb") as stdout, err.open("wb") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "canvos_tui", "rehearse", "--plain"], env=environ, cwd=tmp_path, stdout=stdout, stderr=stderr
        )
        try:
            until(lambda: "+base-image" in out.read_text())
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130
        finally:
            process.kill()
            process.wait()
    said = err.read_text()
    assert "the rehearsal was interrupted\n" in said
    assert "the rehearsal's folder is removed now, its log too; --keep DIR keeps them\n" in said
    assert "Traceback" not in said
    until(lambda: not any(str(temporary) in line for line in _command_lines()))
    assert not list(temporary.iterdir())


def _command_lines() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            found.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found
