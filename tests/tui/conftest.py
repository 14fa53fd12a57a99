from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.css.stylesheet import Stylesheet

from canvos_tui.core.answers import draft as d
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.ports import Ports
from canvos_tui.core.secret import Secret
from canvos_tui.tui.app import CanvosApp
from canvos_tui.tui.opening import Opening, Room
from tests import samples
from tests.doubles import canvos_repo
from tests.tui.fakes import make_ports

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEYS = AwsKeys("AKIAIOSFODNN7EXAMPLE", Secret(SECRET))


@pytest.fixture(scope="session", autouse=True)
def style_sheets_read_once() -> Iterator[None]:
    """Each of 300 apps would read the same style sheets anew, which takes a sixth of what these tests do."""
    read: dict[Any, Any] = {}
    parse = Stylesheet._parse_rules

    def once(self: Stylesheet, *args: Any, **kwargs: Any) -> Any:
        key = (args, tuple(sorted(kwargs.items())), frozenset(self._variables.items()))
        if key not in read:
            read[key] = parse(self, *args, **kwargs)
        return read[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def frames_painted_when_looked_at() -> Iterator[None]:
    """An app without a terminal paints every frame and throws it away, a fifth of what these tests do; the long run lets it."""
    painted = Compositor.render_update

    def passed_over(self: Compositor, full: bool = False, screen_stack: Any = None, simplify: bool = False) -> Any:
        if full:  # a picture was asked for
            return painted(self, full, screen_stack, simplify)
        visible_screen_stack.set(screen_stack or [])
        self._dirty_regions.clear()
        return None

    with pytest.MonkeyPatch.context() as patch:
        if samples.count(1, 0):
            patch.setattr(Compositor, "render_update", passed_over)
        yield


@pytest.fixture
def ports(tmp_path) -> Ports:
    return make_ports(tmp_path)


@pytest.fixture
def checkout(ports, tmp_path) -> Path:
    """A real CanvOS-shaped repository in the home folder, on v4.9.38."""
    folder = canvos_repo.make(tmp_path / "home" / "CanvOS")
    canvos_repo.git(folder, "checkout", "-q", "v4.9.38")
    return folder


def answered(folder: Path) -> d.Draft:
    """A draft with every answer given."""
    draft = fresh().after(d.FolderChosen(folder, "r")).after(d.TagChosen("v4.9.38"))
    for key, text in (("IMAGE_REGISTRY", "acme-team"), ("REGION", "eu-west-1"), ("S3_BUCKET", "acme-edge-images")):
        draft = draft.after(d.FieldAnswered(key, text))
    return draft.after(d.KeysGiven(KEYS, KeySource.TYPED))


@pytest.fixture
def full(checkout) -> d.Draft:
    return answered(checkout)


@pytest.fixture
def make_app(ports):
    def make(draft: d.Draft | None = None, **opening) -> CanvosApp:
        return CanvosApp(Room(ports, draft or fresh(ports.environ), Opening(**opening)))

    return make
