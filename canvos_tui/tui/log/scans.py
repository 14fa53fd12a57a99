"""Goes over a log file for a search and for the survey of errors and phases, in slices beside the screen."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing

from textual.widget import Widget
from textual.worker import Worker

from canvos_tui.core.log.query import Query, Search
from canvos_tui.core.log.survey import Survey
from canvos_tui.core.ports import LogReader

Scan = Search | Survey


class LogScans:
    """`search` and `survey` of the open log; `advanced` is called whenever one of them has got further."""

    def __init__(self, node: Widget, advanced: Callable[[Scan], None]) -> None:
        self._node = node
        self._advanced = advanced
        self._reader: LogReader | None = None
        self._running: dict[Scan, Worker[None]] = {}
        self._surveying = False  # whether anybody asked for errors, phases or levels yet
        self.search: Search | None = None
        self.survey = Survey()

    @property
    def searching(self) -> bool:
        """Whether hits may still come from what is in the file already."""
        return self.search in self._running

    def open(self, reader: LogReader) -> None:
        """Another log: forgets what was found."""
        for worker in self._running.values():
            worker.cancel()
        self._running.clear()
        self._reader, self.search, self.survey, self._surveying = reader, None, Survey(), False

    def find(self, query: Query | None) -> None:
        """Another search from the first line on, or none."""
        if self.search is not None and (worker := self._running.pop(self.search, None)):
            worker.cancel()
        self.search = Search(query, self._reader.line_at) if query is not None and self._reader is not None else None
        self.go_on()

    def go_on(self) -> None:
        """Looks at what is new in the file, for the search and for the survey if there is one."""
        if self.search is not None:
            self._start(self.search)
        if self._surveying:
            self._start(self.survey)

    async def surveyed(self) -> Survey:
        """The survey, once it has reached the end that the log has now."""
        self._surveying = True
        survey, size = self.survey, self._reader.size if self._reader else 0
        while survey is self.survey and survey.at < size:
            before = survey.at
            self._start(survey)
            if survey in self._running:
                await self._running[survey].wait()
            if survey.at == before:
                break  # the newest line has no end yet
        return survey

    def done(self, what: Scan) -> bool:
        """Whether all whole lines that are known were looked at."""
        return what not in self._running

    def _start(self, what: Scan) -> None:
        if self._reader is not None and what.at < self._reader.size and what not in self._running:
            self._running[what] = self._node.run_worker(self._go_over(self._reader, what), group="log-scan")

    async def _go_over(self, reader: LogReader, what: Scan) -> None:
        look = what.feed if isinstance(what, Search) else lambda piece, _: what.feed(piece)
        async with aclosing(reader.scan(what.at, look)) as steps:
            async for at in steps:
                what.at = at
                if what is not self.search and what is not self.survey:
                    return  # another one took its place
                self._advanced(what)
        self._running.pop(what, None)
        if what is self.search or what is self.survey:
            self._advanced(what)
