"""The way of the build's bytes to the disk: clean, then mask. What comes out is all that anybody ever sees.

Masking comes last on purpose: it looks at exactly what will be stored, so nothing that cleaning joins or uncovers can escape it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from canvos_tui.core.log.clean import LogCleaner
from canvos_tui.core.masking.redactor import Redactor
from canvos_tui.core.masking.spellings import Masked

_PROGRESS = re.compile(rb"Completed [\d.]{1,20} ?(?:Bytes?|[KMGT]iB)/~?[\d.]{1,20} ?(?:Bytes?|[KMGT]iB)")


class LogPipe:
    """Bytes of a terminal in, masked UTF-8 lines out, each with its line feed."""

    def __init__(self, secrets: Iterable[Masked] = ()) -> None:
        self._cleaner = LogCleaner()
        self._redactor = Redactor(secrets)
        self._uncovered = False

    @property
    def counts(self) -> Mapping[str, int]:
        """How many places each rule masked."""
        return self._redactor.counts

    def feed(self, data: bytes) -> bytes:
        """The lines that are final after these bytes."""
        return self._masked(self._cleaner.feed(data))

    def idle(self) -> bytes:
        """The newest lines, when nothing came for a while and they are no progress."""
        return self._masked(self._cleaner.idle()) + self._redactor.release()

    def flush(self) -> bytes:
        """The rest, at the end of the stream."""
        return self._masked(self._cleaner.flush()) + self._redactor.flush()

    def progress(self) -> str:
        """`Completed X/Y` of an upload whose line has no end yet, else empty: of a text that is not masked nothing else is given out."""
        found = _PROGRESS.search(self._cleaner.peek())
        return found[0].decode() if found else ""

    def _masked(self, lines: list[bytes]) -> bytes:
        self._uncovered = self._cleaner.took_away() or self._uncovered
        if lines and self._uncovered:
            # once more after this, because the newest line is held back by the cleaner
            self._redactor.expect_ends(2)
            self._uncovered = False
        return self._redactor.feed(b"\n".join(lines) + b"\n") if lines else b""
