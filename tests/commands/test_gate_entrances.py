"""Words of others that come in over the wire - ssh's, Docker's, AWS' - say nothing to the terminal of whoever reads them.

What a check answers is cleaned where it is made, too, so that a report may be copied or stored. Here that is taken away, and the gate
alone has to hold; and without the gate as well the same words have to get through, else these tests could not fail.
"""

from __future__ import annotations

import json
import os
import socket
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from canvos_tui.commands import output as gate
from canvos_tui.core.checks import harmless
from canvos_tui.core.checks.reports import report_text
from tests import in_process
from tests.causes.test_files import GOOD
from tests.doubles import canvos_repo, http_server
from tests.hostile import obeyed, texts
from tests.runs import KEY_ID, SECRET

# what XML and JSON can carry, with a word that has to arrive
HUSH = "hush-5ecret-hush"
SAID = f"arrived password={HUSH} " + " ".join(text.replace("\n", " ") for text in texts()[:40]) + " whole"
XML = "".join(c for c in SAID if c in "\t" or 0x20 <= ord(c) < 0xD800)
REASON = "".join(c for c in SAID if ord(c) < 256 and c not in "\r\n")  # an engine is quoted by its status line


def environ(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "AWS_EC2_METADATA_DISABLED": "true", **more}


class Open:
    """A gate that lets everything through."""

    text = data = staticmethod(lambda said: said)


@pytest.fixture(params=["the gate alone", "no gate"])
def printed(request, monkeypatch, tmp_path):
    """What a command prints, which is held to be harmless; where nothing stands in its way, to be harmful."""
    monkeypatch.setattr(harmless, "shown", lambda text: text)
    monkeypatch.setattr(report_text, "plain", lambda text, **_: text)
    if request.param == "no gate":
        monkeypatch.setattr(gate, "_outlet", Open)

    def run(*words: str, **more: str) -> str:
        done = in_process.command(words, environ(tmp_path, **more), tmp_path)
        told = done.stdout + done.stderr
        assert (obeyed(told) == [] and HUSH not in told) is (request.param == "the gate alone"), told
        return told

    return run


@pytest.mark.parametrize("output", ["text", "short", "markdown", "json"])
def test_what_an_engine_says(printed, output):
    def refuse(connection: socket.socket) -> None:
        http_server.read_request(connection)
        http_server.answer(connection, f"500 {REASON}", json.dumps({"message": SAID}).encode())

    with tempfile.TemporaryDirectory() as folder, http_server.unix(path := Path(folder) / "d", refuse):  # a short line quotes more of it
        told = printed("doctor", "--only", "TOOL-DOCKER", "--output", output, DOCKER_HOST=f"unix://{path}")
    assert "arr" in told


@pytest.mark.parametrize("output", ["text", "short", "markdown", "json"])
def test_what_aws_says(tmp_path, printed, output):
    def refuse(connection: socket.socket) -> None:
        http_server.read_request(connection)
        error = f"<Error><Code>AccessDenied</Code><Message>{escape(XML)}</Message></Error>"
        body = f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>"
        http_server.answer(connection, "403 Forbidden", body.encode(), "text/xml")

    folder = canvos_repo.make(tmp_path / "CanvOS")
    (folder / ".arg").write_text(GOOD)
    (folder / ".secret").write_text(f"AWS_PROFILE=\nAWS_ACCESS_KEY_ID={KEY_ID}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    with http_server.tcp(refuse) as server:
        address = f"http://127.0.0.1:{server.port}"
        told = printed("doctor", "--only", "aws", "--checkout", str(folder), "--output", output, AWS_ENDPOINT_URL=address)
    assert "AWS-CREDS" in told
    assert "arrived" in told
    assert SECRET not in told


def test_what_ssh_says_while_git_clones(tmp_path, printed):
    ssh, words = tmp_path / "ssh", tmp_path / "words"
    words.write_bytes(SAID.encode("utf-8", "surrogateescape"))
    ssh.write_text(f"#!/bin/sh\ncat {words} >&2\nexit 255\n")
    ssh.chmod(0o755)
    answers = tmp_path / "answers.yaml"
    answers.write_text(
        "repository: ssh://git.example/CanvOS\nIMAGE_REGISTRY: acme\nREGION: eu-west-1\nS3_BUCKET: acme\nS3_KEY: edge-1\nuser_data: none\n"
    )
    told = printed("run", "--config", str(answers), "--checkout", str(tmp_path / "CanvOS"), "--yes", GIT_SSH=str(ssh))
    assert "arrived" in told
