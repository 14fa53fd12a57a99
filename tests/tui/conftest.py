from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.css.stylesheet import Stylesheet

from canvos_tui.core.answers import draft as d
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.ports import Ports
from canvos_tui.core.secret import Secret
from canvos_tui.tui.app import CanvosApp
from canvos_tui.tui.opening import Opening, Room
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
    draft = d.fresh().after(d.FolderChosen(folder, "r")).after(d.TagChosen("v4.9.38"))
    for key, text in (("IMAGE_REGISTRY", "acme-team"), ("REGION", "eu-west-1"), ("S3_BUCKET", "acme-edge-images")):
        draft = draft.after(d.FieldAnswered(key, text))
    return draft.after(d.KeysGiven(KEYS, KeySource.TYPED))


@pytest.fixture
def full(checkout) -> d.Draft:
    return answered(checkout)


@pytest.fixture
def make_app(ports):
    def make(draft: d.Draft | None = None, **opening) -> CanvosApp:
        return CanvosApp(Room(ports, draft or d.fresh(ports.environ), Opening(**opening)))

    return make
