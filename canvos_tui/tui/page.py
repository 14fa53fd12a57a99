"""The one generic page: frame, body of panels, hint row, footer, and the keys that work everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Key, ScreenResume
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Button, Static

from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.answers.draft_file import unstored
from canvos_tui.core.answers.fields import BY_KEY
from canvos_tui.core.pages import PAGES, Page
from canvos_tui.core.ports import Ports
from canvos_tui.core.readiness import Blocker, blockers, gaps
from canvos_tui.core.session import Session
from canvos_tui.tui.checks.titles import titled
from canvos_tui.tui.key_order import KeyCame
from canvos_tui.tui.messages import Entered, FieldChanged, GoTo, Hinted, LeaveAsked, Until, decline, hint, tell
from canvos_tui.tui.painting.hollow import Body, Hollow
from canvos_tui.tui.painting.shape import COLUMNS, ROWS, shape, too_small
from canvos_tui.tui.step_panel import StepPanel, WayChanged, rows_in
from canvos_tui.tui.textual_inside import SparingScreen
from canvos_tui.tui.widgets.frame import Rail, SideRail, TopBar
from canvos_tui.tui.widgets.hint_row import HintRow, does_nothing
from canvos_tui.tui.widgets.key_footer import KeyFooter

if TYPE_CHECKING:  # what the first page has not is loaded with the page that has it
    from textual.css.query import DOMQuery

    from canvos_tui.tui.widgets.help_box import HelpBox
    from canvos_tui.tui.widgets.ways import Ways

_WITH_ROOM = {"image", "s3"}  # whose fields leave half of a tall window empty
Panels = tuple[type[StepPanel], ...]


class PageScreen(Hollow, SparingScreen[None]):
    """Shows one page; posts GoTo and never moves itself."""

    BINDINGS = [
        Binding("f8,alt+n", "next", "Next", key_display="F8"),
        Binding("enter", "next", "Next", show=False),
        Binding("escape", "back", "Back"),
        Binding("f7,alt+b", "back", "Back", show=False),
        Binding("f1,question_mark", "help", "Help", key_display="F1"),
        Binding("f2,g", "guide", "Guide", key_display="F2"),
        Binding("ctrl+p", "app.command_palette", "Menu", key_display="^P", priority=True),
        Binding("ctrl+q", "app.quit", "Quit", key_display="^Q", priority=True),
        Binding("q", "leave", "Quit", show=False),
        Binding("ctrl+l", "app.redraw", "Redraw", show=False),
        Binding("pagedown", "scroll_body(1)", show=False),
        Binding("pageup", "scroll_body(-1)", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = COLUMNS
    VERTICAL_BREAKPOINTS = ROWS

    draft: reactive[Draft] = reactive(Draft, init=False)
    known: reactive[Session] = reactive(Session, init=False)

    def __init__(self, page: Page, panels: Callable[[], Panels], ports: Ports, banner: str = "", *, has_next: bool = True) -> None:
        super().__init__(classes=f"page-{page.slug}")
        self.page = page
        self.panels = panels
        self.has_next = has_next  # without it a choice of the page itself is the way on
        self.ports = ports
        self._banner = banner

    def begin(self, draft: Draft, known: Session, size: Size) -> PageScreen:
        """Sets what is known before the first widget is made, also of the window: a data binding alone would only follow afterwards."""
        self.add_class(*shape(size.width, size.height), update=False)
        self.set_reactive(PageScreen.draft, draft)
        self.set_reactive(PageScreen.known, known)
        return self

    def compose(self) -> ComposeResult:
        """Frame around the panels."""
        yield TopBar(self.page.slug, self._banner, self.ports.environ.get("HOME", "")).data_bind(PageScreen.draft, PageScreen.known)
        if self.page is not PAGES[0]:  # which has no place on the rail
            yield Rail(self.page.slug).data_bind(PageScreen.draft, PageScreen.known)
        with Horizontal(id="middle"):
            yield SideRail(self.page.slug).data_bind(PageScreen.draft, PageScreen.known)
            with Vertical(id="main"):
                panels = self.panels()
                with Body(id="body", can_focus=False):
                    for panel in panels:
                        yield panel(self.ports).begin(self.draft, self.known).data_bind(PageScreen.draft, PageScreen.known)
                    if self.page.fields:
                        from canvos_tui.tui.widgets.help_box import HelpBox
                        from canvos_tui.tui.widgets.so_far import SoFar

                        so_far = [SoFar(self.page, self.draft).data_bind(PageScreen.draft)] if self.page.slug in _WITH_ROOM else []
                        yield Vertical(HelpBox(), *so_far, id="help-rest")
                if self.has_next and not any(panel.HAS_NEXT for panel in panels):
                    from canvos_tui.tui.widgets.ways import Ways

                    yield Ways()
        yield HintRow()
        yield KeyFooter(detaches=self.known.building)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """A new screen hears it twice, and would give its styles anew each time to widgets that have just got them."""
        event.refresh_styles = event.refresh_styles and self._was_entered

    def on_mount(self) -> None:
        """The help starts with what the page is about."""
        self._explain(None)

    async def on_resize(self) -> None:
        """Asks for a larger window where no page fits into this one."""
        if too_small(*(size := self.app.size)):
            if not self.query("#too-small"):
                await self.mount(Static("", id="too-small", markup=False), before=0)
            words = f"Please enlarge the window (now {size.width}x{size.height}) or use canvos-tui run. Ctrl+Q quits."
            self.query_one("#too-small", Static).update(words)
        self.call_after_refresh(self._stand_again)

    _stood: Widget | None = None  # what had the focus last
    _was_entered = False

    def _stand_again(self) -> None:
        """A window that is too small hides everything, and what is hidden loses the focus: the next letter would be for nobody."""
        if self.focused is None and self._stood is not None and self._stood.focusable:
            self._stood.focus()

    @on(Entered)
    def _entered(self, event: Entered) -> None:
        """The first thing typed on a page should land in the field that still needs it."""
        event.stop()
        self._was_entered = True
        for panel in self.query(StepPanel):
            panel.entered()
        self._relabel()
        missing = {g.key for g in self._missing()}
        rows = [row for row in rows_in(self) if row.field.key in missing]
        if rows and not any(row.has_focus_within for row in rows):
            self.stand_on(rows[0].field.key)

    def _missing(self) -> list[Blocker]:
        return [gap for gap in gaps(self.draft, self.known) if gap.page == self.page.slug]

    def _wrong(self) -> list[Blocker]:
        return [reason for reason in blockers(self.draft, self.known) if reason.page == self.page.slug]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  Textual's signature
        """What does nothing here is not offered."""
        return self.page is not PAGES[0] if action == "back" else action != "next" or self.has_next or bool(self._label)

    _label = "Next"  # what F8 does here

    @on(WayChanged)
    def _way_changed(self, event: WayChanged) -> None:
        event.stop()
        self._relabel()

    def _relabel(self) -> None:
        """The footer says what F8 does, and does not name it where it does nothing."""
        panel, own = self._own_way()
        label, other = own or ("Next" if self.has_next else ""), panel.other_way() if panel is not None else ""
        for ways in cast("DOMQuery[Ways]", self.query("Ways")):
            ways.say(label, other, panel.go_other if panel is not None else None)
        if label != self._label:
            self._label = label
            for footer in self.query(KeyFooter):
                footer.labels = {"next": label}
            self.refresh_bindings()

    def _own_way(self) -> tuple[StepPanel | None, str]:
        """The panel whose first button is the way on, and the words of it."""
        shown = [panel for panel in self.query(StepPanel) if panel.display]
        return next(((panel, panel.way_on()) for panel in shown if panel.way_on()), (None, ""))

    _said_of: list[Blocker] = []  # what was wrong here when it was said

    def watch_draft(self) -> None:
        """What was said to be missing is given, or something else is missing now: the sentence goes."""
        for row in self.query(HintRow):
            if row.holds_until(Until.MENDED) and self._wrong() != self._said_of:
                row.over(Until.MENDED)
        self.call_after_refresh(self._relabel)

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
        self._explain(event.widget)

    @on(FieldChanged)
    def _field_changed(self, event: FieldChanged) -> None:
        event.stop()
        self._explain(self.focused)

    def _explain(self, standing: Widget | None) -> None:
        for box in cast("DOMQuery[HelpBox]", self.query("HelpBox")):
            from canvos_tui.tui.dialogs.help_text import of_page
            from canvos_tui.tui.widgets.field_row import field_of, row_of

            rows, row, field = rows_in(self), row_of(standing), field_of(standing)
            if row is not None:
                box.tell(row, rows)
            elif field is not None:
                box.about(field)
            else:
                box.explain(self.page.title, of_page(self._about()), rows)

    def _about(self) -> list[tuple[str, str]]:
        return [(panel.TITLE, panel.about()) for panel in self.query(StepPanel)]

    def action_next(self) -> None:
        """Goes on, unless an answer of this page is missing: then stands on that field and says how many there are."""
        panel, _ = self._own_way()
        if panel is not None:
            panel.go_on()
        if panel is not None or not self.has_next:
            return
        missing = self._missing()
        if not missing:
            tell(self, GoTo("next"))
            return
        first = missing[0]
        more = f" (and {len(missing) - 1} more on this screen)" if len(missing) > 1 else ""
        hint(self, f"x {titled(first.text)}{more}", Until.MENDED)
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
        typed = dict.fromkeys((*unstored(self.draft), *(panel.unkept() for panel in self.query(StepPanel))))
        tell(self, LeaveAsked(", ".join(filter(None, typed))))

    def on_key(self, event: Key) -> None:
        """Keys that nothing on the way took come by here, those with a binding too: a key without one says so."""
        if event.key not in self.active_bindings:
            way_on = next((panel.WAY_ON for panel in self.query(StepPanel) if panel.display and panel.WAY_ON), "")
            if way_on and event.key in {"f8", "enter"}:
                decline(self, way_on)
            else:
                hint(self, does_nothing(event, "F1 names the keys"), Until.NEXT_KEY, ours=True)

    def on_paste(self) -> None:
        """What a field did not take."""
        decline(self, "there is no field here for what was pasted")

    async def action_help(self) -> None:
        """What the focused field or this page is about, and the keys."""
        from canvos_tui.tui.dialogs.page_help import help_of

        await self.app.push_screen(help_of(self, self._about()))

    async def action_guide(self) -> None:
        """The guide's own commands for this page, with the user's values in place."""
        from canvos_tui.tui.dialogs.page_help import guide_of

        await self.app.push_screen(guide_of([n for panel in self.panels() for n in panel.GUIDE], self.draft))

    def action_scroll_body(self, way: int) -> None:
        """A page that is longer than the window scrolls by keys, whatever has the focus; at its end the help does."""
        boxes = [self.query_one("#body", Body), *(box.text for box in cast("DOMQuery[HelpBox]", self.query("HelpBox")))]
        for box in boxes if way > 0 else reversed(boxes):
            if (box.scroll_target_y < box.max_scroll_y) if way > 0 else box.scroll_target_y > 0:
                box.scroll_relative(y=way * max(1, box.size.height - 1), animate=False)
                return
