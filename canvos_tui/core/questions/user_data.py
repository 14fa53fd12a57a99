"""What becomes of user-data, the file that lets an instance join Palette: the ways, and what each of them needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from canvos_tui.core.answers.draft import Draft, UserData, UserDataChosen
from canvos_tui.core.answers.file_changes import covered
from canvos_tui.core.checkout.user_data import HEADER, problems
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions.choice import Choice
from canvos_tui.core.readiness import Blocker, gaps
from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass

TITLE = "user-data: the file that lets an instance join Palette"
ABOUT = (
    "user-data is what an instance reads when it starts; here it is built into the AMI. With Palette's host name and a registration "
    "token in it an instance registers by itself at its first start; without them it does not appear in Palette."
)
CHOICES = (
    Choice("checkout", "The checkout's   use the user-data file that is there"),
    Choice("file", "A file           copy one from elsewhere"),
    Choice("make", "Make one         from Palette's host name and a registration token"),
    Choice("none", "Without          instances will not register with Palette"),
)
WAYS = {
    "checkout": UserData.CHECKOUT,
    "file": UserData.FILE,
    "make": UserData.TEMPLATE,
    "none": UserData.NONE,
}
ANYWAY = (Choice("", "Back"), Choice("go", "Take it as it is"))


@dataclass(frozen=True)
class Found:
    """A user-data file: what it holds, its secrets covered, and what is wrong with it. Of a file that is none nothing is shown."""

    text: str
    problems: tuple[str, ...]


def made(token: Secret) -> UserDataChosen:
    """One of the answers, with this token."""
    return UserDataChosen(UserData.TEMPLATE, token=token)


def missing(draft: Draft, token: Secret | None) -> tuple[Blocker, ...]:
    """What keeps from making one with this token and the answers so far."""
    page = "user-data"
    return tuple(gap for gap in gaps(replace(draft, user_data=UserData.TEMPLATE, token=token)) if gap.page == page)


def usual(draft: Draft, *, there: bool) -> str:
    """The word of what was chosen; before that the checkout's own where there is one, else one that we make."""
    chosen = next((word for word, way in WAYS.items() if way is draft.user_data), "")
    return chosen or ("checkout" if there else "make")


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


async def read_file(ports: Ports, path: Path) -> Found:
    """A file from elsewhere; InvalidValueError where there is none, FilesError where it cannot be read."""
    data = await ports.files.read_bytes(path)
    if data is None:
        raise InvalidValueError(f"there is no file {path}")
    return await _found(ports, data)


async def read_checkout(ports: Ports, draft: Draft) -> Found:
    """The same of the checkout's own."""
    folder = draft.folder or Path()
    data = await ports.files.read_own(folder, "user-data")
    if data is None:
        raise InvalidValueError("the checkout has no user-data", remedy="choose another way")
    return await _found(ports, data)


async def _found(ports: Ports, data: bytes) -> Found:
    """A file that is no YAML is one of the things that can be wrong with it: the build stops at it."""
    text = data.decode("utf-8", "replace")
    try:
        wrong = problems(text, await ports.files.yaml(text))
    except InvalidValueError as error:
        wrong = (f"it is no YAML: {error}",)
    return Found(covered(data) if text.startswith(HEADER) else "", wrong)
