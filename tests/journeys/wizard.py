"""A person at the wizard: reads labels and the footer, presses what is there by its name, and types as fast as a paste or key by key."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from canvos_tui.core.checkout.state import PUBLIC_REPOSITORY
from canvos_tui.rehearsal.build import PACE_VARIABLE
from canvos_tui.rehearsal.stage import Stage
from tests.on_stage import end_runs, staged
from tests.terminal import Terminal
from tests.waiting import PATIENCE

CHECKOUT = "CanvOS"
COMMAND = Path(sys.executable).with_name("canvos-tui")
FOOTER_KEYS = {"Next": "f8", "Back": "escape", "Help": "f1", "Guide": "f2", "Quit": "ctrl+q"}
TITLES = {
    "start": "canvos-tui",
    "check": "● Check",
    "repo": "● Repo",
    "image": "● Image",
    "user-data": "How instances join Palette",
    "os": "In this AMI",
    "versions": "Versions that are kept",
    "s3": "● S3",
    "ami-settings": "IMDS",
    "keys": "● Keys",
    "aws": "● AWS",
    "review": "● Review",
    "build": "● Build",
    "result": "● Result",
}


class Person:
    """Sits at one terminal."""

    def __init__(self, terminal: Terminal, stage: Stage, home: Path) -> None:
        self.terminal, self.stage, self.home = terminal, stage, home

    def see(self, *words: str) -> str:
        return self.terminal.see(*words)

    def on(self, page: str) -> None:
        """Is on that page."""
        self.terminal.see(TITLES[page])

    def press(self, label: str) -> None:
        """A key that the footer names, or a button by its label."""
        footer = next((line for line in reversed(self.terminal.text.splitlines()) if line.strip()), "")
        if label in FOOTER_KEYS and re.search(rf"\b{label}\b", footer):
            self.terminal.press(FOOTER_KEYS[label])
            return
        self.stand_on(f"{label} ]")
        self.terminal.press("enter")

    def stand_on(self, words: str, *, in_a_list: bool = False) -> None:
        """With Tab, until that button is the one that Enter pushes, or that line the one that a key acts on."""
        stands = self.terminal.highlighted if in_a_list else self.terminal.focused
        self.terminal.see(words)
        self._rest()
        for _ in range(30):
            if stands(words):
                self._rest()  # were a Tab still under way, the next key would be for another button
                if stands(words):
                    return
            self.do("tab", shows=self._colours)  # a text that comes meanwhile is not what it does
        raise AssertionError(f"Tab never comes to {words}; the window shows:\n{self.terminal.text}")

    def choose(self, words: str) -> None:
        """A line of the list that has the focus."""
        self.terminal.see(words)
        for _ in range(30):
            if self.terminal.highlighted(words):
                self.terminal.press("enter")
                return
            self.do("down")
        raise AssertionError(f"the cursor never comes to {words}; the window shows:\n{self.terminal.text}")

    def do(self, *keys: str, shows: Callable[[], object] | None = None) -> None:
        """Keys, and what they do seen to its end: what `shows` it changes (the whole window), which then rests for a moment."""
        look = shows or self._painted
        before, began = look(), time.monotonic()
        self.terminal.press(*keys)
        while look() == before and time.monotonic() < began + PATIENCE:  # long: a late one would be taken for what the next key did
            self.terminal.pump(0.02)
        self._slow = time.monotonic() - began
        self._rest()

    _slow = 0.0  # seconds until the last key showed

    def _rest(self) -> None:
        """Until the window has not changed for a while; the slower the program, the longer."""
        end = time.monotonic() + PATIENCE
        quiet, seen = time.monotonic(), self._painted()
        while time.monotonic() < min(end, quiet + max(0.12, 2 * self._slow)):
            self.terminal.pump(0.03)
            if (now := self._painted()) != seen:
                quiet, seen = time.monotonic(), now

    def _colours(self) -> list[object]:
        """What tells where the focus is."""
        rows = self.terminal.screen.buffer.items()
        return [
            (y, x, c.fg, c.bg, c.reverse, c.bold) for y, row in rows for x, c in row.items() if c.reverse or c.bold or c.bg != "default"
        ]

    def _painted(self) -> tuple[str, list[object]]:
        return self.terminal.text, self._colours()

    def type(self, text: str, *, burst: bool) -> None:
        """All in one packet, or key by key."""
        if burst:
            self.terminal.type(text)
            return
        for letter in text:
            self.terminal.type(letter)
            self.terminal.pump(0.01)

    def replace(self, text: str) -> None:
        """Home, Ctrl+K and the text, in one packet."""
        self.terminal.type("\x1b[H\x0b" + text)

    def leave(self) -> None:
        self.terminal.press("ctrl+q")
        assert self.terminal.wait() == 0
        assert self.terminal.left_on() == []


class House:
    """A home with nothing in it but git's configuration, which sends the public repository to the rehearsal's."""

    def __init__(self, folder: Path, stage: Stage, pace: float) -> None:
        self.stage = stage
        self.home = folder / "home"
        self.home.mkdir()
        self.state = self.home / ".local" / "state" / "canvos-tui"
        (self.home / ".gitconfig").write_text(f'[url "file://{stage.repository}"]\n\tinsteadOf = {PUBLIC_REPOSITORY}\n')
        kept = {name: os.environ[name] for name in ("TMPDIR", "COVERAGE_PROCESS_START") if name in os.environ}
        around = {name: stage.environ[name] for name in ("AWS_ENDPOINT_URL", "NO_PROXY", "no_proxy")}
        path = f"{os.environ['PATH']}:{COMMAND.parent}"
        self.environ = {**kept, **around, "PATH": path, "HOME": str(self.home), "LANG": "C.UTF-8", PACE_VARIABLE: str(pace)}

    @contextmanager
    def person(self, *words: str, columns: int = 80, rows: int = 24) -> Iterator[Person]:
        """Somebody who has just started the command with these words."""
        with Terminal([str(COMMAND), *words], self.environ, columns, rows, self.home) as terminal:
            yield Person(terminal, self.stage, self.home)

    def git(self, *words: str) -> None:
        subprocess.run(["git", *words], env=self.environ, cwd=self.home, check=True, capture_output=True)

    def clone(self, *words: str) -> Path:
        """The checkout with the files of steps 13 and 15, as somebody made them who does everything right."""
        self.git("clone", "-q", *words, "--branch", "v4.9.38", PUBLIC_REPOSITORY, CHECKOUT)
        folder, stage = self.home / CHECKOUT, self.stage
        values = {"IMAGE_REGISTRY": "acme-team", "OS_DISTRIBUTION": "ubuntu", "OS_VERSION": "24.04", "K8S_DISTRIBUTION": "k3s"}
        values |= {"K8S_VERSION": "1.33.5", "REGION": stage.region, "S3_BUCKET": stage.bucket, "S3_KEY": "edge-1", "ARCH": "amd64"}
        keys = {"AWS_PROFILE": "", "AWS_ACCESS_KEY_ID": stage.keys.key_id, "AWS_SECRET_ACCESS_KEY": stage.keys.secret.reveal()}
        for name, lines in ((".arg", values), (".secret", keys)):
            (folder / name).write_text("".join(f"{key}={value}\n" for key, value in lines.items()))
        (folder / ".secret").chmod(0o600)
        return folder

    def says(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The command into a pipe, to its end."""
        quiet = subprocess.DEVNULL
        return subprocess.run(
            [COMMAND, *words], env=self.environ, cwd=self.home, stdin=quiet, capture_output=True, text=True, timeout=PATIENCE, check=False
        )


@contextmanager
def house(folder: Path, pace: float = 0.02, aws: float | None = None) -> Iterator[House]:
    """`pace` is that of builds, `aws` that of what AWS does, where it is another."""
    with staged(folder, pace=aws or pace) as stage:
        found = House(folder, stage, pace)
        try:
            yield found
        finally:
            end_runs(found.state)
