"""A list to pick one value from, with a filter; gives the value, or None."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from canvos_tui.tui.dialogs.dialog import Dialog
from canvos_tui.tui.widgets.field_input import StillInput


class PickOne(Dialog[str | None]):
    """Type to filter, arrows to move, Enter to take, Esc to leave it as it was."""

    KEYS = "type to filter, Enter takes, Esc closes"
    BINDINGS = [
        Binding("escape", "dismiss(None)", "Close"),
        Binding("down", "move(1)", "Down", show=False),
        Binding("up", "move(-1)", "Up", show=False),
    ]

    def __init__(self, title: str, choices: tuple[str, ...], current: str, label: Callable[[str], str] = str) -> None:
        super().__init__(f"{title}: {self.KEYS}")
        self._choices = choices
        self._label = label
        self._current = current

    def inside(self) -> Iterable[Widget]:
        """A filter over a list."""
        yield StillInput(placeholder="filter", id="pick-filter", compact=True)
        yield OptionList(id="pick-list", compact=True, markup=False)

    def on_mount(self) -> None:
        """Starts on the value that is in the field."""
        self._fill("")
        choices = self.query_one("#pick-list", OptionList)
        if self._current in self._choices:
            choices.highlighted = self._choices.index(self._current)
        self.query_one("#pick-filter", Input).focus()

    def _fill(self, text: str) -> None:
        choices = self.query_one("#pick-list", OptionList)
        choices.clear_options()
        shown = [c for c in self._choices if text.lower() in self._label(c).lower()]
        choices.add_options([Option(self._label(c), id=f"pick-{self._choices.index(c)}") for c in shown])
        choices.highlighted = 0 if shown else None
        if not shown:
            choices.add_option(Option(f"nothing holds {text}: Esc closes the list, then type it into the field", disabled=True))

    @on(Input.Changed)
    def _filtered(self, event: Input.Changed) -> None:
        if event.value or self.query_one("#pick-list", OptionList).option_count != len(self._choices):
            self._fill(event.value)

    def action_move(self, by: int) -> None:
        """Moves the highlight while the filter keeps the focus."""
        choices = self.query_one("#pick-list", OptionList)
        if choices.highlighted is not None:
            choices.highlighted = ((choices.highlighted or 0) + by) % choices.option_count

    @on(Input.Submitted)
    def _taken(self) -> None:
        choices = self.query_one("#pick-list", OptionList)
        if choices.highlighted is not None:
            self._take(choices.get_option_at_index(choices.highlighted))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self._take(event.option)

    def _take(self, option: Option) -> None:
        _ = self.dismiss(next(choice for choice in self._choices if option.id == f"pick-{self._choices.index(choice)}"))
