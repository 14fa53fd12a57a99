"""What becomes of user-data, the file that lets an instance join Palette: the ways, and what each of them needs."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.core.answers.draft import Draft, UserData, UserDataChosen
from canvos_tui.core.checkout.user_data import problems, template
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions.choice import Choice

TITLE = "user-data: the file that lets an instance join Palette"
CHOICES = (
    Choice("checkout", "The checkout's   use the user-data file that is there"),
    Choice("template", "Template         make one from Palette's host name and a registration token"),
    Choice("file", "A file           copy one from elsewhere"),
    Choice("none", "Without          instances will not register with Palette"),
)
HOST, TOKEN = "Palette's host name, for example api.spectrocloud.com", "Registration token"
ANYWAY = (Choice("", "Back"), Choice("go", "Take it as it is"))


def made(host: str, token: str) -> UserDataChosen:
    """One from our template; InvalidValueError for a host or a token that cannot be."""
    return UserDataChosen(UserData.TEMPLATE, "", template(host, token))


def without() -> UserDataChosen:
    """None at all."""
    return UserDataChosen(UserData.NONE)


def parse_path(ports: Ports, text: str) -> Path:
    """`~` is the home folder; a relative path would be one in a folder that nobody sees."""
    text = text.strip()
    path = Path(text.replace("~", ports.environ.get("HOME", "~"), 1) if text.startswith("~") else text)
    if not path.is_absolute():
        what = f"`{text}` is a relative path" if text else "a path is needed"
        raise InvalidValueError(what, allowed="a path that starts with / or ~/")
    return path


async def read_file(ports: Ports, path: Path) -> tuple[str, ...]:
    """What is wrong with a file from elsewhere; InvalidValueError where there is none, FilesError where it cannot be read."""
    data = await ports.files.read_bytes(path)
    if data is None:
        raise InvalidValueError(f"there is no file {path}")
    return await _problems(ports, data)


async def read_checkout(ports: Ports, draft: Draft) -> tuple[str, ...]:
    """The same of the checkout's own."""
    folder = draft.folder or Path()
    data = await ports.files.read_own(folder, "user-data")
    if data is None:
        raise InvalidValueError(f"there is no file {folder / 'user-data'}", remedy="choose another way")
    return await _problems(ports, data)


async def _problems(ports: Ports, data: bytes) -> tuple[str, ...]:
    text = data.decode("utf-8", "replace")
    return problems(text, await ports.files.yaml(text))
