"""The checks over real adapters: a world in which only what no machine here can be is still written down."""

from __future__ import annotations

import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from canvos_tui.adapters.docker.engine import DockerEngine
from canvos_tui.adapters.machine.host import LocalHost
from canvos_tui.adapters.network.reach import HttpNetwork
from canvos_tui.cli import main
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import ArgFound, Draft, FolderChosen
from canvos_tui.core.checks.check import CheckResult
from canvos_tui.core.ports import Docker, Host, Network, Ports
from tests.doubles.check_world import World


class Real(World):
    """Takes an adapter for each port that a test is about; git and files are real in any case."""

    host_port: Host | None = None
    docker_port: Docker | None = None
    network_port: Network | None = None

    def ports(self) -> Ports:
        from dataclasses import replace

        base = super().ports()
        return replace(
            base, host=self.host_port or base.host, docker=self.docker_port or base.docker, network=self.network_port or base.network
        )


def on_host(home: Path, root: Path, **environ: str) -> Real:
    """This machine, with /proc and /sys below `root`."""
    world = Real(home, environ=environ)
    world.host_port = LocalHost({"PATH": "/usr/bin:/bin", **environ}, root)
    return world


def on_engine(home: Path, engine: DockerEngine, **environ: str) -> Real:
    """A world with a real way to an engine."""
    world = Real(home, environ=environ)
    world.docker_port = engine
    return world


def on_network(home: Path, limit: float = 8.0, **environ: str) -> Real:
    """A world whose requests really go out, by the proxy variables of `environ`."""
    world = Real(home, environ=environ)
    world.network_port = HttpNetwork(environ, limit)
    return world


def at(folder: Path, **args: str) -> Draft:
    """A draft for that checkout, with values that were found in its `.arg`."""
    return fresh().after(FolderChosen(folder, "https://git.example/CanvOS")).after(ArgFound(args))


async def ask(world: World, name: str, draft: Draft | None = None, *, final: bool = True) -> CheckResult:
    """The check as `canvos-tui doctor` asks it."""
    return await world.one(name, draft, final=final)


def pasted(*commands: str, **environ: str) -> None:
    """As somebody pastes them into a shell, one line each; our own command runs in this process, and its question is agreed to."""
    if all(command.startswith("canvos-tui fix ") for command in commands):
        with ThreadPoolExecutor(1) as beside:  # the event loop of the test goes on in this thread
            assert [beside.submit(main, [*shlex.split(command)[1:], "--yes"]).result() for command in commands] == [0] * len(commands)
        return
    subprocess.run(["bash", "-euo", "pipefail", "-c", "\n".join(commands)], check=True, capture_output=True, env={**os.environ, **environ})
