"""The frame around the screens of a bundle: where one is, whose the bundle is, and the keys that lead from screen to screen."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click
from textual.widgets import Static

from canvos_tui.core.bundle import contents
from canvos_tui.core.bundle.seen import Seen
from canvos_tui.core.bundle.seen_words import made
from canvos_tui.core.pages import Page
from canvos_tui.core.ports import Ports
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.text import clip
from canvos_tui.tui.bundle.places import Looking, places
from canvos_tui.tui.messages import CopyAsked, GoTo, decline, tell
from canvos_tui.tui.page import PageScreen
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.frame import TopBar
from canvos_tui.tui.widgets.hint_row import HintRow
from canvos_tui.tui.widgets.key_footer import KeyFooter

BANNER, LOOK = "bundle", "only to look at"
_HERE = "bold $background on $text-accent"


class BundleRail(Static):
    """The screens by name, and beside them when and by which version the bundle was made."""

    def __init__(self, page: Page, seen: Seen) -> None:
        super().__init__("", markup=False)
        self._page = page
        self._seen = seen

    def render(self) -> Content:
        """One line."""
        names = [self._entry(page) for page in places(self._seen)]
        line = Content(" ").join(names)
        room = self.size.width - line.cell_length - 2
        words = next((said for said in (f"{made(self._seen)} · {LOOK}", made(self._seen)) if len(said) <= room), "")
        return line + Content.styled(f"{clip(words, room):>{room + 2}}" if words and room > 0 else "", "$text-muted")

    def _entry(self, page: Page) -> Content:
        here = page.slug == self._page.slug
        return Content.styled(f"{Mark.CURRENT.sign if here else Mark.TO_COME.sign} {page.rail}", _HERE if here else "$text")

    def on_click(self, event: Click) -> None:
        """Whoever clicks a name goes there."""
        at = self.styles.padding.left
        for page in places(self._seen):
            end = at + len(page.rail) + 2
            if at <= event.x < end:
                tell(self, GoTo(page.slug))
            at = end + 1


class BundlePage(PageScreen):
    """One screen of a bundle; F8 leads to the next one, and around."""

    BINDINGS = [
        Binding("m", "copy_summary", "Copy summary"),
    ]

    def __init__(self, page: Page, looking: tuple[type[Looking], ...], ports: Ports, seen: Seen) -> None:
        super().__init__(page, self._panels, ports, BANNER)
        self._looking = looking
        self._seen = seen
        self._order = [one.slug for one in places(seen)]

    _panels: Callable[[], tuple[type[StepPanel], ...]] = staticmethod(lambda: ())  # the guide has no step for any of them

    def compose(self) -> ComposeResult:
        """Frame around the panels."""
        yield TopBar(self.page.slug, self._banner, "").data_bind(PageScreen.draft, PageScreen.known)
        yield BundleRail(self.page, self._seen)
        with Horizontal(id="middle"), Vertical(id="main"), VerticalScroll(id="body", can_focus=False):
            for panel in self._looking:
                yield panel(self.ports, self._seen).begin(self.draft, self.known).data_bind(PageScreen.draft, PageScreen.known)
        yield HintRow()
        yield KeyFooter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  Textual's signature
        """What does nothing here is not offered."""
        return self.page.slug != self._order[0] if action == "back" else action != "guide"

    def _own_way(self) -> tuple[StepPanel | None, str]:
        after = places(self._seen)[(self._order.index(self.page.slug) + 1) % len(self._order)]
        return None, after.rail if len(self._order) > 1 else ""

    def action_next(self) -> None:
        """To the next screen; behind the last one stands the first."""
        tell(self, GoTo("next"))

    def action_copy_summary(self) -> None:
        """Verdict, cause, versions and the last lines, to paste into a ticket."""
        summary = self._seen.files.get(contents.SUMMARY, b"").decode("utf-8", "replace")
        if summary:
            tell(self, CopyAsked(summary, "summary"))
        else:
            decline(self, "there is no summary in this bundle")
