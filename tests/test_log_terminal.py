"""The log on a real terminal: what it prints there, and what it never does."""

from __future__ import annotations

import re
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import samples
from tests.attacks import EVIL, attack_log
from tests.runs import Site, opened
from tests.terminal import Terminal

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
LAST = "the last line"
INNOCENT = b"one\ntwo\n" * 60 + b"         +base-image | the last line\n"
# every sequence that is more than a colour, a place to print, or the cursor of a text field
SEQUENCES = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])", re.DOTALL)
USUAL = re.compile(rb"\x1b\[(?:[0-9;:]*m|\d+;\d+H)")


@contextmanager
def build(folder: Path, log: bytes) -> Iterator[tuple[Site, Terminal]]:
    """A live run that printed those bytes, and `attach` in a window of 80x24."""
    (folder / "bytes").write_bytes(log)
    with opened(folder / "site") as site:
        site.start(f"cat {folder}/bytes; sleep 60")
        with attached(folder) as terminal:
            yield site, terminal


def attached(folder: Path, **more: str) -> Terminal:
    """`attach` to the newest run of the site in that folder."""
    environ = {
        **more,
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "site" / "state"),
        "PYTHONPATH": str(ROOT),
    }
    return Terminal([sys.executable, "-m", "canvos_tui", "attach"], environ)


@contextmanager
def file_alone(folder: Path, log: bytes) -> Iterator[tuple[None, Terminal]]:
    """The view on a file that nobody cleaned."""
    (folder / "raw.log").write_bytes(log)
    command = [sys.executable, "-m", "tests.benchmarks.log_app", str(folder / "raw.log")]
    with Terminal(command, {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONPATH": str(ROOT)}) as terminal:
        yield None, terminal


def walk(terminal: Terminal) -> str:
    """Through the whole log, wrapped and not; everything that stood in the window."""
    seen = [terminal.see(LAST, "FOLLOWING")]
    for wrapped in (True, False):
        terminal.press("w", "home")
        terminal.see("line 1 of ")
        terminal.pump()
        seen.append(terminal.text)
        while "PAUSED" in seen[-1]:
            terminal.press("pagedown")
            terminal.until(lambda: terminal.text != seen[-1])
            terminal.pump()
            seen.append(terminal.text)
        assert len(seen) > 4, wrapped
    return "\n".join(seen)


def sequences(printed: bytes) -> set[bytes]:
    """Kinds of sequences, colours and places left out; numbers of reports and titles kept."""
    return {found for found in SEQUENCES.findall(printed) if not USUAL.fullmatch(found)}


@pytest.mark.parametrize("shown", [build, file_alone])
def test_no_log_reaches_the_terminal(tmp_path: Path, shown) -> None:
    told = {}
    for name, log in (("innocent", INNOCENT), ("attack", attack_log())):
        (tmp_path / name).mkdir()
        with shown(tmp_path / name, log) as (_, terminal):
            seen = walk(terminal)
            screen = terminal.screen
            if shown is build:
                terminal.until(lambda screen=screen: "Base image" in screen.title)
            printed = bytes(terminal.printed)
            state = (
                screen.title,
                screen.icon_name,
                screen.charset,
                screen.g0_charset,
                screen.g1_charset,
                screen.margins,
                frozenset(screen.mode),
            )
            told[name] = (state, sequences(printed), printed, seen)
            terminal.press("ctrl+q")
            if shown is build:
                terminal.see("Detach")
            terminal.press("enter" if shown is build else "q")
            terminal.wait()
            assert terminal.left_on() == []
    innocent, attack = told["innocent"], told["attack"]
    assert attack[0] == innocent[0]
    assert strip_numbers(attack[1]) <= strip_numbers(innocent[1])
    assert b"]52;" not in attack[2]
    assert not re.search(rb"[\x80-\x9f]", re.sub(rb"[\xc2-\xf4][\x80-\xbf]+", b"", attack[2]))
    assert not re.search(r"[\x80-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f]", attack[2].decode())
    numbers = {int(n) for n in re.findall(r"before (\d+)", attack[3])}
    assert set(range(max(numbers))) - numbers == {12}, "every line can be read but for the one of which a carriage return takes the front"
    assert f"{EVIL} title" not in str(attack[0])
    assert "[bold red]no markup[/]" in attack[3]


def strip_numbers(found: set[bytes]) -> set[bytes]:
    """The same with elapsed times and the like taken out of titles."""
    return {re.sub(rb"\d+", b"0", one) for one in found}


def test_a_copy_is_the_only_thing_that_asks_for_the_clipboard(tmp_path: Path) -> None:
    with build(tmp_path, attack_log()) as (_, terminal):
        terminal.see(LAST, "FOLLOWING")
        assert b"]52;" not in terminal.printed
        terminal.press("c")
        terminal.see("OSC 52")
        asked = re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", terminal.printed)
        assert [b64decode(text).decode() for text in asked] == [f"         +base-image | {LAST}"]


def test_the_plain_stream_and_back_loses_nothing(tmp_path: Path) -> None:
    numbers = "for n in $(seq 1 3000); do echo number $n; done; cat bytes; while [ ! -e go ]; do sleep 0.05; done; echo later; sleep 60"
    with opened(tmp_path / "site") as site:
        (site.checkout / "bytes").write_bytes(attack_log())
        site.start(numbers)
        with attached(tmp_path) as terminal:
            terminal.see(LAST, "FOLLOWING")
            terminal.press("home")
            terminal.see("line 1 of ")
            terminal.press("o")
            terminal.see(LAST)
            (site.checkout / "go").touch()
            terminal.see("later")
            said = terminal.said
            stream = said[said.rindex("the log as plain text from line 1 on") :]
            assert re.findall(r"^number (\d+)\r?$", stream, re.MULTILINE) == [str(n) for n in range(1, 3001)]
            assert "\x1b" not in stream
            assert "== Prepare" in stream
            terminal.press("o")
            terminal.see("line 1 of ", "number 1", "PAUSED")
            terminal.press("end")
            terminal.see("later", "FOLLOWING")
            terminal.press("ctrl+q")
            terminal.see("Detach")
            terminal.press("enter")
            terminal.wait()
            assert terminal.left_on() == []


ASK, OVER_SSH = b"\x1b[6n", "192.0.2.1 50000 192.0.2.2 22"
STREAM = "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.01; done"


@contextmanager
def streaming(folder: Path, **environ: str) -> Iterator[Terminal]:
    """A log that grows without end, and `attach`."""
    with opened(folder / "site") as site:
        site.start(STREAM)
        with attached(folder, **environ) as terminal:
            terminal.see("FOLLOWING")
            terminal.until(lambda: newest(terminal))
            yield terminal


def test_over_ssh_each_frame_waits_until_the_last_one_has_arrived(tmp_path: Path) -> None:
    answers: list[float] = []
    answered = 0

    def answer() -> None:
        """As a line would that takes 0.2 s for a frame."""
        nonlocal answered
        asked = terminal.printed.count(ASK)
        assert asked <= answered + 1, "one frame at a time"
        if asked > answered and not answers:
            answers.append(time.monotonic() + 0.2)
        if answers and time.monotonic() >= answers[0]:
            answers.clear()
            answered += 1
            terminal.type("\x1b[24;1R")

    with streaming(tmp_path, SSH_CONNECTION=OVER_SSH) as terminal:
        terminal.watchers.append(answer)
        terminal.until(lambda: answered >= 5)
        first = newest(terminal)
        terminal.until(lambda: newest(terminal) > first + 20)
        terminal.press("x")
        terminal.see("Cancel the build?")
        terminal.press("escape", "ctrl+q")
        terminal.see("Quit: a build is running")
        terminal.press("enter")
        terminal.wait()
        assert terminal.printed.count(ASK) == answered, "no answer is left for the shell"


def test_a_terminal_that_never_answers_is_asked_once(tmp_path: Path) -> None:
    with streaming(tmp_path, SSH_CONNECTION=OVER_SSH) as terminal:
        first = newest(terminal)
        terminal.until(lambda: newest(terminal) > first + 300)
        assert terminal.printed.count(ASK) == 1


AT_HAND: list[dict[str, str]] = [{"TMUX": "/tmp/tmux,1,0", "SSH_CONNECTION": OVER_SSH}, {}]


@pytest.mark.parametrize("environ", samples.every(AT_HAND, lambda: AT_HAND[:1]))
def test_a_terminal_at_hand_is_not_asked(tmp_path: Path, environ: dict[str, str]) -> None:
    with streaming(tmp_path, **environ) as terminal:
        first = newest(terminal)
        terminal.until(lambda: newest(terminal) > first + 50)
        assert ASK not in terminal.printed


def newest(terminal: Terminal) -> int:
    """The last line of the log that stands in the window."""
    return max((int(n) for n in re.findall(r"^ *│ *line (\d+) *│", terminal.text, re.MULTILINE)), default=0)
