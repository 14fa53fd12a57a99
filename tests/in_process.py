"""The command as a function: this process has loaded everything already, and all else is as real as with a process of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from canvos_tui import wiring
from canvos_tui.cli import main


def command(words: tuple[str, ...], environ: Mapping[str, str], folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """What it left and printed, started in that folder with that environment and with no terminal."""
    kept, out, err = dict(os.environ), io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(folder)
        patch.setattr(sys, "stdin", io.StringIO(stdin))
        patch.setattr(wiring, "real_ports", wiring.real_ports)  # so that it is put back
        try:
            os.environ.clear()
            os.environ.update(environ)
            code = main(words)
        except SystemExit as left:
            code = int(left.code or 0)
        finally:
            os.environ.clear()
            os.environ.update(kept)
    return subprocess.CompletedProcess(list(words), code, out.getvalue(), err.getvalue())
