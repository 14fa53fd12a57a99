"""Makes a small git repository in CanvOS' shape: the tags, files and settings that the guide speaks of, and a build that is only played."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import canvos_tui
from canvos_tui.core.values import dataclass
from canvos_tui.rehearsal.repository_files import files_of


@dataclass(frozen=True)
class RehearsedTag:
    """A tag to make: `agent` is the PE_VERSION in its Earthfile, `target` whether it can build for AWS, `annotated` how git keeps it."""

    name: str
    date: str
    agent: str = ""
    target: bool = True
    annotated: bool = False


TAGS = (
    RehearsedTag("v4.6.21", "2025-06-11", target=False),
    RehearsedTag("v4.6.21-patch.6", "2025-08-20", target=False),
    RehearsedTag("v4.8.5", "2025-11-30", target=False, annotated=True),
    RehearsedTag("v4.8.a", "2025-12-05", agent="v4.8.1", target=False),
    RehearsedTag("v4.8.8", "2026-01-18"),
    RehearsedTag("v4.8.26", "2026-05-20", annotated=True),
    RehearsedTag("v4.7.21", "2026-05-22", target=False),
    RehearsedTag("v4.9.0", "2026-06-01", agent="v4.9.7"),
    RehearsedTag("v4.9.37", "2026-07-30"),
    RehearsedTag("v4.9.b", "2026-08-01", agent="v4.9.22"),
    RehearsedTag("v4.9.38", "2026-08-08", annotated=True),
    RehearsedTag("v4.10.0", "2026-08-12", agent="v4.9.21"),
    RehearsedTag("v4.10.0-rc.1", "2026-08-13", agent="v4.10.0"),
    RehearsedTag("v4.10.0-rc.2", "2026-08-19", agent="v4.10.0"),
    RehearsedTag("v4.9.39-rc.3", "2026-08-22", agent="v4.9.39"),
)


def make_repository(folder: Path, python: str, settings: Mapping[str, str]) -> Path:
    """A bare repository inside `folder`, to be cloned. `settings["scenario"]` is baked into its `earthly.sh`, which runs `python`."""
    path = folder / "CanvOS.git"
    git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(path))
    script = _script(python, settings.get("scenario", "success"))
    git(path, "fast-import", "--quiet", stdin=b"".join(_history(script)))
    return path


def git(folder: Path, *words: str, stdin: bytes = b"") -> str:
    """The output of a git command that reads no configuration but the repository's own."""
    quiet = {
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
        "PATH": os.environ.get("PATH", os.defpath),
    }
    done = subprocess.run(["git", *words], cwd=folder, input=stdin, capture_output=True, env=quiet, check=False)  # noqa: S607  the user's git
    if done.returncode != 0:
        raise RuntimeError(f"git {words[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace")


def _script(python: str, scenario: str) -> str:
    package = Path(canvos_tui.__file__).parents[1]
    return (
        "#!/bin/bash\n"
        "# A rehearsal: this build is played. It reads .arg and .secret and talks to a stand-in for AWS on this machine only.\n"
        f"export PYTHONPATH={shlex.quote(str(package))}${{PYTHONPATH:+:$PYTHONPATH}}\n"
        "# Ctrl-C waits until Python is loaded, which would tell of itself, where this machine's env can see to that.\n"
        "held=--block-signal=INT\n"
        "env $held true 2>/dev/null || held=\n"
        f'exec env $held {shlex.quote(python)} -m canvos_tui.rehearsal.build --scenario {shlex.quote(scenario)} "$@"\n'
    )


def _history(script: str) -> list[bytes]:
    """One commit for each tag, in the order of their dates, as a stream for `git fast-import`."""
    stream: list[bytes] = []
    for number, tag in enumerate(sorted(TAGS, key=lambda t: t.date), 1):
        when = int(datetime.fromisoformat(f"{tag.date}T09:00:00").replace(tzinfo=UTC).timestamp())
        who = f"Rehearsal <rehearsal@example.org> {when} +0000"
        stream.append(f"commit refs/heads/main\nmark :{number}\ncommitter {who}\n".encode() + _data(f"Release {tag.name}"))
        if number > 1:
            stream.append(f"from :{number - 1}\n".encode())
        files = files_of(tag.name, tag.agent or tag.name, target=tag.target)
        for name, text in {**files, "earthly.sh": script}.items():
            mode = "100755" if name.endswith(".sh") else "100644"
            stream.append(f"M {mode} inline {name}\n".encode() + _data(text))
        if tag.annotated:
            stream.append(f"tag {tag.name}\nfrom :{number}\ntagger {who}\n".encode() + _data(tag.name))
        else:
            stream.append(f"reset refs/tags/{tag.name}\nfrom :{number}\n\n".encode())
    return stream


def _data(text: str) -> bytes:
    raw = text.encode()
    return b"data %d\n%s\n" % (len(raw), raw)
