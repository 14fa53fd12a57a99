"""Finding things in a log: search, errors, phases and levels. The view below it only shows lines."""

from __future__ import annotations

from array import array
from dataclasses import replace

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.message import Message

from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.log.block import Folds
from canvos_tui.core.log.level import LogLevel
from canvos_tui.core.log.query import REGEX, Search, after, parse_query
from canvos_tui.core.ports import LogReader
from canvos_tui.tui.log.filter import LogFilter
from canvos_tui.tui.log.head import head_words
from canvos_tui.tui.log.scans import LogScans, Scan
from canvos_tui.tui.log.search import LogSearch
from canvos_tui.tui.log.view import FRAME, LogView
from canvos_tui.tui.messages import decline, hint

_BEYOND = 1 << 32  # behind every line


class LogBrowser(Vertical):
    """A log, and a search field while one types into it."""

    DEFAULT_CSS = """
    LogBrowser {
        #log { height: 1fr; width: 100%; }
        #log > .log--cursor { text-style: bold; background: $primary-background; }
        #log > .log--selected { background: $primary; color: $text; }
        #log > .log--hit { text-style: reverse bold; }
        #log > .log--thumb { background: $scrollbar; }
        #log > .log--time { text-style: dim; }
        #log-search { height: 1; display: none; }
        #log-search Static { width: 1 !important; height: 1; }
        #log-query { width: 1fr; }
    }
    """
    BINDINGS = [
        Binding("slash", "search", "Search", key_display="/"),
        Binding("e", "error(1)", "Error"),
        Binding("E,shift+e", "error(-1)", show=False),
        Binding("w", "wrap", "Wrap", show=False),  # F1 names it: the footer of a build has no room for it
        Binding("n", "hit(1)", show=False),
        Binding("N,shift+n", "hit(-1)", show=False),
        Binding("ampersand", "only_hits", show=False),
        Binding("l", "level", show=False),
        *(Binding(str(n), f"phase({n})", show=False) for n in range(1, 10)),
        Binding("u", "unfold", show=False),
    ]

    def __init__(self, frame: float = FRAME) -> None:
        super().__init__(id="log-browser")
        self.scans = LogScans(self, self._advanced)
        self.filter = LogFilter()
        self.cause: int | None = None  # the line (from 0) where the judge of the run saw the cause
        self.path = ""  # where the log lies, as far as there is room for it
        self.note = ""  # a few words that the page has to say about the log
        self._view = LogView(frame)
        self._folds = Folds()
        self._visited = False  # whether `e` was pressed since the end was followed
        self._place: tuple[int, bool] = (0, True)  # where the user stood when the search began
        self._jumped = False

    def compose(self) -> ComposeResult:
        """Log, search field."""
        yield self._view
        yield LogSearch()

    @property
    def view(self) -> LogView:
        """The lines."""
        return self._view

    @property
    def reader(self) -> LogReader | None:
        """The open log."""
        return self._view.reader

    def open(self, reader: LogReader) -> None:
        """Shows another log from its end, without search and filter."""
        self.scans.open(reader)
        self.filter, self._folds = LogFilter(), Folds()
        self._visited = False
        self.view.notes.clear()
        self.view.mark(None)
        self.view.open(reader)

    def hint(self, text: str) -> None:
        """A sentence for the row above the footer."""
        hint(self, text)

    @on(LogView.Moved)
    def _moved(self, event: LogView.Moved) -> None:
        event.stop()
        if self.view.window.following:
            self._visited = False
        if self.reader is not None and self.reader.repeats and self._folds.update(self.reader):
            self._note_folds()
        self.scans.go_on()
        self.tell()
        if event.paint:
            self.view.refresh()

    class Told(Message):
        """What is to be said of the log, and of the place in it."""

        def __init__(self, what: str, place: str) -> None:
            super().__init__()
            self.what, self.place = what, place

    def tell(self) -> None:
        """Says what is shown, and where."""
        self.post_message(self.Told(*head_words(self.view, self.filter, self.scans, self.note, self.path)))

    def _advanced(self, what: Scan) -> None:
        """There are more hits, or more lines of some level."""
        if not self.is_mounted:
            return
        if isinstance(what, Search) and not self._jumped:
            self._jump(what)
        if self.filter.active:
            self._apply()
        self.tell()

    # -- search ------------------------------------------------------------------------------------------

    def action_search(self) -> None:
        """Opens the field."""
        self._place = (self.view.current, self.view.window.following)
        self.query_one(LogSearch).open()

    @on(LogSearch.Typed)
    def _typed(self, event: LogSearch.Typed) -> None:
        event.stop()
        self._find(event.text)

    def _find(self, text: str) -> None:
        """Another search from the first line."""
        self._jumped = not text
        if self.filter.hits:
            self.filter = replace(self.filter, hits=False)
            self._apply()
        try:
            query = parse_query(text) if text.removeprefix(REGEX) else None
            self.hint("")
        except InvalidValueError as error:
            query = None
            self.hint(f"x {error.sentence()}")
        self.view.mark(query)
        self.scans.find(query)

    @on(LogSearch.Left)
    def _left(self, event: LogSearch.Left) -> None:
        event.stop()
        self.view.focus()
        if event.given_up:
            self._find("")
            self._go_home()

    def _jump(self, search: Search) -> None:
        """To the first hit from where the user stood; to the first of all where he followed the end, or where none is behind."""
        line, following = self._place
        found = self._folds.beside(search.hits, -1 if following else line - 1, 1)
        done = self.scans.done(search)
        if found is None and search.hits and done:
            found = search.hits[0]
        self._jumped = done or found is not None  # what is found in lines that come later moves nobody
        if found is not None:
            self._stand_on(found)
        elif done:  # fewer letters may have led elsewhere
            self._go_home()

    def _go_home(self) -> None:
        """Where the user stood when the search began."""
        line, following = self._place
        if following:
            self.view.follow()
        else:
            self.view.show_line(line)

    def action_hit(self, way: int) -> None:
        """The next hit or the one before, around the ends of the log."""
        search = self.scans.search
        if search is None:
            decline(self, "search for something first: /")
        elif not search.hits:
            decline(self, f"`{search.query.text}` is nowhere in the log")
        else:
            self._step(search.hits, way, "hits")

    def _step(self, lines: array[int], way: int, name: str) -> None:
        """To the next of these lines or the one before."""
        found = self._folds.beside(lines, self.view.current, way)
        if found is None:
            found = self._folds.beside(lines, -1 if way > 0 else _BEYOND, way)
            decline(self, f"{name}: around the {'end' if way > 0 else 'beginning'} of the log")
        if found is not None:
            self._stand_on(found)

    def _stand_on(self, line: int) -> None:
        """Stands on a line, which is unfolded if it is folded; a filter that hides it ends."""
        if self._folds.around(line):
            self.action_unfold()
        self.view.show_line(line)
        if self.view.current != line and self.filter.active:
            self.filter = LogFilter()
            self._apply()
            self.view.show_line(line)

    def action_wrap(self) -> None:
        """Long lines on several rows, or not."""
        self.view.wrap()

    # -- errors ------------------------------------------------------------------------------------------

    @work(group="log-ask", exclusive=True)
    async def action_error(self, way: int) -> None:
        """First to the error that is the cause, as far as the log tells; then to the next error or the one before."""
        survey = await self.scans.surveyed()
        errors = survey.levels[LogLevel.ERROR]
        first = self.cause if self.cause is not None else survey.first_error()
        if first is None:
            decline(self, "no error in the log so far")
        elif not self._visited:
            self._visited = True
            self._stand_on(first)
            self.hint(f"line {first + 1}: the first real error; e and E go through all {len(errors)} error lines")
        elif errors:
            self._step(errors, way, "errors")

    async def error_at_hand(self) -> int | None:
        """The error line on which the cursor stands, else the first real error; None without any."""
        survey = await self.scans.surveyed()
        line = self.view.current
        if not self.view.window.following and after(survey.levels[LogLevel.ERROR], line - 1) == line:
            return line
        return self.cause if self.cause is not None else survey.first_error()

    # -- filters -----------------------------------------------------------------------------------------

    def action_phase(self, number: int) -> None:
        """Only the lines of a phase; 0 shows everything again."""
        self._choose(replace(self.filter, phase=number) if number else LogFilter())

    def action_level(self) -> None:
        """Only errors, then warnings too, then commands, then everything."""
        self._choose(self.filter.next_level())

    def action_only_hits(self) -> None:
        """Only the lines that the search found, or all again."""
        if self.scans.search is None:
            decline(self, "search for something first: /")
            return
        self._choose(replace(self.filter, hits=not self.filter.hits, level=None))

    @work(group="log-ask", exclusive=True)
    async def _choose(self, chosen: LogFilter) -> None:
        self.filter = chosen
        self._apply()
        if chosen.phase or chosen.level:
            await self.scans.surveyed()
            self._apply()
        count, words = self.view.window.count, chosen.words()
        self.hint(f"{words}: {count} lines; 0 shows all" if words else "")

    def _apply(self) -> None:
        """Shows what the filter lets pass."""
        search = self.scans.search
        self.view.put(self.filter.lines(self.scans.survey, search.hits if search else None, self._folds.hidden))

    def unwind(self) -> bool:
        """Takes back the last of selection, filter and search; False when there is none of them."""
        window = self.view.window
        if window.anchor is not None:
            window.anchor = None
            self.view.changed()
        elif self.filter.active:
            self.action_phase(0)
        elif self.scans.search is not None:
            self._find("")
            self.view.changed()
        else:
            return False
        return True

    def action_unfold(self) -> None:
        """Shows the repetition of a failing step, or hides it again."""
        self._folds.open = not self._folds.open
        self._note_folds()

    def _note_folds(self) -> None:
        self.view.notes = self._folds.notes()
        self._apply()
