"""A stand-in for the engine that every run of a test finds, and a place for runs; files without containers have a place of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.core.ports import Ports
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.wiring import real_ports
from tests.doubles.engine_standin import EngineStandin
from tests.runs import KEY_ID, NOBODY, SECRET, Site, opened


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


@pytest.fixture
def without_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A place for runs on a machine whose engine does not answer."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with opened(tmp_path) as found:
        yield found


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandinAws]:
    """An account with a bucket, whose imports take half a second."""
    config = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets={"images": "us-east-1"}, import_seconds=0.4, image_seconds=0.05)
    with StandinAws(config) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.start())
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield found


@pytest.fixture
def ports(without_engine: Site, standin: StandinAws) -> Ports:
    """The world of whoever goes on after such a run: the keys are in the environment, the stand-in is AWS."""
    site = without_engine
    kept = {"PATH": os.environ["PATH"], "HOME": str(site.root), "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}
    keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET}
    return replace(real_ports({**kept, **keys}), runs=LocalRuns(site.state, pace=0.005))
