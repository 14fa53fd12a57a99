"""Stands in for a build: `python -m canvos_tui.rehearsal.build --scenario NAME +aws-cloud-image --ARCH=amd64`, in a checkout."""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from canvos_tui.rehearsal import chapters
from canvos_tui.rehearsal.bash_trace import Trace
from canvos_tui.rehearsal.earthly_console import Console
from canvos_tui.rehearsal.import_script import MIB, ImportScript
from canvos_tui.rehearsal.job import Job
from canvos_tui.rehearsal.scenarios import SCENARIOS

PACE_VARIABLE = "CANVOS_TUI_REHEARSAL_PACE"
SIZE = 48 * MIB
SECRETS = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_TARGETS = ("+aws-cloud-image", "+cloud-image")
_CUT = "An error occurred while running the command."


class FailedError(Exception):
    """The build is over; everything was printed."""


class Build:
    """One build in the current folder."""

    def __init__(self, console: Console, scenario: str, args: Mapping[str, str], secrets: Mapping[str, str]) -> None:
        self._console = console
        self._scenario = SCENARIOS[scenario]
        self._args = args
        self._secrets = secrets
        self._earthfile = _text("Earthfile")
        found = dict(re.findall(r"^ARG (\w+)=(\S+)", self._earthfile, re.MULTILINE))
        self._versions = {"PE_VERSION": "v0.0.0", "KAIROS_VERSION": "v0.0.0", **found}
        system, version = args.get("OS_DISTRIBUTION", "ubuntu"), args.get("OS_VERSION", "24.04")
        self._raw = f"kairos-{system}-{version}-core-amd64-generic-{self._versions['KAIROS_VERSION']}.raw"

    def run(self, target: str) -> None:
        """The whole build; FailedError after the last line of one that fails."""
        self._start(target)
        for step in chapters.before_the_disk(self._args, self._versions):
            if step.target == target or step.target != "+aws-cloud-image":
                self._play(step)
        self._disk()
        if target == "+cloud-image":
            self._save()
        else:
            for step in chapters.after_the_disk():
                self._play(step)
            self._import()
        self._console.success()
        for text in (f"Untagged: {chapters.EARTHLY}:v0.8.15", "Error response from daemon: No such container: earthly-buildkitd"):
            self._console.outer(text)

    def _start(self, target: str) -> None:
        console = self._console
        console.outer("version: Docker version 27.5.1, build rehearsal")
        console.outer(f"Unable to find image '{chapters.EARTHLY}:v0.8.15' locally")
        for word in ("Pulling fs layer", "Download complete", "Pull complete"):
            console.outer(f"3f5a9c1e7b20: {word}")
            console.rest(0.5)
        console.outer(f"Status: Downloaded newer image for {chapters.EARTHLY}:v0.8.15")
        console.phase("Init 🚀")
        for text in ("Connecting to tcp://rehearsal:8372...", "...Done", "Version github.com/earthly/buildkit v0.8.15 (rehearsal)"):
            console.line("buildkitd", text)
        console.bare()
        console.phase("Build 🔧")
        if not re.search(rf"^{re.escape(target[1:])}:", self._earthfile, re.MULTILINE):
            console.bare(f"Error: target {target[1:]} not found")
            raise FailedError

    def _play(self, step: chapters.Step) -> None:
        console = self._console
        console.command(step.target, step.command)
        if step.bar:
            for n, share in enumerate((0.1, 0.4, 0.7, 1.0)):
                console.percent(step.target, share, step.command, again=n > 0)
                console.rest(step.seconds / 4)
        for line in step.lines:
            console.line(step.target, line)
            console.rest(step.seconds / len(step.lines))
        if not step.bar and not step.lines:
            console.rest(step.seconds)

    def _disk(self) -> None:
        console, target = self._console, "+cloud-image"
        console.command(target, chapters.DISK_COMMAND)
        lines = chapters.full_disk_lines() if self._scenario.disk_full else chapters.disk_lines(self._raw)
        for line in lines:
            stamped = line[:4] in {"INF ", "DBG ", "ERR "}
            console.line(target, f"2026-01-01T00:00:00Z {line}" if stamped else line)
            console.rest(1.0)
        if self._scenario.disk_full:
            console.failure("Earthfile:1006:8", 1)
            raise FailedError
        for line in chapters.content_lines(self._raw):
            console.line(target, line)
            console.rest(0.3)

    def _save(self) -> None:
        folder = Path("build")
        folder.mkdir(exist_ok=True)
        with (folder / self._raw).open("wb") as file:  # a disk has a partition table at its start and at its end
            file.truncate(SIZE)
            for at in (512, *range(MIB, SIZE // 3, MIB // 4), SIZE - 512):
                file.seek(at)
                file.write(b"EFI PART" if at in {512, SIZE - 512} else b"a rehearsed disk")
        self._console.command("+cloud-image", "SAVE ARTIFACT /output/* AS LOCAL ./build/")

    def _import(self) -> None:
        console, target = self._console, "+aws-cloud-image"
        console.command(target, chapters.IMPORT_COMMAND)
        missing = next((name for name in SECRETS if name not in self._secrets), None)
        if missing is not None:
            for text in ("WARN Earthfile:1068:4: The command", f"          {chapters.IMPORT_COMMAND}"):
                console.line(target, text)
            console.line(target, f'failed: unable to lookup secret "{missing}": not found')
            console.bare(f'Error: unable to lookup secret "{missing}": not found')
            console.help("Make sure to set the project at the top of the Earthfile by using the PROJECT command.")
            raise FailedError
        job = Job(
            raw=self._raw,
            size=SIZE,
            region=self._args.get("REGION", ""),
            bucket=self._args.get("S3_BUCKET", ""),
            key=self._args.get("S3_KEY", ""),
            key_id=self._secrets["AWS_ACCESS_KEY_ID"],
            secret=self._secrets["AWS_SECRET_ACCESS_KEY"],
            rest=console.rest,
        )
        trace = Trace(lambda text: console.line(target, text))
        code = ImportScript(job, trace, lambda piece: console.grow(target, piece)).run()
        if code:
            console.failure("Earthfile:1068:4", code)
            raise FailedError


def settings(text: str) -> dict[str, str]:
    """The names and values of a `.arg` or `.secret` file."""
    found = {}
    for line in text.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
            found[name] = value[1:-1] if quoted else value
    return found


def _text(name: str) -> str:
    path = Path(name)
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def is_local(endpoint: str) -> bool:
    """Whether an address is on this machine: a rehearsal never talks to any other."""
    host = urlsplit(endpoint).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def main(argv: list[str] | None = None) -> int:
    """Plays the build; 1 whenever it does not end in success, as `earthly.sh` has no other code."""
    parser = argparse.ArgumentParser(
        prog="python -m canvos_tui.rehearsal.build", description="a build that is only played", allow_abbrev=False
    )
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="success")
    options, words = parser.parse_known_args(argv)
    target = next((word for word in words if word.startswith("+")), "")
    write = sys.stdout.buffer.write
    if target not in _TARGETS or not is_local(os.environ.get("AWS_ENDPOINT_URL", "")):
        parser.error("a rehearsal needs a target and an AWS_ENDPOINT_URL on this machine")
    args = {**settings(_text(".arg")), **settings("\n".join(word[2:] for word in words if word.startswith("--")))}
    metadata = " ".join(f"{name}={value}" for name, value in sorted(args.items()))

    def flushed(data: bytes) -> None:
        write(data)
        sys.stdout.buffer.flush()

    console = Console(flushed, metadata, float(os.environ.get(PACE_VARIABLE, "1")))
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT,))  # earthly.sh holds it until here
        Build(console, options.scenario, args, settings(_text(".secret"))).run(target)
    except KeyboardInterrupt:
        console.bare("Received signal interrupt. Cleaning up before exiting...")
        console.bare("Canceled")
    except FailedError:
        pass
    else:
        return 0
    console.outer(_CUT)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
