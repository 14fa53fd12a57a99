"""The stand-in for AWS as a process: it says where it is, answers, and goes when nobody asks."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from canvos_tui.rehearsal.aws.config import FaultKind
from canvos_tui.rehearsal.serve import config_from
from tests.waiting import until

CONFIG = {
    "keys": [{"key_id": "AKIAREHEARSAL0000001", "secret": "s" * 40}],
    "buckets": {"here": "us-east-1"},
    "faults": [{"action": "s3:PutObject", "kind": "deny"}],
    "images": [{"image_id": "ami-0old", "name": "old"}],
}


@pytest.fixture
def start(tmp_path: Path):
    started = []

    def begin(idle: float) -> tuple[subprocess.Popen[bytes], Path]:
        (tmp_path / "config.json").write_text(json.dumps(CONFIG))
        words = ["--config", str(tmp_path / "config.json"), "--port-file", str(tmp_path / "port"), "--idle", str(idle)]
        process = subprocess.Popen(
            [sys.executable, "-m", "canvos_tui.rehearsal.serve", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        started.append(process)
        return process, tmp_path / "port"

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def address(port_file: Path) -> str:
    until(port_file.exists)
    return port_file.read_text().strip()


def test_it_answers_until_a_signal_comes(start):
    process, port_file = start(60)
    settings = Config(retries={"total_max_attempts": 1})
    sts = boto3.Session("AKIAREHEARSAL0000001", "s" * 40, region_name="us-east-1").client(
        "sts", endpoint_url=address(port_file), config=settings
    )
    assert sts.get_caller_identity()["Account"] == "123456789012"
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert process.stdout.read() == b""


def test_it_goes_by_itself_when_nobody_asks(start):
    process, port_file = start(0.3)
    address(port_file)
    assert process.wait(10) == 0


def test_a_document_becomes_a_configuration():
    config = config_from(CONFIG)
    assert config.keys[0].arn == "arn:aws:iam::123456789012:user/rehearsal"
    assert config.faults[0].kind is FaultKind.DENY
    assert config.images[0].image_id == "ami-0old"
    with pytest.raises(TypeError):
        config_from({"no_such_field": 1})
