"""The one place of addresses of our own: [project.urls], as an installation carries it."""

from __future__ import annotations

import tomllib
from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest

from canvos_tui import cli
from canvos_tui.adapters.machine.about import reports_to
from canvos_tui.commands.help_topics import TOPICS

ROOT = Path(__file__).parents[2]
ADDRESS = "https://forge.example/canvos-tui/issues"


@pytest.fixture
def addressed(monkeypatch) -> None:
    """An installation whose pyproject.toml named addresses."""
    told = Message()
    told["Project-URL"] = "Home, https://forge.example/canvos-tui"
    told["Project-URL"] = f"Issues, {ADDRESS}"
    monkeypatch.setattr(metadata, "metadata", lambda _: told)


def test_what_the_project_names_is_what_the_program_tells():
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    assert reports_to() == urls.get("Issues", "")


def test_without_an_installation_there_is_none(monkeypatch):
    def gone(_: str) -> None:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "metadata", gone)
    assert reports_to() == ""


@pytest.mark.usefixtures("addressed")
def test_the_versions_and_a_crash_name_it(monkeypatch, capsys, tmp_path):
    assert dict(TOPICS["version"].rows())["reports to"] == ADDRESS

    def bug(_: list[str]) -> int:
        raise RuntimeError

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(cli, "_run", bug)
    assert cli.main(["status"]) == 1
    assert f"; reports are taken at {ADDRESS}\n" in capsys.readouterr().err


def test_where_no_address_is_known_none_is_told(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(metadata, "metadata", lambda _: Message())
    assert "reports to" not in dict(TOPICS["version"].rows())

    def bug(_: list[str]) -> int:
        raise RuntimeError

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(cli, "_run", bug)
    assert cli.main(["status"]) == 1
    assert "reports are taken" not in capsys.readouterr().err
