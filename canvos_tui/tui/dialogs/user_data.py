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
from canvos_tui.core.checkout.user_data import problems, template
from canvos_tui.core.errors import CanvosError, InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.dialogs.dialog import Dialog
from canvos_tui.tui.messages import Until, hint
from canvos_tui.tui.widgets.push import Push

CHOICES = (
    Choice("checkout", "The checkout's   use the user-data file that is there"),
    Choice("template", "Template         make one from Palette's host name and a registration token"),
    Choice("file", "A file           copy one from elsewhere"),
    Choice("none", "Without          instances will not register with Palette"),
)


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
    async def refuse(texts: Texts) -> None:
        template(*texts)

    labels = ("Palette's host name, for example api.spectrocloud.com", "Registration token")
    texts = await app.push_screen_wait(Form("A new user-data", labels, hidden=1, refuse=refuse))
    return UserDataChosen(UserData.TEMPLATE, "", template(*texts)) if texts else None


async def _from_file(app: App[Any], ports: Ports, draft: Draft, word: str) -> UserDataChosen | None:
    if word == "file":

        async def refuse(texts: Texts) -> None:
            await _text_of(ports, _path(ports, texts[0]), word)

        texts = await app.push_screen_wait(Form("A user-data from elsewhere", ("Path of the file",), refuse=refuse))
        if not texts:
            return None
        path = _path(ports, texts[0])
    else:
        path = (draft.folder or Path()) / "user-data"
    text = await _text_of(ports, path, word)
    found = problems(text, await ports.files.yaml(text))
    if found:
        listed = "\n".join(f"! {p}" for p in found)
        go = await app.push_screen_wait(Ask(f"{path}", listed, (Choice("", "Back"), Choice("go", "Take it as it is"))))
        if go != "go":
            return None
    return UserDataChosen(UserData.FILE, str(path)) if word == "file" else UserDataChosen(UserData.CHECKOUT)


def _path(ports: Ports, text: str) -> Path:
    """`~` is the home folder; a relative path would be one in a folder that the screen does not show."""
    text = text.strip()
    path = Path(text.replace("~", ports.environ.get("HOME", "~"), 1) if text.startswith("~") else text)
    if not path.is_absolute():
        what = f"`{text}` is a relative path" if text else "a path is needed"
        raise InvalidValueError(what, allowed="a path that starts with / or ~/")
    return path


async def _text_of(ports: Ports, path: Path, word: str) -> str:
    data = await ports.files.read_own(path.parent, path.name) if word != "file" else await ports.files.read_bytes(path)
    if data is None:
        raise InvalidValueError(f"there is no file {path}", remedy="" if word == "file" else "choose another way")
    return data.decode("utf-8", "replace")
