"""The command where the ground gives way: no folder, no disk, closed streams, names that cannot be. A sentence, never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from canvos_tui.adapters.state_folder import home_of
from canvos_tui.core.errors import FilesError

ROOT = Path(__file__).parents[2]
CANVOS = f'"{sys.executable}" -m canvos_tui'


def shell(home: Path, line: str, *, alone: bool = False, **more: str) -> tuple[int, list[str]]:
    """Exit code and the lines of both streams, as bash would give them."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    environ = {**kept, **({} if alone else {"HOME": str(home)}), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **more}
    done = subprocess.run(["bash", "-c", line], env=environ, cwd=home, capture_output=True, check=False, timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()


@pytest.mark.parametrize(
    ("line", "told", "hint"),
    [
        ("mkdir x; cd x; rmdir ../x; {} doctor --only host", "the folder that you stand in is not there any more", "cd to one"),
        ("mkdir x; cd x; rmdir ../x; {} guide --checkout y", "the folder that you stand in is not there any more", "cd to one"),
        ("{} guide > /dev/full", "the output cannot be written: No space left on device", "not complete"),
        ("{} doctor --only host --output json > /dev/full", "the output cannot be written: No space left on device", "not complete"),
        ("{} <&-", "the wizard needs a terminal", "without one"),
        ("{} guide --checkout $'/tmp/\\xff'", "the path is not UTF-8", "rename the folder"),
        ("{} doctor --only repo --checkout $'/tmp/\\xff'", "the path is not UTF-8", "rename the folder"),
        ('{} guide --checkout "/$(printf "a%.0s" $(seq 300))"', "the path is too long", "255 bytes"),
        ("CANVOS_TUI_REHEARSAL_PACE=abc {} rehearse --plain", "CANVOS_TUI_REHEARSAL_PACE is `abc`", "a number above 0"),
        ("CANVOS_TUI_REHEARSAL_PACE=0 {} rehearse --plain", "CANVOS_TUI_REHEARSAL_PACE is `0`", "a number above 0"),
    ],
)
def test_a_sentence_and_a_hint(tmp_path, line, told, hint):
    code, lines = shell(tmp_path, line.replace("{}", CANVOS))
    lines = [one for one in lines if one.startswith(("canvos-tui: ", "hint: "))] if "rmdir" in line else lines  # bash has its own word
    assert (code, len(lines)) == (2, 2), lines
    assert lines[0] == f"canvos-tui: {told}"
    assert lines[1].startswith("hint: ")
    assert hint in lines[1]


def test_a_reader_that_went_away_is_not_the_fault_of_the_log(tmp_path):
    (tmp_path / "build.log").write_text("a line of a build\n" * 300_000)  # more than any pipe holds
    code, lines = shell(tmp_path, f"set -o pipefail; {CANVOS} redact build.log | head -1")
    assert (code, lines) == (130, ["a line of a build"])


@pytest.mark.parametrize("number", ["100000000000000000000", "99", "x", "1"])
def test_a_descriptor_that_cannot_be(tmp_path, number):
    code, lines = shell(tmp_path, f"{CANVOS} doctor --only host --events {number}")
    assert code == 2
    assert "--events 3 3>events.jsonl" in lines[0]
    assert len(lines) == 2


def test_what_is_printed_lands_in_no_file_although_all_streams_are_closed(tmp_path):
    code, lines = shell(tmp_path, f"{CANVOS} doctor --only host --output json <&- >&- 2>&-; echo $?")
    assert (code, len(lines)) == (0, 1)
    assert int(lines[0]) in {0, 3, 5}
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"canvos-tui.doctor/1" in path.read_bytes()[:100] and path.suffix != ".json" for path in kept)


def test_warnings_of_the_sdks_are_not_printed_between_our_lines(tmp_path):
    program = (
        "import logging; from canvos_tui.wiring import real_ports; real_ports({'HOME': '/tmp'}); "
        "logging.getLogger('urllib3.connectionpool').warning('Connection pool is full')"
    )
    assert shell(tmp_path, f'"{sys.executable}" -c "{program}"') == (0, [])


def test_a_user_without_a_name_and_without_a_home(monkeypatch):
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")  # pathlib, for a number that no user has

    monkeypatch.setattr(Path, "home", unknown)
    with pytest.raises(FilesError, match="there is no home folder") as caught:
        home_of({})
    assert "export HOME=" in caught.value.remedy
