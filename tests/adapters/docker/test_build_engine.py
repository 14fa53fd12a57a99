"""What is asked of an engine about the containers of a build, and how an engine that is gone differs from one that is slow."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvos_tui.adapters.docker import build_engine
from canvos_tui.adapters.docker.build_engine import GONE, BuildEngine
from canvos_tui.adapters.docker.container_ends import container_ends
from canvos_tui.core.errors import DockerError
from canvos_tui.core.run.containers import ListedContainer
from tests.doubles.engine_standin import IMAGE, EngineStandin
from tests.doubles.http_server import Handler, answer, hang, read_request, unix


@pytest.fixture
def folder() -> Iterator[Path]:
    """A path that is short enough for a unix socket."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def build(folder: Path) -> BuildEngine:
    return BuildEngine({"DOCKER_HOST": f"unix://{folder / 'd.sock'}", "HOME": str(folder)}, str(folder), 0.0)


def cause(folder: Path) -> str:
    with pytest.raises(DockerError) as raised:
        build(folder).look()
    return raised.value.cause


def refuse(connection: socket.socket) -> None:
    read_request(connection)
    answer(connection, "500 Internal Server Error", b'{"message":"the disk is full"}')


def hang_up(connection: socket.socket) -> None:
    read_request(connection)


def test_where_nobody_listens_the_engine_is_gone(folder: Path) -> None:
    assert cause(folder) == GONE
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(folder / "d.sock"))
    assert cause(folder) == GONE


@pytest.mark.parametrize(("handle", "expected"), [(hang, "timeout"), (refuse, "refused"), (hang_up, GONE)])
def test_one_that_is_slow_or_says_no_is_not_gone(folder: Path, monkeypatch: pytest.MonkeyPatch, handle: Handler, expected: str) -> None:
    monkeypatch.setattr(build_engine, "ASK_LIMIT", 1)
    with unix(folder / "d.sock", handle):
        assert cause(folder) == expected


def test_the_end_of_each_container_is_told_by_its_own_events(folder: Path) -> None:
    with EngineStandin(folder / "d.sock", folder) as engine:
        first, second, third = (engine.run(name, folder) for name in ("aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"))
        engine.ended(first, 137, signals=(15, 9))
        engine.ended(second, 3, oom=True, kept=True)
        del engine.listed[third]
        engine.remembered = [event for event in engine.remembered if event["Actor"]["ID"] != third]
        asked = tuple(ListedContainer(found, "x", IMAGE, "running") for found in (first, second, third))
        killed, kept, forgotten = build(folder).ends(asked)
        assert [(s.what, s.signal, s.exit_code) for s in killed.said] == [
            ("start", 0, None),
            ("kill", 15, None),
            ("kill", 9, None),
            ("die", 0, 137),
        ]
        assert (killed.signal, killed.code) == (9, 137)
        assert (kept.code, kept.oom, kept.signal) == (3, True, 0)
        assert (forgotten.code, forgotten.said) == (None, ())


def test_nothing_is_asked_for_nothing() -> None:
    assert container_ends(None, ()) == ()


def test_a_container_that_ends_while_it_is_measured_alarms_nobody(folder: Path) -> None:
    """The engine answers the question for its CPU with nothing at all; the SDK says "Expecting value" of that."""
    with EngineStandin(folder / "d.sock", folder) as engine:
        engine.run("aaaaaaaaaaaa", folder)
        engine.empty.add("/stats")
        look = build(folder).look(measured=True)
    assert [container.short for container in look.containers] == ["aaaaaaaaaaaa"]
    assert look.cpu is None


def test_an_answer_that_is_no_answer_is_not_an_engine_that_is_gone(folder: Path) -> None:
    with EngineStandin(folder / "d.sock", folder) as engine:
        engine.empty.add("/containers/json")
        assert cause(folder) == "garbled"
