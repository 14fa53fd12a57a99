"""Puts the real adapters behind the ports; the only module that sees core and adapters together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from canvos_tui.core.ports import AwsDoor, Docker, Git, Host, Network, Ports, Runs, Terminal

if TYPE_CHECKING:
    from datetime import datetime

    from canvos_tui.core.checkout.compatibility import Matrix
    from canvos_tui.core.checks.reports.last_passed import Passes
    from canvos_tui.core.run.result import RunInfo

REHEARSAL_HASTE = 10  # the stand-in for AWS needs seconds where AWS needs minutes

_Port = TypeVar("_Port")


class _AtFirstUse:
    """Stands for an adapter that is imported and made when it is asked for something: the first page needs but three of them."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make

    def __getattr__(self, name: str) -> Any:
        if "_real" not in self.__dict__:
            self._real = self._make()
        return getattr(self._real, name)


class _RunsAtFirstUse(_AtFirstUse):
    """On a machine without runs the question for them is answered by a look at one folder."""

    def __init__(self, make: Callable[[], object], folder: Path) -> None:
        super().__init__(make)
        self._folder = folder

    async def infos(self) -> tuple[RunInfo, ...]:
        """As the Runs port has it."""
        found: tuple[RunInfo, ...] = await self.__getattr__("infos")() if self._folder.is_dir() else ()
        return found


def _later(port: Callable[[], _Port]) -> _Port:
    return cast("_Port", _AtFirstUse(port))


def real_ports(environ: dict[str, str]) -> Ports:
    """The world as it is. Adapters, and the SDKs of AWS and Docker, are loaded at their first use."""
    import logging

    from canvos_tui.adapters.clock import SystemClock
    from canvos_tui.adapters.files import Disk
    from canvos_tui.adapters.state_folder import state_root

    if not logging.getLogger().handlers:  # else Python prints the SDKs' warnings to stderr, between our lines or over a screen
        logging.getLogger().addHandler(logging.NullHandler())
    root = state_root(environ)
    return Ports(
        clock=SystemClock(),
        host=_later(lambda: _host(environ)),
        docker=_later(lambda: _docker(environ)),
        network=_later(lambda: _network(environ)),
        git=_later(lambda: _git(environ)),
        files=Disk(root),
        runs=cast("Runs", _RunsAtFirstUse(lambda: _runs(root), root / "runs")),
        aws=_later(lambda: _aws(environ)),
        terminal=_later(lambda: _terminal(environ, root)),
        environ=environ,
        matrix=_later(_matrix),
        passes=lambda checkout: _passes(environ, checkout),
        about=_about,
    )


def _passes(environ: dict[str, str], checkout: Path | None) -> Passes:
    from canvos_tui.adapters.last_passed import load_passes

    return load_passes(environ, checkout)


def _about() -> dict[str, str]:
    from canvos_tui.adapters.machine.about import about

    return about()


def _matrix() -> Matrix:
    from canvos_tui.adapters.compatibility import load_matrix

    return load_matrix()


def _host(environ: dict[str, str]) -> Host:
    from canvos_tui.adapters.machine.host import LocalHost

    return LocalHost(environ)


def _docker(environ: dict[str, str]) -> Docker:
    from canvos_tui.adapters.docker.engine import DockerEngine

    return DockerEngine(environ)


def _network(environ: dict[str, str]) -> Network:
    from canvos_tui.adapters.network.reach import HttpNetwork

    return HttpNetwork(environ)


def _git(environ: dict[str, str]) -> Git:
    from canvos_tui.adapters.git.command import GitCommand

    return GitCommand(environ)


def _runs(root: Path) -> Runs:
    from canvos_tui.adapters.runs.local_runs import LocalRuns

    return LocalRuns(root)


def _aws(environ: dict[str, str]) -> AwsDoor:
    from canvos_tui.adapters.aws.boto import BotoDoor

    return BotoDoor(environ)


def _terminal(environ: dict[str, str], root: Path) -> Terminal:
    from canvos_tui.adapters.terminal import UserTerminal

    return UserTerminal(environ, root)


def sealed_ports(environ: dict[str, str], place: Path, log: bytes, at: datetime | None) -> Ports:
    """Those of whoever looks at a bundle that was made `at` that time: its log, called `place`, this terminal, and nothing else."""
    from canvos_tui.adapters.bundled.sealed import Sealed, SealedRuns, StoppedClock
    from canvos_tui.adapters.clock import SystemClock
    from canvos_tui.adapters.state_folder import state_root

    nothing: Any = Sealed()
    root = state_root(environ)
    return Ports(
        clock=StoppedClock(at) if at is not None else SystemClock(),
        host=nothing,
        docker=nothing,
        network=nothing,
        git=nothing,
        files=nothing,
        runs=cast("Runs", SealedRuns(place, log)),
        aws=nothing,
        terminal=_later(lambda: _terminal(environ, root)),
        environ=environ,
        matrix=_later(_matrix),
    )


def rehearsal_ports(environ: dict[str, str]) -> Ports:
    """The same with a stand-in machine, engine and network; git, files, processes, terminals and HTTP stay real."""
    from canvos_tui.adapters.runs.local_runs import LocalRuns
    from canvos_tui.adapters.state_folder import state_root
    from canvos_tui.rehearsal.machine import RehearsalDocker, RehearsalHost, RehearsalNetwork

    docker: Docker = RehearsalDocker()
    host: Host = RehearsalHost()
    network: Network = RehearsalNetwork()
    runs = LocalRuns(state_root(environ), pace=float(environ.get("CANVOS_TUI_REHEARSAL_PACE", "1")) / REHEARSAL_HASTE)
    return replace(real_ports(environ), docker=docker, host=host, network=network, runs=runs)
