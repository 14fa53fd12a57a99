"""`bundle`: what is in the file of a run that failed, and what is not; the same again; and nothing written over, or with a secret in it."""

from __future__ import annotations

import base64
import json
import os
import stat
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator

from canvos_tui.core.bundle.contents import WHAT
from canvos_tui.core.exit_codes import ExitCode
from tests.on_stage import OnStage, on_stage

TOKEN, PASSWORD, PEM = "dGhpcyBpcyBhIHJlZ2lzdHJhdGlvbiB0b2tlbg", "pa55-w0rd-of-a-proxy", "MIIEowIBAAKCAQEAv3Jb8cA4kXn0qkQmQmJ1YQ2zcanary"
SESSION, PRO = "FwoGZXIvYXdzEBYaDCanarySessionTokenCanary0123456789", "C1canaryProToken0123456789abcd"


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnStage]:
    """A run that failed for real on the stand-ins, in a checkout that holds secrets of every kind."""
    with on_stage(tmp_path_factory.mktemp("bundle"), "vmimport-missing") as scene:
        user_data = scene.home / "user-data"
        user_data.write_text(f"#cloud-config\nstylus:\n  site:\n    paletteEndpoint: api.acme.dev\n    edgeHostToken: {TOKEN}\n")
        answers = scene.answers(user_data=user_data)
        done = scene.inside("run", "--config", answers, "--yes", "--accept", "AWS-ROLE-VMIMPORT=to see it fail")
        assert done.returncode == ExitCode.IMPORT_FAILED, done.stderr + done.stdout
        yield scene


def bundled(scene: OnStage, name: str, *words: str, **more: str) -> Path:
    path = scene.home / name
    done = scene.inside("bundle", "--to", str(path), *words, environ={**scene.environ, **more})
    assert done.returncode == 0, done.stderr
    return path


def test_it_holds_what_is_listed_and_nothing_else(failed: OnStage):
    path = bundled(failed, "whole.zip")
    found = contents(path)
    assert list(found) == list(WHAT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(found["result.json"])["cause"]["id"] == "E-VMIMPORT-ROLE"
    assert json.loads(found["doctor.json"])["schema"] == "canvos-tui.doctor/1"
    assert "mode 0600, names: AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY" in found["versions.json"].decode()
    assert set(json.loads(found["versions.json"])) >= {"canvos_tui", "python", "textual", "boto3", "system", "docker", "checkout"}
    assert found["build.log"] == failed.runs.log_path(failed.infos()[0].run_id).read_bytes()
    manifest = json.loads(found["manifest.json"])
    schema = json.loads(files("canvos_tui").joinpath("schemas", "bundle-1.json").read_text(encoding="utf-8"))
    assert not list(Draft202012Validator(schema).iter_errors(manifest))
    assert [(row["name"], row["bytes"]) for row in manifest["files"]] == [(n, len(d)) for n, d in found.items() if n != "manifest.json"]
    masked = next(row["masked"] for row in manifest["files"] if row["name"] == "build.log")
    assert masked["aws_secret"] == found["build.log"].count(b"***MASKED:aws_secret***") > 0


def test_the_same_run_twice_is_the_same_to_the_last_byte(failed: OnStage):
    one = bundled(failed, "one.zip").read_bytes()
    os.utime(failed.runs.log_path(failed.infos()[0].run_id), (1, 1))
    two = bundled(failed, "two.zip", TZ="Asia/Tokyo").read_bytes()
    assert one == two


def test_no_canary_is_inside(failed: OnStage):
    """Secrets of every kind lie in the environment, in the checkout, in the run's files and beside them."""
    run = failed.runs.log_path(failed.infos()[0].run_id).parent
    log, before = run / "build.log", (run / "build.log").read_bytes()
    proxy = f"http://edge:{PASSWORD}@proxy.acme.dev:3128"
    forms = [PRO, SESSION, quote(SESSION, safe=""), base64.b64encode(PASSWORD.encode()).decode(), proxy, failed.secret]
    planted = "".join(f"+base | + echo {form}\n" for form in forms)
    planted += f"+base | -----BEGIN RSA PRIVATE KEY-----\n+base | {PEM}\n+base | -----END RSA PRIVATE KEY-----\n"
    planted += f"+base | edgeHostToken: {TOKEN}\n+base | Authorization: Bearer {SESSION}\n"
    (run / "notes.txt").write_text(f"beside the run: {PASSWORD}")
    try:
        log.write_bytes(before + planted.encode())
        more = {"HTTPS_PROXY": proxy, "AWS_SESSION_TOKEN": SESSION, "UBUNTU_PRO_KEY": PRO, "NO_PROXY": "*"}
        path = bundled(failed, "canaries.zip", "--doctor", "now", **more)
    finally:
        log.write_bytes(before)
        (run / "notes.txt").unlink()
    found = contents(path)
    assert planted.count("\n") + before.count(b"\n") == found["build.log"].count(b"\n")
    key_id = failed.stage.keys.key_id
    for canary in (TOKEN, PASSWORD, PEM, SESSION, PRO, failed.secret, key_id, *forms):
        for name, data in found.items():
            assert canary.encode() not in data, (name, canary[:4])
            assert base64.b64encode(canary.encode()).rstrip(b"=") not in data, (name, canary[:4])
    assert b"beside the run" not in b"".join(found.values())
    bundled(failed, "fresh.zip", "--doctor", "now")  # what is kept beside the run is this environment's again


def test_a_secret_that_is_left_refuses_and_is_not_named(failed: OnStage, monkeypatch):
    """The search is a proof of its own: whatever the masking did, nothing is written that holds a known secret."""
    from canvos_tui.core.bundle import collect

    class Blind:
        def __init__(self, _: object) -> None: ...

        feed = staticmethod(lambda data: data)
        flush = staticmethod(lambda: b"")

    monkeypatch.setattr(collect, "Redactor", Blind)
    log = failed.runs.log_path(failed.infos()[0].run_id)
    before = log.read_bytes()
    path = failed.home / "leak.zip"
    try:
        log.write_bytes(before + f"+base | {quote(failed.secret, safe='')}\n".encode())
        done = failed.inside("bundle", "--to", str(path))
    finally:
        log.write_bytes(before)
    assert done.returncode == ExitCode.USAGE
    assert "build.log of the bundle still holds a secret (rule aws_secret" in done.stderr
    assert failed.secret not in done.stderr + done.stdout
    assert not path.exists()


def test_nothing_is_written_over(failed: OnStage):
    path = failed.home / "mine.zip"
    path.write_text("mine")
    done = failed.inside("bundle", "--to", str(path))
    assert (done.returncode, path.read_text()) == (ExitCode.USAGE, "mine")
    assert "is there already" in done.stderr
    run_id = failed.infos()[0].run_id
    first, second = (failed.inside("bundle", "--output", "json") for _ in range(2))
    assert [json.loads(done.stdout)["path"] for done in (first, second)] == [
        str(failed.home / f"canvos-support-{run_id}{more}.zip") for more in ("", "-2")
    ]
    assert not [name for name in os.listdir(failed.home) if name.startswith(".canvos-support")]


def test_what_is_shown_before_is_what_is_in_it(failed: OnStage):
    done = failed.inside("bundle", "--dry-run")
    assert "nothing was written" in done.stdout
    rows = {line.split()[0]: line for line in done.stdout.splitlines() if line.strip()}
    assert set(WHAT) <= set(rows)
    assert "aws_secret" in rows["build.log"]
    assert rows[".secret"].endswith("never included")
    assert "known secrets: none in it" in rows["searched"]
    summary = failed.inside("bundle", "--summary")
    assert summary.stdout.startswith("### canvos-tui: FAILED in Snapshot import")
    assert "E-VMIMPORT-ROLE" in summary.stdout


def test_the_same_value_is_the_same_placeholder_everywhere(failed: OnStage):
    run_id = failed.infos()[0].run_id
    log = failed.runs.log_path(run_id)
    before = log.read_bytes()
    extra = b"+base | dial tcp 10.20.30.40:443: arn:aws:iam::123456789012:user/edge\n+base | again 10.20.30.40, not 127.0.0.1\n"
    try:
        log.write_bytes(before + extra + b"+base | owner 123456789012 on build-host-7\n")
        words = ("--mask", "account,user,host,bucket,address,path")
        path = bundled(failed, "hidden.zip", *words, USER="grace-hopper", HOSTNAME="build-host-7")
    finally:
        log.write_bytes(before)
    found = contents(path)
    whole = b"".join(found.values())
    for value in (b"10.20.30.40", b"123456789012", b"build-host-7", failed.stage.bucket.encode(), str(failed.home).encode()):
        assert value not in whole, value
    text = found["build.log"].decode()
    assert "dial tcp 192.0.2.1:443: arn:aws:iam::000000000001:user/edge" in text
    assert "again 192.0.2.1, not 127.0.0.1" in text
    assert "owner 000000000001 on host-1" in text
    assert json.loads(found["run.json"])["checkout"] == "/path-1"
    assert json.loads(found["run.json"])["baseline"]["bucket"] == json.loads(found["result.json"])["bucket"] == "bucket-1"


def test_a_kind_that_is_none_is_refused_with_the_near_one(failed: OnStage):
    done = failed.inside("bundle", "--mask", "acount")
    assert done.returncode == ExitCode.USAGE
    assert "did you mean `account`?" in done.stderr


def test_a_machine_without_a_run_gives_the_doctor_alone(tmp_path):
    with on_stage(tmp_path) as scene:
        path = scene.home / "machine.zip"
        done = scene.inside("bundle", "--to", str(path))
        assert done.returncode == 0, done.stderr
        assert list(contents(path)) == ["manifest.json", "README.md", "summary.md", "versions.json", "doctor.json"]


def test_a_run_that_is_not_there_is_said(failed: OnStage):
    done = failed.inside("bundle", "20200101-0000-0000")
    assert (done.returncode, "there is no run" in done.stderr) == (ExitCode.USAGE, True)
