"""Guide step 3: the tags, with what is inside each, so that one is chosen that works."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, OptionList, Select, Static

from canvos_tui.core.checkout.tags import CanvosTag, listed, suggested, trains
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import checkout as rules
from canvos_tui.core.session import TagsSeen, TagWanted
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.tui.step_panel import StepPanel, WayChanged
from canvos_tui.tui.widgets.panel import Panel
from canvos_tui.tui.widgets.row_list import RowList

NONE_FITS = "no tag fits: empty the filter, or p shows all"
NO_TAGS = "the tags are listed when there is a checkout"


class Tags(StepPanel):
    """Enter on a row asks for its checkout; rows that cannot do AWS are shown and not selectable."""

    GUIDE, TITLE = (3,), "CanvOS tags"
    ABOUT = rules.ABOUT_TAGS
    BINDINGS = [Binding("p", "everything", "All tags"), Binding("f", "fetch", "Fetch tags")]

    def __init__(self, ports) -> None:  # type: ignore[no-untyped-def]
        super().__init__(ports)
        self._everything = False
        self._shown: tuple[CanvosTag, ...] = ()

    def compose(self) -> ComposeResult:
        """Train, filter, list."""
        with Panel(title="Tag", small="step 3", id="tag-box"):
            with Horizontal(classes="field-line"):
                yield Static("Palette", classes="short-label", markup=False)
                yield Select[str]([], id="train", prompt="all", compact=True)
                yield Static(" Filter", classes="short-label", markup=False)
                yield Input(id="tag-filter", compact=True, placeholder="4.9")
            yield Static(f"  {'TAG':<12} {'RELEASED':<11} {'AGENT':<8} AWS", id="tag-head", markup=False)
            yield RowList(id="tag-list")

    def way_on(self) -> str:
        """To check out the tag under the cursor, as long as none is in use."""
        tag = self._under_cursor()
        return f"Check out {tag.name}" if tag is not None and not self.draft.tag and not self.known.wanted else ""

    def go_on(self) -> None:
        """As Enter on its row does."""
        tag = self._under_cursor()
        if tag is not None:
            self.learn(TagWanted(tag.name))

    def _under_cursor(self) -> CanvosTag | None:
        at = self.query_one("#tag-list", RowList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) and self._shown[at].selectable else None

    @on(OptionList.OptionHighlighted, "#tag-list")
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.post_message(WayChanged())

    def watch_known(self) -> None:
        """New tags fill the list."""
        if self.is_mounted:
            self._fill_trains()
            self._fill()

    def _fill_trains(self) -> None:
        select = self.query_one("#train", Select)
        names = trains(self.known.tags)
        if names != getattr(self, "_trains", None):
            self._trains = names
            with self.prevent(Select.Changed):
                select.set_options([(name, name) for name in names])

    def _train(self) -> str:
        value = self.query_one("#train", Select).value
        return value if isinstance(value, str) else ""

    def _fill(self) -> None:
        text = self.query_one("#tag-filter", Input).value.strip()
        shown = listed(self.known.tags, everything=self._everything, train=self._train(), text=text)
        best = suggested(self.known.tags, self._train())
        state = self.known.checkout
        lines = [self._line(tag, best, state.tag if state else "") for tag in shown]
        rows = self.query_one("#tag-list", RowList)
        if shown != self._shown or not lines:
            self._shown = shown
            if lines:
                rows.fill(lines, shown.index(best) if best in shown else 0, off=[n for n, tag in enumerate(shown) if not tag.selectable])
            else:
                rows.fill([Content(NONE_FITS if self.known.tags else NO_TAGS)], off=[0])
        elif lines:
            rows.fill(lines, off=[n for n, tag in enumerate(shown) if not tag.selectable])
        what = "all" if self._everything else "releases, p shows all"
        self.query_one("#tag-box", Panel).entitle("Tag", f"{len(shown)} of {len(self.known.tags)}, {what} · step 3")
        self.post_message(WayChanged())  # another row may be under the cursor, or none

    @staticmethod
    def _line(tag: CanvosTag, best: CanvosTag | None, here: str) -> Content:
        date = f"{tag.date.day:>2} {tag.date:%b %Y}" if tag.date else "-"
        able = (Mark.DONE, "$text-success") if tag.earthfile.has_target else (Mark.FAILED, "$text-error")
        note = rules.remarks(tag, best, here)
        muted = "" if tag.selectable else "$text-muted"
        warned = bool(tag.remark) and tag.selectable
        return Content.assemble(
            (f"{tag.name:<12} ", muted),
            (f"{date:<11} ", "$text-muted"),
            (f"{tag.earthfile.pe_version or '-':<8} ", muted),
            (f"{able[0].sign}  ", able[1]),
            (f"{Mark.WARNING.sign} " if warned else "", "$text-warning"),
            (note, "$text-warning" if warned else "$text-muted"),
        )

    @on(Select.Changed, "#train")
    def _train_chosen(self, event: Select.Changed) -> None:
        event.stop()
        self._fill()

    @on(Input.Changed, "#tag-filter")
    def _filtered(self, event: Input.Changed) -> None:
        event.stop()
        self._fill()

    @on(Input.Submitted, "#tag-filter")
    def _to_list(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one("#tag-list").focus()

    @on(OptionList.OptionSelected, "#tag-list")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.learn(TagWanted(self._shown[event.option_index].name))

    def action_everything(self) -> None:
        """Shows candidates, letter tags and tags without the target as well, or hides them again."""
        self._everything = not self._everything
        self._fill()

    @work(exclusive=True)
    async def action_fetch(self) -> None:
        """`git fetch --tags`."""
        state = self.known.checkout
        if state is None or not self.known.tags:
            self.decline("there is no checkout yet that could fetch tags")
            return
        self.hint("git fetch --tags ...")
        try:
            await self.ports.git.fetch_tags(state.path)
            tags = await self.ports.git.tags(state.path)
        except CanvosError as error:
            self.hint(f"x {error}. {error.remedy}")
            return
        new = {t.name for t in tags} - {t.name for t in self.known.tags}
        self.learn(TagsSeen(tags))
        self.hint(f"{len(new)} new tags" if new else "no new tags")
