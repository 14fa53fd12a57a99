"""What is done with an AMI that is ready: copied, shared, retired, tried. Each is asked for, and each copy has a bar of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from textual import on, work
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import to_use
from canvos_tui.core.checkout.key_places import look_for_keys
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.masking.outlet import shown
from canvos_tui.core.ports import Ports
from canvos_tui.core.publish.copying import Copy
from canvos_tui.core.publish.deeds import ABOUT, BUSY, DEEDS, GOES_ON, Deed
from canvos_tui.core.publish.launch import copy_words, publish_commands
from canvos_tui.core.publish.wish import Wish
from canvos_tui.core.publish.words import bar_of, lines, plan_lines
from canvos_tui.core.publish.work import Target, Work, opened
from canvos_tui.tui.dialogs.ask_text import AskText
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.dialog import Dialog
from canvos_tui.tui.messages import CopyAsked, decline, tell
from canvos_tui.tui.painting.blocks import hung, said
from canvos_tui.tui.painting.looks import MUTED
from canvos_tui.tui.widgets.row_list import RowList

TITLE = "Copy, share, retire"


class Publish(Dialog[None]):
    """Asks nothing of AWS before something was chosen; what was begun goes on there when it is left."""

    KEYS = "Enter does it, PgDn scrolls, c copies the commands, Esc closes"
    SHAPE = "dialog -tall"
    BINDINGS = [
        Binding("escape,q", "close", "Close"),
        Binding("c", "copy", "Copy the commands"),
        Binding("pagedown", "scroll_told(1)", show=False, priority=True),  # the list of deeds never needs a second page
        Binding("pageup", "scroll_told(-1)", show=False, priority=True),
    ]

    def __init__(self, ports: Ports, keys: AwsKeys | None, target: Target, checkout: Path | None) -> None:
        super().__init__(f"{TITLE}   (Enter does it, Esc closes)")
        self._ports, self._keys, self._target, self._checkout = ports, keys, target, checkout
        self._busy = False
        self._copies: dict[str, Copy] = {}
        self._typed: dict[str, str] = {}  # what was typed last for a deed

    def inside(self) -> Iterable[Widget]:
        """What can be done, the copies, and what AWS showed."""
        yield RowList(id="publish-rows")
        yield Static("", id="publish-about", markup=False)
        yield Static("", id="publish-bars", markup=False)
        yield VerticalScroll(Static("", id="publish-said", markup=False), id="publish-told", can_focus=False)

    def on_mount(self) -> None:
        """Says what is meant."""
        rows = self.query_one("#publish-rows", RowList)
        rows.fill([Content(deed.title) for deed in DEEDS], 0)
        rows.focus()
        self._about(DEEDS[0])
        self._tell(f"{self._target.ami} in {self._target.region}\n{ABOUT}")

    def _tell(self, text: str) -> None:
        self.query_one("#publish-said", Static).update(said(text))

    def on_resize(self) -> None:
        """Another width, other bars."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if not self.query("#publish-bars"):
            return  # it was left, and what waited for AWS ends
        bars = self.query_one("#publish-bars", Static)
        wide = max(40, bars.size.width or self.size.width - 8)
        rows = []
        for copy in self._copies.values():
            rows.append(Content(bar_of(copy, wide)))
            if copy.problem and self._busy:  # the others may take an hour; at the end it is said below, with all else
                rows += hung(said(shown(f"x {copy.problem}" + (f"; {copy.remedy}" if copy.remedy else ""))), wide)
        bars.update(Content("\n").join(rows))

    def _changed(self, copy: Copy) -> None:
        self._copies[copy.region] = copy
        self._draw()

    @property
    def _commands(self) -> tuple[str, ...]:
        target = self._target
        return publish_commands(target.run or target.ami, target.region, known=bool(target.run))

    def action_copy(self) -> None:
        """The same as commands, with samples to replace."""
        tell(self, CopyAsked("\n".join(self._commands), "the commands"))

    def action_scroll_told(self, way: int) -> None:
        """A page of what AWS showed."""
        box = self.query_one("#publish-told", VerticalScroll)
        box.scroll_relative(y=way * max(1, box.size.height - 1), animate=False)

    def leaving(self) -> str:
        """That what was begun goes on, and how to look again; "" when nothing does."""
        going = self._busy and any(copy.goes_on for copy in self._copies.values())
        target = self._target
        again = copy_words(target.run or target.ami, target.region, self._copies, known=bool(target.run))
        return f"{GOES_ON}\n\n{again}" if going else ""

    @work(group="close")
    async def action_close(self) -> None:
        """Asks first while copies go on."""
        text, choices = self.leaving(), (Choice("", "Stay"), Choice("go", "Leave"))
        if text and not await self.app.push_screen_wait(Ask("Leave while AWS copies?", text, choices)):
            return
        _ = self.dismiss(None)

    @on(OptionList.OptionHighlighted, "#publish-rows")
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        self._about(DEEDS[event.option_index])

    def _about(self, deed: Deed) -> None:
        self.query_one("#publish-about", Static).update(Content.styled(deed.about, MUTED))

    @on(OptionList.OptionSelected, "#publish-rows")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._busy:
            decline(self, BUSY)
        else:
            self._do(DEEDS[event.option_index])

    @work(group="publish")
    async def _do(self, deed: Deed) -> None:
        wish = await self._asked(deed)
        if wish is None:
            return
        self._busy = True
        try:
            self._tell("asking AWS ...")
            work_ = await opened(self._ports, await self._to_use(), self._target)
            if wish.changes and not await self._agreed(deed, work_, wish):
                self._tell("nothing was done")
                return
            self._copies = {region: Copy(region) for region in wish.regions}
            self._draw()
            self._tell(GOES_ON if wish.regions else "asking AWS ...")
            await work_.do(wish, self._changed)
            self._tell("\n".join(lines(work_, wish)))
        except CanvosError as error:
            self._tell(f"x {error}" + (f"; {error.remedy}" if error.remedy else ""))
        finally:
            self._busy = False
            self._draw()

    async def _asked(self, deed: Deed) -> Wish | None:
        """What was typed for it, asked again until it is right; None when it was closed."""
        text, wrong = self._typed.get(deed.word, ""), ""
        while True:
            if deed.asks:
                typed = await self.app.push_screen_wait(AskText(deed.title, "\n\n".join(filter(None, (wrong, deed.asks))), text))
                if typed is None:
                    return None
                text = self._typed[deed.word] = typed
            try:
                return deed.wish(text, self._target.region, self._ports.clock.now())
            except InvalidValueError as error:
                wrong = f"x {error.sentence()}"

    async def _agreed(self, deed: Deed, work_: Work, wish: Wish) -> bool:
        choices = (Choice("", "Do nothing"), Choice("go", "Do it"))
        answer: str = await self.app.push_screen_wait(Ask(f"{deed.title}?", "\n".join(plan_lines(work_, wish)), choices))
        return answer == "go"

    async def _to_use(self) -> AwsKeys:
        if self._keys is not None:
            return self._keys
        placed = to_use(await look_for_keys(self._ports, self._checkout))
        if placed is None:
            raise CanvosError("there are no AWS keys", remedy="give them on screen Keys, or set them in the environment")
        return placed.keys
