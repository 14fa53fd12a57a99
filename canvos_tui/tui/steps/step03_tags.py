"""Guide step 3: the tags, with what is inside each, so that one is chosen that works."""

from __future__ import annotations

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from canvos_tui.core.answers import fields
from canvos_tui.core.checkout.compatibility import Takes
from canvos_tui.core.checkout.state import Place
from canvos_tui.core.checkout.tags import CanvosTag, listed
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import checkout as rules
from canvos_tui.core.questions import palette
from canvos_tui.core.questions.rules import rule
from canvos_tui.core.session import TagsSeen, TagWanted
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.tui.messages import FieldChanged
from canvos_tui.tui.painting.blocks import COMMAND
from canvos_tui.tui.painting.looks import COLOURS, MUTED
from canvos_tui.tui.step_panel import StepPanel, WayChanged
from canvos_tui.tui.widgets.field_input import StillInput
from canvos_tui.tui.widgets.field_row import FieldRow
from canvos_tui.tui.widgets.panel import Panel
from canvos_tui.tui.widgets.row_list import RowList

NONE_FITS = "no tag fits: empty the filter, or p shows all"
YOURS = "your Palette version or empty"
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
        self._best: CanvosTag | None = None

    def compose(self) -> ComposeResult:
        """Palette, filter, what the vendor's table says, list."""
        with Panel(title="Tag", small="step 3", id="tag-box"):
            with Horizontal(classes="field-line"):
                yield FieldRow(fields.PALETTE, YOURS).begin(self.draft).data_bind(draft=StepPanel.draft)
                yield Static("Filter", classes="short-label", markup=False)
                yield StillInput(id="tag-filter", compact=True, placeholder="such as 4.9")
            with Vertical(id="tag-table"):
                yield Static("", id="palette-told", markup=False)
                yield Static(f"  {'TAG':<12} {'RELEASED':<11} {'AGENT':<8} AWS", id="tag-head", markup=False)
                yield RowList(id="tag-list")
        yield Panel(Static("", id="on-next", markup=False), title="On Next", small="step 4", id="on-next-box")

    def _promise(self) -> None:
        """What the first button will do, as the command, while it checks a tag out."""
        state = self.known.checkout
        here = state is not None and state.place is Place.CANVOS and (not self.draft.tag or palette.outgrown(self.draft, self.known))
        self.query_one("#on-next-box").display = here
        if state is not None and here:
            tag = self._under_cursor() if self.way_on() else None
            what = (f" git checkout {tag.name} ", COMMAND) if tag is not None else ("Enter on a tag checks it out", "")
            now = f"now {self.draft.tag} · " if self.draft.tag else ""
            self.query_one("#on-next", Static).update(Content.assemble(what, (f"   {now}{rules.changed(state)}", MUTED)))

    def way_on(self) -> str:
        """To check out the tag under the cursor, where none is in use that may stay; one that the Palette refuses is for Enter alone."""
        tag, takes = self._under_cursor(), palette.takes(self.draft, self.known)
        stays = self.draft.tag and not palette.outgrown(self.draft, self.known)
        if tag is None or tag.name == self.draft.tag or self.known.wanted or stays or (takes is not None and takes.against(tag)):
            return ""
        return f"Check out {tag.name}"

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
        self._promise()
        self.post_message(WayChanged())

    def watch_known(self) -> None:
        """New tags fill the list."""
        if self.is_mounted:
            self._tell()
            self._fill()

    _filled_for: Takes | None = None  # the Palette whose marks the list bears

    def watch_draft(self) -> None:
        """Another Palette takes other tags."""
        if self.is_mounted:
            self._tell()
            if palette.takes(self.draft, self.known) != self._filled_for:
                self._fill()
            self._promise()

    def on_mount(self) -> None:
        """Says what the field is for."""
        self._tell()
        self._promise()

    @on(FieldChanged)
    def _tell(self) -> None:
        """What is wrong with the Palette version, or what the table says of it; the page's help box has no room beside the list."""
        row = self.query_one(FieldRow)
        row.caution = rule(fields.PALETTE).caution(self.draft, self.known)
        mark = Mark.FAILED if row.refused else Mark.WARNING
        told = row.refused or row.caution
        line = Content.styled(f"{mark.sign} {told}", COLOURS[mark]) if told else Content.styled(palette.told(self.draft, self.known), MUTED)
        said = self.query_one("#palette-told", Static)
        said.update(line)
        said.display = bool(line)

    def _fill(self) -> None:
        text = self.query_one("#tag-filter", Input).value.strip()
        shown = listed(self.known.tags, everything=self._everything, text=text)
        best = palette.suggested(self.draft, self.known)
        takes = self._filled_for = palette.takes(self.draft, self.known)
        state = self.known.checkout
        lines = [
            _line(tag, rules.remarks(tag, best, state.tag if state else "", takes, dated=False), rules.concerns(tag, takes))
            for tag in shown
        ]
        rows = self.query_one("#tag-list", RowList)
        if shown != self._shown or best != self._best or not lines:
            self._shown, self._best = shown, best
            if lines:
                rows.fill(lines, shown.index(best) if best in shown else 0, off=[n for n, tag in enumerate(shown) if not tag.selectable])
            else:
                rows.fill([Content(NONE_FITS if self.known.tags else NO_TAGS)], off=[0])
        elif lines:
            rows.fill(lines, off=[n for n, tag in enumerate(shown) if not tag.selectable])
        what = "all" if self._everything else "releases, p shows all"
        self.query_one("#tag-box", Panel).entitle("Tag", f"{len(shown)} of {len(self.known.tags)}, {what} · step 3")
        self._promise()
        self.post_message(WayChanged())  # another row may be under the cursor, or none

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


def _line(tag: CanvosTag, remarks: str, concerns: tuple[str, ...]) -> Content:
    date = f"{tag.date.day:>2} {tag.date:%b %Y}" if tag.date else "-"
    able = (Mark.DONE, "$text-success") if tag.selectable else (Mark.FAILED, "$text-error")
    muted = "" if tag.selectable else "$text-muted"
    warned = bool(concerns) and tag.selectable
    return Content.assemble(
        (f"{tag.name:<12} ", muted),
        (f"{date:<11} ", "$text-muted"),
        (f"{tag.earthfile.pe_version or '-':<8} ", muted),
        (f"{able[0].sign}  ", able[1]),
        (f"{Mark.WARNING.sign} " if warned else "", "$text-warning"),
        (remarks, "$text-warning" if warned else "$text-muted"),
    )
