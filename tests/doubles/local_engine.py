"""A Docker engine that is looked for in one folder only: its default socket, the home, and the programs on the PATH."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.adapters.docker.engine import DockerEngine


def program(folder: Path, name: str, line: str) -> None:
    """A program on that PATH which prints a line."""
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "bin" / name).write_text(f"#!/bin/sh\necho '{line}'\n")
    (folder / "bin" / name).chmod(0o755)


def engine(folder: Path, cli: str = "Docker version 27.1.1", **environ: str) -> DockerEngine:
    """With a docker command that says its version, where `cli` is not empty."""
    if cli:
        program(folder, "docker", cli)
    paths = {"PATH": str(folder / "bin"), "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder / "run")}
    return DockerEngine({**paths, **environ}, default_socket=str(folder / "docker.sock"), sbin="")
