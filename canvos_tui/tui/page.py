"""The one generic page: frame, body of panels, hint row, footer, and the keys that work everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus, Key
from textual.reactive import reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Button, Static

from canvos_tui.core import guide
from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.draft_file import unstored
from canvos_tui.core.answers.fields import BY_KEY
from canvos_tui.core.pages import Page
from canvos_tui.core.ports import Ports
from canvos_tui.core.readiness import Blocker, blockers, gaps
from canvos_tui.core.session import Session
from canvos_tui.tui.dialogs.read_text import ReadText
from canvos_tui.tui.key_order import KeyCame
from canvos_tui.tui.messages import Entered, GoTo, Hinted, LeaveAsked, Until, decline, hint, tell
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.field_row import FieldRow
from canvos_tui.tui.widgets.frame import Rail, SideRail, TopBar
from canvos_tui.tui.widgets.hint_row import HintRow, does_nothing
from canvos_tui.tui.widgets.key_footer import KeyFooter
from canvos_tui.tui.widgets.push import Push

STYLES = Path(__file__).parent


Panels = tuple[type[StepPanel], ...]


class PageScreen(Screen[None]):
    """Shows one page; posts GoTo and never moves itself."""

    # with the pages and not with the app: the first frame does not wait for them
    CSS_PATH = [STYLES / "app.tcss", *sorted(STYLES.glob("steps/*.tcss"))]
    BINDINGS = [
        Binding("f8,alt+n", "next", "Next", key_display="F8"),
        Binding("enter", "next", "Next", show=False),
        Binding("escape", "back", "Back"),
        Binding("f7,alt+b", "back", "Back", show=False),
        Binding("f1,question_mark", "help", "Help", key_display="F1"),
        Binding("f2,g", "guide", "Guide", key_display="F2"),
        Binding("ctrl+p", "app.command_palette", "Menu", priority=True),
        Binding("ctrl+q", "app.quit", "Quit", key_display="^q", priority=True),
        Binding("q", "leave", "Quit", show=False),
        Binding("ctrl+l", "redraw", "Redraw", show=False),
        Binding("pagedown", "scroll_body(1)", show=False),
        Binding("pageup", "scroll_body(-1)", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]

    draft: reactive[Draft] = reactive(Draft, init=False)
    known: reactive[Session] = reactive(Session, init=False)

    def __init__(self, page: Page, panels: Callable[[], Panels], ports: Ports, banner: str = "", *, has_next: bool = True) -> None:
        super().__init__(classes=f"page-{page.slug}")
        self.page = page
        self.panels = panels
        self.has_next = has_next  # without it a choice of the page itself is the way on
        self.ports = ports
        self._banner = banner

    def begin(self, draft: Draft, known: Session) -> PageScreen:
        """Sets what is known before the first widget is made: a data binding alone would only follow afterwards."""
        self.set_reactive(PageScreen.draft, draft)
        self.set_reactive(PageScreen.known, known)
        return self

    def compose(self) -> ComposeResult:
        """Frame around the panels."""
        yield Static("", id="too-small", markup=False)
        yield TopBar(self.page.slug, self._banner, self.ports.environ.get("HOME", "")).data_bind(PageScreen.draft, PageScreen.known)
        yield Rail(self.page.slug).data_bind(PageScreen.draft, PageScreen.known)
        with Horizontal(id="middle"):
            yield SideRail(self.page.slug).data_bind(PageScreen.draft, PageScreen.known)
            with VerticalScroll(id="body", can_focus=False):
                panels = self.panels()
                for panel in panels:
                    yield panel(self.ports).begin(self.draft, self.known).data_bind(PageScreen.draft, PageScreen.known)
                if self.has_next and not any(panel.HAS_NEXT for panel in panels):
                    yield Push("Next", id="next")
            yield VerticalScroll(Static("", id="help-text", markup=False), id="help-pane", can_focus=False)
        yield HintRow()
        yield KeyFooter(detaches=self.known.building)

    def on_mount(self) -> None:
        """The help pane starts with what the page is about."""
        self._explain(None)

    def on_resize(self) -> None:
        """Says how large the window would have to be."""
        width, height = self.app.size
        self.query_one("#too-small", Static).update(
            Content(f"Please enlarge the window (now {width}x{height}) or use canvos-tui run. Ctrl+Q quits.")
        )
        self.call_after_refresh(self._stand_again)

    _stood: Widget | None = None  # what had the focus last

    def _stand_again(self) -> None:
        """A window that is too small hides everything, and what is hidden loses the focus: the next letter would be for nobody."""
        if self.focused is None and self._stood is not None and self._stood.focusable:
            self._stood.focus()

    @on(Entered)
    def _entered(self, event: Entered) -> None:
        event.stop()
        for panel in self.query(StepPanel):
            panel.entered()
        self._stand_on_what_is_missing()

    def _stand_on_what_is_missing(self) -> None:
        """The first thing typed on a page should land in the field that still needs it."""
        missing = {g.key for g in self._missing()}
        rows = [row for row in self.query(FieldRow) if row.field.key in missing]
        if rows and not any(row.has_focus_within for row in rows):
            self.stand_on(rows[0].field.key)

    def _missing(self) -> list[Blocker]:
        return [gap for gap in gaps(self.draft) if gap.page == self.page.slug]

    def _wrong(self) -> list[Blocker]:
        return [reason for reason in blockers(self.draft, self.known) if reason.page == self.page.slug]

    _said_of: list[Blocker] = []  # what was wrong here when it was said

    def watch_draft(self) -> None:
        """What was said to be missing is given, or something else is missing now: the sentence goes."""
        for row in self.query(HintRow):
            if row.holds_until(Until.MENDED) and self._wrong() != self._said_of:
                row.over(Until.MENDED)

    def watch_known(self) -> None:
        """So it is with what was found out; and whoever leaves while a build runs leaves it running."""
        self.watch_draft()
        for footer in self.query(KeyFooter):
            footer.detaches = self.known.building

    @on(Hinted)
    def _hinted(self, event: Hinted) -> None:
        event.stop()
        self._said_of = self._wrong() if event.until is Until.MENDED else []
        self.query_one(HintRow).say(event)

    @on(KeyCame)
    def _key_came(self, event: KeyCame) -> None:
        event.stop()
        self.query_one(HintRow).over(Until.NEXT_KEY)

    @on(Button.Pressed, "#next")
    def _pressed_next(self, event: Button.Pressed) -> None:
        event.stop()
        self.action_next()

    @on(DescendantFocus)
    def _focused(self, event: DescendantFocus) -> None:
        self._stood = event.widget
        row = next((w for w in event.widget.ancestors_with_self if isinstance(w, FieldRow)), None)
        self._explain(row)

    def _explain(self, row: FieldRow | None) -> None:
        self.query_one("#help-text", Static).update(Content(self._help(row)))

    def _help(self, row: FieldRow | None) -> str:
        if row is not None:
            field = row.field
            example = f"\n\nThe guide's value: {field.guide}" if field.guide else ""
            return f"{field.key}   guide step {field.step}\n\n{field.help}{example}\n\nAllowed: {field.line}"
        about = [f"{panel.TITLE}\n{panel.ABOUT}" for panel in self.panels() if panel.ABOUT]
        return "\n\n".join(about)

    def action_next(self) -> None:
        """Goes on, unless an answer of this page is missing: then stands on that field and says how many there are."""
        if not self.has_next:
            decline(self, next((panel.WAY_ON for panel in self.query(StepPanel) if panel.display and panel.WAY_ON), ""))
            return
        missing = self._missing()
        if not missing:
            tell(self, GoTo("next"))
            return
        first = missing[0]
        more = f" (and {len(missing) - 1} more on this screen)" if len(missing) > 1 else ""
        hint(self, f"x {first.text}{more}", Until.MENDED)
        if first.key in BY_KEY:
            self.stand_on(first.key)

    def stand_on(self, key: str) -> None:
        """Puts the focus on a field."""
        for widget in self.query(f"#{key.lower().replace('_', '-')}"):
            widget.focus()

    def action_back(self) -> None:
        """Back never loses anything."""
        tell(self, GoTo("back"))

    def action_leave(self) -> None:
        """A `q` may be a letter for a field that has lost the focus: it asks first where something was typed that is kept nowhere."""
        typed = (*unstored(self.draft), *(panel.unkept() for panel in self.query(StepPanel)))
        tell(self, LeaveAsked(", ".join(dict.fromkeys(filter(None, typed)))))

    def on_key(self, event: Key) -> None:
        """Keys that nothing on the way took come by here, those with a binding too: a key without one says so."""
        if event.key not in self.active_bindings:
            decline(self, does_nothing(event, "F1 names the keys"))

    def on_paste(self) -> None:
        """What a field did not take."""
        decline(self, "there is no field here for what was pasted")

    async def action_help(self) -> None:
        """What the focused field or this page is about, and the keys."""
        row = next((w for w in self.focused.ancestors_with_self if isinstance(w, FieldRow)), None) if self.focused else None
        text = self._help(row) + "\n\n" + self._keys()
        await self.app.push_screen(ReadText("Help", text))

    def _keys(self) -> str:
        shown: dict[str, str] = {}
        for binding in self.active_bindings.values():
            if binding.binding.description and binding.enabled and binding.binding.show:
                shown.setdefault(binding.binding.description, binding.binding.key_display or binding.binding.key)
        return "Keys here\n" + "\n".join(f"  {key:<12} {name}" for name, key in shown.items())

    async def action_guide(self) -> None:
        """The guide's own commands for this page, with the user's values in place."""
        numbers = [n for panel in self.panels() for n in panel.GUIDE] or [s.number for s in guide.STEPS]
        parts = []
        for number in numbers:
            step = guide.BY_NUMBER[number]
            lines = "\n".join(guide.commands(step, self.draft))
            differs = f"\n# differs: {step.differs}" if step.differs else ""
            parts.append(f"# step {number}: {step.title}{differs}\n{lines}")
        title = "Guide commands" + (f" (steps {numbers[0]}-{numbers[-1]})" if len(numbers) > 1 else f" (step {numbers[0]})")
        await self.app.push_screen(ReadText(title, "\n\n".join(parts)))

    def action_scroll_body(self, way: int) -> None:
        """A page that is longer than the window scrolls by keys, whatever has the focus."""
        body = self.query_one("#body", VerticalScroll)
        body.scroll_relative(y=way * (body.size.height - 1), animate=False)

    def action_redraw(self) -> None:
        """Paints everything again."""
        self.refresh(layout=True)
