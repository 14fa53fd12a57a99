"""`diagnose` on a log in the forms that people have it in: the same answer as for the bare log, with the file's own line numbers."""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.commands import diagnose as command
from canvos_tui.core.errors import CanvosError, FilesError
from canvos_tui.core.log.forms import bare
from tests.build_log import BuildLog

LOG = (
    BuildLog()
    .step("+base-image", "fine", "curl: (60) SSL certificate problem: unable to get local issuer certificate")
    .fails("+base-image", 60)
)
DATA = LOG.data()
AT = next(n for n, line in enumerate(LOG.lines, 1) if "curl: (60)" in line)


def before(stamp: str) -> bytes:
    return "".join(f"{stamp}{line}\n" for line in LOG.lines).encode()


def zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, DATA if name.endswith("build.txt") else b"nothing of interest\n")
    return packed.getvalue()


def cast() -> bytes:
    head = json.dumps({"version": 2, "width": 120, "height": 40, "timestamp": 1})
    events = [json.dumps([n / 10, "o", f"{line}\r\n"]) for n, line in enumerate(LOG.lines)]
    return "\n".join([head, *events, ""]).encode()


FORMS: dict[str, Callable[[], bytes]] = {
    "bare": lambda: DATA,
    "github": lambda: before("2026-09-17T10:00:00.1234567Z "),
    "github's command": lambda: before("build\tRun earthly\t2026-09-17T10:00:00.1234567Z "),
    "gitlab": lambda: before("2026-09-17T10:00:00.123456Z 00O "),
    "jenkins": lambda: before("[2026-09-17T10:00:00.123Z] "),
    "jenkins, short": lambda: before("10:00:00  "),
    "ts": lambda: before("Sep 17 10:00:00 "),
    "journal": lambda: before("Sep 17 10:00:00 host1 build[123]: "),
    "gzip": lambda: gzip.compress(DATA),
    "gzip in pieces": lambda: gzip.compress(DATA[:3000]) + gzip.compress(DATA[3000:]),
    "zip": lambda: zipped("build.txt"),
    "windows": lambda: DATA.replace(b"\n", b"\r\n"),
    "utf-16": lambda: DATA.decode().encode("utf-16"),
    "utf-16 without a mark": lambda: DATA.decode().encode("utf-16-le"),
    "asciinema": cast,
}


def asked(tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes) -> dict[str, Any]:
    path = tmp_path / "a.log"
    path.write_bytes(data)
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    args = parser.parse_args(["diagnose", str(path), "--output", "json"])
    args.run(args)
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return document


@pytest.mark.parametrize("form", FORMS)
def test_the_answer_is_that_of_the_bare_log(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = asked(tmp_path, capsys, FORMS[form]())
    assert (document["result"], document["phase"], document["cause"]["id"]) == ("failed", "base", "E-CERT-UNKNOWN")
    assert document["evidence"][0]["line"] == AT
    assert document["evidence"][0]["text"].startswith("curl: (60) SSL certificate problem")


def test_of_a_build_servers_archive_the_whole_jobs_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = asked(tmp_path, capsys, zipped("0_build.txt", "build/1_Set up job.txt", "build/2_build.txt"))
    assert document["cause"]["id"] == "E-CERT-UNKNOWN"


def test_a_packed_log_that_is_cut_off_gives_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = asked(tmp_path, capsys, gzip.compress(DATA, mtime=0)[:-12])
    assert document["cause"]["id"] == "E-CERT-UNKNOWN"


@pytest.mark.parametrize(
    "data",
    [
        Path(sys.executable).read_bytes()[:4000],
        Path(sys.executable).read_bytes()[:200_000],
        random.Random(7).randbytes(5000),
        bytes(5000),
        bytes([137]) + b"PNG\r\n" + random.Random(8).randbytes(900),
    ],
    ids=["program's head", "program", "noise", "zeros", "picture"],
)
def test_what_is_no_text_is_called_so(data: bytes) -> None:
    with pytest.raises(FilesError, match="something binary"):
        list(bare(iter([data])))


def test_a_log_that_was_emptied_while_it_was_written_is_a_text() -> None:
    data = b"snap-0123456789abcdef0\n" + bytes(9000) + b"     +aws-cloud-image | + exit 1\n" * 9
    assert b"".join(bare(iter([data]))) == data


@pytest.mark.parametrize(("data", "words"), [(bytes(range(32)) * 200, "something binary"), (b"PK\x03\x04 broken", "cannot be unpacked")])
def test_what_is_no_log_is_said(data: bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FilesError, match=words):
        asked(tmp_path, capsys, data)


def test_an_empty_file_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = asked(tmp_path, capsys, b"")
    assert (document["result"], document["cause"]) == ("inconclusive", None)
    assert document["warnings"] == [{"id": "empty", "text": "There is nothing in the file"}]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_how_the_file_is_cut_changes_nothing(size: int) -> None:
    for form in ("bare", "github", "jenkins", "utf-16", "asciinema", "windows"):
        data = FORMS[form]()
        whole = b"".join(bare([data]))
        assert b"".join(bare(data[at : at + size] for at in range(0, len(data), size))) == whole


def test_a_stamp_of_a_few_lines_is_part_of_the_log() -> None:
    text = b"one\n2026-09-17T10:00:00.123Z two\nthree\nfour\n"
    assert b"".join(bare([text])) == text
    assert b"".join(bare([])) == b""


OWN = """
- id: E-OUR-PROXY
  title: Our own proxy wants a ticket
  priority: A
  patterns: ["TICKET-REQUIRED"]
  explanation: The proxy of this house gives out tickets.
  fix: [{text: Ask for a ticket}]
  sample: ["         +base-image | TICKET-REQUIRED by the proxy"]
"""


def test_known_errors_of_the_user_are_known_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own, log = tmp_path / "own.yaml", tmp_path / "a.log"
    log.write_bytes(BuildLog().step("+base-image", "TICKET-REQUIRED by the proxy").fails("+base-image", 7).data())
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    args = parser.parse_args(["diagnose", str(log), "--output", "json", "--catalogue", str(own)])
    own.write_text(OWN, encoding="utf-8")
    args.run(args)
    assert json.loads(capsys.readouterr().out)["cause"]["id"] == "E-OUR-PROXY"
    for text, words in (
        (OWN.replace("priority: A", "priority: Q"), "line 2: known error E-OUR-PROXY: the priority Q"),
        ("- id: [", "line 1"),
        ("x", "no list"),
    ):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(CanvosError) as caught:
            args.run(args)
        assert str(caught.value).startswith(str(own))
        assert words in str(caught.value)


def test_the_users_own_file_is_read_unasked_and_a_damaged_one_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own, log = tmp_path / "canvos-tui" / "known_errors.yaml", tmp_path / "a.log"
    own.parent.mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    log.write_bytes(BuildLog().step("+base-image", "TICKET-REQUIRED by the proxy").fails("+base-image", 7).data())
    parser = argparse.ArgumentParser()
    command.register(parser.add_subparsers())
    args = parser.parse_args(["diagnose", str(log), "--output", "json"])
    own.write_text(OWN, encoding="utf-8")
    args.run(args)
    assert json.loads(capsys.readouterr().out)["cause"]["id"] == "E-OUR-PROXY"
    own.write_text("- id: [", encoding="utf-8")
    args.run(args)
    told = capsys.readouterr()
    assert json.loads(told.out)["cause"]["id"] == "step-failed"
    assert told.err.startswith(f"canvos-tui diagnose: {own}, line 1: no YAML")
    assert told.err.endswith("it is left out\n")
