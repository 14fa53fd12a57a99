"""Sets the stage for a rehearsal: a repository to clone, a stand-in for AWS as a process of its own, and what to type."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import subprocess
import time
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.secret import Secret
from canvos_tui.core.values import dataclass
from canvos_tui.rehearsal.build import PACE_VARIABLE
from canvos_tui.rehearsal.repository import make_repository
from canvos_tui.rehearsal.scenarios import SCENARIOS, Scenario

BUCKET, REGION = "canvos-rehearsal", "us-east-1"
IMPORT_ROLE = "canvos-import"  # a role of the account that may import, beside vmimport
KMS_KEYS = (  # alias, id and state of those that can be answered
    ("canvos-rehearsal", "1234abcd-12ab-34cd-56ef-1234567890ab", "Enabled"),
    ("canvos-disabled", "0987dcba-09fe-87dc-65ba-ab0987654321", "Disabled"),
)
_PENDING, _IMPORT, _IMAGE, _COPY = 2.0, 16.0, 4.0, 20.0  # seconds of AWS' part at pace 1
_START_LIMIT = 20.0


@dataclass(frozen=True)
class Stage:
    """A rehearsal that is ready. `environ` is to be added to the environment of the wizard and of the builds it starts."""

    repository: Path
    endpoint: str
    environ: Mapping[str, str]
    keys: AwsKeys
    scenario: Scenario
    bucket: str = BUCKET
    region: str = REGION
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def keep_keys(self, folder: Path) -> dict[str, str]:
        """Writes the made-up keys to a file of their own there, and gives the variables by which it is found.

        For whoever comes later to a checkout without a `.secret`: on the routes where no key enters the build nobody writes one.
        """
        path = folder / "aws-credentials"
        lines = ("[default]", f"aws_access_key_id = {self.keys.key_id}", f"aws_secret_access_key = {self.keys.secret.reveal()}", "")
        _write_private(path, "\n".join(lines))
        return {"AWS_SHARED_CREDENTIALS_FILE": str(path), "AWS_PROFILE": "default"}

    def close(self) -> None:
        """Ends the stand-in for AWS. Not to be called while a build goes on without the wizard: it then ends by itself when idle."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = 0.0
    if not 0 < pace <= 1000:
        raise InvalidValueError(
            f"{PACE_VARIABLE} is `{text[:40]}`",
            allowed="a number above 0, at most 1000; 0.1 is ten times as fast",
            remedy=f"unset {PACE_VARIABLE}",
        )
    return pace


def prepare(root: Path, python: str, scenario: str) -> Stage:
    """Makes everything inside `root` (created, for the user alone). The pace comes from CANVOS_TUI_REHEARSAL_PACE, 1 by default."""
    chosen = SCENARIOS[scenario]
    pace = _pace(os.environ.get(PACE_VARIABLE, "1"))
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = AwsKeys(f"AKIA{secrets.token_hex(8).upper()}", Secret(base64.b64encode(secrets.token_bytes(30)).decode()))
    repository = make_repository(root, python, {"scenario": scenario})
    config, port_file = root / "aws.json", root / "aws.endpoint"
    _write_private(config, json.dumps(_aws(chosen, keys, pace)))
    port_file.unlink(missing_ok=True)
    process = _serve(python, config, port_file)
    try:
        endpoint = _wait_for(port_file, process)
    except BaseException:
        process.kill()
        process.wait()
        raise
    return Stage(repository, endpoint, _environ(endpoint, pace), keys, chosen, _process=process)


def _aws(scenario: Scenario, keys: AwsKeys, pace: float) -> dict[str, Any]:
    speed = pace * scenario.slowness
    return {
        "region": REGION,
        "keys": [{"key_id": keys.key_id, "secret": keys.secret.reveal()}],
        "buckets": {BUCKET: REGION},
        "pending_seconds": _PENDING * speed,
        "import_seconds": _IMPORT * speed,
        "image_seconds": _IMAGE * speed,
        "copy_seconds": _COPY * speed,
        "seal_seconds": _PENDING * speed,
        "kms_keys": [{"key_id": key, "alias": f"alias/{name}", "state": state} for name, key, state in KMS_KEYS],
        "roles": {IMPORT_ROLE: {}},
        **dict(scenario.aws),
    }


def _write_private(path: Path, text: str) -> None:
    """The file holds the rehearsal's made-up keys: not worth much, but written as the real ones are."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def _serve(python: str, config: Path, port_file: Path) -> subprocess.Popen[bytes]:
    import canvos_tui

    package = str(Path(canvos_tui.__file__).parents[1])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH", ""))))
    return subprocess.Popen(
        [python, "-m", "canvos_tui.rehearsal.serve", "--config", str(config), "--port-file", str(port_file)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        start_new_session=True,  # a detached build needs it for longer than the terminal lives
    )


def _wait_for(port_file: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _START_LIMIT
    while not port_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the rehearsal's stand-in for AWS did not start")
        time.sleep(0.02)
    return port_file.read_text(encoding="utf-8").strip()


def _environ(endpoint: str, pace: float) -> dict[str, str]:
    """The real profiles and a proxy have no part in a rehearsal."""
    around = [name for name in (os.environ.get("NO_PROXY", ""), "127.0.0.1") if name]
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": ",".join(around),
        "no_proxy": ",".join(around),
        PACE_VARIABLE: str(pace),
    }
