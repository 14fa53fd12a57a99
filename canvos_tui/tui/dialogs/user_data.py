"""Asks what becomes of user-data: the checkout's, a file, our template, or none; gives the answer for the draft."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

from textual import on
from textual.app import App
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from canvos_tui.core.answers.draft import Draft, UserData, UserDataChosen
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions import user_data as rules
from canvos_tui.tui.dialogs.confirm import Ask
from canvos_tui.tui.dialogs.dialog import Dialog
from canvos_tui.tui.messages import Until, hint
from canvos_tui.tui.widgets.push import Push

Texts = tuple[str, ...]


async def _as_typed(_: Texts) -> None:
    """Takes whatever it is."""


class Form(Dialog[Texts | None]):
    """A few texts to type; gives them, or None for Esc. What `refuse` raises is said below them, and they stay as they were typed."""

    KEYS = "Enter goes on, Esc closes"
    BINDINGS = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, title: str, labels: Texts, *, hidden: int = -1, refuse: Callable[[Texts], Awaitable[object]] = _as_typed) -> None:
        super().__init__(f"{title}   (Esc closes)")
        self._labels, self._hidden, self._refuse = labels, hidden, refuse

    def inside(self) -> Iterable[Widget]:
        """A row for each text."""
        for number, label in enumerate(self._labels):
            yield Static(label, markup=False)
            yield Input(id=f"form-{number}", compact=True, password=number == self._hidden)
        yield Push("OK", id="form-ok")

    @on(Input.Submitted)
    async def _next(self, event: Input.Submitted) -> None:
        if event.input.id == f"form-{len(self._labels) - 1}":
            await self._done()
        else:
            self.focus_next()

    @on(Button.Pressed)
    async def _done(self) -> None:
        texts = tuple(self.query_one(f"#form-{n}", Input).value for n in range(len(self._labels)))
        try:
            await self._refuse(texts)
        except CanvosError as error:
            said = error.sentence() if isinstance(error, InvalidValueError) else f"{error}. {error.remedy}"
            hint(self, f"x {said}", Until.MENDED)
            return
        _ = self.dismiss(texts)


async def choose_user_data(app: App[Any], ports: Ports, draft: Draft) -> UserDataChosen | None:
    """The answer, or None when the user left it as it was. Every problem is shown before it is taken."""
    word = await app.push_screen_wait(Ask(rules.TITLE, "", rules.CHOICES))
    try:
        if word == "template":
            return await _from_template(app)
        if word == "file":
            return await _from_file(app, ports)
        if word == "checkout":
            found = await rules.read_checkout(ports, draft)
            return UserDataChosen(UserData.CHECKOUT) if await _anyway(app, (draft.folder or Path()) / "user-data", found) else None
    except CanvosError as error:
        app.notify(f"{error}. {error.remedy}", severity="error", timeout=15, markup=False)
        return None
    return rules.without() if word == "none" else None


async def _from_template(app: App[Any]) -> UserDataChosen | None:
    async def refuse(texts: Texts) -> None:
        rules.made(*texts)

    texts = await app.push_screen_wait(Form("A new user-data", (rules.HOST, rules.TOKEN), hidden=1, refuse=refuse))
    return rules.made(*texts) if texts else None


async def _from_file(app: App[Any], ports: Ports) -> UserDataChosen | None:
    async def refuse(texts: Texts) -> None:
        await rules.read_file(ports, rules.parse_path(ports, texts[0]))

    texts = await app.push_screen_wait(Form("A user-data from elsewhere", ("Path of the file",), refuse=refuse))
    if not texts:
        return None
    path = rules.parse_path(ports, texts[0])
    return UserDataChosen(UserData.FILE, str(path)) if await _anyway(app, path, await rules.read_file(ports, path)) else None


async def _anyway(app: App[Any], path: Path, found: Texts) -> bool:
    """Whether a file is taken although something is wrong with it."""
    listed = "\n".join(f"! {p}" for p in found)
    return not found or await app.push_screen_wait(Ask(f"{path}", listed, rules.ANYWAY)) == "go"
