"""A stand-in for the engine that every run of a test finds, and a place for runs; files without containers have a place of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.engine_standin import EngineStandin
from tests.runs import NOBODY, Site, opened


@pytest.fixture
def engine(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineStandin]:
    """On a socket that DOCKER_HOST names; AWS is out of reach."""
    path = tmp_path_factory.mktemp("e") / "docker.sock"
    monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)
    with EngineStandin(path, tmp_path) as found:
        yield found


@pytest.fixture
def site(tmp_path: Path, engine: EngineStandin) -> Iterator[Site]:
    """With that engine."""
    with opened(tmp_path) as found:
        yield found
