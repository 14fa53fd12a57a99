"""Puts the real adapters behind the ports; the only module that sees core and adapters together."""

from __future__ import annotations

from dataclasses import replace

from canvos_tui.core.ports import Docker, Host, Network, Ports

REHEARSAL_HASTE = 10  # the stand-in for AWS needs seconds where AWS needs minutes


def real_ports(environ: dict[str, str]) -> Ports:
    """The world as it is. The SDKs of AWS and Docker are loaded at their first use."""
    import logging

    from canvos_tui.adapters.aws.boto import BotoDoor
    from canvos_tui.adapters.clock import SystemClock
    from canvos_tui.adapters.compatibility import load_matrix
    from canvos_tui.adapters.docker.engine import DockerEngine
    from canvos_tui.adapters.files import Disk
    from canvos_tui.adapters.git.command import GitCommand
    from canvos_tui.adapters.machine.host import LocalHost
    from canvos_tui.adapters.network.reach import HttpNetwork
    from canvos_tui.adapters.runs.local_runs import LocalRuns
    from canvos_tui.adapters.state_folder import state_root
    from canvos_tui.adapters.terminal import UserTerminal

    if not logging.getLogger().handlers:  # else Python prints the SDKs' warnings to stderr, between our lines or over a screen
        logging.getLogger().addHandler(logging.NullHandler())
    root = state_root(environ)
    return Ports(
        clock=SystemClock(),
        host=LocalHost(environ),
        docker=DockerEngine(environ),
        network=HttpNetwork(environ),
        git=GitCommand(environ),
        files=Disk(root),
        runs=LocalRuns(root),
        aws=BotoDoor(environ),
        terminal=UserTerminal(environ, root),
        environ=environ,
        matrix=load_matrix(),
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
