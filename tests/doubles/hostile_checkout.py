"""A CanvOS checkout in which everything that git could be made to execute leaves a file behind, named after its trap."""

from __future__ import annotations

import os
from pathlib import Path

from tests.doubles import canvos_repo
from tests.doubles.canvos_repo import git

FILTERS = ("evil", "UPPER.case")
HOOKS = ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman")


class Traps:
    """Programs that write their name into `marks` when they are run."""

    def __init__(self, folder: Path) -> None:
        self.marks = folder / "marks"
        self.marks.mkdir(parents=True)
        self._programs = folder / "programs"
        self._programs.mkdir()

    def program(self, name: str) -> str:
        """The path of a program; a filter passes its input on, all others say nothing and end."""
        path = self._programs / name
        path.write_text(
            f"#!/bin/sh\ntouch '{self.marks}/{name}'\n" + ("exec cat\n" if name.endswith(("clean", "smudge", "included-filter")) else "")
        )
        path.chmod(0o755)
        return str(path)

    def sprung(self) -> list[str]:
        """The traps that somebody walked into."""
        return sorted(path.name for path in self.marks.iterdir())

    def forget(self) -> None:
        """As if nothing had been run."""
        for path in self.marks.iterdir():
            path.unlink()


def make(folder: Path, traps: Traps) -> Path:
    """The checkout, on a tag, with every trap set and a file that looks changed, so that git has to read it."""
    canvos_repo.make(folder)
    _inner_repository(folder, traps)
    hooks = folder / ".git" / "own-hooks"
    hooks.mkdir()
    for name in HOOKS:
        Path(traps.program(f"hook-{name}")).rename(hooks / name)
        Path(traps.program(f"default-hook-{name}")).rename(folder / ".git" / "hooks" / name)
    for key, value in _settings(traps, hooks):
        git(folder, "config", key, value)
    (folder / "extra.cfg").write_text(f'[filter "included"]\n\tclean = {traps.program("included-filter")}\n')
    git(folder, "config", "include.path", "../extra.cfg")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    (folder / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil\nrelease filter=UPPER.case\nEarthfile filter=included\n")
    for name in ("release", "Earthfile", "earthly.sh"):
        os.utime(folder / name, (1, 1))
    return folder


def _settings(traps: Traps, hooks: Path) -> list[tuple[str, str]]:
    run = traps.program
    filters = [
        (f"filter.{name}.{way}", run(f"filter-{name}-{way}")) for name in FILTERS for way in ("clean", "smudge") if (name, way) != ("", "")
    ]
    return [
        *filters,
        ("filter.evil.process", run("filter-process")),
        ("filter.evil.required", "true"),
        ("core.fsmonitor", run("fsmonitor")),
        ("core.hooksPath", str(hooks)),
        ("core.pager", run("pager")),
        ("core.editor", run("editor")),
        ("core.sshCommand", run("ssh-command")),
        ("core.askPass", run("askpass")),
        ("core.alternateRefsCommand", run("alternate-refs")),
        ("credential.helper", f"!{run('credential-helper')}"),
        ("credential.https://127.0.0.1:1.helper", f"!{run('credential-helper-of-url')}"),
        ("diff.external", run("diff-external")),
        ("diff.evil.textconv", run("textconv")),
        ("diff.evil.command", run("diff-command")),
        ("gpg.program", run("gpg")),
        ("gpg.ssh.program", run("gpg-ssh")),
        ("log.showSignature", "true"),
        ("commit.gpgSign", "true"),
        ("gc.auto", "1"),
        ("gc.recentObjectsHook", run("recent-objects")),
        ("alias.status", f"!{run('alias-status')}"),
        ("alias.rev-parse", f"!{run('alias-rev-parse')}"),
        ("pager.status", "true"),
        ("submodule.recurse", "true"),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
        ("remote.origin.url", str(hooks.parent)),
        ("remote.origin.uploadpack", run("uploadpack")),
        ("remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"),
    ]


def _inner_repository(folder: Path, traps: Traps) -> None:
    """A submodule: git would look into it with its own configuration."""
    inner = folder / "inner"
    inner.mkdir()
    git(inner, "init", "-q", "-b", "main")
    (inner / "file").write_text("text\n")
    git(inner, "add", "-A")
    git(inner, "commit", "-qm", "inner")
    git(folder, "add", "inner")
    git(folder, "commit", "-qm", "inner")
    git(folder, "tag", "-f", "v4.10.0")
    git(inner, "config", "core.fsmonitor", traps.program("inner-fsmonitor"))
    git(inner, "config", "filter.deep.clean", traps.program("inner-filter"))
    (inner / ".git" / "info" / "attributes").write_text("* filter=deep\n")
    os.utime(inner / "file", (1, 1))
