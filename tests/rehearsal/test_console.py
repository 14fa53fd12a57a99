"""What the rehearsal prints: bash's own tracing is the judge of the trace, the cleaner of the reprinted lines."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from canvos_tui.core.log.clean import LogCleaner
from canvos_tui.core.ports import Docker, Host, Network
from canvos_tui.rehearsal.bash_trace import Trace, quoted
from canvos_tui.rehearsal.earthly_console import Console
from canvos_tui.rehearsal.machine import RehearsalDocker, RehearsalHost, RehearsalNetwork

WORDS = ["plain-1.raw", "two words", "it's", "", "a'b'c d", "s3://b/k", "semi;colon", "$x", "[a]"]


def console(metadata: str = "A=1 B=2") -> tuple[Console, bytearray]:
    out = bytearray()
    return Console(out.extend, metadata, 0.0), out


def cleaned(out: bytearray) -> list[str]:
    cleaner = LogCleaner()
    return [line.decode() for line in (*cleaner.feed(bytes(out)), *cleaner.flush())]


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
@pytest.mark.parametrize("word", WORDS)
def test_words_are_quoted_as_bash_does(word):
    done = subprocess.run(["bash", "-c", 'set -x; : "$1"', "x", word], capture_output=True, text=True, check=True)
    assert done.stderr == f"+ : {quoted(word)}\n"


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
def test_a_comparison_is_traced_as_bash_does():
    said: list[str] = []
    Trace(said.append).compare(1, "active", "completed", "active", "error")
    code = 'set -x; s=active; [[ "$s" == "completed" ]]; [[ "$s" == "active" ]]'
    done = subprocess.run(["bash", "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[1:] == said


def test_a_message_is_traced_and_shown_once():
    said: list[str] = []
    trace = Trace(said.append)
    line = trace.log(2, "it's on")
    assert said == ["++ log 'it'\\''s on'", "+++ date '+%Y-%m-%d %H:%M:%S'", f"++ echo {quoted(line)}", line]
    said.clear()
    trace.log(1, "quiet", shown=False)
    assert not any(text.endswith("- quiet") for text in said)


def test_a_growing_line_is_printed_whole_again_each_time_and_cleans_to_its_last_state():
    screen, out = console()
    for n in range(1, 5):
        screen.grow("+aws-cloud-image", f"Completed {n} MiB")
    screen.line("+aws-cloud-image", "upload: done")
    assert out.count(b"Completed 1 MiB") == 4
    assert out.count(b"\x1b[A") == 3
    lines = cleaned(out)
    assert [line.split(" | ")[1].strip() for line in lines] == ["Completed 4 MiB", "upload: done"]


def test_a_failure_repeats_what_the_command_said():
    screen, out = console()
    screen.command("+cloud-image", "RUN first")
    screen.line("+cloud-image", "of the first command")
    screen.command("+cloud-image", "RUN second")
    screen.line("+cloud-image", "the reason")
    screen.failure("Earthfile:1:2", 3)
    text = out.decode()
    assert text.count("of the first command") == 1
    assert text.count("the reason") == 2
    assert text.count("did not complete successfully. Exit code 3") == 2
    assert "ERROR Earthfile:1:2" in text
    assert text.index("FAILURE") < text.index("Repeating the failure error...")


def test_settings_stand_before_every_command_of_a_target_and_only_there():
    screen, out = console("A=1 B=2")
    screen.command("+base", "RUN x")
    screen.command("1/9", "FROM y")
    assert out.decode().count("A=1 B=2") == 1


def test_an_empty_line_loses_its_prefix():
    screen, out = console()
    screen.line("+base", "")
    assert bytes(out) == b"\r\n"


async def test_the_machine_is_healthy_and_says_that_it_is_rehearsed(tmp_path):
    host: Host = RehearsalHost()
    docker: Docker = RehearsalDocker()
    network: Network = RehearsalNetwork()
    facts = await host.facts(tmp_path)
    assert (facts.system, facts.architecture, "rehearsal" in facts.kernel) == ("Linux", "x86_64", True)
    assert (await host.filesystem(tmp_path)).free > 150 * 1024**3
    assert "rehearsal" in (await host.tool_version("git") or "")
    engine = await docker.facts()
    assert (engine.rootless, engine.podman, "rehearsal" in engine.version) == (False, False, True)
    assert (await docker.probe_privileged("alpine")).ran
    reach = await network.reach("https://example.org")
    assert (reach.reachable, "rehearsal" in reach.detail) == (True, True)
