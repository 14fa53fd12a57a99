"""Whether there is a newer version of this program: asked of pip's own index, here one in a folder, and only where that is allowed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from canvos_tui import __version__
from canvos_tui.adapters.network.package_index import newest
from canvos_tui.adapters.programs import Program
from canvos_tui.commands.help_topics import TOPICS
from canvos_tui.core.errors import CanvosError


@pytest.fixture
def environ(tmp_path) -> dict[str, str]:
    """A machine whose index is a folder with two releases of this program."""
    page = tmp_path / "simple" / "canvos-tui" / "index.html"
    page.parent.mkdir(parents=True)
    links = "".join(f'<a href="canvos_tui-{v}-py3-none-any.whl">canvos_tui-{v}-py3-none-any.whl</a>' for v in ("0.2.0", "0.10.1", "0.9.0"))
    page.write_text(f"<!DOCTYPE html><html><body>{links}</body></html>")
    return {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": f"file://{tmp_path}/simple"}


def answers(environ, *more) -> str:
    return asyncio.run(newest("canvos-tui", environ, *more))


def test_pip_is_asked(environ):
    assert answers(environ) == "0.10.1"


def test_an_index_without_it_is_no_news(environ, tmp_path):
    (tmp_path / "simple" / "canvos-tui" / "index.html").write_text("<!DOCTYPE html><html></html>")
    with pytest.raises(CanvosError, match="No matching distribution found for canvos-tui"):
        answers(environ)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("echo '/opt/python: No module named pip' >&2; exit 1", "there is no pip, beside this program or on the PATH"),
        ("echo 'canvos-tui 3'", "pip said nothing that is known"),
        ("echo 'ERROR: said \033[31mred' >&2; exit 1", "said red"),
        ("exec sleep 20", "no answer within 0 s"),
    ],
)
def test_whatever_else_it_says_is_told_in_a_line(environ, tmp_path, script, why):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    with pytest.raises(CanvosError) as refused:
        answers(
            {**environ, "PATH": str(tmp_path / "none")} if "No module" in script else environ,
            str(python),
            0.3 if "sleep" in script else 20.0,
        )
    assert why in str(refused.value)


def test_the_pip_of_the_path_is_asked_where_an_installation_has_none(environ, tmp_path):
    """pipx and uv make environments without pip."""
    python, there = tmp_path / "python", tmp_path / "bin" / "pip"
    there.parent.mkdir()
    python.write_text("#!/bin/sh\necho '/opt/python: No module named pip' >&2; exit 1\n")
    there.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pip "$@"\n')
    for path in (python, there):
        path.chmod(0o755)
    assert answers({**environ, "PATH": f"{there.parent}:{environ['PATH']}"}, str(python)) == "0.10.1"


def test_a_python_that_is_gone(environ):
    with pytest.raises(CanvosError, match="cannot be started"):
        answers(environ, "/nowhere/python")


@pytest.mark.parametrize(("settings", "told"), [("", "not asked"), ("updates: false\n", "not asked"), ("updates: true\n", "0.10.1")])
def test_nobody_is_asked_unless_the_settings_allow_it(environ, tmp_path, monkeypatch, settings, told):
    for name, value in {**environ, "XDG_CONFIG_HOME": str(tmp_path / "config")}.items():
        monkeypatch.setenv(name, value)
    if not settings.endswith("true\n"):
        monkeypatch.setattr(Program, "run", None)  # nothing may be started
    path = Path(tmp_path, "config", "canvos-tui", "settings.yaml")
    path.parent.mkdir(parents=True)
    path.write_text(settings)
    rows = dict(TOPICS["version"].rows())
    assert rows["canvos-tui"] == __version__
    assert rows["newest"].startswith(told)
