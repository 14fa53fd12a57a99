"""The one question that a build asks on its terminal, which nobody can answer there."""

from __future__ import annotations

from canvos_tui.adapters.runs.pty_process import PtyProcess
from canvos_tui.core.secret import PRO_KEY
from canvos_tui.supervisor.recorder import BuildRecorder

_PROMPT, _EARLY = b"Enter Ubuntu Pro token", 1 << 20  # bytes of output before which it must come


class ProPrompt:
    """earthly.sh asks for an Ubuntu Pro token on its terminal when none was exported; nobody sits there, so it gets an empty line."""

    def __init__(self, process: PtyProcess, recorder: BuildRecorder) -> None:
        self._process = process
        self._recorder = recorder
        self._seen: bytes | None = b""

    def look(self, data: bytes) -> None:
        """Reads along with the first bytes of the build; it then ends with its own sentence instead of waiting for ever."""
        if self._seen is None:
            return
        self._seen += data
        asked = _PROMPT in self._seen
        if asked:
            self._process.answer(b"\n")
            self._recorder.note(f"earthly.sh asked for an Ubuntu Pro token and got an empty answer: export {PRO_KEY} before the start")
        if asked or len(self._seen) > _EARLY:
            self._seen = None
