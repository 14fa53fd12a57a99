"""`diagnose` on a bundle: elsewhere it says what was said here, it asks for nothing, and it trusts nothing that is in the file."""

from __future__ import annotations

import hashlib
import io
import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.core.bundle import archive
from canvos_tui.core.exit_codes import ExitCode
from tests import in_process, samples
from tests.hostile import obeyed, texts
from tests.on_stage import OnStage, on_stage
from tests.runs import SECRET
from tests.terminal import Terminal

ROOT = Path(__file__).parents[2]
# stands in the way of everything that would leave the process
SEALED = "import socket, subprocess, sys\ndef no(*_, **__): sys.stderr.write('LEFT THE PROCESS'); sys.exit(99)\n"
SEALED += "socket.socket.connect = no\nsocket.getaddrinfo = no\nsubprocess.Popen.__init__ = no\n"


@pytest.fixture(scope="module", params=["vmimport-missing", "disk-full"])
def failed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OnStage, str]]:
    """A run that failed for real on the stand-ins, and its bundle."""
    with on_stage(tmp_path_factory.mktemp("bundle"), request.param) as scene:
        done = scene.inside("run", "--config", scene.answers(), "--yes", "--accept", "AWS-ROLE-VMIMPORT=to see it fail")
        assert done.returncode in {ExitCode.IMPORT_FAILED, ExitCode.BUILD_FAILED}, done.stderr + done.stdout
        path = scene.home / "sent.zip"
        assert scene.inside("bundle", "--to", str(path)).returncode == 0
        yield scene, str(path)


def elsewhere(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A process of its own in an empty home, with no program on its path, no key, and no way out."""
    home.mkdir(exist_ok=True)
    (home / "sitecustomize.py").write_text(SEALED, encoding="utf-8")
    environ = {"HOME": str(home), "PATH": "/nowhere", "PYTHONPATH": os.pathsep.join((str(home), str(ROOT))), "LANG": "C.UTF-8"}
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [sys.executable, "-m", "canvos_tui", *words]
    return subprocess.run(command, env=environ, cwd=home, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=60)


def verdict(told: str) -> str:
    """The result, the cause and how to mend it: what stands before the lines of the log."""
    return told.partition("\nline ")[0]


def test_the_seal_holds(tmp_path: Path) -> None:
    done = elsewhere(tmp_path / "home", "doctor", "--output", "text", "--only", "NET-DNS")
    assert "LEFT THE PROCESS" in done.stderr


def test_elsewhere_it_says_what_was_said_here(failed: tuple[OnStage, str], tmp_path: Path) -> None:
    scene, path = failed
    run_id = scene.infos()[0].run_id
    here, log = scene.inside("diagnose", run_id), scene.inside("diagnose", str(scene.runs.log_path(run_id)))
    done = elsewhere(tmp_path / "home", "diagnose", path)
    assert (done.stderr, done.returncode) == ("", here.returncode)
    said, _, ways = here.stdout.partition("go on     ")
    assert said in done.stdout
    assert "go on     " not in done.stdout, "which is this machine's"
    resumed = scene.inside("resume", "--dry-run").returncode == 0
    assert (f"$ canvos-tui resume {run_id}" in ways) is resumed, "only where there is something to go on from"
    assert (verdict(here.stdout), here.returncode) == (verdict(log.stdout), log.returncode)
    assert done.stdout.startswith(f"bundle    run {run_id}\n")
    assert sorted(name.name for name in (tmp_path / "home").iterdir()) == ["sitecustomize.py"], "it wrote nothing"


def test_as_json_it_is_the_diagnosis_of_the_log_and_whose_it_is(failed: tuple[OnStage, str], tmp_path: Path) -> None:
    scene, path = failed
    run_id = scene.infos()[0].run_id
    here = json.loads(scene.inside("diagnose", run_id, "--output", "json").stdout)
    there = json.loads(elsewhere(tmp_path / "home", "diagnose", path, "--output", "json").stdout)
    about, own = there.pop("bundle"), here.pop("run")
    assert there == here
    assert (own["id"], bool(own["go_on"])) == (run_id, here["cause"]["id"] == "E-VMIMPORT-ROLE")
    with zipfile.ZipFile(path) as sent:
        doctor = json.loads(sent.read("doctor.json"))
    assert (about["run"], about["doctor"]["verdict"]) == (run_id, doctor["verdict"])
    assert (here["result"], here["cause"]["id"]) == ("failed", scene.result(run_id).cause.id)  # type: ignore[union-attr]


def test_placeholders_change_nothing_of_the_verdict(failed: tuple[OnStage, str], tmp_path: Path) -> None:
    scene, path = failed
    hidden = scene.home / "hidden.zip"
    if not hidden.exists():
        assert scene.inside("bundle", "--to", str(hidden), "--mask", "account,user,host,bucket,address,path").returncode == 0
    plain, masked = (json.loads(elsewhere(tmp_path / "home", "diagnose", name, "--output", "json").stdout) for name in (path, str(hidden)))
    assert (plain["result"], plain["phase"], plain["cause"]["id"]) == (masked["result"], masked["phase"], masked["cause"]["id"])


# -- on a terminal -------------------------------------------------------------------------------------------------------


def on_a_terminal(home: Path, *words: str, size: tuple[int, int] = (80, 24)) -> Terminal:
    """The same process behind the same seal, in a window."""
    home.mkdir(exist_ok=True)
    (home / "sitecustomize.py").write_text(SEALED, encoding="utf-8")
    environ = {"HOME": str(home), "PATH": "/nowhere", "PYTHONPATH": os.pathsep.join((str(home), str(ROOT)))}
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    return Terminal([sys.executable, "-m", "canvos_tui", *words], environ, *size, cwd=home)


@pytest.mark.slow
@pytest.mark.parametrize("size", samples.every([(80, 24), (120, 40)], lambda: [(80, 24)]), ids="{0[0]}x{0[1]}".format)
def test_on_a_terminal_its_screens_open(failed: tuple[OnStage, str], size: tuple[int, int], tmp_path: Path) -> None:
    scene, path = failed
    run_id = scene.infos()[0].run_id
    result = scene.result(run_id)
    assert result is not None
    assert result.cause is not None
    with on_a_terminal(tmp_path / "home", "diagnose", path, size=size) as terminal:
        terminal.see("FAILED in", result.cause.title[:30], " bundle ", "UTC", "Log and phases")
        terminal.press("f8")
        terminal.see("Build · ", " ended ", "build.log", "FOLLOWING")
        terminal.press("/")
        terminal.type("+base")
        terminal.see("/+base 1 of ")
        terminal.press("enter", "f8")
        terminal.see("asked 20", "passed")
        terminal.press("r")
        terminal.see("r does nothing here")
        terminal.press("f8")
        terminal.see(f"run {run_id}", "doctor.json", "only to look at: no machine")
        terminal.press("q")
        assert terminal.wait() == scene.inside("diagnose", run_id).returncode
        assert f"cause     {result.cause.id}" in terminal.text
        assert "LEFT THE PROCESS" not in terminal.said
        assert terminal.left_on() == []
    assert sorted(name.name for name in (tmp_path / "home").iterdir()) == ["sitecustomize.py"], "it wrote nothing"


@pytest.mark.slow
@pytest.mark.parametrize("words", [("--plain",), ("--output", "text")], ids=" ".join)
def test_on_a_terminal_lines_are_printed_where_lines_were_asked_for(words: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "sent.zip"
    path.write_bytes(zipped(whole(LOG)))
    with on_a_terminal(tmp_path / "home", "diagnose", *words, str(path)) as terminal:
        assert terminal.wait() == ExitCode.NOT_PROVEN
        assert "bundle    run r" in terminal.text
        assert "\x1b[?1049h" not in terminal.said


@pytest.mark.slow
def test_on_a_narrow_terminal_no_word_of_its_lines_is_cut(failed: tuple[OnStage, str], tmp_path: Path) -> None:
    _, path = failed
    whole = elsewhere(tmp_path / "home", "diagnose", path).stdout
    with on_a_terminal(tmp_path / "home", "diagnose", "--plain", path, size=(60, 90)) as terminal:
        terminal.wait()
        terminal.until(lambda: "doctor " in terminal.text)
        words = {word for line in whole.splitlines() if "://" not in line and " $ " not in line for word in line.split()}
        assert [word for word in words if len(word) < 40 and word not in terminal.text] == []


@pytest.mark.slow
def test_on_a_terminal_a_damaged_one_is_named_before_any_screen(tmp_path: Path) -> None:
    path = tmp_path / "sent.zip"
    path.write_bytes(halved())
    with on_a_terminal(tmp_path / "home", "diagnose", str(path)) as terminal:
        assert terminal.wait() == ExitCode.USAGE
        assert "is damaged" in terminal.text
        assert "\x1b[?1049h" not in terminal.said


# -- what somebody made who means no good --------------------------------------------------------------------------------


def zipped(files: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _: None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            made.writestr(info, data)
    return out.getvalue()


def manifest(held: dict[str, bytes], **more: Any) -> bytes:
    rows = [{"name": name, "sha256": hashlib.sha256(data).hexdigest()} for name, data in held.items()]
    return json.dumps({"schema": "canvos-tui.bundle/1", "tool": "0.1.0", "run": "r", "files": rows, **more}).encode()


def whole(held: dict[str, bytes], **more: Any) -> dict[str, bytes]:
    return {"manifest.json": manifest(held, **more), **held}


def linked(info: zipfile.ZipInfo) -> None:
    if info.filename == "build.log":
        info.external_attr = (stat.S_IFLNK | 0o777) << 16


def halved() -> bytes:
    data = zipped(whole({"build.log": os.urandom(4000).hex().encode()}))
    return data[: len(data) // 2]


def lying() -> bytes:
    """The header says that it is small."""
    data = zipped(whole({"build.log": b"\0" * (archive.MOST_LOG + 10)}))
    return data.replace((archive.MOST_LOG + 10).to_bytes(4, "little"), (1000).to_bytes(4, "little"))


LOG = {"build.log": b"+base | one\n"}
HOSTILE = {
    "a way out": (lambda: zipped({**whole(LOG), "../../.bashrc": b"x"}), "holds `../../.bashrc`"),
    "a way out first": (lambda: zipped({"../x": b"x", **whole(LOG)}), "holds `../x`"),
    "an absolute path": (lambda: zipped({**whole(LOG), "/etc/passwd": b"x"}), "holds `/etc/passwd`"),
    "a folder": (lambda: zipped({f"bundle/{name}": data for name, data in whole(LOG).items()}), "holds `bundle/manifest.json`"),
    "a link": (lambda: zipped(whole({"build.log": b"/etc/passwd"}), linked), "holds a link, `build.log`"),
    "a bomb": (lambda: zipped(whole({"build.log": b"", "events.jsonl": b"\0" * (340 << 20)})), "would unpack to more than 320 MiB"),
    "a bomb that says it is none": (lying, "damaged"),
    "too many": (lambda: zipped({**whole(LOG), **{f"n{n}": b"" for n in range(80)}}), "holds 82 files"),
    "half of one": (halved, "damaged"),
    "another log": (lambda: zipped({**whole(LOG), "build.log": b"other"}), "`build.log` is not as it was written"),
    "a log that is missing": (lambda: zipped({"manifest.json": manifest(LOG)}), "`build.log` is missing"),
    "no manifest of ours": (lambda: zipped({"manifest.json": b'{"name": "web"}', **LOG}), "is no bundle of canvos-tui"),
    "no JSON": (lambda: zipped({"manifest.json": b"{", **LOG}), "its manifest.json cannot be read"),
    "no list": (lambda: zipped(whole(LOG, files={})), "lists no files"),
    "a later form": (lambda: zipped(whole(LOG, schema="canvos-tui.bundle/2", tool="9.1")), "made by canvos-tui 9.1, in a form"),
    "deep JSON": (lambda: zipped({"manifest.json": b"[" * 100_000, **LOG}), "cannot be read"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_wrong_with_a_bundle_is_said(kind: str, tmp_path: Path) -> None:
    made, words = HOSTILE[kind]
    path = tmp_path / "sent.zip"
    path.write_bytes(made())
    done = in_process.command(("diagnose", str(path)), {"PATH": "/nowhere", "HOME": str(tmp_path)}, tmp_path)
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, "")
    assert words in done.stderr
    assert "hint: " in done.stderr
    assert [name.name for name in tmp_path.iterdir()] == ["sent.zip"]


def test_what_a_later_version_added_is_left_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "sent.zip"
    path.write_bytes(zipped(whole({**LOG, "more.json": b"{}"})))
    done = in_process.command(("diagnose", str(path)), {"PATH": "/nowhere", "HOME": str(tmp_path)}, tmp_path)
    assert done.stdout.startswith("bundle    run r\n")


def test_words_of_a_bundle_are_foreign_words(tmp_path: Path) -> None:
    """They are cleaned and masked again, wherever in the bundle they stand."""
    said = f"arrived AWS_SECRET_ACCESS_KEY={SECRET} " + " ".join(text.replace("\n", " ") for text in texts()) + " whole"
    cause = {"id": said, "title": said, "explanation": said, "remedies": [{"text": said, "commands": [{"run": said, "root": False}]}]}
    result = {"schema": "canvos-tui.result/1", "run_id": said, "outcome": "failed", "bucket": said, "cause": {**cause, "evidence": [said]}}
    check: dict[str, Any] = {name: said for name in ("id", "title", "why")}
    check |= {"status": "fail", "observed": {"text": said}, "required": {"text": said}}
    files = {
        "build.log": f"+base | {said}\n".encode("utf-8", "surrogatepass"),
        "result.json": json.dumps(result).encode(),
        "doctor.json": json.dumps({"schema": "canvos-tui.doctor/1", "verdict": said, "checks": [check, 7, None]}).encode(),
        "versions.json": json.dumps({"python": said, "system": {"os": said}, "docker": {"said": said}, "checkout": {"tag": said}}).encode(),
    }
    path = tmp_path / "sent.zip"
    path.write_bytes(zipped(whole(files, run=said, tool=said, replaced_kinds=[said])))
    for output in ("text", "json"):
        done = in_process.command(("diagnose", str(path), "--output", output), {"PATH": "/nowhere", "HOME": str(tmp_path)}, tmp_path)
        assert done.returncode == ExitCode.BUILD_FAILED, done.stderr
        assert "arrived" in done.stdout
        assert SECRET not in done.stdout
        assert not obeyed(done.stdout)


@pytest.mark.parametrize("data", [b"[]", b"7", b'{"checks": 7, "summary": [], "verdict": {}}', b"\xff\xfe", b""])
def test_files_of_another_shape_tell_nothing_and_break_nothing(data: bytes, tmp_path: Path) -> None:
    names = ("versions.json", "doctor.json", "run.json", "result.json", "events.jsonl", "aws.json")
    path = tmp_path / "sent.zip"
    path.write_bytes(zipped(whole({"build.log": b"+base | one\n", **dict.fromkeys(names, data)})))
    done = in_process.command(("diagnose", str(path)), {"PATH": "/nowhere", "HOME": str(tmp_path)}, tmp_path)
    assert done.stdout.startswith("bundle    run r\n"), done.stderr


# -- the doctor's document -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OnStage, Path]]:
    """A machine whose role is missing, as the doctor tells it."""
    with on_stage(tmp_path_factory.mktemp("report"), "vmimport-missing") as scene:
        done = scene.inside("doctor", "--output", "json", "--config", scene.answers())
        assert done.returncode == ExitCode.NOT_READY
        path = scene.home / "doctor.json"
        path.write_text(done.stdout, encoding="utf-8")
        yield scene, path


def test_of_a_doctors_document_the_failed_checks_are_told_in_its_words(report: tuple[OnStage, Path]) -> None:
    scene, path = report
    done = scene.inside("diagnose", str(path))
    assert done.returncode == ExitCode.NOT_READY
    assert done.stdout.startswith("NOT READY  1 fail")
    told = scene.inside("doctor", "--output", "text", "--config", scene.answers()).stdout
    assert [line for line in told.splitlines() if line.startswith("FAIL")] == [
        line for line in done.stdout.splitlines() if line.startswith("FAIL")
    ]
    document = json.loads(scene.inside("diagnose", str(path), "--output", "json").stdout)
    assert (document["result"], document["cause"]["id"]) == ("failed", "AWS-ROLE-VMIMPORT")
    assert document["doctor"]["checks"][0]["fix"]


def test_a_doctors_document_may_be_damaged_or_newer(report: tuple[OnStage, Path], tmp_path: Path) -> None:
    scene, path = report
    text = path.read_text(encoding="utf-8")
    for changed, words in ((text[:-20], "is damaged"), (text.replace("doctor/1", "doctor/2"), "in a form that this version does not know")):
        other = tmp_path / "other.json"
        other.write_text(changed, encoding="utf-8")
        done = scene.inside("diagnose", str(other))
        assert (done.returncode, words in done.stderr) == (ExitCode.USAGE, True), done.stderr
