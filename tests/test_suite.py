"""The suite itself: it says the same however it was started."""

from __future__ import annotations

import signal
import subprocess

from tests.conftest import heed_signals


def test_what_a_background_shell_has_ignored_is_heeded_by_the_processes_of_tests() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        heed_signals()
        with subprocess.Popen(["sleep", "60"]) as child:
            child.send_signal(signal.SIGINT)
            assert child.wait() == -signal.SIGINT
    finally:
        signal.signal(signal.SIGINT, before)
