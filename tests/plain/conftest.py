from __future__ import annotations

from pathlib import Path

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FolderChosen
from canvos_tui.core.ports import Ports
from tests.doubles import canvos_repo
from tests.plain.script import Talked
from tests.tui.fakes import make_ports

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
KEY_ID = "AKIAIOSFODNN7EXAMPLE"
KEYS = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
GOOD = {"IMAGE_REGISTRY": "acme-team", "user_data": "none", "S3_BUCKET": "acme-edge-images"}


@pytest.fixture
def ports(tmp_path) -> Ports:
    return make_ports(tmp_path, KEYS)


@pytest.fixture
def source(tmp_path) -> Path:
    """A repository to clone from."""
    return canvos_repo.make(tmp_path / "source")


@pytest.fixture
def talk(ports, source):
    """From a bare home; every answer that is not given is what is offered."""

    def make(typed: bool = True, **answers) -> Talked:
        draft = fresh(ports.environ).after(FolderChosen(Path(ports.environ["HOME"]) / "CanvOS", str(source)))
        return Talked(ports, draft, {**GOOD, **{name.replace("__", " "): given for name, given in answers.items()}}, typed=typed)

    return make
