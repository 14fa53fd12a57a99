"""Guide step 11: the key, which also names the AMI and must be free."""

from __future__ import annotations

from collections.abc import Iterable

from textual import work
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from canvos_tui.core.answers.draft import FieldAnswered, ReuseAllowed
from canvos_tui.core.aws.taken_names import unique_key
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.questions import groups
from canvos_tui.core.questions import s3_key as rules
from canvos_tui.tui.painting.blocks import said
from canvos_tui.tui.step_panel import FormStep
from canvos_tui.tui.widgets.panel import Panel, State


class S3Key(FormStep):
    """S3_KEY, and what is in its way as soon as there are keys to ask AWS with."""

    GUIDE, TITLE = (11,), "S3 key"
    FIELDS = groups.S3_KEY.fields
    ABOUT = groups.S3_KEY.about

    def below(self) -> Iterable[Vertical]:
        """The clash; the ways out of it are the page's ways on."""
        yield Vertical(Static("", id="clash", markup=False), classes="note-box")

    def on_mount(self) -> None:
        """Nothing in the way as far as is known."""
        self._show()

    def entered(self) -> None:
        """Asks AWS when there are keys."""
        self._look()

    def watch_draft(self) -> None:
        """Another key may be free."""
        super().watch_draft()
        if self.is_mounted:
            self._show()
            self.set_timer(0.6, self._look)

    def watch_known(self) -> None:
        """The answer arrived."""
        super().watch_known()
        if self.is_mounted:
            self._show()

    @work(exclusive=True)
    async def _look(self) -> None:
        key = self.draft.text("S3_KEY")
        try:
            fact = await rules.ask(self.ports, self.draft, self.known)
            if fact is not None:
                self.learn(fact)
                self._unasked("")
        except CanvosError as error:
            self._unasked(f"? whether {key} is free could not be asked: {error}")

    def _unasked(self, text: str) -> None:
        """That could not be asked, until it is asked again."""
        if text or self._could_not:
            self.hint(text)
        self._could_not = bool(text)

    _could_not = False

    def _show(self) -> None:
        draft, known = self.draft, self.known
        told = rules.told(draft, known, self.ports.clock.now())
        self.query_one("#clash", Static).update(Content("\n").join(map(said, told.splitlines())))
        self.query_one("#clash").display = bool(told)
        taken = bool(told) and not rules.reused(draft, known)
        self.query_one(Panel).say(State.ERROR if taken else State.REST)

    def way_on(self) -> str:
        """Out of the clash, while there is one."""
        clash = rules.clash(self.draft, self.known) is not None and not rules.reused(self.draft, self.known)
        return "New key" if clash else ""

    def go_on(self) -> None:
        """Takes a key that nobody has."""
        self.answer(FieldAnswered("S3_KEY", unique_key(self.draft.text("S3_KEY"), self.ports.clock.now())))

    def other_way(self) -> str:
        """The object, where it can be used."""
        return "Reuse the object on purpose" if rules.reusable(self.draft, self.known) else ""

    def go_other(self) -> None:
        """Uses it."""
        self.answer(ReuseAllowed(self.draft.text("S3_KEY")))
