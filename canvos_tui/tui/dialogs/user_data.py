"""Asks what becomes of user-data: the checkout's, a file, our template, or none; gives the answer for the draft."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from canvos_tui.core.answers.draft import Draft, UserData, UserDataChosen
from canvos_tui.core.checkout.user_data import problems, template
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.widgets.push import Push

CHOICES = (
    Choice("checkout", "The checkout's   use the user-data file that is there"),
    Choice("template", "Template         make one from Palette's host name and a registration token"),
    Choice("file", "A file           copy one from elsewhere"),
    Choice("none", "Without          instances will not register with Palette"),
)


class Form(ModalScreen[tuple[str, ...] | None]):
    """A few texts to type; gives them, or None for Esc."""

    BINDINGS = [Binding("escape", "dismiss(None)", "Close")]

    def __init__(self, title: str, labels: tuple[str, ...], *, hidden: int = -1) -> None:
        super().__init__()
        self._title, self._labels, self._hidden = title, labels, hidden

    def compose(self) -> ComposeResult:
        """A row for each text."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            for number, label in enumerate(self._labels):
                yield Static(label, markup=False)
                yield Input(id=f"form-{number}", compact=True, password=number == self._hidden)
            yield Push("OK", id="form-ok")

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        if event.input.id == f"form-{len(self._labels) - 1}":
            self._done()
        else:
            self.focus_next()

    @on(Button.Pressed)
    def _done(self) -> None:
        _ = self.dismiss(tuple(self.query_one(f"#form-{n}", Input).value for n in range(len(self._labels))))


async def choose_user_data(app: App[Any], ports: Ports, draft: Draft) -> UserDataChosen | None:
    """The answer, or None when the user left it as it was. Every problem is shown before it is taken."""
    word = await app.push_screen_wait(Ask("user-data: the file that lets an instance join Palette", "", CHOICES))
    try:
        if word == "template":
            return await _from_template(app)
        if word in {"file", "checkout"}:
            return await _from_file(app, ports, draft, word)
    except CanvosError as error:
        app.notify(f"{error}. {error.remedy}", severity="error", timeout=15, markup=False)
        return None
    return UserDataChosen(UserData.NONE) if word == "none" else None


async def _from_template(app: App[Any]) -> UserDataChosen | None:
    texts = await app.push_screen_wait(
        Form("A new user-data", ("Palette's host name, for example api.spectrocloud.com", "Registration token"), hidden=1)
    )
    return UserDataChosen(UserData.TEMPLATE, "", template(*texts)) if texts else None


async def _from_file(app: App[Any], ports: Ports, draft: Draft, word: str) -> UserDataChosen | None:
    if word == "file":
        texts = await app.push_screen_wait(Form("A user-data from elsewhere", ("Path of the file",)))
        if not texts:
            return None
        path = Path(texts[0].strip().replace("~", ports.environ.get("HOME", "~"), 1) if texts[0].startswith("~") else texts[0].strip())
    else:
        path = (draft.folder or Path()) / "user-data"
    data = await ports.files.read_own(path.parent, path.name) if word != "file" else await ports.files.read_bytes(path)
    text = data.decode("utf-8", "replace") if data is not None else None
    if text is None:
        raise InvalidValueError(f"there is no file {path}", remedy="choose another way")
    found = problems(text, await ports.files.yaml(text))
    if found:
        listed = "\n".join(f"! {p}" for p in found)
        go = await app.push_screen_wait(Ask(f"{path}", listed, (Choice("", "Back"), Choice("go", "Take it as it is"))))
        if go != "go":
            return None
    return UserDataChosen(UserData.FILE, str(path)) if word == "file" else UserDataChosen(UserData.CHECKOUT)
