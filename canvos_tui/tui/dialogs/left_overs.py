"""What the runs of this machine left, in AWS and here: each with its price, and removed one by one when that is asked for."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on, work
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.leftovers.collect import Found, collect
from canvos_tui.core.leftovers.remove import chosen, remove
from canvos_tui.core.leftovers.thing import Thing
from canvos_tui.core.leftovers.words import NOTHING, delete_command, in_order, row_of, sum_of, way_of
from canvos_tui.core.ports import Ports
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.dialog import Dialog
from canvos_tui.tui.messages import CopyAsked, decline, tell
from canvos_tui.tui.painting.blocks import said
from canvos_tui.tui.painting.looks import MUTED
from canvos_tui.tui.widgets.row_list import RowList

TITLE = "What is left of this machine's runs"
_BUSY = "AWS is being asked: a moment"
_SURE = "It is gone then. Nobody can bring it back."


class LeftOvers(Dialog[None]):
    """Asks AWS when it opens; a thing that is needed, or not proven to be a run's, is shown and stays."""

    KEYS = "Enter removes, c copies the command, r looks again, Esc closes"
    SHAPE = "dialog -tall"
    BINDINGS = [
        Binding("escape,q", "dismiss(None)", "Close"),
        Binding("r", "again", "Look again"),
        Binding("c", "copy", "Copy the command"),
    ]

    def __init__(self, ports: Ports, keys: AwsKeys | None) -> None:
        super().__init__(f"{TITLE}   ({self.KEYS.split(', ')[0]}, Esc closes)")
        self._ports = ports
        self._keys = keys
        self._found = Found()
        self._things: tuple[Thing, ...] = ()
        self._busy = False

    def inside(self) -> Iterable[Widget]:
        """The things, what is known of the one under the cursor, and the sum."""
        yield RowList(id="left-rows")
        yield Static("", id="left-about", markup=False)
        yield Static("", id="left-sum", markup=False)

    def on_mount(self) -> None:
        """Asks at once."""
        self.query_one("#left-rows").focus()
        self.action_again()

    def action_again(self) -> None:
        """Asks AWS anew."""
        if self._busy:
            decline(self, _BUSY)
        else:
            self._look("")

    @work(group="left")
    async def _look(self, done: str) -> None:
        self._busy = True
        try:
            self._tell("asking AWS ...")
            self._found = await collect(self._ports, self._keys)
        except CanvosError as error:
            self._tell(f"x {error}. {error.remedy}")
            return
        finally:
            self._busy = False
        self._things = in_order(self._found)
        self._tell("\n".join(filter(None, (done, *sum_of(self._found)))) or NOTHING)
        self._draw()

    def on_resize(self) -> None:
        """Another width, other rows."""
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        now, rows = self._ports.clock.now(), self.query_one("#left-rows", RowList)
        told = [row_of(thing, now, max(40, rows.size.width - 4)) for thing in self._things]
        rows.fill([Content.assemble(head, (f"  {facts}", MUTED)) for head, facts in told])
        rows.disabled = not told  # an empty list would take Enter and say nothing
        if told and self.focused is None:
            rows.focus()
        self._about()

    def _tell(self, text: str) -> None:
        self.query_one("#left-sum", Static).update(said(text))

    @property
    def _thing(self) -> Thing | None:
        number = self.query_one("#left-rows", RowList).highlighted
        return self._things[number] if number is not None and number < len(self._things) else None

    @on(OptionList.OptionHighlighted, "#left-rows")
    def _moved(self) -> None:
        self._about()

    def _about(self) -> None:
        thing = self._thing
        told = (thing.id, thing.note, way_of(thing)) if thing is not None else ()
        self.query_one("#left-about", Static).update(Content("\n".join(told)))

    def action_copy(self) -> None:
        """The command that removes the thing under the cursor."""
        thing = self._thing
        if thing is None or not thing.removable:
            decline(self, "nothing here is removed by a command" if thing is None else way_of(thing))
        else:
            tell(self, CopyAsked(delete_command(thing), "the command"))

    @on(OptionList.OptionSelected, "#left-rows")
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        thing = self._thing
        if thing is not None and thing.removable and not self._busy:
            self._remove(thing)
        elif thing is not None:
            decline(self, _BUSY if self._busy else way_of(thing))

    @work(group="left")
    async def _remove(self, thing: Thing) -> None:
        """Asks, looks once more, and removes; what was seen afterwards is said."""
        choices = (Choice("", "Keep it"), Choice("go", f"Remove it   {thing.kind.value}"))
        if not await self.app.push_screen_wait(Ask(f"Remove {thing.id}?", f"{thing.note}\n\n{_SURE}", choices)):
            return
        self._busy = True
        self._tell(f"removing {thing.id} ...")
        try:
            found = await collect(self._ports, self._keys)
            done = await remove(self._ports, found, chosen(found, thing.id))
        except CanvosError as error:
            done = f"x {error}. {error.remedy}"
        finally:
            self._busy = False
        self._look(done)
