"""Writes lines the way Earthly writes them into a terminal: prefixes, colours, repeated metadata, reprinted open lines, banners."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

_COLOURS = ("34", "35", "36", "33", "92", "94", "95", "96", "93")
_PHASE, _DIM, _GOOD, _BAD, _HELP, _OFF = "36", "34;2", "32", "91", "35", "90"
_WIDTH, _RULE = 20, "—" * 80
_KEPT_LINES = 400  # of the running command, for the repetition after a failure
ADVERT = "🛰️ Reuse cache between CI runs with Earthly Satellites! 2-20X faster than without cache."


class Console:
    """`write` takes the bytes; `metadata` is the line of settings before every command; `pace` stretches all pauses."""

    def __init__(self, write: Callable[[bytes], object], metadata: str, pace: float) -> None:
        self._write = write
        self._metadata = metadata
        self._pace = pace
        self._colours: dict[str, str] = {}
        self._recent: deque[str] = deque(maxlen=_KEPT_LINES)
        self._command = ("", "")
        self._open: list[str] = []

    def rest(self, seconds: float) -> None:
        """Lets time pass, in the rehearsal's pace."""
        if seconds * self._pace > 0:
            time.sleep(seconds * self._pace)

    def outer(self, text: str) -> None:
        """A line of the script around the container."""
        self._write(f"{text}\n".encode())

    def bare(self, text: str = "") -> None:
        """A line out of the container without a prefix."""
        self._write(f"{text}\r\n".encode())

    def line(self, target: str, body: str, *, failed: bool = False) -> None:
        """A line of a target's output. An empty one loses its prefix, as it does in Earthly."""
        self._close_line()
        if not failed:
            self._recent.append(body)
        if not body:
            self.bare()
            return
        mark = f" *{_coloured(_BAD, 'failed')}*" if failed else ""
        self.bare(f"{self._prefix(target)}{mark} | {body}")

    def command(self, target: str, text: str) -> None:
        """The header of a command: settings, then the command."""
        self._close_line()
        self._recent.clear()
        self._command = (target, text)
        if target.startswith("+"):
            self.bare(f"{self._prefix(target)} | {_coloured(_DIM, self._metadata)}")
        self.bare(f"{self._prefix(target)} | --> {text}")

    def percent(self, target: str, share: float, text: str, *, again: bool) -> None:
        """A bar of ten cells; `again` draws it over the one before."""
        cells = "-" * int(share * 10)
        up = "\x1b[A" if again else ""
        self.bare(f"{self._prefix(target)} | {up}[{cells:<10}] {int(share * 100):3d}% {text}\x1b[K")

    def grow(self, target: str, piece: str) -> None:
        """More of a line that has no end yet: all of it is printed again, with the prefix after each carriage return."""
        up = "\x1b[A" if self._open else ""
        self._open.append(piece)
        prefix = f"{self._prefix(target)} | "
        self.bare(prefix + up + f"\r{prefix}".join(self._open) + "\r")

    def _close_line(self) -> None:
        if self._open:
            self._recent.append(self._open[-1])
            self._open.clear()

    def _prefix(self, target: str) -> str:
        colour = self._colours.setdefault(target, _COLOURS[len(self._colours) % len(_COLOURS)])
        return _coloured(colour, f"{target:>{_WIDTH}}")

    def phase(self, title: str, *, off: bool = False) -> None:
        """The heading of a phase with its rule."""
        colour = _OFF if off else _PHASE
        for text in (_coloured(colour, f" {title}"), _coloured(colour, _RULE), ""):
            self.bare(text)

    def success(self) -> None:
        """The end of a build that worked."""
        self.bare()
        self.phase("Push Summary ⏫ (disabled)", off=True)
        self.bare("To enable pushing use earthly --push")
        self.bare()
        self.phase("Local Output Summary 🎁")
        self._banner(_GOOD, "🌍 Earthly Build  ✅ SUCCESS")
        self.bare(ADVERT)

    def failure(self, place: str, code: int) -> None:
        """The end of a command that failed: its place, the banner, everything it said once more, and the place again."""
        target, command = self._command
        self._close_line()
        block = (
            f"ERROR {place}",
            "      The command",
            f"          {command}",
            f"      did not complete successfully. Exit code {code}",
        )
        said = list(self._recent)
        for text in block:
            self.line(target, text)
        self._banner(_BAD, "❌ FAILURE")
        repeated = (
            "Repeating the failure error...",
            _coloured(_DIM, self._metadata),
            f"--> {command}",
            *(said or ["[no output]"]),
            *block,
        )
        for text in repeated:
            self.line(target, text, failed=True)
        self.help("To debug your build, you can use the --interactive (-i) flag to drop into a shell of the failing RUN step")
        self.bare(ADVERT)

    def help(self, text: str) -> None:
        """A hint."""
        for part in ("", f"Help: {text}", ""):
            self.bare(_coloured(_HELP, part))

    def _banner(self, colour: str, text: str) -> None:
        side = "=" * ((78 - len(text)) // 2)
        for part in ("", _coloured(colour, f"{side} {text} {side}"), ""):
            self.bare(part)


def _coloured(colour: str, text: str) -> str:
    return f"\x1b[{colour}m{text}\x1b[0m"
