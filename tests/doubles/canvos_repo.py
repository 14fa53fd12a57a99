"""Makes small CanvOS-shaped git repositories for tests with the git command."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

ENV = {
    **{k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
    "GIT_AUTHOR_NAME": "t",
    "GIT_AUTHOR_EMAIL": "t@example.invalid",
    "GIT_COMMITTER_NAME": "t",
    "GIT_COMMITTER_EMAIL": "t@example.invalid",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}


def git(folder: Path, *args: str, **environ: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, text=True, env={**ENV, **environ}, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


# which base image an Earthfile chooses, in the shape of CanvOS' own
BASE_IMAGE = """\
IF [ "$OS_DISTRIBUTION" = "ubuntu" ] && [ "$BASE_IMAGE" = "" ]
    ARG BASE_IMAGE=registry.example/kairos-ubuntu:$OS_VERSION
ELSE IF [ "$OS_DISTRIBUTION" = "opensuse-leap" ] && [ "$BASE_IMAGE" = "" ]
    ARG BASE_IMAGE=registry.example/kairos-opensuse:leap-$OS_VERSION
ELSE IF [ "$OS_DISTRIBUTION" = "rhel" ] || [ "$OS_DISTRIBUTION" = "sles" ]
    ARG BASE_IMAGE
END
"""


def earthfile(pe: str, *, target: bool = True) -> str:
    args = f"ARG OS_DISTRIBUTION\nARG OS_VERSION\n{BASE_IMAGE}"
    recipe = "aws-cloud-image:\n    FROM +base\n    ARG REGION\n    ARG S3_BUCKET\n    ARG S3_KEY\n"
    return f"VERSION 0.6\nARG PE_VERSION={pe}\nARG KAIROS_VERSION=v4.0.4\n{args}" + (recipe if target else "")


def make(folder: Path, tags: tuple[tuple[str, str, bool], ...] | None = None) -> Path:
    """A repository with one commit per tag: (name, PE_VERSION, has target)."""
    return Path(shutil.copytree(_model(tags or DEFAULT), folder, symlinks=True))


@cache
def _model(tags: tuple[tuple[str, str, bool], ...]) -> Path:
    """Made once in a process: two dozen git commands for each test took longer than most tests."""
    place = tempfile.mkdtemp(prefix="canvos-repo-")
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    folder = Path(place) / "model"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "earthly.sh").write_text("#!/bin/sh\necho build\n")
    (folder / "earthly.sh").chmod(0o755)
    (folder / "cloud-images").mkdir()
    (folder / "cloud-images" / "import.sh").write_text("#!/bin/bash\nexit 0\n")
    (folder / ".arg.template").write_text("CUSTOM_TAG=demo\n")
    (folder / ".gitignore").write_text(".arg\n.arg.*\n.secret\nbuild/\n")
    (folder / "k8s_version.json").write_text('{\n  "kubeadm": ["1.32.2", "1.33.5"],\n  "k3s": ["1.33.5"]\n}\n')
    (folder / "os_version.json").write_text('{\n  "ubuntu": ["22.04", "20.04"],\n  "opensuse-leap": ["15.6"]\n}\n')
    for number, (name, pe, target) in enumerate(tags):
        (folder / "Earthfile").write_text(earthfile(pe, target=target))
        (folder / "release").write_text(name)
        git(folder, "add", "-A", "-f")
        stamp = f"2026-01-{number + 1:02d}T10:00:00+0000"
        dated = {"GIT_AUTHOR_DATE": stamp, "GIT_COMMITTER_DATE": stamp}
        git(folder, "commit", "-qm", name, **dated)
        git(folder, "tag", *(["-a", "-m", name] if number % 2 else []), name, **dated)
    return folder


DEFAULT = (("v4.8.5", "v4.8.5", False), ("v4.9.37", "v4.9.37", True), ("v4.9.38", "v4.9.38", True), ("v4.10.0", "v4.9.21", True))
