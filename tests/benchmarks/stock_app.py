"""Textual's own widgets on a growing file, as good as they allow: `python -m tests.benchmarks.stock_app rich|log FILE`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from rich.text import Text
from textual import work
from textual.app import App, ComposeResult
from textual.widgets import Input, Log, RichLog


class StockApp(App[None]):
    """A log and a field to type into; new lines are written in batches, fifty times a second at most."""

    CSS = "Input { dock: bottom; height: 1; border: none; }"

    def __init__(self, kind: str, path: Path) -> None:
        super().__init__()
        self.kind, self.path = kind, path

    def compose(self) -> ComposeResult:
        """The widget of that kind, and the field."""
        yield RichLog(id="log") if self.kind == "rich" else Log(id="log")
        yield Input()

    def on_mount(self) -> None:
        """Follows the file."""
        self.query_one(Input).focus()
        self.follow()

    @work
    async def follow(self) -> None:
        """Reads what is new and writes it into the widget."""
        log = self.query_one("#log")
        file = os.open(self.path, os.O_RDONLY)
        rest = b""
        while True:
            data = os.read(file, 1 << 20)
            if not data:
                await asyncio.sleep(0.02)
                continue
            *lines, rest = (rest + data).split(b"\n")
            texts = [line.decode("utf-8", "replace") for line in lines]
            if isinstance(log, RichLog):
                log.write(Text.from_ansi("\n".join(texts)))
            elif isinstance(log, Log):
                log.write_lines(texts)
            await asyncio.sleep(0)


if __name__ == "__main__":
    StockApp(sys.argv[1], Path(sys.argv[2])).run()
