"""Guide step 4: the checkout of the chosen tag, with local changes protected."""

from __future__ import annotations

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Button, Static

from canvos_tui.core.answers.draft import TagChosen
from canvos_tui.core.checkout.state import CheckoutState, Place
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import checkout as rules
from canvos_tui.core.questions import palette
from canvos_tui.core.readiness import refuse_second
from canvos_tui.core.session import TagWanted
from canvos_tui.tui.dialogs.confirm import Ask
from canvos_tui.tui.step_panel import StepPanel
from canvos_tui.tui.widgets.panel import Panel


class Checkout(StepPanel):
    """Runs when a tag is asked for; stops and asks when local changes stand in the way."""

    GUIDE, TITLE = (4,), "Check out a tag"
    ABOUT = rules.ABOUT_CHECKOUT

    _busy = False
    _then = ""  # the tag with which Next is wanted as soon as it is checked out
    _acted_on = ""  # the wanted tag, as long as it is wanted: other news must not start it twice

    def compose(self) -> ComposeResult:
        """One line."""
        with Panel(title="In use", small="step 4"):
            yield Static("", id="checkout-state", markup=False)

    def watch_known(self) -> None:
        """A wanted tag that is not checked out starts the checkout."""
        if not self.is_mounted:
            return
        state, wanted = self.known.checkout, self.known.wanted
        self._show(state)
        if wanted != self._acted_on:
            self._acted_on = ""
        if state is None or state.place is not Place.CANVOS or self._busy or wanted == self._acted_on:
            return
        self._acted_on = wanted
        if wanted == state.tag:
            self.answer(TagChosen(wanted))
            self.learn(TagWanted(""))
            self.hint(f"{wanted} is checked out. Enter goes on.")
            self.screen.query_one("#next", Button).focus()
        else:
            self._busy = True
            self._check_out(state, wanted)

    def on_mount(self) -> None:
        """Nothing is in use as long as there is nothing."""
        self._show(self.known.checkout)

    def watch_draft(self) -> None:
        """The line says which tag is in use."""
        if self.is_mounted:
            self._show(self.known.checkout)
            if self._then and self.draft.tag == self._then:
                self._then = ""
                self.call_after_refresh(self.screen.query_one("#next", Button).press)

    def way_on(self) -> str:
        """Next waits for the checkout that runs."""
        return "Next" if self._busy else ""

    def go_on(self) -> None:
        """Remembers it: what is pressed meanwhile is neither lost nor done before its time."""
        self._then = self._acted_on
        self.hint(f"git checkout {self._then} ...  Next follows when it is done.")

    def _show(self, state: CheckoutState | None) -> None:
        stays = bool(self.draft.tag) and not palette.outgrown(self.draft, self.known)  # else the tags say what is checked out next
        self.query_one(Panel).display = here = stays and state is not None and state.place is Place.CANVOS
        if state is not None and here:
            self.query_one("#checkout-state", Static).update(Content(f"{self.draft.tag} · {rules.changed(state)}"), layout=False)

    @work(exclusive=True)
    async def _check_out(self, state: CheckoutState, tag: str) -> None:
        try:
            await refuse_second(self.ports, state.path)  # a build reads these files
            if await self._protected(state, tag):
                self.hint(f"git checkout {tag} ...")
                seen = await rules.check_out(self.ports, state, tag)
                self.answer(TagChosen(tag))
                self.learn(seen)
                self.hint(f"git checkout {tag}: done. Enter goes on.")
                self.screen.query_one("#next", Button).focus()
            else:
                self._then = ""
        except CanvosError as error:
            self._then = ""
            self.hint(f"x {error}. {error.remedy}")
        finally:
            self._busy = False
        if self.known.wanted == tag:
            self.learn(TagWanted(""))
        else:
            self.call_later(self.watch_known)  # another one was asked for meanwhile

    async def _protected(self, state: CheckoutState, tag: str) -> bool:
        if state.in_the_way:
            stamp = self.ports.clock.now().strftime("%Y%m%d-%H%M%S")
            choices = rules.ways(rules.aside(state, stamp))
            title = f"Local changes stand before git checkout {tag}"
            word = await self.app.push_screen_wait(Ask(title, rules.in_the_way(state), choices))
            if word not in {"stash", "copy"}:
                return False
            if done := await rules.keep(self.ports, state, tag, word, stamp):
                self.notify(done, markup=False)
        return True
